"""What the store holds for a workspace at an instant, read for judging."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from shared.domain.records import Record
from shared.domain.snapshot import Batch, Input, Snapshot
from shared.domain.workspace import Workspace
from shared.pipeline.collector import collect_young, give_back
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.store.segment_details import PATIENCE_SECONDS, begin
from shared.store.segments import Run

Read = asyncio.Task[list[Batch]]


class NotRead(Exception):
    """Records could not be read: nothing can be said of any card that needs them."""


class Arriving(Mapping[type[Record], Sequence[Batch]]):
    """Records by type while they are read: who asks for a type waits until all of it is there.

    It is asked from a thread beside the event loop, which goes on reading. Raises NotRead.
    """

    def __init__(self, reading: Mapping[type[Record], Read]) -> None:
        self._reading = reading
        self._loop = asyncio.get_running_loop()

    def __getitem__(self, record_type: type[Record]) -> Sequence[Batch]:
        task = self._reading[record_type]
        ended = None if task.done() else begin(_end_of(task), self._loop)
        try:
            return task.result() if ended is None else ended.result(PATIENCE_SECONDS)
        except Exception as error:
            raise NotRead(f"{record_type.__name__} could not be read") from error

    def __iter__(self) -> Iterator[type[Record]]:
        return iter(self._reading)

    def __len__(self) -> int:
        return len(self._reading)


async def snapshot_of(
    services: Services, workspace: Workspace, inputs: Sequence[tuple[Job, Input]], as_of: datetime
) -> Snapshot:
    """Read what is visible at an instant.

    An input that names a run is read up to that one; the snapshot's inputs name the last run of each.
    """
    async with arriving(services, workspace, inputs, as_of) as (snapshot, reading):
        batches = {record_type: await task for record_type, task in reading.items()}
        return replace(snapshot, batches=batches)


@asynccontextmanager
async def arriving(
    services: Services,
    workspace: Workspace,
    inputs: Sequence[tuple[Job, Input]],
    as_of: datetime,
    first: Iterable[type[Record]] = (),
) -> AsyncIterator[tuple[Snapshot, Mapping[type[Record], Read]]]:
    """Give the same while its records are still being read, type by type, the `first` ones before the others.

    What is visible is settled by then. Beside the snapshot it gives the reading of each type. Where that
    fails and a judge has met it, the block ends with the error of the store.
    """
    found = await asyncio.gather(*(_runs(services, job, known, as_of) for job, known in inputs))
    streams: dict[type[Record], list[tuple[Job, list[Run]]]] = defaultdict(list)
    for (job, _), runs in zip(inputs, found, strict=True):
        streams[job.stream.record_type].append((job, runs))
    told = tuple(
        replace(known, run=runs[-1].run if runs else "")
        for (_, known), runs in zip(inputs, found, strict=True)
    )
    decisions = await services.store.decisions.of(workspace.id)
    turn = asyncio.Lock()
    order = [each for each in dict.fromkeys((*first, *streams)) if each in streams]
    reading = {each: asyncio.create_task(_read(services, each, streams[each], turn)) for each in order}
    try:
        yield Snapshot(workspace, as_of, Arriving(reading), told, decisions), reading
    except NotRead:
        await asyncio.gather(*reading.values())
        raise
    finally:
        for task in reading.values():
            task.cancel()
        await asyncio.gather(*reading.values(), return_exceptions=True)


async def _runs(services: Services, job: Job, known: Input, as_of: datetime) -> list[Run]:
    """Give what is visible of a stream."""
    visible = await services.store.segments.runs(job.name, as_of)
    # What was committed within that second, but behind the run, is left out; so much of it as one run
    # has replaced is told by that run.
    return [run for run in visible if not known.run or run.run <= known.run] or visible


async def _read(
    services: Services,
    record_type: type[Record],
    streams: Sequence[tuple[Job, list[Run]]],
    turn: asyncio.Lock,
) -> list[Batch]:
    """Read all streams of a type at once, each a few pages of segments, once it is the type's turn."""
    read = services.store.segments.batches
    async with turn:
        parts = await asyncio.gather(*(read(job.name, record_type, runs) for job, runs in streams))
        # The client leaves its answers in circles, as large as all that was read, and the collector rests.
        collect_young()
        give_back()
    return [batch for part in parts for batch in part]


async def _end_of(task: Read) -> list[Batch]:
    """Wait for what others wait for, too."""
    return await asyncio.shield(task)
