"""Vendors that do no more than count calls, refuse what is too much, and tell their count."""

from collections import deque

from dev.vendors.scaled_time import now
from shared.sources.pace import Limit, Signal


class Bucket:
    """A vendor that refuses what its bucket cannot pay, gives back a part, and tells its level."""

    def __init__(self, limit: Limit, refund: float) -> None:
        self.limit, self.refund = limit, refund
        self.level, self.at, self.refused = limit.capacity, 0.0, 0

    def take(self, cost: float) -> Signal:
        """Count a call."""
        self.level = min(self.limit.capacity, self.level + (now() - self.at) * self.limit.per_second)
        self.at = now()
        if self.level + 1e-6 < cost:
            self.refused += 1
        self.level -= cost * (1 - self.refund)
        return Signal(self.level, self.limit.capacity, self.limit.per_second)


class Window:
    """A vendor that counts over a sliding window and tells what is left in it."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.counted: deque[float] = deque()
        self.refused = 0

    def take(self, _: float) -> Signal:
        """Count a call."""
        while self.counted and self.counted[0] <= now() - (self.limit.window or 0) + 1e-6:
            self.counted.popleft()
        if len(self.counted) >= self.limit.capacity:
            self.refused += 1
        self.counted.append(now())
        return Signal(self.limit.capacity - len(self.counted))


class Quota(Window):
    """A vendor whose count begins anew at fixed moments."""

    def take(self, cost: float) -> Signal:
        """Count a call."""
        window = self.limit.window or 0
        begins = now() // window * window
        while self.counted and self.counted[0] < begins:
            self.counted.popleft()
        left = super().take(cost)
        return Signal(left.available, self.limit.capacity, None, begins + window - now())
