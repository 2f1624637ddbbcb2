"""No exception and no step of one is lost, and in the end those are live that a reading shows."""

from collections.abc import AsyncIterator

from dev.faults.simulation.checks.endings import Ending
from shared.domain.exceptions import TIEOUT, replay
from shared.store.exception_entities import CardName, Entry, KeptException


async def broken(ending: Ending) -> AsyncIterator[str]:
    """Say which exceptions are not what their steps, the log and the last reading make of them."""
    store = ending.services.store.exceptions
    for card in ending.cards:
        name = CardName(ending.workspace, card)
        every = await store.every(name)
        log = await store.log([name])
        for each in every:
            for what in _wrong(each, [entry for entry in log if entry.exception == each.case.id]):
                yield f"{card} {each.case.id} {what}"
        known = {each.case.id for each in every}
        if lost := {entry.exception for entry in log} - known:
            yield f"{card}: there are steps of {sorted(lost)}, and no such exceptions"
        touched = await store.touched(name)
        by_people = {each.case.id: each.case for each in every if each.is_touched}
        if touched != by_people:
            yield f"{card}: what people changed is {sorted(touched)}, not {sorted(by_people)}"
        live = {each.case.id for each in every if each.case.state != "resolved"}
        if (expected := ending.open_cases.get(card)) is not None and live != expected:
            yield f"{card}: live are {sorted(live)}, but the last reading finds {sorted(expected)}"


def _wrong(kept: KeptException, log: list[Entry]) -> list[str]:
    found = []
    if replay(kept.case.id, kept.steps) != kept.case:
        found.append(f"is {kept.case}, which its steps do not lead to")
    if sorted(map(str, kept.steps)) != sorted(str(entry.step) for entry in log):
        found.append(f"has {len(kept.steps)} steps, and {len(log)} in the log")
    actions = [step.action for step in kept.steps if step.who == TIEOUT]
    if actions[:1] != ["appeared"]:
        found.append(f"began with {actions[:1]}")
    return found
