"""The fold, case by case: what is folded, what is left alone, and what is dropped (ADR 10)."""

from datetime import datetime, timedelta

import pytest

from shared import sources
from shared.pipeline.fold import Place, enqueue, fold
from shared.store import segments
from tests.pipeline.bench import Bench
from tests.pipeline.folding import RETENTION, Seen, details_of, fold_orders, seen_at
from tests.pipeline.memory import memory_store
from tests.pipeline.vendors import customer, order


@pytest.fixture
def orchard(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a bench over a store in memory, in which a segment holds two records."""
    bench = Bench(memory_store())
    monkeypatch.setattr(sources, "SOURCES", bench.sources)
    monkeypatch.setattr(segments, "RECORDS", 2)
    monkeypatch.setattr(segments, "FOLDED_RECORDS", 2)
    return bench


async def _read(bench: Bench, *numbers: int) -> None:
    bench.orders.knows(*(order(number) for number in numbers), since=bench.clock.now)
    bench.clock.advance(minutes=15)
    await bench.pull()
    bench.clock.advance(minutes=30)


async def test_a_fold_leaves_one_run(orchard: Bench) -> None:
    """Many runs become one whose ids are distinct, and the next pull comes behind it."""
    await orchard.workspace()
    await _read(orchard, 1, 2, 3)
    await _read(orchard, 2, 4)
    before, details = await seen_at(orchard), await details_of(orchard)
    await fold_orders(orchard, budget=0)
    assert await details_of(orchard) == details
    [base] = await orchard.runs()
    assert base.run == "00000002~20260414~4000"
    assert (base.records, base.is_full, base.is_distinct) == (4, True, True)
    assert await seen_at(orchard) == before
    assert (await orchard.checkpoint()).stored == 4, "what was counted twice is not any more"
    await _read(orchard, 5)
    assert list(await orchard.seen()) == ["O1", "O3", "O2", "O4", "O5"]


async def test_a_fold_of_another_version_is_begun_anew(orchard: Bench) -> None:
    """What an app that cuts otherwise has begun is not gone on with: its places mean other records."""
    await orchard.workspace()
    await _read(orchard, 1, 2, 3)
    await _read(orchard, 2, 4)
    before = await seen_at(orchard)
    place = Place(base="00000002~20260414~1000", chunks=1, segments=1, records=1)
    await fold(orchard.services, ("shop", "store", "orders"), place)
    [base] = await orchard.runs()
    assert (base.run, base.records) == ("00000002~20260414~4000", 4)
    assert await seen_at(orchard) == before


async def test_a_fold_stops_where_another_version_has_ended_it(
    orchard: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places are counted in what was there when it began; the other base has it in another order."""
    await orchard.workspace()
    await _read(orchard, 1, 2, 3)
    await _read(orchard, 2, 4)
    with monkeypatch.context() as earlier:
        earlier.setattr("shared.pipeline.fold._CUT", "")
        await fold_orders(orchard)
    before = await seen_at(orchard)
    place = Place(base="00000002~20260414~4000", chunks=1, segments=1, records=2)
    await fold(orchard.services, ("shop", "store", "orders"), place)
    assert [each.run for each in await orchard.runs()] == ["00000002~20260414"]
    assert await seen_at(orchard) == before


async def test_a_fold_that_does_not_pay_is_left(orchard: Bench) -> None:
    """A base with little behind it stays as it is; more than a tenth of it, or many segments, fold it."""
    await orchard.workspace()
    await _read(orchard, *range(40))
    await fold_orders(orchard)
    first = (await orchard.runs())[0].run
    for number in range(4):
        await _read(orchard, number)
        await fold_orders(orchard)
    assert (await orchard.runs())[0].run == first
    await _read(orchard, 5)
    orchard.clock.advance(days=1)
    await fold_orders(orchard)
    assert [each.run for each in await orchard.runs()] == ["00000006~20260415~4000"]


async def test_what_is_read_in_full_each_time_is_not_folded(orchard: Bench) -> None:
    """The next pull would replace the base within the quarter of an hour."""
    await orchard.workspace()
    await orchard.pull("companies")
    await fold(orchard.services, ("shop", "store", "companies"))
    assert [each.run for each in await orchard.runs("companies")] == ["00000001"]


async def test_records_of_another_shape_are_not_folded(orchard: Bench) -> None:
    """What was read with other settings is read anew first."""
    await orchard.workspace()
    await _read(orchard, 1)
    await orchard.workspace(store={"base_url": "https://other.example"})
    await fold_orders(orchard)
    assert [each.run for each in await orchard.runs()] == ["00000001"]


async def test_old_orders_leave_with_a_fold_and_customers_stay(orchard: Bench) -> None:
    """A base has no order that is older than records are kept; a master has no age."""
    await orchard.workspace(retention={"records": 200})
    orchard.orders.knows(order(1), order(2, placed_before=timedelta(days=-190)))
    orchard.customers.knows(customer(1))
    await orchard.pull()
    await orchard.pull("customers")
    orchard.clock.advance(days=199)
    await fold_orders(orchard)
    assert len(await seen_at(orchard)) == 2, "not a day too early"
    orchard.clock.advance(days=31)
    await fold_orders(orchard)
    await fold(orchard.services, ("shop", "ledger", "customers"))
    assert list(await seen_at(orchard)) == ["O2"]
    assert list(await orchard.seen("customers")) == ["C1"]
    assert (await orchard.checkpoint()).stored == 1


async def test_no_record_that_a_card_may_look_at_is_dropped(orchard: Bench) -> None:
    """However few days are set, what the cards look back at is kept, and some more."""
    await orchard.workspace(retention=RETENTION)
    await _read(orchard, 1)
    orchard.clock.advance(days=30 + 90 + 30)
    await fold_orders(orchard)
    assert list(await seen_at(orchard)) == ["O1"]
    orchard.clock.advance(days=31)
    await fold_orders(orchard)
    assert await seen_at(orchard) == {}


async def test_what_was_replaced_is_dropped_in_its_time(orchard: Bench) -> None:
    """An entity stays until no instant that can be asked for needs it, and not longer than that."""
    await orchard.workspace(retention=RETENTION)
    await _read(orchard, 1, 2, 3)
    await _read(orchard, 4)
    then = orchard.clock.now.replace(microsecond=0) - timedelta(minutes=31)
    await fold_orders(orchard)
    before = await seen_at(orchard, then)
    orchard.clock.advance(days=30, hours=23)
    await fold_orders(orchard)
    assert await seen_at(orchard, then) == before
    orchard.clock.advance(hours=2)
    await fold_orders(orchard)
    with pytest.raises(segments.SegmentsGone):
        await seen_at(orchard, then)
    assert (await orchard.store.segments.every_run(orchard.name()))[0].run[:8] == "00000002"
    rows = [each["RowKey"] async for each in orchard.store.segments._table.between(orchard.name().partition)]
    assert not [each for each in rows if "|00000001" in each or "|00000002|" in each]


async def test_each_stream_is_asked_for_once_a_night(orchard: Bench) -> None:
    """One message a stream, and none for what is off."""
    await orchard.workspace()
    await orchard.workspace("off", store={"enabled": False}, ledger={"enabled": False})
    assert await enqueue(orchard.services) == 3
    assert [each[1]["stream"] for each in orchard.queues.take()] == ["orders", "companies", "customers"]


async def test_an_instant_before_the_fold_is_told_by_the_runs_of_then(orchard: Bench) -> None:
    """The base is seen by nobody who did not see all that it was made from."""
    await orchard.workspace()
    seen: dict[datetime, Seen] = {}
    for numbers in ((1, 2, 3), (2, 4), (5,)):
        await _read(orchard, *numbers)
        seen[orchard.clock.now.replace(microsecond=0)] = await seen_at(orchard)
    await fold_orders(orchard)
    assert len(await orchard.runs()) == 1
    assert {moment: await seen_at(orchard, moment) for moment in seen} == seen


async def test_a_sweep_that_is_under_way_is_not_overtaken(orchard: Bench) -> None:
    """Tombstones count against what came before the sweep began: only that is folded, and they stay."""
    orchard.sweep_orders()
    await orchard.workspace()
    await _read(orchard, 1, 2, 3, 4, 5, 6)
    orchard.orders.forgets("O2")
    orchard.clock.advance(days=1)
    await orchard.pull(budget=0)
    orchard.orders.knows(order(9), since=orchard.clock.now)
    orchard.clock.advance(minutes=1)
    await orchard.enqueue("store")
    await orchard.pull(budget=0)
    sweep = (await orchard.checkpoint()).sweep
    assert (await orchard.checkpoint()).last_run > sweep
    await fold_orders(orchard)
    base, *later = await orchard.runs()
    assert base.is_distinct
    assert base.run < sweep < later[0].run
    orchard.queues.sent = [each for each in orchard.queues.sent if each[1].get("stream") == "orders"]
    await orchard.drain()
    assert sorted(await seen_at(orchard)) == ["O1", "O3", "O4", "O5", "O6", "O9"]
