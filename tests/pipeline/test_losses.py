"""A customer master that shrinks too much at once is not judged from until it is back or confirmed."""

import asyncio
from decimal import Decimal
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import sources
from shared.domain.alerts import MISSING_DATA
from shared.pipeline import losses
from shared.pipeline.health import health
from shared.pipeline.jobs import Job, find
from shared.pipeline.losses import HANDFUL, is_implausible
from tests.builders import law
from tests.pipeline.bench import Bench
from tests.pipeline.memory import memory_store
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.vendors import customer, order

SHARE = Decimal("0.2")


@pytest.fixture
def bench(empty_bench: Bench) -> Bench:
    """Give a bench that has no workspace yet."""
    return empty_bench


async def _read(bench: Bench, numbers: range, *, is_anew: bool = True) -> None:
    """Let the ledger have these customers, read all of it, and judge."""
    bench.customers.forgets(*bench.customers._known)
    bench.customers.knows(*(customer(number) for number in numbers))
    bench.clock.advance(minutes=15)
    await bench.enqueue("store")
    await bench.enqueue("ledger", is_anew=is_anew)
    await bench.drain()


async def _job(bench: Bench) -> Job:
    found = find(await bench.workspace(), "ledger", "customers")
    assert found is not None
    return found


async def _told(bench: Bench) -> list[int]:
    """Give how often people were told of each alert of missing data that is open."""
    alerts = await bench.store.alerts.of("shop")
    return [
        each.alert.told for key, each in alerts.items() if key.card == MISSING_DATA and each.alert.is_open
    ]


async def test_a_master_that_lost_too_much_holds_its_cards(bench: Bench) -> None:
    """The value stays with its date, what is waited for is said, and one alert of missing data goes out."""
    bench.orders.knows(*(order(number) for number in range(40)))
    await bench.workspace()
    await _read(bench, range(30))
    before = await bench.reading()
    assert before["value"] == 10
    for _ in range(3):
        await _read(bench, range(20))
    held = await bench.reading()
    assert (held["status"], held["value"], held["value_as_of"]) == ("held", 10, before["value_as_of"])
    [why] = held["waiting_for"]
    assert why.startswith("customers of ledger had 30 records and has 20, too few at once")
    assert await _told(bench) == [1]
    shown = (await health(bench.services, await bench.workspace()))[1]["streams"][0]
    assert (shown["records_stored"], shown["missing"]) == (20, {"expected": 30, "records": 20})


async def test_it_ends_when_the_records_are_back(bench: Bench) -> None:
    """Enough of them are enough; then the smaller number is what the next loss is held against."""
    bench.orders.knows(*(order(number) for number in range(40)))
    await bench.workspace()
    await _read(bench, range(30))
    await _read(bench, range(10))
    await _read(bench, range(24))
    assert ((await bench.reading())["status"], (await bench.reading())["value"]) == ("alert", 16)
    await _read(bench, range(19))
    assert (await bench.reading())["status"] == "alert", "19 of 24 are a handful less"
    await _read(bench, range(13))
    assert (await bench.reading())["status"] == "held"


async def test_it_ends_when_a_person_confirms(bench: Bench) -> None:
    """Whoever confirms says how many records they saw: another number is not confirmed."""
    bench.orders.knows(*(order(number) for number in range(40)))
    await bench.workspace()
    await _read(bench, range(30))
    with pytest.raises(losses.NotMissing, match="misses nothing"):
        await losses.confirm(bench.services, await _job(bench), 30)
    await _read(bench, range(20))
    with pytest.raises(losses.NotMissing, match="has 20 records now, not 21"):
        await losses.confirm(bench.services, await _job(bench), 21)
    assert (await losses.confirm(bench.services, await _job(bench), 20)).expected == 30
    await bench.evaluate()
    assert (await bench.reading())["value"] == 20


