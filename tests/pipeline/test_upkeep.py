"""What was kept long enough goes, and what stands stays, however old."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.windows import text
from shared.errors import BadRecord
from shared.pipeline import rounds
from shared.pipeline.audit import Note, note
from shared.pipeline.upkeep import drop_old
from shared.sources import source_of
from shared.store.receipts import Receipt
from tests.pipeline.bench import Bench
from tests.pipeline.memory import entities
from tests.pipeline.vendors import START, order

RETENTION = {"records": 31, "readings": 31}


@pytest.fixture
def bench(empty_bench: Bench) -> Bench:
    """Give a bench that has no workspace yet."""
    return empty_bench


async def _rows(table: Any) -> int:
    return len(entities(table))


async def _audit(bench: Bench) -> int:
    await note(bench.services, "shop", "somebody", Note("key", "x", "make"))
    return len(await bench.store.audit.between("shop"))


KEPT: dict[str, tuple[Callable[[Bench], Any], Callable[[Bench], Awaitable[Any]]]] = {
    "audit": (
        lambda bench: bench.store.audit._table,
        lambda bench: note(bench.services, "shop", "somebody", Note("key", "x", "make")),
    ),
    "bad records": (
        lambda bench: bench.store.bad_records._table,
        lambda bench: bench.store.bad_records.put(
            bench.name(), [BadRecord("orders", "1", "no date")], "00000001", bench.clock.now
        ),
    ),
    "keys of callers": (
        lambda bench: bench.store.receipts._table,
        lambda bench: bench.store.receipts.put(bench.name(), Receipt("x", {}, bench.clock.now), "a key"),
    ),
}


@pytest.mark.parametrize("what", KEPT)
async def test_what_is_old_is_dropped(bench: Bench, what: str) -> None:
    """It stays for its time and goes after it; the last upload is always known."""
    table, put = KEPT[what]
    await bench.workspace(retention=RETENTION)
    await bench.pull()
    await put(bench)
    before = await _rows(table(bench))
    bench.clock.advance(days=6)
    await drop_old(bench.services)
    assert await _rows(table(bench)) == before
    bench.clock.advance(days=26)
    await drop_old(bench.services)
    assert await _rows(table(bench)) == before - 1


async def test_leftovers_of_sweeps_go_and_the_sweep_in_progress_goes_on(bench: Bench) -> None:
    """What an abandoned sweep had listed is dropped; one that is under way ends as if nothing had been."""
    bench.sweep_orders()
    await bench.workspace()
    bench.orders.knows(*(order(number) for number in range(6)))
    await bench.pull()
    bench.orders.forgets("O1")
    await bench.store.sweeps.write(bench.name(), "00000001", 0, ["O1"], 1)
    bench.clock.advance(days=1)
    await bench.pull(budget=0)
    assert (await bench.checkpoint()).sweep
    await drop_old(bench.services)
    with pytest.raises(LookupError):
        await bench.store.sweeps.listed(bench.name(), "00000001", 1)
    await bench.drain()
    assert len(await bench.seen()) == 5


async def test_the_reading_that_stands_stays(bench: Bench) -> None:
    """Readings that others replaced long ago go; the last one stays with its rows, however old it is."""
    await bench.workspace(retention=RETENTION)
    for number in range(3):
        bench.orders.knows(order(number), since=bench.clock.now)
        bench.clock.advance(minutes=1)
        await bench.round()
        bench.clock.advance(hours=1)
    before = await bench.reading()
    assert before["value"] is not None
    bench.clock.advance(days=100)
    assert await drop_old(bench.services)
    assert await bench.reading() == before
    assert len(await bench.rows()) == before["row_count"]


async def test_one_workspace_that_breaks_costs_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where something fails for one workspace the others are looked after all the same."""
    await bench.workspace("a")
    await bench.workspace(retention=RETENTION)
    await _audit(bench)
    drop = bench.store.alerts.drop_deliveries

    async def fails(workspace: str, before: str) -> int:
        if workspace == "a":
            raise KeyError(workspace)
        return await drop(workspace, before)

    monkeypatch.setattr(bench.store.alerts, "drop_deliveries", fails)
    bench.clock.advance(days=40)
    assert await drop_old(bench.services) == 1


def test_staleness_follows_the_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule that comes more rarely than the source's own makes nothing stale between its pulls."""
    shop = source_of("shopify")
    assert shop is not None
    last = START.replace(microsecond=0)
    assert rounds.stale_after(shop, last, 3) == last + timedelta(minutes=45)
    monkeypatch.setenv("TIEOUT_SCHEDULE_SHOPIFY", "0 0 6 * * *")
    assert text(rounds.stale_after(shop, last, 3)) == "2026-04-17T06:00:00Z"
    assert rounds.interval(shop, last) == timedelta(days=1)
    monkeypatch.setenv("TIEOUT_SCHEDULE_SHOPIFY", "nonsense")
    assert rounds.next_pull(shop, last) is None
