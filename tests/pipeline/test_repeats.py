"""What a full read brings again is not written again, and nothing else is different for it (ADR 12)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import sources
from shared.domain.erasure import Mask, Traces
from shared.domain.records import Company
from shared.domain.snapshot import Table
from shared.errors import BadRecord, RetryLater, SourceError
from shared.pipeline import pull as pulling
from shared.sources.source import Page, Pull
from shared.store import segments
from shared.store.erasures import Erasure
from tests.builders import law
from tests.pipeline.bench import Bench
from tests.pipeline.memory import entities, memory_store
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.vendors import company

PAGE = 2
Seen = dict[str, str]


@dataclass
class Listed:
    """A vendor whose whole list is read each time; it may change between two pages."""

    names: list[tuple[int, str]] = field(default_factory=lambda: [(each, "first") for each in range(7)])
    bad: set[int] = field(default_factory=set)
    given: dict[int, Page] = field(default_factory=dict)
    """The pages of the run that goes on, as they were last read, by where they begin."""
    trouble: dict[int, Exception] = field(default_factory=dict)
    """What happens, once, before the page that begins there."""
    whole: list[Seen] = field(default_factory=list)
    """What was read from the first page to the last, each time that it came to the last."""

    async def pages(self, pull: Pull) -> AsyncIterator[Page]:
        """Give the list from the cursor on."""
        start = int(pull.cursor or 0)
        while True:
            await pull.client.get("/page")
            if (error := self.trouble.pop(start, None)) is not None:
                raise error
            end = start + PAGE
            records = tuple(replace(company(number), name=name) for number, name in self.names[start:end])
            wrong = (BadRecord("companies", f"B9{start}", "no name"),) if start in self.bad else ()
            cursor = str(end) if end < len(self.names) else ""
            page = Page(records, cursor, wrong)
            self.given = {at: each for at, each in self.given.items() if at < start} | {start: page}
            if not cursor:
                self.whole.append(self.read)
            yield page
            if not cursor:
                return
            start = end

    @property
    def read(self) -> Seen:
        """Give what the run that was read last brought."""
        pages = [self.given[at] for at in sorted(self.given)]
        return {each.id: each.name for page in pages for each in page.records if isinstance(each, Company)}


@dataclass
class Shop:
    """The companies of a bench, and what is known of them."""

    bench: Bench
    listed: Listed = field(default_factory=Listed)
    moments: list[tuple[datetime, Seen]] = field(default_factory=list)

    async def seen(self, as_of: datetime | None = None) -> Seen:
        """Give the companies that are visible at an instant."""
        name = self.bench.name("companies")
        runs = await self.bench.store.segments.runs(name, as_of)
        table = Table(Company, await self.bench.store.segments.batches(name, Company, runs))
        return {table["id"][row]: table["name"][row] for row in range(len(table))}

    def stored(self) -> dict[Any, Any]:
        """Give everything that is stored of the companies."""
        partition = self.bench.name("companies").partition
        return {
            at: each for at, each in entities(self.bench.store.segments._table).items() if at[0] == partition
        }

    async def erasing(self, *, is_over: bool) -> None:
        """Begin to erase somebody, or come to the end of it."""
        known = await self.bench.store.erasures.get("shop", "somebody")
        mask = Mask("salt", "2026-04-14T12:00:00Z", frozenset())
        etag = known.etag if known else ""
        traces = None if is_over else Traces()
        erasure = Erasure(id="somebody", mask=mask, state="", traces=traces, etag=etag)
        await self.bench.store.erasures.save("shop", erasure)


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Give a shop in memory, whose companies have been read once."""
    made = _shop()
    monkeypatch.setattr(sources, "SOURCES", made.bench.sources)
    monkeypatch.setattr(segments, "RECORDS", PAGE)
    await made.bench.workspace()
    await made.bench.pull("companies")
    made.bench.clock.advance(minutes=15)
    return made


