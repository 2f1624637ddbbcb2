"""What the machine gives: by work in which nothing of ours is, and by what its host gave to others.

Neighbours of a virtual machine share its cores and its cache: the same code took twice as long in some hours
as in others. Seconds of two runs are compared where these figures are alike.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

Clock = Callable[[], float]
STAT = Path("/proc/stat")
"""Where Linux counts what its processors did (proc_stat(5): the first line sums all up)."""
_TIMES = 5
"""The best of so many counts."""
_STEPS = 50_000
_LOOK_UPS = 1 << 20
"""Of eight bytes each: more than a core has near it, and less than the cache that it shares."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Processor time that this machine wanted: what it got, and what its host gave to others instead.

    It does not tell what neighbours took of the other half of a core, or of the cache: the yardstick does.
    """

    used: int = 0
    stolen: int = 0
    """0 also where the host does not tell."""

    def __add__(self, other: Self) -> "Ticks":
        """Give both together."""
        return Ticks(self.used + other.used, self.stolen + other.stolen)

    def __sub__(self, earlier: Self) -> "Ticks":
        """Give what came since."""
        return Ticks(self.used - earlier.used, self.stolen - earlier.stolen)

    @property
    def taken(self) -> float | None:
        """The part that others got, from 0 to 1; None where nothing was counted."""
        wanted = self.used + self.stolen
        return self.stolen / wanted if wanted else None


def ticks(stat: Path = STAT) -> Ticks:
    """Read what all processors did since the system started; nothing where it does not count that."""
    if not stat.exists():
        return Ticks()
    user, nice, system, _, _, irq, softirq, *more = stat.read_text("ascii").partition("\n")[0].split()[1:]
    # Guests' time comes last, and is in the first two already.
    return Ticks(sum(map(int, (user, nice, system, irq, softirq))), int(more[0]) if more else 0)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """How long two pieces of work take that change only with Python and numpy."""

    step: float
    """Microseconds of a step of plain Python: a text and a count made."""
    look_up: float
    """Nanoseconds of each of a million look-ups at random in 8 MB; they overlap."""

    def as_json(self) -> dict[str, Any]:
        """Give it for machines."""
        return asdict(self)


def measure(clock: Clock = time.perf_counter) -> Yardstick:
    """Take both, in well under a second."""
    numbers = np.arange(_LOOK_UPS)
    places, found = np.random.default_rng(0).permutation(_LOOK_UPS), np.empty_like(numbers)
    step = _best(_plain_python, clock) / _STEPS * 1e6
    # What comes out has its room beforehand: making that is work of its own.
    seconds = _best(lambda: numbers.take(places, out=found, mode="clip"), clock)
    return Yardstick(step, seconds / _LOOK_UPS * 1e9)


def _plain_python() -> None:
    counts: dict[str, int] = {}
    for number in range(_STEPS):
        name = f"number {number % 1_000}"
        counts[name] = counts.get(name, 0) + number


def _best(work: Callable[[], Any], clock: Clock) -> float:
    found = []
    for _ in range(_TIMES):
        began = clock()
        work()
        found.append(clock() - began)
    return min(found)
