"""What the store holds for a workspace at an instant, read for judging."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from shared.domain.records import Record
from shared.domain.snapshot import Batch, Input, Snapshot
from shared.domain.workspace import Workspace
from shared.pipeline.collector import collect_young, give_back
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.store.segment_details import PATIENCE_SECONDS, begin
from shared.store.segment_places import end
from shared.store.segments import Run

MANY = 32
"""What fewer segments leave in memory can wait to be let go of."""
Read: TypeAlias = asyncio.Task[list[Batch]]
Reading: TypeAlias = Mapping[type[Record], Read]
Turn: TypeAlias = AbstractAsyncContextManager[Any]


class Arriving(Mapping[type[Record], Sequence[Batch]]):
    """Records by type while they are read: who asks for a type waits until all of it is there.

    It is asked from a thread beside the event loop, which goes on reading. Raises one of NOT_READ.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._loop = asyncio.get_running_loop()

    def __getitem__(self, record_type: type[Record]) -> Sequence[Batch]:
        task = self._reading[record_type]
        if task.done():
            return task.result()
        return begin(_end_of(task), self._loop).result(PATIENCE_SECONDS)

    def __iter__(self) -> Iterator[type[Record]]:
        return iter(self._reading)

    def __len__(self) -> int:
        return len(self._reading)


async def snapshot_of(
    services: Services, workspace: Workspace, inputs: Sequence[tuple[Job, Input]], as_of: datetime
) -> Snapshot:
    """Read what is visible at an instant: all streams at once.

    An input that names a run is read up to that one; the snapshot's inputs name the last run of each.
    """
    async with _reading(services, workspace, inputs, as_of, (), nullcontext()) as (snapshot, reading):
        batches = {record_type: await task for record_type, task in reading.items()}
        return replace(snapshot, batches=batches)


def arriving(
    services: Services,
    workspace: Workspace,
    inputs: Sequence[tuple[Job, Input]],
    as_of: datetime,
    first: Iterable[type[Record]] = (),
) -> AbstractAsyncContextManager[tuple[Snapshot, Reading]]:
    """Give the same while its records are still being read, type by type, the `first` ones before the others.

    What is visible is settled when the block begins. Beside the snapshot it gets the reading of each type.
    """
    return _reading(services, workspace, inputs, as_of, first, asyncio.Lock())


@asynccontextmanager
async def _reading(  # noqa: PLR0913, PLR0917 - what is read, and how
    services: Services,
    workspace: Workspace,
    inputs: Sequence[tuple[Job, Input]],
    as_of: datetime,
    first: Iterable[type[Record]],
    turn: Turn,
) -> AsyncIterator[tuple[Snapshot, Reading]]:
    found = await asyncio.gather(*(_runs(services, job, known, as_of) for job, known in inputs))
    streams: dict[type[Record], list[tuple[Job, list[Run]]]] = defaultdict(list)
    for (job, _), runs in zip(inputs, found, strict=True):
        streams[job.stream.record_type].append((job, runs))
    told = tuple(
        replace(known, run=runs[-1].run if runs else "")
        for (_, known), runs in zip(inputs, found, strict=True)
    )
    decisions = await services.store.decisions.of(workspace.id)
    order = [each for each in dict.fromkeys((*first, *streams)) if each in streams]
    reading = {each: asyncio.create_task(_read(services, each, streams[each], turn)) for each in order}
    try:
        yield Snapshot(workspace, as_of, Arriving(reading), told, decisions), reading
    finally:
        await end(reading.values())


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
    turn: Turn,
) -> list[Batch]:
    """Read all streams of a type at once, each a few pages of segments, once it is the type's turn."""
    read = services.store.segments.batches
    async with turn:
        tasks = [asyncio.create_task(read(job.name, record_type, runs)) for job, runs in streams]
        try:
            found = [batch for part in await asyncio.gather(*tasks) for batch in part]
        finally:
            await end(tasks)
        if len(found) > MANY:
            # The client leaves its answers in circles, as large as what was read, and the collector rests.
            collect_young()
            give_back()
    return found


async def _end_of(task: Read) -> list[Batch]:
    """Wait for what others wait for, too."""
    return await asyncio.shield(task)
