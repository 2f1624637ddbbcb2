"""No reading is wrong for a moment: not while all is read, not where clocks differ, not twice a second."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.errors import RetryLater
from shared.pipeline.evaluate import WRONG_CLOCK, evaluate
from shared.store.queues import PULL
from shared.store.readings import Mark, Standing
from tests.pipeline.bench import Bench
from tests.pipeline.vendors import customer, order


@pytest.fixture
async def bench(empty_bench: Bench) -> Bench:
    """Give a bench in memory, with three buyers whom the ledger knows."""
    await empty_bench.workspace()
    empty_bench.orders.knows(*(order(number) for number in range(3)))
    empty_bench.customers.knows(*(customer(number) for number in range(3)))
    return empty_bench


def _changes_while_read(bench: Bench, seconds: float) -> None:
    """Let a customer be saved after the reading of customers has begun, which the vendor delays."""

    async def save() -> None:
        bench.clock.advance(seconds=seconds)
        bench.customers.knows(customer(1), since=bench.clock.now - timedelta(milliseconds=100))
        raise RetryLater("not now", 0.0)

    bench.customers.trouble[0] = save


@pytest.mark.parametrize("seconds", [0.2, 5.0])
async def test_what_changes_while_all_is_read_for_the_first_time_is_not_missing(
    bench: Bench, seconds: float
) -> None:
    """It leaves the window of the first read: what follows at once brings it, before anything is judged."""
    _changes_while_read(bench, seconds)
    await bench.round()
    assert sorted(await bench.seen("customers")) == ["C0", "C1", "C2"]
    assert ((await bench.reading())["value"], await bench.rows()) == (0, [])


async def test_until_that_is_brought_the_cards_wait(bench: Bench) -> None:
    """Who asks for an evaluation in between sees no customer missing, and nobody is told of missing data."""
    _changes_while_read(bench, 5.0)
    for stream in ("orders", "companies", "customers", "customers"):
        await bench.pull(stream)
    assert sorted(await bench.seen("customers")) == ["C0", "C2"]
    await bench.evaluate()
    reading = await bench.reading()
    assert (reading["status"], reading["row_count"]) == ("held", 0)
    assert reading["waiting_for"] == [
        "what changed in customers of ledger while it was read is still to be read"
    ]
    assert [each["is_awaited"] for each in reading["inputs"] if each["problem"]] == [True]
    assert await bench.store.alerts.of("shop") == {}
    assert PULL in await bench.drain()
    await bench.evaluate()
    assert (await bench.reading())["status"] == "ok"


async def test_what_changes_again_while_changes_are_read_is_no_round_late(bench: Bench) -> None:
    """A stream that is read by key is read up to the present; the next run begins where this one did."""
    bench.read_orders_by_key()
    await bench.round()
    bench.clock.advance(minutes=15)
    bench.orders.knows(order(1, name="changed"), since=bench.clock.now - timedelta(minutes=12))
    began = bench.clock.now.replace(microsecond=0)

    async def change_again() -> None:
        bench.clock.advance(seconds=5)
        bench.orders.knows(order(1, name="again"), since=bench.clock.now - timedelta(milliseconds=100))
        raise RetryLater("not now", 0.0)

    bench.orders.trouble[0] = change_again
    asked = len(bench.orders.asked)
    await bench.round()
    assert (await bench.seen())["O1"]["name"] == "again"
    assert (await bench.checkpoint()).complete_until == began
    assert len(bench.orders.asked) == asked + 2, "once before the wait and once behind it"


async def test_a_long_read_of_all_by_key_is_followed_at_once(bench: Bench) -> None:
    """What changes behind the place that it has reached is seen by the next run alone: cards wait for it."""
    bench.read_orders_by_key()

    async def wait() -> None:
        bench.clock.advance(minutes=5)
        raise RetryLater("not now", 0.0)

    bench.orders.trouble[0] = wait
    for _ in range(2):
        await bench.pull()
    assert (await bench.checkpoint()).lacks_some
    assert PULL in await bench.drain()
    assert not (await bench.checkpoint()).lacks_some


async def test_an_instance_with_a_slow_clock_misses_nothing_of_all(bench: Bench) -> None:
    """What changed just now, which to that clock is still to come, is there after all was read."""
    bench.read_orders_by_key()
    await bench.round()
    bench.clock.advance(minutes=15)
    bench.orders.knows(order(1, name="changed"), since=bench.clock.now - timedelta(seconds=1))
    slow = replace(bench.services, clock=lambda: bench.clock.now - timedelta(seconds=90))
    await bench.enqueue("store", is_anew=True)
    await bench.pull(services=slow)
    assert {each: row["name"] for each, row in (await bench.seen()).items()} == {
        "O0": "buyer 0",
        "O1": "changed",
        "O2": "buyer 2",
    }


async def test_a_slow_clock_does_not_hide_what_was_read(bench: Bench) -> None:
    """An instance whose clock is behind that of the others sees all that they have read."""
    bench.customers.forgets("C2")
    await bench.round()
    assert (await bench.reading())["value"] == 1
    bench.clock.advance(minutes=15)
    bench.customers.knows(customer(2), since=bench.clock.now - timedelta(minutes=1))
    await bench.enqueue()
    for stream in ("orders", "companies", "customers"):
        await bench.pull(stream)
    slow = replace(bench.services, clock=lambda: bench.clock.now - timedelta(seconds=90))
    await evaluate(slow, "shop")
    reading = await bench.reading()
    known = [each["last_success_at"] for each in reading["inputs"]]
    assert (reading["value"], reading["as_of"] >= max(known)) == (0, True)


async def test_a_clock_that_is_quite_wrong_is_not_followed(bench: Bench) -> None:
    """What an instance from far ahead has read does not take the others with it into the future."""
    ahead = replace(bench.services, clock=lambda: bench.clock.now + 2 * WRONG_CLOCK)
    for stream in ("orders", "companies", "customers"):
        await bench.pull(stream, services=ahead)
    await bench.drain()
    await bench.evaluate()
    assert (await bench.reading())["as_of"] < f"{bench.clock.now + WRONG_CLOCK:%Y-%m-%dT%H:%M:%SZ}"


def test_what_one_evaluation_was_asked_does_not_stand_for_another_of_the_same_second() -> None:
    """A reading that was judged never shows the stale inputs for which another was held just before."""
    held = Mark("20260414T120000Z", "2026-04-14T12:00:00Z", {"inputs": ["stale"]}, "held", "a")
    names = {"card": "x", "evaluation": held.evaluation, "published_at": held.published_at}
    judged = names | {"status": "ok", "rows_digest": "b", "inputs": ["fresh"]}
    assert Standing({"x": held}).shown(judged) == judged
    assert Standing({"x": held}).shown(names | {"status": "held", "rows_digest": "a"})["inputs"] == ["stale"]