def _shop() -> Shop:
    made = Shop(Bench(memory_store()))
    made.bench.companies.pages = made.listed.pages  # type: ignore[method-assign]
    return made


async def test_what_is_the_same_writes_nothing(shop: Shop) -> None:
    """The stream is as fresh as if it had been written, and the same is seen."""
    before, seen, checkpoint = shop.stored(), await shop.seen(), await shop.bench.checkpoint("companies")
    await shop.bench.pull("companies")
    assert before == shop.stored()
    assert seen == await shop.seen()
    now = await shop.bench.checkpoint("companies")
    assert checkpoint.last_success_at is not None
    assert now.last_success_at is not None
    assert now.last_success_at > checkpoint.last_success_at
    assert now.complete_until == now.read_whole_until == now.last_success_at
    assert (now.last_run, now.records, now.stored, now.calls) == (checkpoint.last_run, 7, 7, 4)
    assert (now.run, now.run_repeats) == ("", "")


@pytest.mark.parametrize("budget", [0, 480])
@pytest.mark.parametrize("names", [[], [(0, "first")], [(each, "first") for each in range(6)]])
async def test_what_is_gone_at_the_end_goes(shop: Shop, budget: float, names: list[tuple[int, str]]) -> None:
    """A list that only misses its end is another one."""
    shop.listed.names = names
    await shop.bench.pull("companies", budget=budget)
    await shop.bench.drain(budget=budget)
    assert await shop.seen() == {f"B{number}": name for number, name in names}


async def test_a_difference_costs_no_second_reading(shop: Shop) -> None:
    """What was the same so far is copied from the store, and the vendor is asked for each page once."""
    shop.listed.names[5] = (5, "changed")
    await shop.bench.pull("companies")
    assert (await shop.seen())["B5"] == "changed"
    checkpoint = await shop.bench.checkpoint("companies")
    assert (checkpoint.calls, checkpoint.records, checkpoint.last_run) == (4, 7, "00000002")


async def test_bad_records_are_met_again_without_a_run(shop: Shop) -> None:
    """A record in quarantine makes no copy of all others, and leaves when it is read well or gone."""
    shop.listed.bad = {0, 4}
    for bad in ({0, 4}, {4}, set[int]()):
        shop.listed.bad = bad
        before = shop.stored()
        await shop.bench.pull("companies")
        assert before == shop.stored()
        assert (await shop.bench.checkpoint("companies")).bad_records == len(bad)
        shown = await shop.bench.store.bad_records.page(shop.bench.name("companies"))
        assert len(shown) == len(bad)
        shop.bench.clock.advance(minutes=15)


@pytest.mark.parametrize("why", ["anew", "settings", "erasing", "no digests"])
async def test_some_reads_are_written_whatever_they_bring(shop: Shop, why: str) -> None:
    """So are those that somebody asks for, under other settings, beside an erasure, and after one."""
    if why == "anew":
        await shop.bench.enqueue("store", is_anew=True)
    elif why == "settings":
        await shop.bench.workspace(store={"base_url": "https://other.example"})
    elif why == "erasing":
        await shop.erasing(is_over=False)
    else:
        name = shop.bench.name("companies")
        (first, *_) = [row for _, row in shop.stored() if row.startswith("keys|")]
        assert await shop.bench.store.erasures.revise(
            name.workspace, name.connection, name.stream, first, dict
        )
    await shop.bench.pull("companies")
    assert [run.run for run in await shop.bench.runs("companies")] == ["00000002"]
    assert await shop.seen() == shop.listed.read


async def test_an_erasure_between_two_pieces_begins_the_run_again(shop: Shop) -> None:
    """What was compared so far is read again and written: nothing is copied that may be masked meanwhile."""
    await shop.bench.pull("companies", budget=0)
    assert (await shop.bench.checkpoint("companies")).run_records == PAGE
    await shop.erasing(is_over=False)
    await shop.bench.drain(budget=0)
    [run] = await shop.bench.runs("companies")
    assert (run.run, run.records) == ("00000002", 7)
    assert await shop.seen() == shop.listed.read


