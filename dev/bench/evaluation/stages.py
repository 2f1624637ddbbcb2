"""What one evaluation spends where: clock, processor, requests to the store, entities and bytes."""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from unittest.mock import patch

from azure.core.pipeline.transport import AioHttpTransport

from dev.bench.yardstick import Ticks, ticks
from shared.pipeline import evaluate
from shared.pipeline.snapshots import Arriving
from shared.store.tables import Table

READ = "read"
"""What a judge waits for until records are there that are read beside it."""


@dataclass
class Spent:
    """What stages took so far."""

    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    ticks: dict[str, Ticks] = field(default_factory=dict)
    """Of the whole machine, in what is awaited: reading them takes too long to do it for every wait."""
    requests: int = 0
    writes: int = 0
    """How many of the requests were no reading."""
    entities: int = 0
    bytes: int = 0
    """Of the entities' binary properties."""

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0) + time.perf_counter() - wall
            self.cpu_seconds[stage] = self.cpu_seconds.get(stage, 0) + time.process_time() - cpu


@contextmanager
def watched() -> Iterator[Spent]:
    """Watch the evaluations of this process while the block runs."""
    spent = Spent()
    stages = {"publish": "publish", "follow": "exceptions", "tell": "alerts"}
    sent, between = AioHttpTransport.send, Table.between

    async def send(self: AioHttpTransport, request: Any, **more: Any) -> Any:
        spent.requests += 1
        spent.writes += request.method != "GET"
        return await sent(self, request, **more)

    async def read(self: Table, *args: Any, **more: Any) -> Any:
        async for entity in between(self, *args, **more):
            spent.entities += 1
            spent.bytes += sum(len(value) for value in entity.values() if isinstance(value, bytes))
            yield entity

    with ExitStack() as patches:
        patches.enter_context(patch.object(AioHttpTransport, "send", send))
        patches.enter_context(patch.object(Table, "between", read))
        for name, stage in stages.items():
            timed = _timed(spent, stage, getattr(evaluate, name))
            patches.enter_context(patch.object(evaluate, name, timed))
        waiting = _waiting(spent, Arriving.__getitem__)
        patches.enter_context(patch.object(Arriving, "__getitem__", waiting))
        judging = _judging(spent, evaluate.judge)  # type: ignore[attr-defined]
        patches.enter_context(patch.object(evaluate, "judge", judging))
        yield spent


def _timed(spent: Spent, stage: str, work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(work)
    async def timed(*args: Any, **more: Any) -> Any:
        with spent.on(stage):
            before = ticks()
            try:
                return await work(*args, **more)
            finally:
                spent.ticks[stage] = spent.ticks.get(stage, Ticks()) + (ticks() - before)

    return timed


def _judging(spent: Spent, judge: Callable[..., Any]) -> Callable[..., Any]:
    """Time each card by itself; what it waits for records that are being read is told as `read`."""

    @wraps(judge)
    def timed(card: Any, snapshot: Any, **more: Any) -> Any:
        stage, told = f"judge {card.id}", (spent.seconds, spent.cpu_seconds)
        waited = [each.get(READ, 0.0) for each in told]
        with spent.on(stage):
            answer = judge(card, snapshot, **more)
        for each, before in zip(told, waited, strict=True):
            each[stage] -= each.get(READ, 0.0) - before
        return answer

    return timed


def _waiting(spent: Spent, get: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get)
    def timed(self: Arriving, record_type: Any) -> Any:
        with spent.on(READ):
            return get(self, record_type)

    return timed
