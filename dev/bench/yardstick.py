"""What the machine gives at the moment, by work that is none of ours.

Neighbours of a virtual machine share its cores and its cache: the same code took twice as long in some hours
as in others. Seconds of two runs are compared where these figures are alike.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

TIMES = 5
"""The best of so many counts."""
_STEPS = 50_000
_LOOK_UPS = 1 << 20
"""Of eight bytes each: more than a core has near it, and less than the cache that it shares."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """How long two pieces of work take that never change."""

    step: float
    """Microseconds of a step of plain Python: a text and a count made."""
    look_up: float
    """Nanoseconds of a look-up anywhere in 8 MB."""

    def as_json(self) -> dict[str, Any]:
        """Give it for machines."""
        return asdict(self)


def measure() -> Yardstick:
    """Take both, in a fifth of a second."""
    numbers = np.arange(_LOOK_UPS)
    places = np.random.default_rng(0).permutation(_LOOK_UPS)
    return Yardstick(
        step=_best(_plain_python) / _STEPS * 1e6,
        look_up=_best(lambda: numbers[places]) / _LOOK_UPS * 1e9,
    )


def _plain_python() -> None:
    counts: dict[str, int] = {}
    for number in range(_STEPS):
        name = f"number {number % 1_000}"
        counts[name] = counts.get(name, 0) + number


def _best(work: Callable[[], Any]) -> float:
    found = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)