async def test_a_workspace_says_how_much_it_believes(bench: Bench) -> None:
    """The share is the workspace's to set; 1 believes everything."""
    bench.orders.knows(*(order(number) for number in range(40)))
    await bench.workspace(largest_plausible_loss="0.5")
    await _read(bench, range(30))
    await _read(bench, range(16))
    assert (await bench.reading())["status"] == "alert"
    await bench.workspace(largest_plausible_loss="1")
    await _read(bench, range(0))
    assert (await bench.reading())["status"] == "alert"


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (0, 0, False),
        (3, 2, False),
        (1, 0, True),
        (HANDFUL + 5, 5, False),
        (HANDFUL + 6, 5, True),
        (100, 80, False),
        (100, 79, True),
        (100, 120, False),
    ],
)
def test_what_is_implausible(before: int, now: int, expected: bool) -> None:  # noqa: FBT001
    """More than a fifth and more than a handful, or all that there was."""
    assert is_implausible(before, now, SHARE) is expected


async def test_tombstones_and_sweeps_count_as_well(bench: Bench) -> None:
    """However records go, by a feed that tells or by a sweep, what is visible is counted."""
    await bench.workspace(largest_plausible_loss="0.1")
    bench.customers.knows(*(customer(number) for number in range(60)))
    await bench.pull("customers")
    bench.customers.deleted = [f"C{number}" for number in range(10)]
    bench.clock.advance(hours=1)
    await bench.pull("customers")
    checkpoint = await bench.checkpoint("customers")
    assert (checkpoint.counted, checkpoint.expected, checkpoint.stored) == (50, 60, 50)


async def test_no_loss_is_seen_before_it_is_noted(bench: Bench) -> None:
    """Wherever a process dies, no evaluation judges a master that lost too much."""
    bench.orders.knows(*(order(number) for number in range(40)))
    writes, has_died = 0, True
    while has_died:
        writes += 1
        bench.customers.page_size = 10
        await bench.workspace(f"shop-{writes}")
        bench.customers.forgets(*bench.customers._known)
        bench.customers.knows(*(customer(number) for number in range(30)))
        await bench.enqueue(workspace_id=f"shop-{writes}")
        await bench.drain()
        bench.customers.forgets(*(f"C{number}" for number in range(12)))
        await bench.enqueue("ledger", workspace_id=f"shop-{writes}", is_anew=True)
        bench.queues.take()
        try:
            store = mortal(bench.store, Life(writes, is_last_one_done=True))
            await bench.pull("customers", f"shop-{writes}", bench.services_on(store))
            has_died = False
        except Death:
            pass
        await bench.evaluate(f"shop-{writes}")
        latest = await bench.store.readings.latest(f"shop-{writes}", "ecom_customers_absent_from_sage")
        assert latest is not None
        assert latest["value"] == 10
        bench.clock.advance(minutes=16)
    assert writes > 5


RUNS = st.lists(
    st.tuples(st.sampled_from(["read", "read", "feed", "confirm", "again"]), st.integers(0, 40)),
    max_size=12,
)


@law
@given(RUNS)
def test_a_card_is_held_for_losses_and_only_for_these(runs: list[tuple[str, int]]) -> None:
    """Never is a master judged that lost too much unconfirmed, never is a card held without cause.

    And people are told exactly once of each time that data is missing.
    """

    async def history() -> None:
        bench = Bench(memory_store())
        bench.sweep_orders()
        bench.orders.knows(order(99))
        await bench.workspace()
        expected, count, is_missing = 0, 0, False
        await _read(bench, range(0))
        for action, number in runs:
            if action == "confirm":
                if is_missing:
                    await losses.confirm(bench.services, await _job(bench), count)
                    expected = count
                bench.clock.advance(minutes=1)
                await bench.evaluate()
            elif action == "feed":
                bench.customers.deleted = [f"C{each}" for each in range(number, count)]
                count = min(number, count)
                await _read(bench, range(count), is_anew=False)
                bench.customers.deleted = ()
            else:
                count = count if action == "again" else number
                await _read(bench, range(count))
            is_missing = is_implausible(expected, count, SHARE)
            expected = expected if is_missing else count
            reading = await bench.store.readings.latest("shop", "ecom_customers_absent_from_sage")
            assert reading is not None
            assert (reading["status"] == "held") is is_missing
            assert await _told(bench) == [1] * is_missing

    with mock.patch.object(sources, "SOURCES", sources.SOURCES):
        asyncio.run(history())
