"""Streams whose time of change does not tell all: everything is read now and then, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

from shared import sources
from shared.sources.source import BEGINNING
from shared.store.queues import EVALUATE, PULL
from tests.pipeline.bench import Bench
from tests.pipeline.vendors import START, order

LONG_AGO = START - timedelta(days=90)


async def reread_daily(bench: Bench) -> None:
    """Read everything once, of a stream that is to be read whole once a day."""
    bench._sweeps = {"reread_every": timedelta(days=1)}
    sources.SOURCES = bench.sources  # type: ignore[assignment] - the fixture puts it back
    await bench.workspace()
    bench.orders.knows(*[order(number) for number in range(5)], since=LONG_AGO)
    await bench.pull()


async def test_what_changed_without_a_word_is_read_within_a_day(bench: Bench) -> None:
    """A change that did not move the time of change comes with the next whole read, and not before."""
    await reread_daily(bench)
    changed = replace(order(2), email="changed@invented.example")
    bench.orders.knows(changed, since=LONG_AGO)
    bench.clock.advance(hours=23)
    await bench.pull()
    assert (await bench.seen())["O2"]["email"] != changed.email
    bench.clock.advance(hours=1)
    await bench.pull()
    assert (await bench.seen())["O2"]["email"] == changed.email


async def test_a_whole_read_comes_once_a_day(bench: Bench) -> None:
    """A first read counts as one; between two of them only what changed is read."""
    await reread_daily(bench)
    for _ in range(9):
        bench.clock.advance(hours=6)
        await bench.pull()
    begins = [each.since for each in bench.orders.asked]
    assert begins[0] is None
    assert [number for number, since in enumerate(begins) if since == BEGINNING] == [4, 8]


async def test_a_whole_read_replaces_nothing(bench: Bench) -> None:
    """A record that leaves the window while it is read stays as it was, until the next pull brings it."""
    await reread_daily(bench)
    bench.clock.advance(days=1)
    bench.orders.knows(
        replace(order(2), email="later@invented.example"), since=bench.clock() + timedelta(hours=1)
    )
    await bench.pull()
    assert len(await bench.seen()) == 5
    bench.clock.advance(hours=2)
    await bench.pull()
    assert (await bench.seen())["O2"]["email"] == "later@invented.example"


async def test_what_changes_while_everything_is_read_anew_is_not_missing(bench: Bench) -> None:
    """A record that leaves the window before it is read comes at once, and the cards wait for it.

    A read anew replaces what was there: without this the record would look absent until the next round.
    """
    await bench.workspace()
    bench.orders.knows(*[order(number) for number in range(5)], since=LONG_AGO)
    await bench.round("store")
    await bench.enqueue("store", is_anew=True)
    done = []
    while bench.queues.sent:
        queue, message, _ = bench.queues.sent.pop(0)
        done.append(queue)
        if queue == PULL:
            await bench.pull(message["stream"], budget=0)
        else:
            assert (await bench.seen())["O4"]["name"] == "changed"
        bench.clock.advance(seconds=30)
        if len(done) == 1:
            bench.orders.knows(order(4, name="changed"), since=bench.clock())
    assert EVALUATE in done
