"""Key sweeps: what the vendor does not list any more disappears, and nothing else does."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.pipeline import health
from shared.sources.source import KeyPage, Pull
from shared.store.queues import EVALUATE, PULL
from tests.pipeline.bench import Bench
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.vendors import START, order

ORDERS = [order(number) for number in range(9)]
IDS = [each.id for each in ORDERS]


async def _swept(bench: Bench, *gone: str) -> None:
    """Read everything, let the vendor forget some, and let a day pass."""
    bench.sweep_orders()
    bench.orders.knows(*ORDERS)
    await bench.pull()
    bench.orders.forgets(*gone)
    bench.clock.advance(days=1)


async def test_what_is_deleted_disappears_and_nothing_else(bench: Bench) -> None:
    """A record that no feed told of is gone after the sweep of the day; a sweep twice equals one."""
    await _swept(bench, "O2", "O7")
    await bench.pull()
    assert list(await bench.seen()) == [each for each in IDS if each not in {"O2", "O7"}]
    checkpoint = await bench.checkpoint()
    assert (checkpoint.stored, checkpoint.sweep, checkpoint.sweep_problem) == (7, "", "")
    assert bench.orders.listed == [each for each in IDS if each not in {"O2", "O7"}]
    bench.clock.advance(days=1)
    await bench.pull()
    assert len(await bench.seen()) == 7
    assert (await bench.checkpoint()).stored == 7


async def test_a_sweep_comes_once_a_day(bench: Bench) -> None:
    """A full read needs no sweep, and one sweep is enough for its time."""
    await _swept(bench)
    bench.clock.advance(hours=-2)
    await bench.pull()
    assert bench.orders.listed == []
    bench.clock.advance(hours=2)
    for _ in range(3):
        await bench.pull()
    assert bench.orders.listed == IDS


async def test_a_sweep_comes_in_the_round_that_is_nearest(bench: Bench) -> None:
    """A day later or an hour, none passes its round by because the last one took a moment."""
    await _swept(bench, "O1")
    bench.clock.now = START + timedelta(days=1)
    bench.orders.key_trouble[4] = SourceError("out")
    await bench.pull()
    assert (await bench.checkpoint()).sweep_problem == "out"
    bench.clock.now = START + timedelta(days=1, minutes=45)
    await bench.pull()
    assert "O1" in await bench.seen()
    bench.clock.now = START + timedelta(days=1, hours=1)
    await bench.pull()
    assert "O1" not in await bench.seen()


async def test_a_sweep_moves_no_watermark(bench: Bench) -> None:
    """A sweep neither moves the watermark nor counts as a read: the next pull begins where the last ended."""
    await _swept(bench, "O1")
    await bench.pull()
    checkpoint = await bench.checkpoint()
    asked = bench.orders.asked[-1].until
    assert (checkpoint.complete_until, checkpoint.last_success_at) == (asked, asked)
    assert [(each.is_full, each.records) for each in await bench.runs()] == [(True, 9), (False, 0)]
    await bench.pull()
    assert bench.orders.asked[-1].since == asked - timedelta(minutes=10)


async def test_a_deleted_record_that_comes_back_is_a_record_again(bench: Bench) -> None:
    """A tombstone hides what came before it, and nothing that comes later."""
    await _swept(bench, "O3")
    await bench.pull()
    assert "O3" not in await bench.seen()
    bench.orders.knows(order(3, name="back"), since=bench.clock.now)
    bench.clock.advance(minutes=5)
    await bench.pull()
    assert (await bench.seen())["O3"]["name"] == "back"


async def test_a_sweep_in_any_number_of_pieces_equals_one(bench: Bench) -> None:
    """When its time is up a sweep hands over, and goes on at the next page; ids are kept meanwhile."""
    await _swept(bench, "O2", "O5")
    await bench.pull(budget=0)
    done = await bench.drain(budget=0)
    assert done.count(PULL) >= 3
    assert list(await bench.seen()) == [each for each in IDS if each not in {"O2", "O5"}]
    assert bench.orders.listed == [each for each in IDS if each not in {"O2", "O5"}], "no page came twice"


async def test_a_vendor_that_asks_to_wait_is_listed_later(bench: Bench) -> None:
    """A sweep waits as a pull does, and shows what it waits for; nothing of it is seen before its end."""
    await _swept(bench, "O0")
    bench.orders.key_trouble[4] = RetryLater("store answered 429", 90)
    await bench.pull()
    assert len(await bench.seen()) == 9
    assert [each[2] for each in bench.queues.sent if each[0] == PULL] == [90]
    assert (await bench.checkpoint()).note == "store answered 429"
    await bench.drain()
    assert list(await bench.seen()) == IDS[1:]


async def test_a_pull_goes_before_a_sweep(bench: Bench) -> None:
    """A sweep steps aside for a pull that is asked for meanwhile, and goes on behind it."""
    await _swept(bench, "O6")

    async def asked() -> None:
        bench.orders.knows(order(20), since=bench.clock.now)
        bench.clock.advance(minutes=1)
        await bench.enqueue("store")
        bench.queues.sent = [each for each in bench.queues.sent if each[1].get("stream") != "orders"]

    bench.orders.key_trouble[2] = asked
    await bench.pull()
    assert "O20" not in await bench.seen()
    assert (await bench.checkpoint()).sweep
    await bench.drain()
    assert sorted(await bench.seen()) == sorted({*IDS, "O20"} - {"O6"})


async def test_what_is_stored_while_a_sweep_lists_is_kept(bench: Bench) -> None:
    """A record that was not there when the sweep passed its place is not taken for deleted."""
    await _swept(bench, "O6")
    await bench.pull(budget=0)
    bench.orders.knows(order(30), order(1, name="changed"), since=bench.clock.now)
    bench.orders.unlisted = {"O30", "O1"}
    bench.clock.advance(minutes=1)
    await bench.enqueue("store")
    await bench.drain(budget=0)
    seen = await bench.seen()
    assert sorted(seen) == sorted({*IDS, "O30"} - {"O6"})
    assert seen["O1"]["name"] == "changed"


@pytest.mark.parametrize("error", [SourceError("out"), ConfigurationError("no"), KeyError("x")], ids=repr)
async def test_a_sweep_that_fails_holds_nothing(bench: Bench, error: Exception) -> None:
    """The records are as good as without it: its problem is shown and holds nothing; later it comes again."""
    await _swept(bench, "O2")
    bench.orders.key_trouble[4] = error
    await bench.pull()
    workspace = await bench.workspace()
    orders = (await health.health(bench.services, workspace))[0]["streams"][0]
    assert (orders["problem"], bool(orders["sweep"]["problem"])) == ("", True)
    assert len(await bench.seen()) == 9
    await bench.pull()
    assert len(await bench.seen()) == 9, "not at once again"
    bench.clock.advance(hours=1)
    await bench.pull()
    assert len(await bench.seen()) == 8
    assert (await bench.checkpoint()).sweep_problem == ""


@pytest.mark.parametrize("left", [0, 2])
async def test_a_list_that_cannot_be_right_empties_nothing(bench: Bench, left: int) -> None:
    """An empty list, or one that misses too much at once, is an error; reading anew settles it."""
    await _swept(bench, *IDS[left:])
    await bench.pull()
    assert len(await bench.seen()) == 9
    assert f"misses {9 - left} of 9 records" in (await bench.checkpoint()).sweep_problem
    found = await bench.store.workspaces.get("shop")
    assert found
    await bench.enqueue("store", is_anew=True)
    await bench.drain()
    assert list(await bench.seen()) == IDS[:left]


async def test_a_list_that_moves_while_it_is_read_is_not_believed(bench: Bench) -> None:
    """One that moves to the end comes twice and lets another slip past: that one is there, and stays."""
    await _swept(bench)
    lists = [KeyPage(("O0", "O1", "O2"), "3"), KeyPage(("O4", "O5", "O6"), "6"), KeyPage(("O7", "O8", "O0"))]

    async def moving(_: Pull) -> AsyncIterator[KeyPage]:
        for page in lists:
            yield page

    true_keys, bench.orders.keys = bench.orders.keys, moving  # type: ignore[assignment,method-assign]
    bench.sweep_orders()
    await bench.pull()
    assert list(await bench.seen()) == IDS
    assert "moved while it was read" in (await bench.checkpoint()).sweep_problem
    bench.orders.keys = true_keys  # type: ignore[method-assign]
    bench.sweep_orders()
    bench.clock.advance(hours=1)
    await bench.pull()
    assert (list(await bench.seen()), (await bench.checkpoint()).sweep_problem) == (IDS, "")


async def test_a_sweep_that_reaches_back_leaves_older_records(bench: Bench) -> None:
    """A bounded sweep speaks of its stretch of time only: what is older was not listed and stays."""
    bench.sweep_orders(column="placed_at", reach=timedelta(hours=26))
    old = order(50, placed_before=timedelta(days=9))
    bench.orders.knows(*ORDERS, old)
    await bench.pull()
    bench.orders.forgets("O4")
    bench.orders.unlisted = {"O50"}
    bench.clock.advance(days=1)
    await bench.pull()
    assert sorted(await bench.seen()) == sorted({*IDS, "O50"} - {"O4"})


async def test_other_settings_end_a_sweep(bench: Bench) -> None:
    """Ids that were listed under other settings are not held against records read with the new ones."""
    await _swept(bench, "O2")
    await bench.pull(budget=0)
    assert (await bench.checkpoint()).sweep
    await bench.workspace(store={"base_url": "https://other.example.com"})
    await bench.drain()
    assert (await bench.checkpoint()).sweep == ""
    assert list(await bench.seen()) == [each for each in IDS if each != "O2"]


async def test_the_end_of_a_sweep_is_judged(bench: Bench) -> None:
    """The evaluation need not wait for a sweep, and comes again for what it found."""
    await _swept(bench, "O2")
    await bench.enqueue("store")
    bench.queues.take()
    await bench.pull("companies")
    await bench.pull("orders")
    assert bench.queues.count(EVALUATE) == 2


@pytest.mark.parametrize("is_last_one_done", [False, True], ids=["before", "after"])
async def test_a_process_may_die_at_any_write_of_a_sweep(bench: Bench, *, is_last_one_done: bool) -> None:
    """Wherever a process dies, nothing but what is deleted is ever missing, and in the end that is."""
    bench.sweep_orders()
    bench.orders.knows(*ORDERS)
    left = {each for each in IDS if each != "O5"}
    writes, has_died = 0, True
    while has_died:
        writes += 1
        name = f"shop-{writes}"
        await bench.workspace(name)
        await bench.pull(workspace_id=name)
        await bench.store.checkpoints.change(bench.name(workspace_id=name), sweep_due_at=bench.clock.now)
        bench.orders.unlisted = {"O5"}
        try:
            store = mortal(bench.store, Life(writes, is_last_one_done=is_last_one_done))
            await bench.pull(workspace_id=name, services=bench.services_on(store))
            has_died = False
        except Death:
            assert set(await bench.seen(workspace_id=name)) in (set(IDS), left)
            bench.clock.advance(minutes=16)
            await bench.pull(workspace_id=name)
        assert set(await bench.seen(workspace_id=name)) == left
        assert (await bench.checkpoint(workspace_id=name)).stored == 8
        bench.orders.unlisted = set()
    assert writes > 12, "every write of a pull and a sweep was the last one once"


async def test_what_a_sweep_listed_is_forgotten(bench: Bench) -> None:
    """Ids are kept for as long as their sweep goes on, and not beyond."""
    await _swept(bench, "O2")
    await bench.pull(budget=0)
    table = bench.store.sweeps._table
    assert [each async for each in table.between(bench.name().partition)]
    await bench.drain()
    assert [each async for each in table.between(bench.name().partition)] == []


async def test_a_sweep_shows_how_far_it_is(bench: Bench) -> None:
    """Phase, pages, ids so far, what remains, and when it should end are told while a sweep goes on."""
    await _swept(bench)
    workspace = await bench.workspace()
    await bench.pull(budget=0)
    orders = (await health.health(bench.services, workspace))[0]["streams"][0]
    progress = orders["progress"]
    assert (progress["phase"], progress["pages"], progress["records"], progress["remaining"]) == (
        "sweep",
        1,
        2,
        7,
    )
    assert progress["estimated_end"] is not None
    assert orders["problem"] == ""
