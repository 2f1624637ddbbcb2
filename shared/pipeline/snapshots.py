"""What the store holds for a workspace at an instant, read for judging."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.records import Record
from shared.domain.snapshot import Batch, Input, Snapshot
from shared.domain.workspace import Workspace
from shared.pipeline.collector import collect_young, give_back
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services


async def snapshot_of(
    services: Services, workspace: Workspace, inputs: Sequence[tuple[Job, Input]], as_of: datetime
) -> Snapshot:
    """Read what is visible at an instant: all streams at once, each a few pages of segments.

    An input that names a run is read up to that one; the snapshot's inputs name the last run of each.
    """

    async def load(job: Job, known: Input) -> tuple[Input, list[Batch]]:
        visible = await services.store.segments.runs(job.name, as_of)
        # What was committed within that second, but behind the run, is left out; so much of it as one run
        # has replaced is told by that run.
        runs = [run for run in visible if not known.run or run.run <= known.run] or visible
        batches = await services.store.segments.batches(job.name, job.stream.record_type, runs)
        return replace(known, run=runs[-1].run if runs else ""), batches

    loaded = await asyncio.gather(*(load(job, known) for job, known in inputs))
    # The client leaves its answers in circles, as large as all that was read, and the collector is at rest.
    collect_young()
    give_back()
    batches: dict[type[Record], list[Batch]] = defaultdict(list)
    for (job, _), (_, each) in zip(inputs, loaded, strict=True):
        batches[job.stream.record_type] += each
    decisions = await services.store.decisions.of(workspace.id)
    return Snapshot(workspace, as_of, batches, tuple(known for known, _ in loaded), decisions)
