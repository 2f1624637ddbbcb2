"""How fast a connection may be called: one client-side budget for all of its pulls in a process.

A vendor's published limit is used and not fought: a call waits until the budget can pay for it, so that in
steady state no vendor has to refuse one. What the vendor says of its own count corrects ours.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass, replace
from threading import Lock

from shared.errors import RetryLater
from shared.sources.loops import PerLoop
from shared.sources.retry_after import LONGEST_WAIT

_HAIR = 1e-6
"""What sums of fractions may be off by."""
_ALL = float("inf")
_LONG = 60.0
"""Seconds to wait where nothing tells how long."""
_MOST = 1e9
"""The largest figure that is believed of a vendor."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a vendor allows, in the units that it counts: calls, or points.

    Within any stretch of `t` seconds, `capacity + per_second * t` are spent at most; with a `window`,
    `capacity` at most within any stretch of so many seconds.
    """

    capacity: float
    per_second: float
    parallel: int = 4
    """Calls that may be under way at once."""
    window: float | None = None
    """Seconds over which the vendor counts calls; None where it has a bucket that fills all the time."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What an answer says of the vendor's own count; None where it does not say."""

    available: float
    capacity: float | None = None
    per_second: float | None = None
    resets_in: float | None = None
    """Seconds until the vendor's count begins anew, where it does so all at once."""
    lasts: float | None = None
    """Seconds after which the limit from before counts again; None where this one stays."""


UNLIMITED = Limit(capacity=_ALL, per_second=_ALL)


@dataclass(frozen=True, slots=True)
class Turn:
    """One call that is let out."""

    ended_before: float
    """What all calls had cost that had ended when it began."""
    cost: float


class _Gate:
    """Who is under way, and whose turn is next: both in the order of asking."""

    def __init__(self, parallel: int) -> None:
        self.places = asyncio.Semaphore(parallel)
        self.turn = asyncio.Lock()


