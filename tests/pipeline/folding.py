"""What tests of the fold do with the orders of a bench."""

import asyncio
from datetime import datetime
from typing import Any

from shared.domain.records import Order
from shared.domain.snapshot import Table
from shared.pipeline.fold import Place, fold
from shared.store.queues import FOLD
from tests.pipeline.bench import Bench

ORDERS = ("shop", "store", "orders")
RETENTION = {"records": 31}
Seen = dict[str, tuple[Any, ...]]


async def seen_at(bench: Bench, as_of: datetime | None = None) -> Seen:
    """Give the orders that are visible at an instant, in their order."""
    runs = await bench.store.segments.runs(bench.name(), as_of)
    table = Table(Order, await bench.store.segments.batches(bench.name(), Order, runs))
    return {table["id"][row]: (*table.keys_of(row).values(),) for row in range(len(table))}


async def details_of(bench: Bench) -> list[Any]:
    """Give what is kept beside the keys of the visible orders."""
    runs = await bench.store.segments.runs(bench.name())
    table = Table(Order, await bench.store.segments.batches(bench.name(), Order, runs))
    return await asyncio.to_thread(lambda: [table.detail(row, "display_name") for row in range(len(table))])


async def fold_orders(bench: Bench, budget: float = 480.0) -> None:
    """Fold the orders, with all messages that it takes."""
    await fold(bench.services, ORDERS, budget_seconds=budget)
    for _ in range(500):
        waiting = [each for each in bench.queues.sent if each[0] == FOLD]
        if not waiting:
            return
        bench.queues.sent.remove(waiting[0])
        await fold(bench.services, ORDERS, place_of(waiting[0][1]), budget)
    raise AssertionError("the fold never ends")


def place_of(message: dict[str, Any]) -> Place:
    """Give where a message goes on."""
    return Place(**{name: message[name] for name in Place.__dataclass_fields__})
