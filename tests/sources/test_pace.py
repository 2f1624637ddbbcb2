"""The budget of a connection: never more than the vendor allows, in turn, and corrected by what it says."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import combinations_with_replacement
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.vendors.scaled_time import now, run
from shared.errors import RetryLater
from shared.sources.pace import UNLIMITED, Limit, Pace, Signal
from tests.sources.counting_vendors import Bucket, Quota, Window

costs = st.lists(st.sampled_from([0.5, 1.0, 2.0, 7.0]), min_size=1, max_size=25)
limits = st.builds(
    Limit,
    capacity=st.sampled_from([1.0, 3.0, 10.0]),
    per_second=st.sampled_from([0.5, 2.0, 10.0]),
    parallel=st.integers(1, 4),
)
delays = st.lists(st.sampled_from([0.0, 0.1, 1.0, 5.0]), min_size=25, max_size=25)


def paced(limit: Limit) -> Pace:
    """Give a budget in the running loop's time."""
    return Pace(limit, clock=now)


class Calls:
    """Calls that tasks send through a budget, noted as they go out."""

    def __init__(self, pace: Pace, seconds: float = 0.1) -> None:
        self.pace, self.seconds = pace, seconds
        self.sent: list[tuple[float, float]] = []
        """When, and for how much."""
        self.order: list[int] = []
        self.at_once = self.most_at_once = 0

    async def send(self, number: int = 0, cost: float = 1.0, delay: float = 0.0) -> None:
        """Send one call, after a delay."""
        await asyncio.sleep(delay)
        async with self.pace.turn(cost):
            self.sent.append((now(), cost))
            self.order.append(number)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await asyncio.sleep(self.seconds)
            self.at_once -= 1


