"""A reading stands until another differs: what is served is the same with this saving as without it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from shared import sources
from shared.domain.decisions import Decision
from shared.domain.windows import text
from shared.errors import SourceError
from shared.pipeline import publish, reading
from shared.pipeline.fold import fold
from shared.store.readings import Pages, pages_of
from tests.builders import law as few
from tests.pipeline.bench import CARD, OTHER_CARD, Bench
from tests.pipeline.memory import Watch, memory_store
from tests.pipeline.vendors import START, customer, order

numbers = st.integers(0, 5)
ACTIONS = st.one_of(
    st.tuples(st.just("order"), numbers),
    st.tuples(st.just("customer"), numbers),
    st.tuples(st.just("decide"), numbers),
    st.tuples(st.just("set"), st.sampled_from([0, 1, 3, 30])),
    st.tuples(st.just("fail"), st.just(0)),
    st.tuples(st.just("fold"), st.just(0)),
    st.tuples(st.just("pass"), st.sampled_from([1, 15, 90, 24 * 60, 8 * 24 * 60])),
    st.tuples(st.just("round"), st.just(0)),
    st.tuples(st.just("round"), st.just(0)),
    st.tuples(st.just("evaluate"), st.just(0)),
)


async def act(bench: Bench, action: str, number: int) -> None:
    """Let something happen: at a vendor, among people, to the clock, or in the app."""
    now = bench.clock.now
    match action:
        case "order":
            moment = text(now - timedelta(hours=number))
            bench.orders.knows(replace(order(number), placed_at=moment), since=now)
            bench.clock.advance(seconds=1)
        case "customer":
            bench.customers.knows(customer(number), since=now)
            bench.clock.advance(seconds=1)
        case "decide":
            decision = Decision(
                id=f"{now:%Y%m%dT%H%M%S%f}",
                kind="alias",
                identity=f"email:{order(number).email}",
                connection="ledger",
                company=customer(0).company,
                number=customer(0).number,
                decided_at=text(now),
                decided_by="ana",
            )
            await bench.store.decisions.add("shop", decision)
            bench.clock.advance(seconds=1)
        case "set":
            await bench.workspace(cards={CARD: {"threshold": number, "window_days": max(number, 7)}})
        case "fail":
            bench.orders.trouble[0] = SourceError("out")
            await bench.round()
        case "fold":
            for stream in (bench.name(), bench.name("customers")):
                await fold(bench.services, (stream.workspace, stream.connection, stream.stream))
        case "pass":
            bench.clock.advance(minutes=number)
        case "round":
            await bench.round()
        case _:
            await bench.evaluate()


@contextmanager
def _everything_is_new() -> Iterator[None]:
    """Let every evaluation differ from the one before, and so do its rows."""
    mark = count()

    def packed(rows: Any) -> Pages:
        return replace(pages_of(rows), digest=str(next(mark)))

    with (
        mock.patch.object(reading, "content", side_effect=lambda _: next(mark)),
        mock.patch.object(publish, "pages_of", packed),
    ):
        yield


def _served(shown: dict[str, Any]) -> dict[str, Any]:
    """Give what a reading says: not under which evaluation it is kept, nor since when."""
    named = {"evaluation", "published_at", "rows_of", "rows_digest"}
    compared = shown["comparison"] or {}
    names = {name: each for name, each in compared.items() if name not in {"as_of", "evaluation"}}
    return {name: each for name, each in shown.items() if name not in named} | {"comparison": names}


@settings(few, max_examples=15)
@given(st.lists(ACTIONS, max_size=10))
def test_what_is_served_does_not_depend_on_what_is_saved(actions: list[tuple[str, int]]) -> None:
    """Evaluations that write only what changed serve the same readings and rows, at every step."""

    async def history(bench: Bench) -> list[Any]:
        await bench.workspace()
        with mock.patch.object(sources, "SOURCES", bench.sources):
            seen: list[Any] = []
            for action, number in [*actions, ("round", 0), ("pass", 15), ("round", 0)]:
                await act(bench, action, number)
                for card in (CARD, OTHER_CARD):
                    if await bench.store.readings.stored("shop", card):
                        shown = await bench.reading(card)
                        rows = await bench.rows(card) if shown["rows_of"] else None
                        seen.append((action, _served(shown), rows))
            return seen

    saved = asyncio.run(history(Bench(memory_store())))
    with _everything_is_new():
        every = asyncio.run(history(Bench(memory_store())))
    assert every == saved


def _written(watch: Watch) -> list[str]:
    """Give each writing to the tables of readings and rows."""
    return [
        f"{each.on} {each.row}" for each in watch.asked if each.writes and each.on in {"readings", "rows"}
    ]


async def test_a_round_in_which_nothing_changed_writes_no_reading(empty_bench: Bench, watch: Watch) -> None:
    """Nothing is written but one mark, and the reading says that it is as of now (GEN-01, GEN-02)."""
    bench = empty_bench
    await bench.filled()
    before = await bench.reading()
    bench.clock.advance(minutes=15)
    watch.asked.clear()
    await bench.round()
    assert _written(watch) == ["readings standing"]
    after = await bench.reading()
    assert after["as_of"] == after["value_as_of"] == text(bench.clock.now)
    assert after["joined_at"] > before["joined_at"]
    assert after["inputs"][0]["last_success_at"] > before["inputs"][0]["last_success_at"]
    assert (after["evaluation"], after["rows_of"]) == (before["evaluation"], before["rows_of"])


async def test_rows_that_did_not_change_are_not_written(empty_bench: Bench, watch: Watch) -> None:
    """A figure that changed writes its reading, which points to the rows of the one before."""
    bench = empty_bench
    await bench.filled()
    before = await bench.reading()
    bench.clock.advance(minutes=15)
    await bench.workspace(cards={CARD: {"threshold": 1}})
    watch.asked.clear()
    await bench.round()
    after = await bench.reading()
    written = _written(watch)
    assert f"readings latest|{CARD}" in written
    assert not any(each.startswith("rows ") for each in written)
    assert (before["status"], after["status"]) == ("attention", "alert")
    assert after["evaluation"] > before["evaluation"] == after["rows_of"]
    assert len(await bench.rows()) == 2


async def test_a_changed_row_is_published(empty_bench: Bench) -> None:
    """A row that appears is there with its reading, and the one before still tells its own."""
    bench = empty_bench
    await bench.filled()
    before = await bench.reading()
    bench.clock.advance(minutes=15)
    bench.orders.knows(replace(order(7), placed_at=text(START)), since=bench.clock.now - timedelta(minutes=1))
    await bench.round()
    assert len(await bench.rows()) == 3
    assert len(await bench.store.readings.rows("shop", CARD, before["rows_of"])) == 2
    kept = await bench.store.readings.at("shop", CARD, before["evaluation"])
    assert kept is not None
    assert kept["stood"]["as_of"] == kept["stood_until"] == before["as_of"]


async def test_a_workspace_that_is_evaluated_is_not_overdue(empty_bench: Bench) -> None:
    """The catch-up timer goes by the last evaluation, not by the last reading that was written."""
    bench = empty_bench
    await bench.filled()
    for _ in range(4):
        bench.clock.advance(minutes=30)
        await bench.evaluate()
    latest = await bench.reading()
    assert latest["evaluated_at"] == text(bench.clock.now)