numbers = st.integers(0, 8)
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["change", "swap", "remove", "add", "bad"]), numbers),
    st.tuples(st.just("cut"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["die before", "die after"]), st.integers(1, 20)),
    st.tuples(st.sampled_from(["wait", "fail", "meet"]), st.sampled_from([0, 2, 4, 6])),
    st.tuples(st.sampled_from(["pull", "pull", "piece", "piece", "anew"]), st.just(0)),
    st.tuples(st.sampled_from(["erasing", "erased"]), st.just(0)),
)


def _change(listed: Listed, action: str, number: int, versions: int) -> None:
    names = listed.names
    if action == "bad":
        listed.bad ^= {number // PAGE * PAGE}
    elif action == "add":
        names.insert(min(number, len(names)), (100 + versions, "new"))
    elif action == "cut":
        del names[-number:]
    elif number < len(names):
        if action == "change":
            names[number] = (names[number][0], f"version {versions}")
        elif action == "remove":
            del names[number]
        else:
            names[number], names[-1] = names[-1], names[number]


async def _act(shop: Shop, action: str, number: int) -> None:
    bench, listed = shop.bench, shop.listed
    if action in {"change", "swap", "remove", "add", "cut", "bad"}:
        _change(listed, action, number, len(shop.moments))
    elif action.startswith("eras"):
        await shop.erasing(is_over=action == "erased")
    elif action.startswith("die"):
        store = mortal(bench.store, Life(number, is_last_one_done=action == "die after"))
        try:
            await bench.pull("companies", services=bench.services_on(store))
        except Death:
            bench.clock.advance(minutes=16)
    else:
        errors = {"wait": RetryLater("wait", 30), "fail": SourceError("out")}
        listed.trouble = {number: errors[action]} if action in errors else {}
        if action == "anew":
            await bench.enqueue("store", is_anew=True)
        await bench.pull("companies", budget=0 if action in {"piece", "meet"} else 480)
        if action == "meet":  # another message of the same stream
            await bench.pull("companies", budget=0)
        listed.trouble = {}
        bench.clock.advance(minutes=1)


@law
@given(st.lists(ACTIONS, max_size=25), st.sampled_from([PAGE, 5, 10_000]))
def test_what_is_seen_is_what_was_read(actions: list[tuple[str, int]], most: int) -> None:
    """What is visible is exactly what a run has read, now and as of each earlier instant.

    So it is with lists that change between two pages, in pieces, with processes that die at any write,
    vendors that fail, quarantined records and erasures. And a list that is read again writes nothing.
    """

    async def history() -> None:
        shop = _shop()
        bench = shop.bench
        with mock.patch.object(sources, "SOURCES", bench.sources):
            await bench.workspace()
            for action in actions:
                before, done = await shop.seen(), (await bench.checkpoint("companies")).last_success_at
                shop.listed.whole.clear()
                await _act(shop, *action)
                seen = await shop.seen()
                assert seen in (before, *shop.listed.whole)
                if (await bench.checkpoint("companies")).last_success_at != done:
                    assert seen == shop.listed.whole[-1]
                assert [await shop.seen(moment) for moment, _ in shop.moments] == [
                    each for _, each in shop.moments
                ]
                bench.clock.advance(seconds=2)
                shop.moments = [*shop.moments, (bench.clock.now.replace(microsecond=0), seen)][-5:]
                bench.clock.advance(seconds=2)
            await shop.erasing(is_over=True)
            for _ in range(2):
                bench.clock.advance(hours=1)
                await bench.pull("companies")
            truth, stored = {f"B{number}": name for number, name in shop.listed.names}, shop.stored()
            assert await shop.seen() == truth
            bench.clock.advance(hours=1)
            await bench.pull("companies")
            assert await shop.seen() == truth
            assert stored == shop.stored()

    with mock.patch.object(segments, "RECORDS", PAGE), mock.patch.object(pulling, "MOST_COMPARED", most):
        asyncio.run(history())
