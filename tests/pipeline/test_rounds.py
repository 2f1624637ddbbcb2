"""A round of pulls ends with one evaluation, and no stream that hangs keeps the others from being judged."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.errors import RetryLater, SourceError
from shared.pipeline import evaluate, pull
from shared.store.queues import EVALUATE, PULL
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.vendors import customer, order

STREAMS = ("orders", "companies", "customers")


@pytest.mark.parametrize("order_of_ends", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
async def test_the_last_pull_asks_for_the_evaluation(bench: Bench, order_of_ends: tuple[int, ...]) -> None:
    """Whichever pull of a round ends last asks for the evaluation, and no other does (GEN-01)."""
    await bench.enqueue()
    assert bench.queues.count(PULL) == len(STREAMS)
    bench.queues.take()
    asked = []
    for number in order_of_ends:
        bench.clock.advance(seconds=1)
        await bench.pull(STREAMS[number])
        asked.append(bench.queues.count(EVALUATE))
    assert asked == [0, 0, 1]
    assert _asked(bench) == [(EVALUATE, "shop", 0)]


@pytest.mark.parametrize("last", STREAMS)
async def test_a_pull_that_fails_ends_its_round_too(bench: Bench, last: str) -> None:
    """The evaluation is asked for when the last pull fails: it is what holds the cards."""
    await bench.enqueue()
    bench.queues.take()
    for stream in sorted(STREAMS, key=lambda each: each == last):
        bench.clock.advance(seconds=1)
        if stream == last:
            vendors = {"orders": bench.orders, "companies": bench.companies, "customers": bench.customers}
            vendors[stream].trouble[0] = SourceError("out")
        await bench.pull(stream)
    assert bench.queues.count(EVALUATE) == 1


def _asked(bench: Bench) -> list[tuple[str, str, float]]:
    """Take what was sent: the queue of each, the workspace that it is about, and its delay."""
    return [(queue, message["workspace"], delay) for queue, message, delay in bench.queues.take()]


async def test_a_run_that_is_not_over_does_not_end_the_round(bench: Bench) -> None:
    """A pull whose time is up or that waits is outstanding, and so is the one that follows a long one."""
    bench.orders.knows(*(order(number) for number in range(6)))
    bench.orders.trouble[2] = RetryLater("wait", 30)
    await bench.enqueue("store")
    bench.queues.take()
    bench.clock.advance(seconds=1)
    await bench.pull("companies")
    await bench.pull("orders")
    assert bench.queues.count(EVALUATE) == 0
    assert await bench.drain(budget=0) == [PULL, PULL, PULL, EVALUATE]


async def test_all_are_marked_before_the_first_message(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """No message goes out before every stream of its connection is marked, so no round ends too early."""
    marked: list[int] = []

    async def send(*_: Any) -> None:
        known = await bench.store.checkpoints.of("shop")
        marked.append(sum(each.queued_at is not None for each in known.values()))

    monkeypatch.setattr(bench.queues, "send", send)
    await bench.enqueue("store")
    assert marked == [2, 2]


async def test_each_kind_is_asked_for_in_every_workspace(bench: Bench) -> None:
    """A timer asks for its kind of source in every workspace that is on (GEN-11)."""
    await bench.workspace("a")
    await bench.workspace("off", enabled=False)
    await bench.workspace("half", store={"enabled": False})
    assert await pull.enqueue_kind(bench.services, "shopify") == 4
    assert sorted({message["workspace"] for _, message, _ in bench.queues.sent}) == ["a", "shop"]
    assert await pull.enqueue_kind(bench.services, "sage_intacct") == 3
    assert await pull.enqueue_kind(bench.services, "unknown") == 0


@pytest.mark.parametrize("gone", ["workspace", "connection", "stream", "switched off", "kind"])
async def test_what_is_not_there_is_dropped(bench: Bench, gone: str) -> None:
    """A message for what was removed or switched off meanwhile is done, without an error."""
    if gone == "switched off":
        await bench.workspace(enabled=False)
    if gone == "kind":
        await bench.workspace(store={"kind": "magento_1"})
    workspace = "nowhere" if gone == "workspace" else "shop"
    connection = "nowhere" if gone == "connection" else "store"
    await pull.pull(bench.services, workspace, connection, "nothing" if gone == "stream" else "orders")
    assert bench.orders.asked == []
    if gone in {"workspace", "switched off"}:
        await evaluate.evaluate(bench.services, workspace)
        assert bench.queues.sent == []
        assert await bench.store.readings.latest("shop", CARD) is None


async def test_a_connection_that_is_switched_off_does_not_keep_the_round(bench: Bench) -> None:
    """Streams that were asked for and are there no more do not count, so the round ends without them."""
    await bench.enqueue()
    bench.queues.take()
    await bench.workspace(store={"enabled": False})
    await bench.pull("customers")
    assert _asked(bench) == [(EVALUATE, "shop", 0)]
    await bench.enqueue("ledger")
    bench.queues.take()
    await bench.workspace(store={"enabled": False}, ledger={"enabled": False})
    await bench.pull("customers")
    assert bench.queues.count(EVALUATE) == 1, "the last message of the round asks, though it is dropped"


async def test_a_vendor_that_always_waits_is_given_up(bench: Bench) -> None:
    """A vendor that is down for hours keeps nobody waiting for longer than a quarter of an hour, once.

    The timers ask for it again every quarter of an hour, and that begins no new wait.
    """
    bench.orders.knows(order(1))
    bench.customers.knows(customer(1))
    await bench.round()
    evaluated: list[datetime] = []
    began = bench.clock.now
    for quarter in range(1, 17):
        bench.clock.now = began.replace(microsecond=0)
        bench.clock.advance(minutes=15 * quarter)
        bench.orders.trouble[0] = RetryLater("store answered 503", 900)
        await bench.enqueue()
        waiting = [each for each in bench.queues.take() if each[0] == PULL]
        for _, message, _ in waiting:
            await bench.pull(message["stream"])
        if bench.queues.count(EVALUATE):
            evaluated.append(bench.clock.now)
            await bench.evaluate()
        bench.queues.take()
    quarters = [round((each - began) / timedelta(minutes=15)) for each in evaluated]
    assert quarters == [*range(2, 17)], "asked for after one quarter, given up after two"
    reading = await bench.reading()
    assert reading["status"] == "held"
    assert any("orders of store was last read" in each for each in reading["waiting_for"])


async def test_what_nobody_asked_for_is_caught_up(bench: Bench) -> None:
    """Without a reading for too long, a timer asks for one, unless pulls are under way or all is off."""
    assert await evaluate.catch_up(bench.services) == 1
    assert _asked(bench) == [(EVALUATE, "shop", 0)]
    await bench.evaluate()
    assert await evaluate.catch_up(bench.services) == 0
    bench.clock.advance(minutes=44)
    assert await evaluate.catch_up(bench.services) == 0
    bench.clock.advance(minutes=2)
    assert await evaluate.catch_up(bench.services) == 1
    await bench.enqueue("store")
    assert await evaluate.catch_up(bench.services) == 0
    bench.clock.advance(minutes=61)
    assert await evaluate.catch_up(bench.services) == 1, "pulls that nobody ended are given up"
    await bench.workspace(enabled=False)
    assert await evaluate.catch_up(bench.services) == 0


async def test_a_card_that_has_no_reading_is_caught_up(bench: Bench) -> None:
    """A card that is switched on later, or whose evaluation broke off, does not hide behind the others."""
    await bench.workspace(cards={CARD: {"enabled": False}})
    await bench.evaluate()
    assert await evaluate.catch_up(bench.services) == 0
    await bench.workspace()
    assert await evaluate.catch_up(bench.services) == 1
