"""What a full read brings again: compared with what stands, and not written a second time (docs/adr/0012).

As long as a run brings what the last one brought, record by record, nothing is stored. At the first page
that differs, what was the same so far is copied, and the run goes on as any other.
"""

from dataclasses import dataclass

from shared.domain.records import detail_columns, key_columns
from shared.domain.snapshot import columns_of
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.pipeline.tombstones import is_erasing
from shared.sources.source import Page
from shared.store.checkpoints import Checkpoint
from shared.store.segment_digests import SIZE, digests_of
from shared.store.segments import Run


@dataclass(frozen=True, slots=True)
class Repeated:
    """The run that stands, and the digests of its records in order."""

    run: Run
    digests: bytes


async def compared(
    services: Services, job: Job, checkpoint: Checkpoint
) -> tuple[Checkpoint, Repeated | None]:
    """Give what a run is held against, if anything; the run begins again where that cannot be had any more.

    Nothing is copied while a person is being erased: a copy could be missed.
    """
    if not checkpoint.run_repeats:
        return checkpoint, None
    runs = await services.store.segments.runs(job.name)
    if [run.run for run in runs] == [checkpoint.run_repeats] and not await is_erasing(
        services, job.workspace.id
    ):
        digests = await services.store.segments.digests(job.name, runs[0])
        if digests is not None:
            return checkpoint, Repeated(runs[0], digests)
    begun = await services.store.checkpoints.change(
        job.name,
        claim=checkpoint.claims,
        known=checkpoint,
        run_repeats="",
        run_cursor="",
        run_token="",
        run_pages=0,
        run_records=0,
        run_bad_records=0,
    )
    return begun, None


def is_repeated(job: Job, checkpoint: Checkpoint, page: Page, repeated: Repeated) -> bool:
    """Say whether a page brings what stands where the run has come to, and ends where that ends."""
    record_type = job.stream.record_type
    names = (*key_columns(record_type), *detail_columns(record_type))
    first = SIZE * checkpoint.run_records
    last = first + SIZE * len(page.records)
    is_end = bool(page.cursor) or last == len(repeated.digests)
    there = repeated.digests[first:last]
    return is_end and not page.deleted and digests_of(columns_of(page.records, names), names) == there


async def differ(services: Services, job: Job, checkpoint: Checkpoint, repeated: Repeated) -> Checkpoint:
    """Copy what was the same so far, and note that from now on all is stored; give the checkpoint.

    It is noted before anything of the run can be seen: whoever goes on with it must not find it unchanged.
    """
    segments = await services.store.segments.copy(
        job.name,
        job.stream.record_type,
        repeated.run,
        checkpoint.run_records,
        checkpoint.run,
        checkpoint.claims,
    )
    return await services.store.checkpoints.change(
        job.name, claim=checkpoint.claims, known=checkpoint, run_repeats="", run_segments=segments
    )
