"""A pull brings everything once, whatever interrupts it, and nothing of it is seen before it is whole."""

from datetime import timedelta

import pytest

from shared.errors import BadRecord, RetryLater, SourceError
from shared.store import columns
from shared.store.queues import EVALUATE, PULL
from tests.pipeline.bench import Bench
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.vendors import START, company, order

ORDERS = [order(number) for number in range(7)]
IDS = [each.id for each in ORDERS]
PAGES = [0, 2, 4, 6]
"""At which record each page begins."""


async def test_a_pull_brings_everything(bench: Bench) -> None:
    """All pages of a stream are stored and counted, with the calls that it took."""
    bench.orders.knows(*ORDERS)
    await bench.pull()
    assert list(await bench.seen()) == IDS
    checkpoint = await bench.checkpoint()
    assert (checkpoint.records, checkpoint.bad_records, checkpoint.calls) == (7, 0, 4)
    assert (checkpoint.run, checkpoint.problem, checkpoint.note) == ("", "", "")
    assert checkpoint.claimed_until is None


async def test_a_pull_twice_equals_once(bench: Bench) -> None:
    """Run twice, counts equal: a message that comes again changes nothing that is seen."""
    bench.orders.knows(*ORDERS)
    bench.companies.knows(company(1), company(2), company(3))
    for stream in ("orders", "companies"):
        await bench.pull(stream)
        once = await bench.seen(stream)
        await bench.pull(stream)
        assert await bench.seen(stream) == once


async def test_a_pull_within_no_time_equals_one_with_all_of_it(bench: Bench) -> None:
    """When its time is up a pull hands over to the next message, which goes on at the next page."""
    bench.orders.knows(*ORDERS)
    await bench.pull(budget=0)
    assert await bench.seen() == {}
    assert (await bench.checkpoint()).claimed_until is None
    assert await bench.drain(budget=0) == [PULL, PULL, PULL, EVALUATE]
    assert list(await bench.seen()) == IDS
    assert bench.orders.given == IDS
    (run,) = await bench.runs()
    assert (run.run, run.records, run.segments) == ("00000001", 7, 4)


@pytest.mark.parametrize("page", PAGES)
async def test_a_vendor_that_asks_to_wait_is_asked_again_later(bench: Bench, page: int) -> None:
    """After RetryLater a delayed message goes on where the run stopped; no page is read twice."""
    bench.orders.knows(*ORDERS)
    bench.orders.trouble[page] = RetryLater("store answered 429", 90)
    await bench.pull()
    assert bench.queues.sent == [(PULL, {"workspace": "shop", "connection": "store", "stream": "orders"}, 90)]
    checkpoint = await bench.checkpoint()
    assert (checkpoint.run, checkpoint.run_records) == ("00000001", page)
    assert (checkpoint.note, checkpoint.problem) == ("store answered 429", "")
    assert await bench.seen() == {}
    assert await bench.drain() == [PULL, PULL, EVALUATE], "what changed meanwhile is read at once"
    assert list(await bench.seen()) == IDS
    assert bench.orders.given == IDS
    assert ((await bench.runs())[0].records, (await bench.checkpoint()).note) == (7, "")


async def test_a_wait_is_no_longer_than_a_quarter_of_an_hour(bench: Bench) -> None:
    """However long a vendor wants, it is asked once a round whether it is back."""
    bench.orders.trouble[0] = RetryLater("store answered 503", 86_400)
    await bench.pull()
    assert [each[2] for each in bench.queues.sent] == [900]


@pytest.mark.parametrize("page", PAGES)
async def test_a_failed_run_leaves_nothing_behind(bench: Bench, page: int) -> None:
    """A run that fails is not seen, and the next one brings what an uninterrupted one would."""
    bench.orders.knows(*ORDERS)
    bench.orders.trouble[page] = SourceError("store answered 400")
    await bench.pull()
    assert await bench.seen() == {}
    await bench.pull()
    assert list(await bench.seen()) == IDS
    assert [each.records for each in await bench.runs()] == [7]


