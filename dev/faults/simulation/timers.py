"""The timers of a simulation: the app's own functions, fired when due, late, twice, or not at all."""

import asyncio
from contextlib import suppress

from dev.faults.simulation import app, clock
from dev.faults.simulation.fleet import Fleet
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.schedule import END, ROUND
from dev.faults.simulation.world import KINDS

_EVERY = {
    **{f"pull_{kind}": (0.0, ROUND) for kind in KINDS},
    "evaluate_catch_up": (420.0, 900.0),
    "notify_catch_up": (180.0, 600.0),
}
"""When each fires first, and how often, in seconds."""


class Timers:
    """Fires the app's timers."""

    def __init__(self, ground: Ground, fleet: Fleet) -> None:
        self._ground = ground
        self._fleet = fleet
        self.stalled_until = 0.0
        self._is_past_due: set[str] = set()

    async def run(self) -> None:
        """Fire each when it is due."""
        for at, name in _moments():
            await asyncio.sleep(at - clock.seconds())
            if at < self.stalled_until:
                self._is_past_due.add(name)
                continue
            late = sum(each.seconds for each in self._ground.armed.met({"timer_late"}))
            asyncio.get_running_loop().call_later(late, self.fire, name)
            if self._ground.armed.met({"timer_twice"}):
                asyncio.get_running_loop().call_later(late, self.fire, name)

    def fire(self, name: str) -> None:
        """Let an instance run a timer's function; where none runs, it is missed."""
        if instance := self._fleet.any():
            self._ground.trace.add(f"i{instance.number} runs {name}")
            instance.start(self._run(name, is_past_due=name in self._is_past_due))
        self._is_past_due.discard(name)

    async def _run(self, name: str, *, is_past_due: bool) -> None:
        with suppress(Exception):  # the boundary of one run
            await app.call_with_timer(app.functions()[name], is_past_due=is_past_due)


def _moments() -> list[tuple[float, str]]:
    found = []
    for name, (first, every) in _EVERY.items():
        at = first
        while at < END:
            found.append((at, name))
            at += every
    return sorted(found)
