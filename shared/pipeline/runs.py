"""What becomes of a run's pages: stored, counted, and made visible all at once.

Each step may come twice: a page that is stored again overwrites itself, and so does a commit.
"""

from dataclasses import replace
from typing import Any

from shared.errors import BadRecord
from shared.pipeline.claims import CLAIM
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.sources.source import BEGINNING, Page
from shared.store.checkpoints import Checkpoint
from shared.store.segments import Run


async def keep(services: Services, job: Job, checkpoint: Checkpoint, page: Page, calls: int) -> Checkpoint:
    """Store a page, then move the checkpoint behind it: never the other way round.

    Behind the last page the checkpoint moves with the commit: a run that is interrupted between the two
    reads that page again, and not all pages.
    """
    page, segments = await _write(services, job, checkpoint, page)
    if checkpoint.bad_records or checkpoint.run_bad_records:
        await services.store.bad_records.release(
            job.name, {each.id for each in page.records}.union(page.deleted)
        )
    if page.bad:
        await services.store.bad_records.put(job.name, page.bad, checkpoint.run, services.clock())
    moved: dict[str, Any] = {
        "run_cursor": page.cursor,
        "run_token": page.token,
        "run_pages": checkpoint.run_pages + page.pages,
        "run_segments": segments,
        "run_records": checkpoint.run_records + len(page.records),
        "run_bad_records": checkpoint.run_bad_records + len(page.bad),
        "run_remaining": page.remaining,
        "run_calls": calls,
        "note": "",
    }
    kept = await services.store.checkpoints.change(
        job.name,
        claim=checkpoint.claims,
        claimed_until=services.clock() + CLAIM,
        **(moved if page.cursor else {}),
    )
    return replace(kept, **moved)


async def _write(services: Services, job: Job, checkpoint: Checkpoint, page: Page) -> tuple[Page, int]:
    """Write a page's segments; give what was written and the next free number.

    A record that is too large for the store goes into quarantine.
    """
    while True:
        try:
            return page, await services.store.segments.write(
                job.name,
                checkpoint.run,
                checkpoint.run_segments,
                job.stream.record_type,
                page.records,
                page.deleted,
                checkpoint.claims,
            )
        except BadRecord as bad:
            rest = tuple(each for each in page.records if each.id != bad.record_id)
            page = replace(page, records=rest, bad=(*page.bad, bad))


async def commit(services: Services, job: Job, checkpoint: Checkpoint, *, is_last: bool = True) -> None:
    """Make the run visible, then move the watermark to its frozen upper bound.

    A run that is not the last is followed by another at once, and the round waits for that one.
    """
    now = services.clock()
    # To the second, as evaluations count: what is committed before one must not look later than it.
    seen_at = job.workspace.now(now).replace(microsecond=0)
    until = checkpoint.run_until or seen_at
    is_full = job.stream.is_full_read or checkpoint.run_since is None
    run = Run(
        run=checkpoint.run,
        segments=checkpoint.run_segments,
        records=checkpoint.run_records,
        bad_records=checkpoint.run_bad_records,
        is_full=is_full,
        until=until,
        committed_at=seen_at,
    )
    await services.store.segments.commit(job.name, run)
    await services.store.checkpoints.change(
        job.name,
        claim=checkpoint.claims,
        complete_until=until,
        last_success_at=seen_at,
        records=run.records,
        stored=run.records + (0 if is_full else checkpoint.stored),
        bad_records=await services.store.bad_records.settle(job.name, run.run, is_full=is_full),
        calls=checkpoint.run_calls,
        last_run=run.run,
        settings=checkpoint.run_settings,
        token=checkpoint.run_token,
        run="",
        run_cursor="",
        claimed_until=None,
        **({"ended_at": now} if is_last else {"queued_at": now}),
        # What was read in full needs no sweep to tell what is gone.
        **({"sweep_due_at": now + job.stream.sweep_every} if is_full else {}),
        **({"read_whole_until": until} if is_full or checkpoint.run_since == BEGINNING else {}),
        problem="",
        note="",
    )
