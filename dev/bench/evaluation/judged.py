"""Judging alone, from stored columns to reasons: what the other engines do, in a process of its own.

python -m dev.bench.evaluation.judged CONNECTION_STRING PREFIX

The cards of absent customers and of the revenue gap look at everything at once, as the engines do. The store
is read before, and that is not timed: the engines' files are local, too.
"""

import asyncio
import json
import sys
import time
from typing import Any

from dev.bench.evaluation.merchant import AS_OF, DAYS, workspace
from dev.bench.megabytes import megabytes
from shared.cards import CARDS
from shared.domain.windows import rolling
from shared.pipeline.collector import collector_at_rest
from shared.pipeline.freshness import inputs_of
from shared.pipeline.services import Services
from shared.pipeline.snapshots import snapshot_of
from shared.store.account import StorageAccount
from shared.store.store import Store, open_store

JUDGED = ("ecom_customers_absent_from_d365", "revenue_gap_detailed_breakdown")
_EVERYTHING = {"window_days": DAYS + 1, "older_days": 0}


async def measure(store: Store) -> dict[str, Any]:
    """Judge both cards once, and give what it took and how many rows came out."""
    whole = workspace()
    whole = whole.model_copy(
        update={"cards": {name: whole.card(name).model_copy(update=_EVERYTHING) for name in JUDGED}}
    )
    checkpoints = await store.checkpoints.of(whole.id)
    services = Services(store, clock=lambda: AS_OF)
    snapshot = await snapshot_of(services, whole, inputs_of(whole, checkpoints, AS_OF), AS_OF)
    rows, parts = {}, {}
    cpu, wall = time.process_time(), time.perf_counter()
    with collector_at_rest():
        for card in (each for each in CARDS if each.id in JUDGED):
            began = time.perf_counter()
            settings = whole.card(card.id)
            window = rolling(whole, AS_OF, card.window_days_in(settings))
            judgement = await asyncio.to_thread(card.judge, snapshot, window, settings)
            rows[card.id], parts[card.id] = len(judgement.rows), time.perf_counter() - began
            del judgement
            snapshot.forget()
    return {
        "engine": "tieout",
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_megabytes": megabytes("VmHWM"),
        "parts": parts,
        "rows": rows,
    }


async def _main(connection_string: str, prefix: str) -> None:
    async with open_store(StorageAccount(connection_string=connection_string, prefix=prefix)) as store:
        print(json.dumps(await measure(store)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2]))
