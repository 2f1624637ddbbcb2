"""People: they work on exceptions, decide about buyers, take alerts on; and try again where it went wrong.

They ask as the app's routes do. Whoever got an answer relies on it; whoever got none may find it done or not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from azure.core.exceptions import AzureError

from dev.faults.simulation import clock
from dev.faults.simulation.fleet import Fleet
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.instance import CURRENT
from dev.faults.simulation.journal import Deed
from dev.faults.simulation.merchant import SAGE
from dev.faults.simulation.world import LEDGER, WORKSPACE, person
from dev.faults.simulation.wrong import Entry
from functions.alerts import alert_id
from shared.alerting.decide import acknowledge, lapsed, snooze, unquiet
from shared.cards import CARDS, card_of
from shared.domain.alerts import Alert
from shared.domain.exceptions import Incomplete, NotAllowed, Step
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import casework, decisions, quieting
from shared.pipeline.audit import Note
from shared.pipeline.services import Services
from shared.store.tables import Conflict

_TRIES = 3
_SNOOZED = timedelta(minutes=25)

Do = Callable[[Services, Workspace, Entry, Deed], Awaitable[None]]


class People:
    """Everybody who works with the app."""

    def __init__(self, ground: Ground, fleet: Fleet) -> None:
        self._ground = ground
        self._fleet = fleet
        self._number = 0

    def act(self, entry: Entry) -> None:
        """Let somebody do what an entry says."""
        self._number += 1
        asyncio.get_running_loop().create_task(self._try(entry, f"person {self._number}"))

    async def _try(self, entry: Entry, who: str) -> None:
        for number in range(1, _TRIES + 1):
            deed = Deed(clock.seconds(), entry.kind, f"{who}, try {number}", action=entry.target)
            instance = self._fleet.any()
            if instance is not None:
                self._ground.journal.deeds.append(deed)
                instance.start(self._do(entry, deed))
                await asyncio.sleep(20)
            self._ground.trace.add(who, entry.kind, deed.action, deed.about, deed.outcome)
            if instance is not None and deed.outcome != "unknown":
                return

    async def _do(self, entry: Entry, deed: Deed) -> None:
        try:
            services = await CURRENT.get().services()
            await _DONE[entry.kind](services, self._ground.workspace, entry, deed)
        except (Conflict, NotAllowed, Incomplete, decisions.Refused, ValueError):
            deed.outcome = "refused"
        except AzureError:
            return
        else:
            deed.outcome = "done"


async def _exception(services: Services, workspace: Workspace, entry: Entry, deed: Deed) -> None:
    cards = [card for card in CARDS if workspace.card(card.id).enabled]
    found = sorted(await casework.listed(services, workspace, cards), key=lambda each: each.kept.case.id)
    if not found:
        raise NotAllowed
    chosen = found[entry.nth % len(found)]
    now = services.clock()
    step = Step(
        at=text(now),
        who=deed.words,
        action=entry.target,  # type: ignore[arg-type]
        assignee="Kim" if entry.target == "assign" else "",
        until=text(now + _SNOOZED) if entry.target == "snooze" else "",
        reason="a sample" if entry.target == "ignore" else "",
        comment="looked at" if entry.target == "comment" else "",
    )
    deed.about, deed.card = chosen.kept.case.id, chosen.kept.card
    etag = chosen.kept.etag if entry.nth % 2 else None
    await casework.change(services, workspace, chosen, step, etag)


async def _alias(services: Services, workspace: Workspace, entry: Entry, deed: Deed) -> None:
    card = card_of(SAGE)
    reading = await services.store.readings.latest(WORKSPACE, SAGE)
    rows = await casework.open_rows(services, reading)
    if not rows or card is None:
        raise NotAllowed
    row = sorted(rows, key=lambda each: str(each["id"]))[entry.nth % len(rows)]
    wanted = decisions.Wanted(
        kind="alias", record=(LEDGER, "", f"C{entry.count}"), why="known", row=row["id"]
    )
    taken, _ = await decisions.decide(services, workspace, card, deed.words.partition(",")[0], wanted)
    deed.about = taken.id


async def _not_same(services: Services, workspace: Workspace, entry: Entry, deed: Deed) -> None:
    identity = f"email:{person(entry.nth).email}"
    wanted = decisions.Wanted(
        kind="not_same", record=(LEDGER, "", f"C{entry.nth}"), why="another", identity=identity
    )
    taken, _ = await decisions.decide(services, workspace, None, deed.words.partition(",")[0], wanted)
    deed.about = taken.id


async def _reverse(services: Services, workspace: Workspace, entry: Entry, deed: Deed) -> None:
    found = await services.store.decisions.of(WORKSPACE)
    if not found:
        raise NotAllowed
    chosen = found[entry.nth % len(found)]
    undone = await decisions.reverse(services, workspace, chosen, deed.words.partition(",")[0])
    deed.about = undone.id


async def _alert(services: Services, workspace: Workspace, entry: Entry, deed: Deed) -> None:
    """Do as functions/alerts.py does."""
    kept = sorted((await services.store.alerts.of(WORKSPACE)).items())
    if not kept:
        raise NotAllowed
    about, chosen = kept[entry.nth % len(kept)]
    now = text(services.clock())
    before = lapsed(chosen.alert, now)
    after = _quietened(before, entry.target, deed.words, now, text(services.clock() + _SNOOZED))
    deed.about = alert_id(about)
    what = Note("alert", deed.about, entry.target, before.state, after.state)
    await quieting.change_alert(services, workspace.id, deed.words, (after, chosen.etag), what)


def _quietened(alert: Alert, action: str, who: str, now: str, until: str) -> Alert:
    match action:
        case "acknowledge":
            return acknowledge(alert, who)
        case "snooze":
            return snooze(alert, who, until, now)
        case _:
            return unquiet(alert)


_DONE: dict[str, Do] = {
    "exception": _exception,
    "alias": _alias,
    "not_same": _not_same,
    "reverse": _reverse,
    "alert": _alert,
}
ACTIONS = frozenset(_DONE)
