"""What a reading does to the exceptions of its card: they appear, are settled, and come back.

A fold over readings: only what changed since the last one is touched. A case that left its card's window
unresolved stays open; so does one that is older than the evaluation looked (docs/adr/0008).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.cards.card import Card
from shared.domain.exceptions import ExceptionCase, Step, next_step
from shared.pipeline import log
from shared.pipeline.collector import collect_young
from shared.pipeline.services import Services
from shared.store.exception_entities import CardName, KeptException, Summary
from shared.store.folds import Folded
from shared.store.tables import Conflict

Row = dict[str, Any]
Steps = Mapping[str, tuple[Step, Summary | None]]
_AT_ONCE = 1_000
"""So many exceptions are changed before memory is looked after."""
_SUMMARISED = ("order", "entity", "platform", "occurred_at", "gap", "currency", "reason", "cohort", "cause")
"""What is kept of a row: nothing that names a person, who is told by the row while there is one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a reading found open."""

    reading: Mapping[str, Any]
    rows: Sequence[Row]
    """Its open rows."""
    older: Mapping[str, str]
    """What came up before its window and is still unresolved: the instant of each by its id."""
    looked_since: str
    """What came up before this instant was not looked at."""


async def follow(services: Services, card: Card, found: Found) -> int:
    """Bring a card's exceptions to what a reading found; give how many changed.

    Nothing happens for a reading that is older than the one they stand at; the same one again does
    nothing more. Raises Conflict where another instance folds the same card: then it is to be done again.
    """
    reading = found.reading
    store = services.store.exceptions
    name = CardName(reading["workspace"], card.id)
    folded = await store.folds.of(name.partition)
    if reading["evaluation"] < folded.evaluation:
        return 0
    if not folded.evaluation:
        await store.prepare(name)
    was_open, known = await _before(services, name, folded)
    touched = await store.touched(name)
    was_open = {**was_open, **await _reopened(services, name, touched, was_open)}
    open_now = {row["id"]: row["occurred_at"] for row in found.rows} | dict(found.older)
    # What nobody looked at stays as it is: that it was not found says nothing.
    unseen = {
        case_id: at
        for case_id, at in was_open.items()
        if case_id not in open_now and at and at < found.looked_since
    }
    changed = (open_now.keys() ^ was_open.keys()) - unseen.keys()
    changed |= {case_id for case_id, case in touched.items() if case.state == "resolved"} & open_now.keys()
    if known is None:
        known = await store.get_all(name, sorted(changed))
    steps = _steps(found, changed, known, open_now)
    is_new = bool(steps) or folded.is_under_way or open_now | unseen != folded.open
    if steps:
        folded = await store.folds.begin(name.partition, folded)
        await _take(services, name, steps, known)
        log.step("follow", workspace=name.workspace, card=card.id, exceptions=len(steps))
    after = Folded(reading["evaluation"], open_now | unseen, etag=folded.etag)
    try:
        await store.folds.end(name.partition, after if is_new else replace(after, pages=folded.pages))
    except Conflict:
        await store.folds.doubt(name.partition)
        raise
    return len(steps)


async def _take(services: Services, name: CardName, steps: Steps, known: Mapping[str, KeptException]) -> None:
    """Take the steps, so many at a time; then what their requests left in circles is let go of.

    Otherwise a first evaluation holds more of it than of all records: the collector is at rest.
    """
    ids = list(steps)
    for start in range(0, len(ids), _AT_ONCE):
        part = {each: steps[each] for each in ids[start : start + _AT_ONCE]}
        await services.store.exceptions.take_all(name, part, known)
        collect_young()


async def _reopened(
    services: Services, name: CardName, touched: Mapping[str, ExceptionCase], was_open: Mapping[str, str]
) -> dict[str, str]:
    """Give what people reopened after it was settled, and when each came up: no reading has found it open."""
    live = [each for each, case in touched.items() if case.state != "resolved" and each not in was_open]
    found = await services.store.exceptions.get_all(name, sorted(live))
    return {case_id: each.summary.get("occurred_at", "") for case_id, each in found.items()}


async def _before(
    services: Services, name: CardName, folded: Folded
) -> tuple[Mapping[str, str], Mapping[str, KeptException] | None]:
    """Give what was open before a reading, when each came up, and the exceptions where all had to be read.

    Where a fold did not come to its end, what it has done stands in the exceptions alone.
    """
    if not folded.is_under_way:
        return folded.open, None if folded.evaluation else {}
    every = {each.case.id: each for each in await services.store.exceptions.every(name)}
    live = {
        case_id: each.summary.get("occurred_at", "")
        for case_id, each in every.items()
        if each.case.state != "resolved"
    }
    return live, every


def _steps(
    found: Found,
    changed: Iterable[str],
    known: Mapping[str, KeptException],
    open_now: Mapping[str, str],
) -> Steps:
    """Give the step that each of these cases takes, with what is then known of it; None keeps that."""
    rows = {row["id"]: row for row in found.rows}
    steps: dict[str, tuple[Step, Summary | None]] = {}
    for case_id in sorted(changed):
        kept = known.get(case_id)
        step = next_step(
            kept.case if kept else None,
            is_open=case_id in open_now,
            joined_at=found.reading["joined_at"] or "",
            as_of=found.reading["as_of"],
        )
        if step is None:
            continue
        summary = _summary(rows[case_id]) if case_id in rows else None
        if kept is None and summary is None:
            summary = {"occurred_at": open_now[case_id]}
        steps[case_id] = step, summary
    return steps


def _summary(row: Row) -> Summary:
    summary = {name: row[name] for name in _SUMMARISED if row.get(name)}
    if orders := row.get("orders"):
        summary["orders"] = [each["order"] for each in orders[:5] if "order" in each]
    return summary
