"""What the machine gives at the moment, by work in which nothing of ours is.

Neighbours of a virtual machine share its cores and its cache: the same code took twice as long in some hours
as in others. Seconds of two runs are compared where these figures are alike.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

Clock = Callable[[], float]
STAT = Path("/proc/stat")
"""Where Linux counts what its processors did, in hundredths of a second since it started."""
_TIMES = 5
"""The best of so many counts."""
_STEPS = 50_000
_LOOK_UPS = 1 << 20
"""Of eight bytes each: more than a core has near it, and less than the cache that it shares."""


class Taken:
    """Which part of the processor time that this machine wanted went to other machines on its host.

    It does not tell what a neighbour took on the other half of a core, or of the cache: the yardstick does.
    """

    def __init__(self, stat: Path = STAT) -> None:
        self._stat = stat
        self._before = self._counts()

    def share(self) -> float | None:
        """Give the share since this was last asked, from 0 to 1; None where the system does not count it."""
        before, self._before = self._before, self._counts()
        if before is None or self._before is None:
            return None
        used, stolen = (after - count for after, count in zip(self._before, before, strict=True))
        return stolen / max(used + stolen, 1)

    def _counts(self) -> tuple[int, int] | None:
        """Give what was used and what was stolen (proc_stat(5): the first line sums all processors up)."""
        if not self._stat.exists():
            return None
        user, nice, system, _, _, irq, softirq, stolen, *_ = map(int, self._stat.read_text().split()[1:11])
        return user + nice + system + irq + softirq, stolen


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