@pytest.mark.parametrize("is_last_one_done", [False, True], ids=["before", "after"])
async def test_a_process_may_die_at_any_write(bench: Bench, is_last_one_done: bool) -> None:  # noqa: FBT001
    """Wherever a process dies, the next one brings the same records and counts, and asks to judge."""
    bench.orders.knows(*ORDERS)
    bench.orders.bad[2] = [BadRecord("orders", "O99", "no date")]
    writes, has_died = 0, True
    while has_died:
        writes += 1
        name, bench.queues.sent = f"shop-{writes}", []
        await bench.workspace(name)
        is_seen = False
        try:
            store = mortal(bench.store, Life(writes, is_last_one_done=is_last_one_done))
            await bench.pull(workspace_id=name, services=bench.services_on(store))
            has_died = False
        except Death:
            visible = await bench.seen(workspace_id=name)
            assert list(visible) in ([], IDS), "all or nothing"
            is_seen = bool(visible)
            bench.clock.advance(minutes=16)
            await bench.pull(workspace_id=name)
        assert list(await bench.seen(workspace_id=name)) == IDS
        first = (await bench.runs(workspace_id=name))[0]
        # What was seen is left as it is, and read again beside it where its end was not noted.
        assert is_seen or first.run == "00000001"
        assert (first.records, first.bad_records, first.segments) == (7, 1, 4)
        if bench.queues.count(PULL):
            await bench.pull(workspace_id=name)
        assert bench.queues.count(EVALUATE) >= 1
    assert writes > 4 * 3, "every write of four pages was the last one once"


async def test_a_run_that_never_ends_is_never_seen(bench: Bench) -> None:
    """However often an endless run goes on, what was complete before it stays what is seen."""
    bench.orders.knows(*ORDERS)
    await bench.pull()
    bench.clock.advance(hours=1)
    bench.orders.knows(*(order(number, name="changed") for number in range(7)), since=bench.clock.now)
    bench.clock.advance(hours=1)
    for _ in range(3):
        bench.orders.trouble = {number: RetryLater("wait", 1) for number in PAGES}
        await bench.pull()
        bench.clock.advance(minutes=20)
        assert {each["name"] for each in (await bench.seen()).values()} == {
            f"buyer {number}" for number in range(7)
        }
    assert (await bench.checkpoint()).run == "00000002"


async def test_the_upper_bound_is_frozen(bench: Bench) -> None:
    """A run that goes on hours later reads up to where it began; the next begins there, with overlap."""
    bench.orders.knows(*ORDERS)
    await bench.pull(budget=0)
    bench.clock.advance(hours=5)
    bench.orders.knows(order(50), since=bench.clock.now - timedelta(hours=2))
    await bench.pull()
    began = START.replace(microsecond=0)
    end_of_second = began + timedelta(seconds=1)
    assert {(each.since, each.until) for each in bench.orders.asked} == {(None, end_of_second)}
    assert (await bench.checkpoint()).complete_until == began
    assert list(await bench.seen()) == IDS

    await bench.pull()
    assert bench.orders.asked[-1].since == began - timedelta(minutes=10)
    assert list(await bench.seen()) == [*IDS, "O50"]


async def test_what_changes_is_added_and_what_stays_is_kept(bench: Bench) -> None:
    """A later run brings what changed since, replaces those records, and keeps the others."""
    bench.orders.knows(*ORDERS)
    await bench.pull()
    bench.clock.advance(minutes=30)
    bench.orders.knows(order(3, name="changed"), order(9), since=bench.clock.now)
    bench.clock.advance(minutes=30)
    bench.orders.deleted = ["O0"]
    await bench.pull()
    seen = await bench.seen()
    assert sorted(seen) == ["O1", "O2", "O3", "O4", "O5", "O6", "O9"]
    assert (seen["O3"]["name"], seen["O4"]["name"]) == ("changed", "buyer 4")
    assert bench.orders.given[7:] == ["O3", "O9"]


async def test_a_full_read_replaces_what_was_there(bench: Bench) -> None:
    """A stream without a change feed is read whole each time, and what is gone at the vendor is gone here."""
    bench.companies.knows(company(1), company(2), company(3))
    await bench.pull("companies")
    bench.clock.advance(minutes=15)
    bench.companies.forgets("B2")
    await bench.pull("companies")
    assert list(await bench.seen("companies")) == ["B1", "B3"]
    assert [each.since for each in bench.companies.asked] == [None, None]


async def test_a_vendor_with_nothing_is_read_too(bench: Bench) -> None:
    """An empty answer is an answer: the stream is complete, and has no records."""
    await bench.pull()
    assert await bench.seen() == {}
    assert (await bench.checkpoint()).last_success_at == START.replace(microsecond=0)


async def test_a_record_that_no_entity_holds_is_quarantined(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One record that is too large costs neither its page nor its run: it is counted and shown as bad."""
    monkeypatch.setattr(columns, "LARGEST", 3_000)
    large = order(3, name="".join(chr(1_000 + number * 7 % 50_000) for number in range(9_000)))
    bench.orders.knows(*ORDERS[:3], large, *ORDERS[4:])
    await bench.pull()
    assert list(await bench.seen()) == [each for each in IDS if each != "O3"]
    checkpoint = await bench.checkpoint()
    assert (checkpoint.records, checkpoint.bad_records) == (6, 1)
    (shown,) = await bench.store.bad_records.page(bench.name())
    assert (shown.id, "larger" in shown.why) == ("O3", True)
