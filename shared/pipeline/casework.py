"""What people do about exceptions: found by id over the cards that they may see, changed step by step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.cards.card import Card
from shared.domain.exceptions import ExceptionCase, Incomplete, NotAllowed, Step, lapsed
from shared.domain.severity import SEVERITIES, Severity, severity_of
from shared.domain.windows import age_in_days, text
from shared.domain.workspace import Workspace
from shared.pipeline.open_rows import OpenRows, open_rows_of
from shared.pipeline.services import Services
from shared.store.exception_entities import CardName, Entry, KeptException, Taken

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """An exception as people see it now."""

    kept: KeptException
    case: ExceptionCase
    """As it stands at this instant: lapsed snoozes are over."""
    row: Row | None
    """Its row in the card's last reading; None once it is gone from there."""
    age_days: int | None
    severity: Severity


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a bulk change did to one exception."""

    id: str
    problem: str = ""
    """"" where it was done; otherwise `unknown`, `not_allowed` or `incomplete`."""
    message: str = ""
    state: str = ""


async def listed(services: Services, workspace: Workspace, cards: Iterable[Card]) -> list[Shown]:
    """Give every exception of these cards, the most urgent first, of those the oldest."""
    found: list[Shown] = []
    for card in cards:
        rows = await _rows(services, workspace, card)
        every = await services.store.exceptions.every(CardName(workspace.id, card.id))
        found += [_shown(services, workspace, kept, rows.get(kept.case.id)) for kept in every]
    return sorted(found, key=place_of)


def place_of(shown: Shown) -> tuple[int, str, str]:
    """Give where an exception stands in the list: by severity, then by age."""
    since = shown.kept.summary.get("occurred_at") or shown.kept.case.first_seen
    return -SEVERITIES.index(shown.severity), str(since), shown.kept.case.id


async def found_by(
    services: Services, workspace: Workspace, cards: Iterable[Card], case_id: str
) -> Shown | None:
    """Give the exception of this id, if one of these cards has it."""
    for card in cards:
        kept = await services.store.exceptions.get(CardName(workspace.id, card.id), case_id)
        if kept is not None:
            rows = await (await _open(services, workspace, card)).of([case_id])
            return _shown(services, workspace, kept, rows.get(case_id))
    return None


async def change(
    services: Services, workspace: Workspace, shown: Shown, step: Step, etag: str | None = None
) -> Shown:
    """Take one step; raises NotAllowed, Incomplete, and Conflict where it changed since `etag`."""
    card = CardName(workspace.id, shown.kept.card)
    kept = await services.store.exceptions.take(card, shown.kept.case.id, step, etag=etag)
    return _shown(services, workspace, kept, shown.row)


async def change_all(
    services: Services, workspace: Workspace, cards: Sequence[Card], steps: Mapping[str, Step]
) -> list[Outcome]:
    """Take one step for each of these exceptions, each by itself, and say for each what came of it."""
    taken: dict[str, Taken] = {}
    for card, ids in (await _by_card(services, workspace, cards, steps)).items():
        taken |= await services.store.exceptions.take_all(card, {each: (steps[each], None) for each in ids})
    return [_outcome(case_id, taken.get(case_id)) for case_id in steps]


async def _by_card(
    services: Services, workspace: Workspace, cards: Sequence[Card], ids: Iterable[str]
) -> dict[CardName, list[str]]:
    """Give which card has which of these exceptions: the one with such a row, else the one that knows it."""
    left = list(ids)
    found: dict[CardName, list[str]] = {}
    for card in cards:
        rows = (await _open(services, workspace, card)).numbers
        found[CardName(workspace.id, card.id)] = [each for each in left if each in rows]
        left = [each for each in left if each not in rows]
    for name, mine in found.items():
        there = await services.store.exceptions.get_all(name, left)
        mine.extend(there)
        left = [each for each in left if each not in there]
    return found


def _outcome(case_id: str, taken: Taken | None) -> Outcome:
    match taken:
        case None:
            return Outcome(case_id, "unknown", "There is no such exception that your key opens.")
        case NotAllowed():
            return Outcome(case_id, "not_allowed", str(taken))
        case Incomplete():
            return Outcome(case_id, "incomplete", f"{taken.field}: {taken}")
        case _:
            return Outcome(case_id, state=taken.state)


async def log_of(
    services: Services, workspace: Workspace, cards: Iterable[Card], since: str, until: str
) -> list[Entry]:
    """Give what happened to the exceptions of these cards between two instants, the oldest first."""
    names = [CardName(workspace.id, card.id) for card in cards]
    return await services.store.exceptions.log(names, since, until)


async def states_of(services: Services, workspace: Workspace, *cards: Card) -> list[dict[str, ExceptionCase]]:
    """Give how each card's exceptions stand that people changed, by row id; every other row is open."""
    now = text(services.clock())
    found = await services.store.exceptions.touched_of(workspace.id, [card.id for card in cards])
    return [{case_id: lapsed(case, now) for case_id, case in touched.items()} for touched in found]


async def open_rows(services: Services, reading: Mapping[str, Any] | None) -> list[Row]:
    """Give the open rows that a reading shows; none once they are not kept any more.

    What is settled stands behind them and is not read.
    """
    found: list[Row] = []
    if not reading or not reading.get("rows_of") or not reading["row_count"]:
        return found
    pages = services.store.readings.pages(reading["workspace"], reading["card"], reading["rows_of"])
    try:
        async for page in pages:
            found += [row for row in page if not row["is_settled"]]
            if len(found) >= reading["row_count"]:
                break
    except LookupError:
        return []
    return found


async def _open(services: Services, workspace: Workspace, card: Card) -> OpenRows:
    return await open_rows_of(services, await services.store.readings.latest(workspace.id, card.id))


async def _rows(services: Services, workspace: Workspace, card: Card) -> dict[str, Row]:
    reading = await services.store.readings.latest(workspace.id, card.id)
    return {row["id"]: row for row in await open_rows(services, reading)}


def _shown(services: Services, workspace: Workspace, kept: KeptException, row: Row | None) -> Shown:
    now = workspace.now(services.clock())
    occurred_at = kept.summary.get("occurred_at") or kept.case.first_seen
    age = age_in_days(occurred_at, now, workspace) if occurred_at else None
    amount = (row or kept.summary).get("gap")
    severity = severity_of(age, None if amount is None else Decimal(amount))
    return Shown(kept, lapsed(kept.case, text(services.clock())), row, age, severity)