class Pace:
    """One connection's budget, safe to share between pulls, event loops and threads.

    What is owed goes down at the limit's rate; of a window, what was spent comes back when it is over.
    """

    def __init__(
        self,
        limit: Limit,
        *,
        name: str = "the connection",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.limit = limit
        self.name = name
        self._clock, self._sleep = clock, sleep
        self._slept_to = -_ALL
        self._owed, self._owed_at = 0.0, clock()
        self._spent: deque[tuple[float, float]] = deque()
        """When each amount comes back, of a limit with a window."""
        self._under_way, self._ended = 0.0, 0.0
        self._resets_at: float | None = None
        self._usual, self._usual_from = limit, _ALL
        """The limit that counts again once a narrower one has passed, and when that is."""
        self._held_until = -_ALL
        self._gate = PerLoop(lambda: _Gate(limit.parallel))
        self._lock = Lock()
        self._beside: dict[Limit, Pace] = {}

    def beside(self, limit: Limit) -> "Pace":
        """Give the budget of another limit that the same connection has, counted by itself."""
        with self._lock:
            made = Pace(limit, name=self.name, clock=self._clock, sleep=self._sleep)
            return self._beside.setdefault(limit, made)

    @asynccontextmanager
    async def turn(self, cost: float = 1.0, patience: float = _ALL) -> AsyncIterator[Turn]:
        """Wait until a call of this cost can be paid for and a place is free, and hold the place.

        Raises RetryLater where the budget asks to wait for longer than `patience` seconds.
        """
        gate = self._gate()
        async with gate.places:
            async with gate.turn:
                turn = await self._pay(cost, patience)
            try:
                yield turn
            finally:
                self._end(turn)

    def learn(self, signal: Signal, turn: Turn | None = None) -> None:
        """Take over what the vendor says in the answer to a turn that has ended.

        It may not have counted yet what is under way, nor what ended while the turn lasted.
        """
        with self._lock:
            now = self._now()
            free = self._available(now)
            if not all(-_MOST <= each <= _MOST for each in astuple(signal) if each is not None):
                return  # no vendor means it, and sums with it would never come out
            if signal.lasts is not None:
                if self._usual_from == _ALL:
                    self._usual = self.limit
                self._usual_from = now + signal.lasts
            self.limit = replace(
                self.limit,
                capacity=self.limit.capacity if signal.capacity is None else signal.capacity,
                per_second=self.limit.per_second if signal.per_second is None else signal.per_second,
            )
            self._resets_at = None if signal.resets_in is None else now + signal.resets_in
            if self.limit.capacity == _ALL:
                return
            beside = self._under_way + (self._ended - turn.ended_before - turn.cost if turn else 0.0)
            told = min(signal.available, self.limit.capacity) - beside
            if self.limit.window is None:
                self._owed = self.limit.capacity - told
            else:
                self._owed = max(0.0, self._owed + free - told)

    def hold(self, seconds: float, *, is_spent: bool = False) -> float:
        """Let no call go out for so long, and give until when; `is_spent` where the limit is used up."""
        with self._lock:
            now = self._now()
            self._held_until = max(self._held_until, now + seconds)
            if is_spent and self.limit.capacity != _ALL:
                self._owed += max(0.0, self._available(now))
            return now + seconds

    async def rest(self, seconds: float, *, is_spent: bool = False) -> None:
        """Hold all calls, and wait until that is over."""
        await self._sleep_to(self.hold(seconds, is_spent=is_spent), seconds)

    async def _pay(self, cost: float, patience: float) -> Turn:
        """Wait, again where the vendor said less meanwhile, and spend."""
        while True:
            with self._lock:
                now = self._now()
                # What no full budget could pay goes out once it is full.
                charged = min(cost, self.limit.capacity)
                wait = self._wait(now, charged)
                if wait <= 0:
                    self._under_way += charged
                    self._owed += charged if self.limit.window is None else 0.0
                    return Turn(self._ended, charged)
            if wait > patience:
                msg = f"{self.name}: the vendor's limit is used up for {wait:.0f} s"
                raise RetryLater(msg, min(wait, LONGEST_WAIT))
            await self._sleep_to(now + wait, wait)

    def _end(self, turn: Turn) -> None:
        """Give the place back; the vendor has counted the call by now, at the latest."""
        with self._lock:
            self._under_way -= turn.cost
            self._ended += turn.cost
            if self.limit.window is not None:
                self._spent.append((self._now() + self.limit.window, turn.cost))

    def _now(self) -> float:
        """Give the time, which no slept second is missing from."""
        return max(self._clock(), self._slept_to)

    async def _sleep_to(self, moment: float, seconds: float) -> None:
        await self._sleep(seconds)
        self._slept_to = max(self._slept_to, moment)

    def _wait(self, now: float, cost: float) -> float:
        """Give the seconds until so much is available and no rest holds; none or less where it is so now."""
        held = self._held_until - now
        lacking = cost - self._available(now)
        if lacking <= _HAIR:
            return held
        if self._resets_at is not None:
            return max(held, self._resets_at - now)
        fills = lacking / self.limit.per_second if self.limit.per_second > 0 else _ALL
        soonest = fills if lacking <= self._owed + _HAIR else _ALL
        back = 0.0
        for moment, amount in self._spent:
            back += amount
            if back + _HAIR >= lacking:
                soonest = min(soonest, moment - now)
                break
        if soonest == _ALL:
            # What is under way must end before its amount can come back.
            soonest = self.limit.window or _LONG
        return max(held, soonest, _HAIR)

    def _available(self, now: float) -> float:
        """Give what can be spent now."""
        if now >= self._usual_from:
            self.limit, self._usual_from = self._usual, _ALL
        if _ALL in {self.limit.capacity, self.limit.per_second}:
            self._owed = 0.0
            return self.limit.capacity
        if self._resets_at is not None and now >= self._resets_at:
            self._owed, self._resets_at = (0.0 if self.limit.window else self._under_way), None
            self._spent.clear()
        elif self._resets_at is None and self._owed > 0:
            self._owed = max(0.0, self._owed - (now - self._owed_at) * self.limit.per_second)
        self._owed_at = now
        while self._spent and self._spent[0][0] <= now:
            self._spent.popleft()
        if self.limit.window is None:
            return self.limit.capacity - self._owed
        return self.limit.capacity - self._owed - self._under_way - sum(amount for _, amount in self._spent)
