"""How fast a connection may be called: one client-side budget for all of its pulls in a process.

A vendor's published limit is used and not fought: a call waits until the budget can pay for it, so that in
steady state no vendor has to refuse one. What the vendor says of its own count corrects ours.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """What a vendor allows, in the units that it counts: calls, or points.

    Within any stretch of `t` seconds, `capacity + per_second * t` are spent at most.
    """

    capacity: float
    per_second: float
    parallel: int = 4
    """Calls that may be under way at once."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What an answer says of the vendor's own count; None where it does not say."""

    available: float
    capacity: float | None = None
    per_second: float | None = None
    resets_in: float | None = None
    """Seconds until the vendor's count begins anew, where it does so all at once."""


UNLIMITED = Limit(capacity=float("inf"), per_second=float("inf"))


class Pace:
    """One connection's budget: a bucket that fills at the vendor's rate."""

    def __init__(
        self,
        limit: Limit,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.limit = limit
        self._clock, self._sleep = clock, sleep
        self._level, self._filled_at = limit.capacity, clock()
        self._resets_at: float | None = None
        self._under_way = asyncio.Semaphore(limit.parallel)

    @asynccontextmanager
    async def turn(self, cost: float = 1.0) -> AsyncIterator[None]:
        """Wait until a call of this cost can be paid for and a place is free, and hold the place."""
        async with self._under_way:
            await self._pay(cost)
            yield

    def learn(self, signal: Signal) -> None:
        """Take over what the vendor says; calls under way may have made it newer than our count."""
        now = self._clock()
        self.limit = Limit(
            self.limit.capacity if signal.capacity is None else signal.capacity,
            self.limit.per_second if signal.per_second is None else signal.per_second,
            self.limit.parallel,
        )
        self._level, self._filled_at = min(signal.available, self.limit.capacity), now
        self._resets_at = None if signal.resets_in is None else now + signal.resets_in

    async def _pay(self, cost: float) -> None:
        self._fill()
        # Taken at once, even below zero: who comes next waits behind this call.
        self._level -= min(cost, self.limit.capacity)
        if self._level >= 0:
            return
        wait = -self._level / self.limit.per_second
        if self._resets_at is not None:
            wait = min(wait, max(0.0, self._resets_at - self._clock()))
        await self._sleep(wait)

    def _fill(self) -> None:
        now = self._clock()
        if self._resets_at is not None and now >= self._resets_at:
            self._level, self._resets_at = self.limit.capacity, None
        elif self.limit.per_second != float("inf"):
            self._level += (now - self._filled_at) * self.limit.per_second
        self._level = min(self._level, self.limit.capacity)
        self._filled_at = now
