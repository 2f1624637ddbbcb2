"""Whatever happens at a vendor and to the processes that read it: in the end the store holds the truth."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import sources
from shared.errors import RetryLater, SourceError
from shared.sources.source import KeyPage, Page, Pull
from tests.builders import law
from tests.pipeline.bench import Bench
from tests.pipeline.memory import memory_store
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.vendors import order

MOST = 12
"""How many different records there may be; numbers of two digits sort as text."""
PAGE = 2
OVERLAP = timedelta(minutes=10)


@dataclass
class Live:
    """A vendor whose records come, change and go: what it knows is the truth."""

    bench: Bench
    truth: dict[str, tuple[datetime, datetime, str]] = field(default_factory=dict)
    """When each record changed, when that could be seen, and its name."""
    told: list[tuple[datetime, str]] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    last: dict[str, datetime] = field(default_factory=dict)
    trouble: dict[int, Exception] = field(default_factory=dict)
    """What happens, once, on the n-th page from now."""
    versions: int = 0

    def sets(self, number: int, age: int) -> None:
        """Create or change a record: seen now, dated up to nine minutes back, often to the same second."""
        now, name = self.bench.clock.now.replace(microsecond=0), f"O{number + 10}"
        at = max(now - timedelta(minutes=age), self.last.get(name, now - OVERLAP))
        self.versions += 1
        self.truth[name] = at, now, f"version {self.versions}"
        self.names[name].add(f"version {self.versions}")
        self.last[name] = at

    def deletes(self, number: int, *, is_told: bool) -> None:
        """Delete a record, with or without a word."""
        name = f"O{number + 10}"
        if self.truth.pop(name, None) is not None:
            at = self.bench.clock.now.replace(microsecond=0)
            self.last[name] = at
            if is_told:
                self.told.append((at, name))

    async def pages(self, pull: Pull) -> AsyncIterator[Page]:
        """Give what changed in the window by time and id; a cursor is the last place that was given."""
        place = tuple(pull.cursor.split("|")) if pull.cursor else ("", "")
        since = pull.since or datetime.min.replace(tzinfo=pull.until.tzinfo)
        while True:
            await pull.client.get("/page")
            self._meet()
            window = sorted(
                (at.isoformat(), name)
                for name, (at, _, _) in self.truth.items()
                if since <= at < pull.until and (at.isoformat(), name) > place
            )
            page = window[:PAGE]
            given = tuple(order(int(name[1:]), name=self.truth[name][2]) for _, name in page)
            gone = [name for at, name in self.told if since <= at < pull.until and place == ("", "")]
            place = page[-1] if page else place
            cursor = "|".join(place) if len(window) > PAGE else ""
            yield Page(given, cursor, deleted=tuple(gone), remaining=max(0, len(window) - PAGE))
            if not cursor:
                return

    async def keys(self, pull: Pull) -> AsyncIterator[KeyPage]:
        """List the ids that there are, by id."""
        start = pull.cursor
        while True:
            await pull.client.get("/keys")
            self._meet()
            ids = sorted(name for name in self.truth if name > start)
            start = ids[PAGE - 1] if len(ids) > PAGE else ""
            yield KeyPage(tuple(ids[:PAGE]), start)
            if not start:
                return

    def _meet(self) -> None:
        self.trouble = {at - 1: error for at, error in self.trouble.items()}
        if (error := self.trouble.pop(0, None)) is not None:
            raise error


numbers, minutes = st.integers(0, MOST - 1), st.integers(0, 9)
ACTIONS = st.one_of(
    st.tuples(st.just("set"), numbers, minutes),
    st.tuples(st.just("set"), numbers, st.just(0)),
    st.tuples(st.just("delete"), numbers, st.integers(0, 1)),
    st.tuples(st.just("pass"), st.sampled_from([0, 1, 9, 40, 130]), st.just(0)),
    st.tuples(st.just("die before"), st.integers(1, 30), st.just(0)),
    st.tuples(st.just("die after"), st.integers(1, 30), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 6), st.just(0)),
    st.tuples(st.just("fail"), st.integers(1, 6), st.just(0)),
    st.tuples(st.just("piece"), st.just(0), st.just(0)),
    st.tuples(st.just("pull"), st.just(0), st.just(0)),
)


async def _act(bench: Bench, live: Live, action: str, first: int, second: int) -> None:
    if action == "set":
        live.sets(first, second)
    elif action == "delete":
        live.deletes(first, is_told=bool(second))
    elif action == "pass":
        bench.clock.advance(minutes=first)
    elif action.startswith("die"):
        store = mortal(bench.store, Life(first, is_last_one_done=action == "die after"))
        try:
            await bench.pull(services=bench.services_on(store))
        except Death:
            bench.clock.advance(minutes=16)
    else:
        errors = {"wait": RetryLater("wait", 30), "fail": SourceError("out")}
        live.trouble = {first: errors[action]} if action in errors else {}
        await bench.pull(budget=0 if action == "piece" else 480)
        live.trouble = {}
        bench.clock.advance(minutes=1)


async def _assert_whole(bench: Bench, live: Live) -> None:
    """Hold what is seen against the truth: it was true once, and misses nothing from before the watermark."""
    seen = {name: row["name"] for name, row in (await bench.seen()).items()}
    assert all(version in live.names[name] for name, version in seen.items())
    until = (await bench.checkpoint()).complete_until
    if until is None:
        assert seen == {}
    else:
        due = {name: version for name, (_, seen_at, version) in live.truth.items() if seen_at < until}
        assert due.items() <= seen.items()


async def _finish(bench: Bench) -> None:
    """Let everything end undisturbed."""
    for _ in range(3):
        bench.clock.advance(hours=2)
        await bench.pull()
    assert ((await bench.checkpoint()).run, (await bench.checkpoint()).sweep) == ("", "")
    if (await bench.checkpoint()).sweep_problem:
        await bench.enqueue("store", is_anew=True)
        await bench.drain()


@law
@given(st.lists(ACTIONS, max_size=30))
def test_the_store_ends_with_the_vendors_truth(actions: list[tuple[str, int, int]]) -> None:
    """Nothing is lost, nothing comes twice, nothing is seen before it is whole, and again changes nothing.

    So it is with records created, changed, deleted, tied and late, dying processes and failing vendors.
    """

    async def history() -> None:
        bench = Bench(memory_store())
        live = Live(bench)
        bench.orders.pages, bench.orders.keys = live.pages, live.keys  # type: ignore[method-assign]
        bench.sweep_orders(hours=1)
        await bench.workspace()
        for action in actions:
            await _act(bench, live, *action)
            await _assert_whole(bench, live)
        await _finish(bench)
        seen = await bench.seen()
        assert {name: row["name"] for name, row in seen.items()} == {
            name: version for name, (_, _, version) in live.truth.items()
        }
        bench.clock.advance(minutes=20)
        await bench.pull()
        assert await bench.seen() == seen

    with mock.patch.object(sources, "SOURCES", sources.SOURCES):
        asyncio.run(history())


@pytest.mark.parametrize("pieces", [1, 3, 40])
async def test_a_backfill_in_any_number_of_pieces_is_one(bench: Bench, pieces: int) -> None:
    """A first read of everything comes to the same in one message as in forty, with progress in between."""
    bench.orders.page_size = max(1, 40 // pieces)
    bench.orders.knows(*(order(number) for number in range(40)))
    await bench.pull(budget=0)
    if pieces > 1:
        checkpoint = await bench.checkpoint()
        assert (checkpoint.run_pages, checkpoint.run_records) == (1, bench.orders.page_size)
        assert checkpoint.run_remaining == 40 - bench.orders.page_size
    await bench.drain(budget=0)
    assert len(await bench.seen()) == 40
    assert len(bench.orders.given) == len(set(bench.orders.given)) == 40
    checkpoint = await bench.checkpoint()
    assert checkpoint.stored == 40
