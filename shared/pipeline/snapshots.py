"""What the store holds for a workspace at an instant, read for judging."""

import asyncio
from collections import defaultdict
from datetime import datetime

from shared.domain.records import Record
from shared.domain.snapshot import Batch, Input, Snapshot
from shared.domain.workspace import Workspace
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services


async def snapshot_of(
    services: Services, workspace: Workspace, inputs: list[tuple[Job, Input]], as_of: datetime
) -> Snapshot:
    """Read what is visible at an instant: all streams at once, each a few pages of segments."""

    async def load(job: Job) -> list[Batch]:
        runs = await services.store.segments.runs(job.name, as_of)
        return await services.store.segments.batches(job.name, job.stream.record_type, runs)

    loaded = await asyncio.gather(*(load(job) for job, _ in inputs))
    batches: dict[type[Record], list[Batch]] = defaultdict(list)
    for (job, _), each in zip(inputs, loaded, strict=True):
        batches[job.stream.record_type] += each
    decisions = await services.store.decisions.of(workspace.id)
    return Snapshot(workspace, as_of, batches, tuple(each for _, each in inputs), decisions)
