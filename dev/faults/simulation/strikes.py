"""Lets happen what a schedule's entries say, each at its time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from dev.faults.simulation import clock
from dev.faults.simulation.fleet import Fleet
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.instance import CURRENT
from dev.faults.simulation.people import ACTIONS, People
from dev.faults.simulation.timers import Timers
from dev.faults.simulation.wrong import Entry
from shared.pipeline import asking, pull


class Strikes:
    """Knows of each kind of entry what it does; one that waits for an operation is armed for it."""

    def __init__(self, ground: Ground, fleet: Fleet, timers: Timers) -> None:
        self._ground = ground
        self._fleet = fleet
        self._timers = timers
        self._people = People(ground, fleet)
        self._at_once: dict[str, Callable[[Entry], None]] = {
            **dict.fromkeys(ACTIONS, self._people.act),
            "skew": self._skew,
            "stop": self._stop,
            "vendor": self._vendor,
            "outage": self._outage,
            "slow": self._slow,
            "stalled": self._stalled,
            "channel": self._channel,
            "fold": lambda _: timers.fire("fold_nightly"),
            "upkeep": lambda _: timers.fire("notify_upkeep"),
            "evaluate": self._ask,
            "anew": self._ask,
        }

    def strike(self, entry: Entry) -> None:
        """Let an entry do what it says, or wait for what it strikes."""
        self._at_once.get(entry.kind, self._ground.armed.arm)(entry)

    def _skew(self, entry: Entry) -> None:
        if running := self._fleet.running:
            running[entry.nth % len(running)].skew = entry.seconds

    def _stop(self, entry: Entry) -> None:
        if running := self._fleet.running:
            running[entry.nth % len(running)].stop()

    def _vendor(self, entry: Entry) -> None:
        target, _, fault = entry.target.partition(" ")
        faults = self._ground.accounts[target].faults
        first = faults.calls + entry.nth
        faults.plan = {**faults.plan, **dict.fromkeys(range(first, first + entry.count), fault)}

    def _outage(self, entry: Entry) -> None:
        self._ground.out_until[entry.target] = clock.seconds() + entry.seconds

    def _slow(self, entry: Entry) -> None:
        faults = self._ground.accounts[entry.target].faults
        faults.seconds_a_call = float(entry.nth)
        asyncio.get_running_loop().call_later(entry.seconds, setattr, faults, "seconds_a_call", 0.0)

    def _stalled(self, entry: Entry) -> None:
        self._timers.stalled_until = clock.seconds() + entry.seconds

    def _channel(self, entry: Entry) -> None:
        self._ground.armed.arm(entry, f"channel {entry.target.partition(' ')[0]}")

    def _ask(self, entry: Entry) -> None:
        if instance := self._fleet.any():
            instance.start(_asked(self._ground, entry))


async def _asked(ground: Ground, entry: Entry) -> None:
    """Ask for something, as the app's routes do; what fails is told to who asked."""
    with suppress(Exception):
        services = await CURRENT.get().services()
        if entry.kind == "evaluate":
            await asking.request_evaluation(services, ground.workspace.id)
        elif connection := ground.workspace.connection(entry.target):
            await pull.enqueue_connection(services, ground.workspace, connection, is_anew=True)
