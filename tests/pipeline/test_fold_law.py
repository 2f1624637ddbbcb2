"""The fold: what is visible never changes because of it, now or as of any earlier instant (ADR 10)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from shared import sources
from shared.pipeline import fold as folding
from shared.pipeline.fold import Place, fold
from shared.store import segments
from shared.store.queues import FOLD
from tests.builders import law
from tests.pipeline.bench import Bench
from tests.pipeline.folding import ORDERS, RETENTION, fold_orders, place_of, seen_at
from tests.pipeline.memory import memory_store
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.test_histories import ACTIONS, Live, _act


class Meeting(Life):
    """A process that meets somebody else's work before one of its writes."""

    def __init__(self, write: int, work: Callable[[], Awaitable[Any]]) -> None:
        super().__init__(1_000_000, is_last_one_done=True)
        self.before, self.work = write, work

    async def write(self, call: Callable[[], Any]) -> Any:
        """Let the other one work first, once, then write."""
        self.before -= 1
        if not self.before:
            await self.work()
        return await super().write(call)


FOLDS = st.one_of(
    st.tuples(st.just("fold"), st.just(0), st.just(0)),
    st.tuples(st.just("fold piece"), st.just(0), st.just(0)),
    st.tuples(st.just("fold again"), st.just(0), st.just(0)),
    st.tuples(st.just("fold dies before"), st.integers(1, 12), st.just(0)),
    st.tuples(st.just("fold dies after"), st.integers(1, 12), st.just(0)),
    st.tuples(st.just("fold meets pull"), st.integers(1, 12), st.just(0)),
    st.tuples(st.just("fold meets fold"), st.integers(1, 12), st.just(0)),
    st.tuples(st.just("days"), st.integers(1, 40), st.just(0)),
)


async def _act_or_fold(bench: Bench, live: Live, action: str, number: int, second: int) -> None:
    if action == "days":
        bench.clock.advance(days=number)
    elif not action.startswith("fold"):
        await _act(bench, live, action, number, second)
    elif action in {"fold", "fold piece", "fold again"}:
        budget = 480.0 if action == "fold" else 0.0
        waiting = [place_of(each[1]) for each in bench.queues.sent if each[0] == FOLD]
        place = waiting[-1] if waiting and action != "fold" else Place()
        if action == "fold piece":  # with "fold again" the same message comes twice
            bench.queues.sent = [each for each in bench.queues.sent if each[0] != FOLD]
        await fold(bench.services, ORDERS, place, budget)
    else:

        async def other() -> None:
            await (bench.pull() if action == "fold meets pull" else fold(bench.services, ORDERS))

        dies = action.startswith("fold dies")
        life = Life(number, is_last_one_done=action.endswith("after")) if dies else Meeting(number, other)
        try:
            await fold(bench.services_on(mortal(bench.store, life)), ORDERS)
        except Death:
            return


@law
@given(st.lists(st.one_of(ACTIONS, FOLDS, FOLDS), max_size=25))
def test_a_fold_never_changes_what_is_visible(actions: list[tuple[str, int, int]]) -> None:
    """Now and as of every earlier instant within retention the same is visible, whatever happens to a fold.

    So it is with pulls, sweeps, deletions and other folds at the same time, in pieces, with messages that
    come twice, with a process that dies at any write, and with what is dropped.
    """

    async def history() -> None:
        bench = Bench(memory_store())
        live = Live(bench)
        bench.orders.pages, bench.orders.keys = live.pages, live.keys  # type: ignore[method-assign]
        bench.sweep_orders(hours=1)
        await bench.workspace(retention=RETENTION)
        moments: list[datetime] = []
        for action in actions:
            horizon = bench.clock.now - timedelta(days=31 - (action[1] if action[0] == "days" else 0))
            moments = [each for each in moments if each >= horizon][-8:]
            before = [await seen_at(bench, each) for each in [*moments, None]]
            is_open = bool((await bench.checkpoint()).run)
            await _act_or_fold(bench, live, *action)
            # A run that a dead process had committed already counts from when it is committed again.
            if action[0].startswith("fold") and not (action[0] == "fold meets pull" and is_open):
                seen = before if action[0] == "fold meets pull" else [*before[:-1], await seen_at(bench)]
                assert [await seen_at(bench, each) for each in moments] == seen[:-1]
                assert seen == before
            bench.clock.advance(seconds=2)
            moments.append(bench.clock.now.replace(microsecond=0))
            bench.clock.advance(seconds=2)
        bench.clock.advance(hours=2)
        await bench.pull()
        bench.clock.advance(hours=2)
        await bench.pull()
        await fold_orders(bench)
        if not (await bench.checkpoint()).sweep_problem:
            assert (await seen_at(bench)).keys() == live.truth.keys()

    with (
        mock.patch.object(sources, "SOURCES", sources.SOURCES),
        mock.patch.object(segments, "RECORDS", 2),
        mock.patch.object(segments, "FOLDED_RECORDS", 3),
        mock.patch.object(folding, "EXPIRES_BY", {}),
    ):
        asyncio.run(history())