def stretches(sent: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Give each stretch from one call to another: its seconds, and what was spent, both calls included."""
    return [
        (sent[last][0] - sent[first][0], sum(cost for _, cost in sent[first : last + 1]))
        for first, last in combinations_with_replacement(range(len(sent)), 2)
    ]


@given(limits, costs, delays)
def test_no_stretch_spends_more_than_the_limit(limit: Limit, wanted: list[float], delay: list[float]) -> None:
    """Within any t seconds at most capacity + per_second * t goes out, and all of it in the end."""

    async def main() -> list[tuple[float, float]]:
        calls = Calls(paced(limit))
        await asyncio.gather(*(calls.send(0, cost, late) for cost, late in zip(wanted, delay, strict=False)))
        assert calls.most_at_once <= limit.parallel
        return calls.sent

    sent = run(main())
    assert sorted(cost for _, cost in sent) == sorted(wanted)
    # What no full budget pays counts as a full one.
    charged = [(moment, min(cost, limit.capacity)) for moment, cost in sent]
    assert all(spent <= limit.capacity + limit.per_second * t + 1e-4 for t, spent in stretches(charged))


@given(st.integers(1, 5), st.sampled_from([1.0, 10.0]), costs, delays)
def test_no_window_holds_more_than_the_limit(
    capacity: int, window: float, wanted: list[float], delay: list[float]
) -> None:
    """Where a vendor counts over a window, no such stretch holds more than its capacity."""
    limit = Limit(capacity, capacity / window, window=window)

    async def main() -> list[tuple[float, float]]:
        calls = Calls(paced(limit))
        await asyncio.gather(*(calls.send(0, cost, late) for cost, late in zip(wanted, delay, strict=False)))
        return calls.sent

    charged = [(moment, min(cost, capacity)) for moment, cost in run(main())]
    assert len(charged) == min(len(wanted), len(delay))
    assert all(spent <= capacity + 1e-4 for t, spent in stretches(charged) if t < window - 1e-4)


@given(limits, costs)
def test_who_asked_first_goes_first(limit: Limit, wanted: list[float]) -> None:
    """A cheap call does not pass a dear one that waits: nobody starves."""

    async def main() -> list[int]:
        calls = Calls(paced(limit))
        await asyncio.gather(*(calls.send(number, cost) for number, cost in enumerate(wanted)))
        return calls.order

    assert list(range(len(wanted))) == run(main())


async def spend(pace: Pace, calls: int) -> float:
    """Send calls one after another and give the seconds that they took."""
    began = now()
    for _ in range(calls):
        async with pace.turn():
            pass
    return now() - began


@pytest.mark.parametrize(
    ("limit", "calls", "seconds"),
    [
        (Limit(10, 2), 10, 0),
        (Limit(10, 2), 30, 10),
        (Limit(10, 1, window=10), 30, 20),
        (Limit(0.5, 1), 3, 1),
        (UNLIMITED, 1_000, 0),
    ],
)
def test_a_limit_is_used_in_full(limit: Limit, calls: int, seconds: float) -> None:
    """A pull takes as long as the limit makes it, and no longer."""
    assert pytest.approx(seconds, abs=1e-3) == run(spend_on(limit, calls))


async def spend_on(limit: Limit, calls: int) -> float:
    """Spend a new budget."""
    return await spend(paced(limit), calls)


@pytest.mark.parametrize("limit", [Limit(2, 1, parallel=1), Limit(2, 1, parallel=1, window=2)])
def test_a_call_that_fails_gives_its_place_back(limit: Limit) -> None:
    """An error, or a caller that is cancelled while it waits or calls, leaves the place to the next."""

    async def main() -> None:
        pace = paced(limit)
        with pytest.raises(ValueError, match="broken"):
            async with pace.turn():
                raise ValueError("broken")
        calls = Calls(pace, seconds=100)
        tasks = [asyncio.create_task(calls.send()) for _ in range(3)]
        await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert len(calls.sent) == 1
        await asyncio.wait_for(spend(pace, 4), timeout=20)
        assert pace._under_way == 0

    run(main())


def test_what_the_vendor_says_counts() -> None:
    """A count lower than ours makes us wait, a higher one does not; another rate is taken over."""

    async def main() -> list[float]:
        pace = paced(Limit(10, 1))
        pace.learn(Signal(available=0))
        low = await spend(pace, 3)
        pace.learn(Signal(available=8, capacity=20, per_second=2))
        high = await spend(pace, 8)
        return [low, high, await spend(pace, 4)]

    assert pytest.approx([3, 0, 2], abs=1e-3) == run(main())


def test_a_count_that_begins_anew_is_waited_for() -> None:
    """Until a vendor's window resets nothing comes back; then all of it is there at once."""

    async def main() -> list[float]:
        pace = paced(Limit(10, 1))
        pace.learn(Signal(available=2, resets_in=25))
        return [await spend(pace, 2), await spend(pace, 1), await spend(pace, 9)]

    assert pytest.approx([0, 25, 0], abs=1e-3) == run(main())


def test_a_throttled_call_holds_all_others() -> None:
    """The other pulls of the connection wait as well, and then for the budget."""

    async def main() -> list[float]:
        pace = paced(Limit(10, 1))
        calls = Calls(pace, seconds=0)
        await asyncio.gather(pace.rest(7, is_spent=True), *(calls.send() for _ in range(9)))
        return [moment for moment, _ in calls.sent]

    assert pytest.approx([7, 7, 7, 7, 7, 7, 7, 8, 9], abs=1e-3) == run(main())


def test_a_long_wait_is_left_to_the_queue() -> None:
    """A budget that asks for more than the caller's patience raises, and is not spent by that."""

    async def main() -> None:
        pace = paced(Limit(10, 0.01))
        await spend(pace, 10)
        with pytest.raises(RetryLater, match="used up for 100 s") as caught:
            async with pace.turn(patience=60):
                pass
        assert caught.value.seconds == pytest.approx(100)
        await asyncio.sleep(60)
        async with pace.turn(patience=60):
            pass

    run(main())


def test_a_budget_outlives_an_event_loop() -> None:
    """The next call of the process, in a loop of its own, finds the budget as the last one left it."""
    clock, slept = [0.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pace = Pace(Limit(2, 1, parallel=1), clock=lambda: clock[0], sleep=sleep)

    async def main() -> None:
        async def one() -> None:
            async with pace.turn():
                await asyncio.sleep(0)

        await asyncio.gather(one(), one(), one())

    asyncio.run(main())
    asyncio.run(main())
    assert pytest.approx([1, 1, 1, 1]) == slept


VENDORS: dict[str, tuple[Callable[[], Any], Limit]] = {
    "bucket": (lambda: Bucket(Limit(100, 10), 0.0), Limit(100, 10)),
    "bucket that refunds": (lambda: Bucket(Limit(100, 10), 0.5), Limit(100, 10)),
    "smaller bucket than we think": (lambda: Bucket(Limit(60, 5), 0.0), Limit(60, 10)),
    "window": (lambda: Window(Limit(20, 2, window=10)), Limit(20, 2, window=10)),
    "quota": (lambda: Quota(Limit(20, 2, window=10)), Limit(20, 2, window=10)),
}


@pytest.mark.parametrize("vendor", VENDORS)
@given(latencies=st.lists(st.sampled_from([0.05, 0.3, 1.0]), min_size=60, max_size=60))
def test_learning_never_overspends(vendor: str, latencies: list[float]) -> None:
    """Answers that arrive late and out of order never make us send what the vendor would refuse."""
    make, limit = VENDORS[vendor]

    async def main() -> int:
        server, pace = make(), paced(limit)

        async def call(number: int, latency: float) -> None:
            cost = 1.0 if limit.window else 5.0 + number % 3
            async with pace.turn(cost) as turn:
                said = server.take(cost)
                await asyncio.sleep(latency)
            pace.learn(said, turn)

        await asyncio.gather(*(call(number, latency) for number, latency in enumerate(latencies)))
        return int(server.refused)

    assert run(main()) == 0


@given(refusals=st.lists(st.integers(1, 150), min_size=1, max_size=4))
def test_a_limit_that_lasts_so_long_passes(refusals: list[int]) -> None:
    """What narrows the limit for a while is over that long after it was said last; the usual is back."""

    async def main() -> None:
        pace = paced(UNLIMITED)
        for seconds in refusals:
            async with pace.turn() as turn:
                pass
            pace.learn(Signal(0, capacity=1, per_second=0.2, lasts=100), turn)
            await asyncio.sleep(seconds)
        if refusals[-1] < 100:
            assert pace.limit.per_second == 0.2
            await asyncio.sleep(100)
        calls = Calls(pace)
        await asyncio.gather(*(calls.send() for _ in range(9)))
        assert pace.limit == UNLIMITED
        assert calls.sent[-1][0] - calls.sent[0][0] < 1

    run(main())


@pytest.mark.parametrize("sleep", [asyncio.sleep])
async def test_a_budget_that_can_pay_waits_for_nothing(sleep: Callable[[float], Awaitable[None]]) -> None:
    """Without a limit no call is held up."""
    pace = Pace(UNLIMITED, sleep=sleep)
    async with pace.turn(), pace.turn(1_000.0):
        pace.learn(Signal(available=3))
    async with pace.turn():
        pass
