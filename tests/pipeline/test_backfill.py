"""A stream that is read again from a date on: nothing is lost, nothing comes twice, no feed cuts it short."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared import sources
from shared.errors import SourceError
from shared.pipeline import pull
from tests.pipeline.bench import Bench
from tests.pipeline.test_change_feeds import Feed
from tests.pipeline.vendors import START, order

LONG_AGO, LATER = START - timedelta(days=90), START - timedelta(days=30)


async def _ask(bench: Bench, since: datetime, *, is_anew: bool = False) -> None:
    found = await bench.store.workspaces.get("shop")
    assert found
    workspace = found[0]
    (store, *_) = workspace.connections
    await pull.enqueue_connection(bench.services, workspace, store, since=since, is_anew=is_anew)


async def test_what_changed_since_the_date_is_read_again(bench: Bench) -> None:
    """What a vendor mended without moving its time of change comes, older and unchanged records stay."""
    bench.orders.knows(*[order(number) for number in range(3)], since=LONG_AGO)
    bench.orders.knows(*[order(number) for number in range(3, 6)], since=LATER)
    await bench.round("store")
    mended = [replace(order(number), email=f"mended{number}@invented.example") for number in (1, 4)]
    bench.orders.knows(mended[0], since=LONG_AGO)
    bench.orders.knows(mended[1], since=LATER)
    bench.clock.advance(minutes=15)
    await _ask(bench, LATER)
    await bench.drain()
    seen = await bench.seen()
    assert len(seen) == 6
    assert seen["O4"]["email"] == mended[1].email
    assert seen["O1"]["email"] == order(1).email
    assert bench.orders.asked[-1].since == LATER


async def test_it_is_done_once(bench: Bench) -> None:
    """The run after it goes on where runs always do."""
    await bench.round("store")
    bench.clock.advance(minutes=15)
    await _ask(bench, LATER)
    await bench.drain()
    ended = bench.clock().replace(microsecond=0)
    bench.clock.advance(minutes=15)
    await bench.pull()
    last = bench.orders.asked[-1].since
    assert last is not None
    assert timedelta(0) <= ended - last <= timedelta(minutes=15)


async def test_the_earliest_of_several_dates_counts(bench: Bench) -> None:
    """Two people who ask before the pull begins both get what they asked for."""
    await bench.round("store")
    bench.clock.advance(minutes=15)
    for since in (LATER, LONG_AGO, START):
        await _ask(bench, since)
    await bench.drain()
    begins = [each.since for each in bench.orders.asked]
    assert LONG_AGO in begins
    assert not {LATER, START} & {*begins}


async def test_a_date_behind_the_last_run_loses_nothing(bench: Bench) -> None:
    """A date later than where the next run begins anyway does not make it begin later."""
    await bench.round("store")
    bench.clock.advance(hours=2)
    await _ask(bench, bench.clock())
    await bench.drain()
    since = bench.orders.asked[-1].since
    assert since is not None
    assert since < bench.clock() - timedelta(hours=2)


async def test_a_first_read_stays_whole(bench: Bench) -> None:
    """Of what was never read all is read, whatever date is asked for."""
    await _ask(bench, LATER)
    await bench.drain()
    assert bench.orders.asked[0].since is None


async def test_a_change_feed_is_left_aside(bench: Bench) -> None:
    """The feed begins where the last run ended: with its token nothing before that would come."""
    bench.orders = Feed()
    sources.SOURCES = bench.sources  # type: ignore[assignment] - the fixture puts it back
    bench.orders.knows(*(order(number) for number in range(3)))
    await bench.round("store")
    bench.clock.advance(minutes=15)
    await _ask(bench, LATER)
    await bench.drain()
    bench.clock.advance(minutes=15)
    await bench.pull()
    assert [each.token for each in bench.orders.asked] == ["", "", "after 2"]


async def test_a_sweep_counts_anew_what_is_there(bench: Bench) -> None:
    """What comes again is no more than it was: the sweep that follows counts it once."""
    bench.sweep_orders()
    bench.orders.knows(*(order(number) for number in range(5)), since=LATER)
    await bench.round("store")
    bench.clock.advance(hours=1)
    await _ask(bench, LONG_AGO)
    await bench.drain()
    checkpoint = await bench.store.checkpoints.load(bench.name("orders"))
    assert checkpoint.stored == 5


@pytest.mark.parametrize("is_anew", [False, True])
async def test_what_fails_is_still_owed(bench: Bench, is_anew: bool) -> None:  # noqa: FBT001 - a case
    """Where a pull that somebody asked for fails, the next one reads as far back, and none after it."""
    bench.orders.knows(order(0), since=LATER)
    await bench.round("store")
    bench.clock.advance(minutes=15)
    bench.orders.trouble[0] = SourceError("out")
    await _ask(bench, LATER, is_anew=is_anew)
    await bench.drain()
    assert "out" in (await bench.checkpoint()).problem
    bench.orders.trouble.clear()
    await bench.pull()
    assert bench.orders.asked[-1].since == (None if is_anew else LATER)
    await bench.pull()
    last = bench.orders.asked[-1].since
    assert last is not None
    assert last > LATER
