"""How far people are with the rows of a reading: states and assignees, joined to them and counted."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.alerting.observe import Judged, compared
from shared.cards.card import Card
from shared.domain.exceptions import QUIET, STATES, ExceptionCase
from shared.domain.workspace import Workspace
from shared.pipeline.casework import states_of
from shared.pipeline.open_rows import open_among, open_rows_of
from shared.pipeline.services import Services
from shared.store.exception_entities import CardName
from shared.store.folds import StandsAt

Row = dict[str, Any]
_COLUMNS = (("State", "state"), ("Assignee", "assignee"))


@dataclass(frozen=True, slots=True)
class RowStates:
    """How the rows of one card stand now."""

    cases: Mapping[str, ExceptionCase]
    """Those that people changed, by row id; every other open row is `open`."""
    stands_at: StandsAt
    """The evaluation that the card's exceptions have followed."""

    @property
    def tag(self) -> str:
        """Give what changes whenever a row's state or assignee does."""
        lines = (f"{each.id} {each.state} {each.assignee}" for each in self.cases.values())
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]

    def join(self, rows: Iterable[Row]) -> None:
        """Write state and assignee into rows that were just read; a settled row has neither.

        In place: a quarter of a million rows are not copied for two fields.
        """
        for row in rows:
            case = None if row["is_settled"] else self.cases.get(row["id"])
            row["state"] = case.state if case else ("" if row["is_settled"] else "open")
            row["assignee"] = case.assignee if case else ""

    def columns(self, ids: Sequence[str], settled: Sequence[bool]) -> dict[str, list[str]]:
        """Give the states and the assignees of rows that are told by their ids."""
        rows: list[Row] = [
            {"id": each, "is_settled": is_settled} for each, is_settled in zip(ids, settled, strict=True)
        ]
        self.join(rows)
        return {name: [row[name] for row in rows] for name in ("state", "assignee")}


async def row_states(services: Services, workspace: Workspace, card: Card) -> RowStates:
    """Give how the rows of a card stand now."""
    (cases,), stands_at = await asyncio.gather(
        states_of(services, workspace, card),
        services.store.exceptions.stands_at(CardName(workspace.id, card.id)),
    )
    return RowStates(cases, stands_at)


async def with_first_seen(
    services: Services, workspace: Workspace, card: Card, rows: Sequence[Row], states: RowStates
) -> list[Row]:
    """Give a page's rows with the instant at which each was first found; null for a settled one."""
    ids = [row["id"] for row in rows if not row["is_settled"]]
    name, version = CardName(workspace.id, card.id), states.stands_at.version
    seen = await services.store.exceptions.first_seen(name, ids, version)
    return [row | {"first_seen": seen.get(row["id"])} for row in rows]


def columns_of(card: Card) -> tuple[tuple[str, str], ...]:
    """Give the columns of a card's file: its own, then state and assignee (decision 10)."""
    return (*(each for each in card.columns if each not in _COLUMNS), *_COLUMNS)


async def counted(
    services: Services,
    workspace: Workspace,
    card: Card,
    reading: Mapping[str, Any],
    cases: Mapping[str, ExceptionCase],
) -> dict[str, Any]:
    """Count a reading's rows by state, and give what is held against its threshold without the quiet ones.

    `cases` has those that people changed, by row id. Rows are read only where people keep some quiet, and of
    them only these.
    """
    there = await open_among(services, reading, cases)
    here = {case_id: cases[case_id].state for case_id in there}
    states = Counter(here.values())
    states["open"] += reading.get("row_count", 0) - states.total()
    quiet = [case_id for case_id, state in here.items() if state in QUIET]
    value = reading.get("compared")
    rows = await (await open_rows_of(services, reading)).of(quiet) if quiet and value is not None else {}
    if rows:
        judged = Judged(card, workspace.card(card.id), dict(reading), [*rows.values()], frozenset(rows))
        value = str(compared(judged)[0])
    return {"exceptions": {state: states[state] for state in STATES}, "alert_value": value}
