"""Limits as vendors count them, enforced by a clock that a test may let run fast.

Each counter tells whether a call may come in, and counts those that may not.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from dev.vendors.scaled_time import now

_HAIR = 1e-6
"""What sums of fractions may be off by."""


@dataclass(kw_only=True)
class Limiter:
    """Counts calls: over a sliding window, in a window that begins anew, or in a bucket that fills."""

    capacity: float
    seconds: float
    """The window's length, or how long an empty bucket takes to fill."""
    kind: str = "window"
    """`window`, `quota` or `bucket`."""
    parallel: int = 1_000
    """Calls that may be under way at once."""
    clock: Callable[[], float] = now
    refused: int = 0
    taken: float = 0.0
    under_way: int = 0
    _counted: deque[tuple[float, float]] = field(default_factory=deque)
    _level: float | None = None
    _filled_at: float = 0.0

    def left(self) -> float:
        """Give what is left to spend now."""
        now = self.clock()
        if self.kind == "bucket":
            level = self.capacity if self._level is None else self._level
            rate = self.capacity / self.seconds
            self._level = min(self.capacity, level + (now - self._filled_at) * rate)
            self._filled_at = now
            return self._level
        begins = now // self.seconds * self.seconds if self.kind == "quota" else now - self.seconds + _HAIR
        while self._counted and self._counted[0][0] < begins:
            self._counted.popleft()
        return self.capacity - sum(cost for _, cost in self._counted)

    def take(self, cost: float = 1.0) -> bool:
        """Count a call, or refuse it."""
        if self.under_way > self.parallel or self.left() + _HAIR < cost:
            self.refused += 1
            return False
        self.taken += cost
        if self._level is not None:
            self._level -= cost
        else:
            self._counted.append((self.clock(), cost))
        return True

    def wait(self) -> float:
        """Give the seconds after which a refused caller is told to come back."""
        now = self.clock()
        if self.kind == "bucket":
            return 1.0
        if self.kind == "quota":
            return self.seconds - now % self.seconds
        return max(0.0, self._counted[0][0] + self.seconds - now) if self._counted else 0.0

    def shortest(self, spent: float) -> float:
        """Give the seconds that spending so much takes at least, from a full budget on."""
        if self.kind == "bucket":
            return max(0.0, spent - self.capacity) * self.seconds / self.capacity
        return max(0.0, (-(-spent // self.capacity) - 1) * self.seconds)
