"""A vendor's change feed goes on where the last committed run stopped, and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared import sources
from shared.errors import SourceError
from shared.sources.source import Page, Pull
from tests.pipeline.bench import Bench
from tests.pipeline.vendors import Vendor, order


class Feed(Vendor):
    """A vendor whose last page names where its feed goes on: after the so-manieth run."""

    async def pages(self, pull: Pull) -> AsyncIterator[Page]:
        """Give what changed, and the token behind it."""
        async for page in super().pages(pull):
            yield replace(page, token="" if page.cursor else f"after {len(self.asked)}")


@pytest.fixture
def feed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Feed:
    """Give the bench a shop that has a change feed."""
    bench.orders = Feed()
    monkeypatch.setattr(sources, "SOURCES", bench.sources)
    bench.orders.knows(*(order(number) for number in range(5)))
    return bench.orders


async def test_each_run_goes_on_where_the_last_one_stopped(bench: Bench, feed: Feed) -> None:
    """The first run has no token, each later one that of the run before it."""
    for _ in range(3):
        await bench.pull()
        bench.clock.advance(minutes=15)
    assert [pull.token for pull in feed.asked] == ["", "after 1", "after 2"]


async def test_an_interrupted_run_keeps_its_token(bench: Bench, feed: Feed) -> None:
    """Pieces of one run are given one token: the new one counts only once all is committed."""
    await bench.pull()
    bench.clock.advance(minutes=15)
    feed.knows(*(order(number) for number in range(5)), since=bench.clock())
    bench.clock.advance(minutes=15)
    await bench.pull(budget=0)
    await bench.drain(budget=0)
    assert [pull.token for pull in feed.asked] == ["", *["after 1"] * (len(feed.asked) - 1)]
    assert len(feed.asked) > 2


async def test_a_run_that_fails_moves_nothing(bench: Bench, feed: Feed) -> None:
    """What was not committed is asked for again."""
    await bench.pull()
    bench.clock.advance(minutes=15)
    feed.trouble[0] = SourceError("out")
    await bench.pull()
    bench.clock.advance(minutes=15)
    await bench.pull()
    assert [pull.token for pull in feed.asked] == ["", "after 1", "after 1"]


async def test_other_settings_begin_without_a_token(bench: Bench, feed: Feed) -> None:
    """Everything is read anew, and a feed would leave out what did not change."""
    await bench.pull()
    await bench.workspace(store={"options": {}, "return_reference": "{number}"}, field_map={"vat_field": "x"})
    bench.clock.advance(minutes=15)
    await bench.pull()
    assert [(pull.since is None, pull.token) for pull in feed.asked] == [(True, ""), (True, "")]
