"""The columns of a card's rows: those of its file, under the same headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from functions.dashboard.card_views import View
from shared.cards.card import Card
from shared.pipeline.row_states import columns_of

Form = Literal["text", "money", "number", "day", "age", "state", "code", "amounts", "list"]

_FORMS: dict[str, Form] = {
    "commerce_gross": "money",
    "commerce_net": "money",
    "ledger_amount": "money",
    "gap": "money",
    "order_count": "number",
    "occurred_on": "day",
    "age_days": "age",
    "state": "state",
    "segment": "code",
    "cohort": "code",
    "cause": "code",
    "entity": "code",
    "platform": "code",
    "match_key": "code",
    "exposure": "amounts",
    "account_value": "amounts",
    "sub_reasons": "list",
}
UNSORTED = frozenset({"exposure", "account_value", "sub_reasons"})
"""What has no one value to sort by."""
_FIRST = {
    "money": (
        "order",
        "name",
        "occurred_on",
        "gap",
        "reason_label",
        "action",
        "age_days",
        "state",
        "assignee",
    ),
    "customers": (
        "name",
        "cause",
        "cohort",
        "order_count",
        "exposure",
        "age_days",
        "action",
        "state",
        "assignee",
    ),
}
_IF_THERE = frozenset({"cause", "cohort", "order_count", "exposure"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called, which field of a row it shows, and in which form."""

    heading: str
    field: str
    form: Form
    is_shown: bool
    sort: str
    """"" where nothing is sorted by it, else `ascending`, `descending` or `none`."""
    sort_link: str
    toggle_link: str
    """The address with this column shown or hidden."""

    @property
    def is_figure(self) -> bool:
        """Say whether its values stand to the right, digit under digit."""
        return self.form in {"money", "number", "age", "amounts"}


def columns(card: Card, view: View, rows: Sequence[Mapping[str, object]]) -> list[Column]:
    """Give all columns of a card in order; those that are shown are named by the address, or the usual ones.

    A column that a card's rows leave empty is not among the usual ones.
    """
    every = columns_of(card)
    known = [field for _, field in every]
    named = [each for each in view.get("columns").split(",") if each in known]
    shown = named or _usual(card, known, rows)
    return [_column(heading, field, view, shown) for heading, field in every]


def _usual(card: Card, known: list[str], rows: Sequence[Mapping[str, object]]) -> list[str]:
    def is_told(field: str) -> bool:
        return field not in _IF_THERE or not rows or any(row.get(field) for row in rows)

    return [each for each in _FIRST[card.unit] if each in known and is_told(each)]


def _column(heading: str, field: str, view: View, shown: list[str]) -> Column:
    sort = view.get("sort")
    is_sortable = field not in UNSORTED
    order = {field: "ascending", f"-{field}": "descending"}.get(sort, "none")
    form = _FORMS.get(field, "text")
    # The largest and the oldest are what people look for: these come first.
    is_downward = form in {"money", "number", "age"}
    ways = (f"-{field}", field) if is_downward else (field, f"-{field}")
    following = ways[1] if sort == ways[0] else ways[0]
    others = [each for each in shown if each != field] if field in shown else [*shown, field]
    return Column(
        heading=heading,
        field=field,
        form=form,
        is_shown=field in shown,
        sort=order if is_sortable else "",
        sort_link=view.link(sort=following) if is_sortable else "",
        toggle_link=view.link(columns=",".join(others)) if others else "",
    )
