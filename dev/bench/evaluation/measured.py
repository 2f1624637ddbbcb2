"""Evaluations of the stored merchant, in a process of its own: a first one, and one in which nothing changed.

python -m dev.bench.evaluation.measured CONNECTION_STRING PREFIX
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict
from typing import Any

from dev.bench.evaluation.merchant import AS_OF, workspace
from dev.bench.evaluation.stages import watched
from dev.bench.megabytes import megabytes
from dev.bench.yardstick import Ticks, ticks
from shared.cards import CARDS
from shared.pipeline.evaluate import evaluate
from shared.pipeline.services import Services
from shared.store.account import StorageAccount
from shared.store.store import Store, open_store

_AFTERWARDS = ("exceptions", "alerts")
"""What follows from readings that are published."""


async def measure(store: Store) -> dict[str, Any]:
    """Evaluate twice, and give what each time took and what came out."""
    services = Services(store, clock=lambda: AS_OF)
    found = {}
    for name in ("first", "unchanged"):
        with watched() as spent:
            before, wall, cpu = ticks(), time.perf_counter(), time.process_time()
            await evaluate(services, workspace().id)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            wanted = ticks() - before
        published = wall
        for each in _AFTERWARDS:
            published -= spent.seconds.get(each, 0)
            wanted -= spent.ticks.get(each, Ticks())
        found[name] = asdict(spent) | {
            "wall_seconds": wall,
            "total_cpu_seconds": cpu,
            "published_seconds": published,
            "taken": wanted.taken,
            "peak_megabytes": megabytes("VmHWM"),
        }
    readings = await store.readings.latest_of(workspace().id, [card.id for card in CARDS])
    return found | {
        "readings": {
            each["card"]: {name: each[name] for name in ("status", "value", "row_count")}
            | {"older": (each["older_unresolved"] or {}).get("count")}
            for each in readings
            if each is not None
        }
    }


async def _main(connection_string: str, prefix: str) -> None:
    async with open_store(StorageAccount(connection_string=connection_string, prefix=prefix)) as store:
        print(json.dumps(await measure(store)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2]))
