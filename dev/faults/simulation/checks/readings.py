"""Whatever a reading shows is right for what it knows, at every moment; in the end it knows everything.

None takes the place of a later one.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from dev.faults.simulation.checks.endings import Ending
from dev.faults.simulation.clock import told
from dev.faults.simulation.journal import Shown
from dev.faults.simulation.schedule import END, ROUND
from dev.faults.simulation.truth import NotJudged, Truth
from shared.cards.card import Judgement
from shared.domain.money import format_money
from shared.pipeline.history import JUDGED
from shared.pipeline.reading import Answer, open_rows
from shared.store.readings import pages_of

Document = dict[str, Any]
_MISSED_ROUNDS = 3


async def broken(ending: Ending) -> AsyncIterator[str]:
    """Say which readings were wrong when they were shown, and which are in the end."""
    truth = Truth(ending.ground, await ending.services.store.decisions.of(ending.workspace))
    seen: set[str] = set()
    for shown in ending.ground.journal.shown:
        reading = shown.reading
        before = ending.last.get(reading["card"])
        if before is not None and reading["as_of"] < before.reading["as_of"]:
            yield f"at {told(shown.at)} {reading['card']} goes back to {reading['as_of']}"
        ending.last[reading["card"]] = shown
        mark = f"{reading['card']} {reading['as_of']} {reading['inputs']} {reading.get('rows_digest')}"
        if reading["status"] in JUDGED and mark not in seen:
            seen.add(mark)
            async for each in _wrong(ending, truth, shown):
                yield f"at {told(shown.at)} {each}"
    for card in ending.cards:
        async for each in _wrong_in_the_end(ending, truth, card):
            yield f"in the end {each}"


async def _wrong(ending: Ending, truth: Truth, shown: Shown) -> AsyncIterator[str]:
    for each in _stale(shown.reading, truth.slack):
        yield each
    try:
        if await _right(truth, shown) is None:
            yield await _said(ending, truth, shown)
    except NotJudged as error:
        yield f"as of {shown.reading['as_of']} {shown.reading['card']} {error}"


async def _wrong_in_the_end(ending: Ending, truth: Truth, card: str) -> AsyncIterator[str]:
    shown = ending.last.get(card)
    if shown is None or shown.reading["status"] not in JUDGED:
        yield f"{card} is held: {shown.reading['waiting_for'] if shown else 'it was never judged'}"
    elif (answer := await _right(truth, shown, is_final=True)) is None:
        yield await _said(ending, truth, shown, is_final=True)
    elif shown.at < END - ROUND:
        yield f"{card} is of {shown.reading['as_of']}"
    elif answer.judgement is not None and answer.older is not None:
        ending.open_cases[card] = {row.id for row in answer.judgement.rows} | answer.older.open.keys()


def _stale(reading: Document, slack: float) -> list[str]:
    """Name the inputs that a judged reading should not have trusted any more."""
    as_of = datetime.fromisoformat(reading["as_of"])
    oldest = as_of - timedelta(seconds=_MISSED_ROUNDS * ROUND + 2 * slack)
    return [
        f"{reading['card']} is judged from {each['stream']} of {each['connection']}, "
        f"read {each['last_success_at']}"
        for each in reading["inputs"]
        if each["last_success_at"] is None or datetime.fromisoformat(each["last_success_at"]) < oldest
    ]


async def _right(truth: Truth, shown: Shown, *, is_final: bool = False) -> Answer | None:
    """Give the answer that a reading shows; None where no facts that it may know lead to it."""
    async for each in truth.possible(shown.reading, shown.at, is_final=is_final):
        if _is_same(shown.reading, each.judgement):
            return each
    return None


def _is_same(reading: Document, judgement: Judgement | None) -> bool:
    if judgement is None:
        return False
    value = format_money(judgement.value) if reading["unit"] == "money" else judgement.value
    if value != reading["value"] or len(judgement.rows) != reading["row_count"]:
        return False
    return bool(pages_of(open_rows(judgement)).digest == reading["rows_digest"])


async def _said(ending: Ending, truth: Truth, shown: Shown, *, is_final: bool = False) -> str:
    reading = shown.reading
    rows = await ending.services.store.readings.rows(
        reading["workspace"], reading["card"], reading["rows_of"]
    )
    expected = (await anext(truth.possible(reading, shown.at, is_final=is_final))).judgement
    if expected is None:
        return f"{reading['card']} as of {reading['as_of']} cannot be judged"
    inputs = {f"{each['connection']} {each['stream']}": each["complete_until"] for each in reading["inputs"]}
    shows = sorted(str(each["name"]) for each in rows)
    should = sorted(str(each["name"]) for each in open_rows(expected))
    differs = ""
    if shows == should:
        rights = {str(each["id"]): each for each in open_rows(expected)}
        for each in rows:
            right = rights.get(str(each["id"]), {})
            differs += str({k: (v, right.get(k)) for k, v in each.items() if right.get(k) != v})
    return (
        f"{reading['card']} as of {reading['as_of']} shows {reading['value']} {shows}, "
        f"but {expected.value} {should} is right for {inputs} {differs}"
    )
