"""Which rows a caller wants, in which order: filters, search and sort over a reading's rows."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Literal

import azure.functions as func
from pydantic import Field

from functions.problems import bad_query
from functions.queries import AnyQuery, Instant, Query, query_of
from shared.cards.card import Card
from shared.cards.cohorts import COHORTS
from shared.cards.dataverse_customers_not_promoted import CAUSES as PROMOTION_CAUSES
from shared.cards.ecom_customers_absent_from_d365 import CAUSES as D365_CAUSES
from shared.cards.sync_causes import CAUSES as SYNC_CAUSES
from shared.domain.exceptions import State
from shared.domain.gap.reasons import REASONS
from shared.domain.rows import CustomerRow, OrderRow
from shared.domain.workspace import Workspace
from shared.workspaces import Fault

Row = dict[str, Any]

WORK = ("state", "assignee")
_UNSORTABLE = frozenset(
    {"evidence", "orders", "exposure", "account_value", "also_on", "sub_reasons", "is_privacy_blocked"}
)
CHOICES = {
    "reason": {reason.code for reason in REASONS},
    "queue": {reason.queue for reason in REASONS},
    "cohort": {cohort.code for cohort in COHORTS},
    "cause": {cause.code for cause in (*D365_CAUSES, *PROMOTION_CAUSES, *SYNC_CAUSES)},
    "segment": {"b2b", "dtc", "guest", "account", "contact"},
}
"""The codes that exist; a misspelt one would otherwise pass for a list without findings."""


class RowQuery(Query):
    """What both the rows and their CSV take."""

    reason: str | None = None
    cohort: str | None = None
    cause: str | None = None
    entity: str | None = None
    company: str | None = None
    platform: str | None = None
    queue: str | None = None
    segment: str | None = None
    state: State | None = None
    assignee: str | None = Field(default=None, max_length=200)
    min_age_days: int | None = Field(default=None, ge=0)
    max_age_days: int | None = Field(default=None, ge=0)
    q: str | None = Field(default=None, max_length=200)
    sort: str | None = None
    include_matched: Literal["true", "false"] = "false"
    as_of: Instant | None = None

    @property
    def equalities(self) -> dict[str, str]:
        """Give the filters that want a field to equal a value."""
        names = ("reason", "cohort", "cause", "entity", "company", "platform", "queue", "segment")
        given = self.model_dump(include=set(names), exclude_none=True)
        return {name: given[name] for name in names if name in given}

    @property
    def work(self) -> dict[str, str]:
        """Give the filters that ask how far people are with a row; every card's rows have these."""
        return self.model_dump(include=set(WORK), exclude_none=True)

    @property
    def goes_by_work(self) -> bool:
        """Say whether what people do between two pages moves rows from one to the other."""
        return bool(self.work) or (self.sort or "").removeprefix("-") in WORK


class RowPageQuery(RowQuery):
    """What the rows take besides: pages."""

    page_size: int = Field(default=100, ge=1, le=1_000)
    page_token: str | None = None


def row_query_of(request: func.HttpRequest, model: type[AnyQuery], card: Card) -> AnyQuery:
    """Read the parameters of a card's rows; raises Problem for fields that its rows do not have."""
    query = query_of(request, model)
    if not isinstance(query, RowQuery):
        raise TypeError
    row_type = OrderRow if card.unit == "money" else CustomerRow
    names = {each.name for each in fields(row_type)}
    wrong = [
        Fault(name, "the rows of this card have no such field")
        for name in query.equalities
        if name not in names
    ]
    wrong += [
        Fault(name, f"not one of {', '.join(sorted(CHOICES[name]))}")
        for name, value in query.equalities.items()
        if name in names and name in CHOICES and value not in CHOICES[name]
    ]
    sortable = names - _UNSORTABLE | {*WORK}
    if query.sort is not None and query.sort.removeprefix("-") not in sortable:
        wrong.append(Fault("sort", f"not one of {', '.join(sorted(sortable))}, with - before it or not"))
    if query.as_of is not None and query.goes_by_work:
        wrong.append(Fault("as_of", "states and assignees are those of now: leave these out of it"))
    if wrong:
        raise bad_query(wrong)
    return query


def refuse_strangers(columns: Mapping[str, Sequence[Any]], query: RowQuery, workspace: Workspace) -> None:
    """Raise Problem for an entity or platform that neither the workspace nor any of its rows has.

    A row may have one that the workspace does not list: a ledger's own code, or what was listed before.
    """
    listed = {
        "entity": {entity.id for entity in workspace.entities},
        "platform": {connection.kind for connection in workspace.connections},
    }
    wrong = []
    for name, codes in listed.items():
        if name not in query.equalities:
            continue
        known = codes | {str(value or "") for value in set(columns[name])}
        if query.equalities[name] not in known | {""}:
            known_names = ", ".join(sorted(known - {""})) or "none"
            wrong.append(Fault(name, f"not one of this workspace's: {known_names}"))
    if wrong:
        raise bad_query(wrong)
