"""Messages come twice, in any order: one instance at a time pulls a stream, and a late one does no harm."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.errors import RetryLater, SourceError
from shared.store.queues import EVALUATE, PULL
from tests.pipeline.bench import Bench
from tests.pipeline.vendors import order

ORDERS = [order(number) for number in range(7)]
IDS = [each.id for each in ORDERS]


async def test_a_stream_that_is_being_pulled_is_left_alone(bench: Bench) -> None:
    """A second message that comes while a page is read does nothing, and the first goes on undisturbed."""
    bench.orders.knows(*ORDERS)

    async def second() -> None:
        bench.clock.advance(minutes=14)
        await bench.pull()

    bench.orders.trouble = {2: second, 4: second}
    await bench.pull()
    assert bench.orders.given == IDS
    assert list(await bench.seen()) == IDS
    assert len(bench.orders.asked) == 1
    assert (await bench.drain()).count(EVALUATE) == 1


async def test_of_two_that_come_at_once_one_pulls(bench: Bench) -> None:
    """Two instances that take the same message at the same time agree on one of them."""
    bench.orders.knows(*ORDERS)
    await asyncio.gather(*(bench.pull() for _ in range(4)))
    assert bench.orders.given == IDS
    assert list(await bench.seen()) == IDS
    assert (await bench.drain()).count(EVALUATE) == 1


async def _goes_on(_: Bench) -> None:
    """Give the page, late."""


async def _fails(_: Bench) -> None:
    raise SourceError("the late one's vendor is out")


async def _waits(_: Bench) -> None:
    raise RetryLater("the late one is to wait", 60)


async def _breaks(_: Bench) -> None:
    raise KeyError("the late one breaks")


LATE = {"goes on": _goes_on, "fails": _fails, "waits": _waits, "breaks": _breaks}


@pytest.mark.parametrize("page", [0, 2, 6])
@pytest.mark.parametrize("ends", LATE.values(), ids=LATE)
async def test_a_takeover_stops_the_first(
    bench: Bench, page: int, ends: Callable[[Bench], Awaitable[None]]
) -> None:
    """Whoever is silent for too long loses the stream: what it does afterwards changes nothing.

    The second goes on with the same run, and is still at it when the first comes back.
    """
    bench.orders.knows(*ORDERS)
    second_is_under_way, first_is_done = asyncio.Event(), asyncio.Event()

    async def meanwhile() -> None:
        second_is_under_way.set()
        await first_is_done.wait()

    async def silence() -> None:
        bench.clock.advance(minutes=16)
        bench.orders.trouble[page] = meanwhile
        second.append(asyncio.create_task(bench.pull()))
        await second_is_under_way.wait()
        await ends(bench)

    second: list[asyncio.Task[None]] = []
    bench.orders.trouble[page] = silence
    await bench.pull()
    assert await bench.seen() == {}
    assert bench.queues.take() == [] or ends is _waits
    assert (await bench.checkpoint()).run == "00000001"

    first_is_done.set()
    await second[0]
    assert list(await bench.seen()) == IDS
    checkpoint = await bench.checkpoint()
    assert (checkpoint.records, checkpoint.problem, checkpoint.claimed_until) == (7, "", None)
    assert [each.segments for each in await bench.runs()] == [4]
    assert (await bench.drain()).count(EVALUATE) == 1


async def test_a_late_one_does_not_touch_a_committed_run(bench: Bench) -> None:
    """Where the second has committed before the first comes back, what is seen stays as it is."""
    bench.orders.knows(*ORDERS)

    async def silence() -> None:
        bench.clock.advance(minutes=16)
        await bench.pull()

    bench.orders.trouble[6] = silence
    await bench.pull()
    assert list(await bench.seen()) == IDS
    checkpoint = await bench.checkpoint()
    assert (checkpoint.last_run, checkpoint.run, checkpoint.sequence) == ("00000001", "", 1)
    assert (await bench.drain()).count(EVALUATE) == 1


async def test_a_late_one_does_not_touch_the_next_run(bench: Bench) -> None:
    """Where the second failed and a third began anew, the first one's run stays unseen."""
    bench.orders.knows(*ORDERS)

    async def silence() -> None:
        bench.clock.advance(minutes=16)
        bench.orders.trouble[6] = SourceError("out")
        await bench.pull()
        bench.orders.trouble[2] = RetryLater("wait", 60)
        await bench.pull()
        assert (await bench.checkpoint()).run == "00000002"

    bench.orders.trouble[6] = silence
    await bench.pull()
    assert await bench.seen() == {}
    checkpoint = await bench.checkpoint()
    assert (checkpoint.run, checkpoint.run_cursor, checkpoint.run_records) == ("00000002", "2", 2)


async def test_an_abandoned_claim_runs_out(bench: Bench) -> None:
    """A process that died without a word keeps its stream for a quarter of an hour, and no longer."""
    bench.orders.knows(*ORDERS)
    claim = bench.clock.now
    await bench.pull(budget=0)
    await bench.store.checkpoints.change(bench.name(), claimed_until=claim)
    bench.clock.now = claim
    await bench.pull(budget=0)
    assert bench.orders.given == IDS[:4], "a claim that ends now has ended"
    bench.queues.take()


async def test_a_vendor_that_asks_to_wait_is_left_in_peace(bench: Bench) -> None:
    """Until the delayed message comes no other message goes to a vendor that asked to wait.

    Otherwise each round would add a chain of messages to those that wait already.
    """
    bench.orders.knows(*ORDERS)
    bench.orders.trouble[2] = RetryLater("store answered 429", 600)
    await bench.pull()
    bench.clock.advance(minutes=5)
    await bench.pull()
    assert len(bench.orders.asked) == 1
    assert [each[0] for each in bench.queues.sent] == [PULL]
    bench.clock.advance(minutes=5, seconds=-1)
    await bench.pull()
    assert len(bench.orders.asked) == 2, "clocks differ: the message itself may seem a second too early"
    assert list(await bench.seen()) == IDS


@pytest.mark.parametrize("table", ["checkpoints", "segments"])
@pytest.mark.parametrize("write", ["create_entity", "update_entity"])
async def test_a_write_whose_answer_was_lost_is_ones_own(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, table: str, write: str
) -> None:
    """Where the storage client sends a write twice, the second meets the first: the pull goes on."""
    bench.orders.knows(*ORDERS)
    client = getattr(bench.store, table)._table._client
    send = getattr(client, write)

    async def twice(*given: Any, **options: Any) -> Any:
        await send(*given, **options)
        return await send(*given, **options)

    monkeypatch.setattr(client, write, twice)
    await bench.pull()
    assert list(await bench.seen()) == IDS
