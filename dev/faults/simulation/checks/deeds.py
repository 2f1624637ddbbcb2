"""What people did and got an answer for is there, once; what was refused is not."""

from collections import Counter
from collections.abc import AsyncIterator

from dev.faults.simulation.checks.endings import Ending
from dev.faults.simulation.journal import Deed
from shared.pipeline.quieting import NOT_DONE
from shared.store.audit import AuditEntry
from shared.store.exception_entities import CardName


async def broken(ending: Ending) -> AsyncIterator[str]:
    """Say what of people's work is lost, doubled, or there though it was refused."""
    store = ending.services.store
    audit = await store.audit.between(ending.workspace)
    steps: Counter[str] = Counter()
    for card in ending.cards:
        for kept in await store.exceptions.every(CardName(ending.workspace, card)):
            steps.update(step.who for step in kept.steps)
    notes = Counter(each.who for each in audit)
    notes.subtract(2 * [each.who for each in audit if each.why == NOT_DONE])
    for deed in ending.ground.journal.deeds:
        if deed.kind == "exception":
            counted = steps[deed.words]
        elif deed.kind == "alert":
            counted = notes[deed.words]
        else:
            continue
        if problem := _problem(deed, counted):
            yield f"{deed.words} ({deed.action} of {deed.about}): {problem}"
    for check in (_alerts, _decisions):
        async for each in check(ending, audit):
            yield each


def _problem(deed: Deed, counted: int) -> str:
    match deed.outcome, counted:
        case "done", 0:
            return "was done and is lost"
        case "refused", 1:
            return "was refused and is there"
        case _, many if many > 1:
            return f"is there {many} times"
        case _:
            return ""


async def _alerts(ending: Ending, audit: list[AuditEntry]) -> AsyncIterator[str]:
    known = {each.who for each in audit}
    for about, kept in (await ending.services.store.alerts.of(ending.workspace)).items():
        if (who := kept.alert.quietened_by) and who not in known:
            yield f"the log does not tell that {who} keeps the alert of {about.card} quiet"


async def _decisions(ending: Ending, audit: list[AuditEntry]) -> AsyncIterator[str]:
    decisions = {each.id: each for each in await ending.services.store.decisions.of(ending.workspace)}
    noted = Counter((each.id, each.action) for each in audit if each.subject == "decision")
    for deed in ending.ground.journal.deeds:
        if deed.kind in {"alias", "not_same", "reverse"} and deed.outcome == "done":
            if deed.about not in decisions:
                yield f"{deed.words}: the decision {deed.about} is lost"
            elif deed.kind == "reverse" and not decisions[deed.about].reversed_at:
                yield f"{deed.words}: the decision {deed.about} stands again"
    for each in decisions.values():
        if not noted[each.id, each.kind]:
            yield f"the log does not tell of the decision {each.id}"
        if each.reversed_at and not noted[each.id, "reverse"]:
            yield f"the log does not tell that the decision {each.id} was taken back"
