"""Whatever is passed over, what the cards say once the queue is empty is what there is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import sources
from shared.domain.workspace import Workspace
from shared.pipeline.asking import Asked
from shared.pipeline.evaluate import evaluate
from shared.pipeline.pull import enqueue_connection, pull
from shared.store.queues import EVALUATE, PULL
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.memory import memory_store
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.test_fold_law import Meeting
from tests.pipeline.vendors import customer, order

CLOCKS = st.integers(-3, 3)
"""By how many seconds the clock of whoever acts is wrong."""
WRITES = st.integers(1, 6)
ACTIONS = st.one_of(
    st.tuples(st.just("change"), CLOCKS, st.just(0)),
    st.tuples(st.just("work"), CLOCKS, st.just(0)),
    st.tuples(st.just("work twice"), CLOCKS, st.just(0)),
    st.tuples(st.just("meet a change"), CLOCKS, WRITES),
    st.tuples(st.just("die"), CLOCKS, WRITES),
)


class Merchant:
    """A shop that gets orders of buyers whom the ledger does not know, and a queue of evaluations."""

    def __init__(self, bench: Bench, workspace: Workspace) -> None:
        self.bench, self.workspace = bench, workspace
        self.orders = 0
        self.evaluations: list[dict[str, Any]] = []

    async def change(self, wrong: int) -> None:
        """Get one more order, and pull it; the pull asks for an evaluation."""
        self.orders += 1
        self.bench.clock.advance(seconds=1)
        self.bench.orders.knows(order(self.orders), since=self.bench.clock.now - timedelta(minutes=1))
        services = self._services(wrong)
        for each in self.workspace.connections:
            await enqueue_connection(services, self.workspace, each)
        for queue, each, _ in self.bench.queues.take():
            if queue == PULL:
                await pull(services, each["workspace"], each["connection"], each["stream"])
            else:
                self.evaluations.append(each)
        self._collect()

    async def work(self, wrong: int, life: Life | None = None, *, is_kept: bool = False) -> None:
        """Work off a message; one whose process dies comes again, as the host hands it over then."""
        if not self.evaluations:
            return
        message = self.evaluations.pop(0)
        if is_kept:
            self.evaluations.append(message)
        services = self._services(wrong)
        if life is not None:
            services = replace(services, store=mortal(self.bench.store, life))
        asked = Asked(**message["asked"]) if "asked" in message else None
        try:
            await evaluate(services, "shop", asked)
        except Death:
            self.bench.clock.advance(minutes=11)
            self.evaluations.append({"workspace": "shop"})
        self._collect()

    def _services(self, wrong: int) -> Any:
        clock = self.bench.clock
        return replace(self.bench.services, clock=lambda: clock.now + timedelta(seconds=wrong))

    def _collect(self) -> None:
        self.evaluations += [message for queue, message, _ in self.bench.queues.take() if queue == EVALUATE]


async def _act(merchant: Merchant, action: str, wrong: int, write: int) -> None:
    if action == "change":
        await merchant.change(wrong)
    elif action == "meet a change":
        meeting: Callable[[], Awaitable[None]] = lambda: merchant.change(-wrong)  # noqa: E731 - it is typed
        await merchant.work(wrong, Meeting(write, meeting))
    elif action == "die":
        await merchant.work(wrong, Life(write, is_last_one_done=False))
    else:
        await merchant.work(wrong, is_kept=action == "work twice")


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTIONS, max_size=8), CLOCKS)
def test_what_is_passed_over_has_been_seen(actions: list[tuple[str, int, int]], wrong: int) -> None:
    """Messages come twice, changes in the middle of an evaluation, processes die, and clocks are wrong.

    The last message is worked off by whoever has it: only there, a slow clock may see it a moment later.
    """

    async def history() -> None:
        bench = Bench(memory_store())
        with mock.patch.object(sources, "SOURCES", bench.sources):
            bench.customers.knows(customer(0))
            merchant = Merchant(bench, await bench.workspace())
            await merchant.change(0)
            for action in actions:
                await _act(merchant, *action)
            for _ in range(100):
                if not merchant.evaluations:
                    break
                bench.clock.advance(seconds=4)
                await merchant.work(wrong)
            assert not merchant.evaluations
            reading = await bench.reading(CARD)
            assert merchant.orders == reading["value"]

    asyncio.run(history())
