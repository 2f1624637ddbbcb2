"""The invented merchant in the store, as pulls and the nightly fold leave it.

python -m dev.bench.evaluation.stored CONNECTION_STRING PREFIX ORDERS
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

from dev.bench.evaluation.columns import Stream
from dev.bench.evaluation.merchant import AS_OF, merchant, workspace
from shared.pipeline.jobs import Job, jobs_of
from shared.store.account import StorageAccount
from shared.store.segments import FOLDED_RECORDS, Run
from shared.store.store import Store, open_store

READ_AT = AS_OF - timedelta(minutes=1)


async def store(opened: Store, streams: Sequence[Stream]) -> int:
    """Store a merchant's document and records, every stream read a minute ago; give how many records."""
    document = workspace()
    await opened.workspaces.put(document)
    held = {(each.connection, each.stream): each for each in streams}
    jobs = [job for connection in document.connections for job in jobs_of(document, connection)]
    return sum([await _store(opened, job, held.get((job.connection.name, job.stream.name))) for job in jobs])


async def _store(opened: Store, job: Job, stream: Stream | None) -> int:
    number, records = 0, 0 if stream is None else len(stream)
    for keys, details in stream.parts(FOLDED_RECORDS) if stream else ():
        number = await opened.segments.write_columns(
            job.name, _RUN, number, job.stream.record_type, {**keys, **details}
        )
    run = Run(
        run=_RUN,
        segments=number,
        records=records,
        bad_records=0,
        is_full=True,
        until=READ_AT,
        committed_at=READ_AT,
        is_distinct=True,
    )
    await opened.segments.commit(job.name, run)
    await opened.checkpoints.change(
        job.name,
        sequence=1,
        complete_until=READ_AT,
        last_success_at=READ_AT,
        read_whole_until=READ_AT,
        records=records,
        stored=records,
        last_run=_RUN,
        settings=job.settings,
        queued_at=READ_AT,
        ended_at=READ_AT,
        sweep_due_at=AS_OF + timedelta(days=1),
    )
    return records


_RUN = "00000001"


async def _main(connection_string: str, prefix: str, orders: int) -> None:
    began = time.perf_counter()
    _, _, streams = merchant(orders)
    made = time.perf_counter()
    async with open_store(StorageAccount(connection_string=connection_string, prefix=prefix)) as opened:
        records = await store(opened, streams)
    seconds = {"made": made - began, "stored": time.perf_counter() - made}
    print(json.dumps({"records": records, **{name: round(each, 1) for name, each in seconds.items()}}))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
