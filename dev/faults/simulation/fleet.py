"""The instances that run: each that ends is followed by another."""

import asyncio

from dev.faults.simulation.ground import Ground
from dev.faults.simulation.instance import Instance

_SHORTEST, _LONGEST = 2.0, 90.0
"""Seconds until an instance that has ended is replaced."""


class Fleet:
    """All instances."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._made = 0
        self._running: list[Instance] = []
        self._ending = 0
        for _ in range(ground.schedule.instances):
            self._begin()

    @property
    def running(self) -> list[Instance]:
        """Give the instances that take work; notes which have ended."""
        for each in [each for each in self._running if not each.takes_work]:
            self._running.remove(each)
            wait = self._ground.dice.uniform(_SHORTEST, _LONGEST)
            asyncio.get_running_loop().call_later(wait, self._begin)
        return self._running

    def any(self) -> Instance | None:
        """Draw one that runs."""
        running = self.running
        return self._ground.dice.choice(running) if running else None

    def heal(self) -> None:
        """Set all clocks right."""
        for each in self._running:
            each.skew = 0.0

    def _begin(self) -> None:
        self._made += 1
        self._running.append(Instance(self._ground, self._made))
        self._ground.trace.add(f"instance {self._made} begins")
        self._ground.noticed()
