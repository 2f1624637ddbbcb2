"""What becomes of a run's pages: stored, counted, and made visible all at once.

Each step may come twice: a page that is stored again overwrites itself. Once a run can be seen, nothing of it
is written any more.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared import telemetry
from shared.errors import BadRecord
from shared.pipeline import log
from shared.pipeline.claims import CLAIM
from shared.pipeline.jobs import Job
from shared.pipeline.losses import Count, noted, show
from shared.pipeline.repeats import Repeated, differ, is_repeated
from shared.pipeline.services import Services
from shared.pipeline.tombstones import masked
from shared.sources.source import BEGINNING, Page
from shared.store.checkpoints import Checkpoint
from shared.store.segments import Run

LAST_RUNS = 20
"""From so many runs it is told by how much a stream usually changes."""


async def keep(  # noqa: PLR0913, PLR0917 - a page, and what it is held against
    services: Services,
    job: Job,
    checkpoint: Checkpoint,
    page: Page,
    calls: int,
    repeated: Repeated | None = None,
) -> Checkpoint:
    """Store a page, then move the checkpoint behind it: never the other way round.

    Behind the last page the checkpoint moves with the commit: a run that is interrupted before that reads
    the page again, and not all pages.
    """
    page = await masked(services, job, page)
    segments = checkpoint.run_segments
    if repeated is not None and checkpoint.run_repeats and not is_repeated(job, checkpoint, page, repeated):
        checkpoint = await differ(services, job, checkpoint, repeated)
    if not checkpoint.run_repeats:
        page, segments = await _write(services, job, checkpoint, page)
    has_bad = checkpoint.bad_records or checkpoint.run_bad_records
    if has_bad and (page.records or page.deleted):
        await services.store.bad_records.release(
            job.name, {each.id for each in page.records}.union(page.deleted)
        )
    if page.bad:
        await services.store.bad_records.put(job.name, page.bad, checkpoint.run, services.clock())
    counts = {"records": len(page.records), "bad_records": len(page.bad)}
    telemetry.measure("page", **job.facts, **counts)
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
    if not page.cursor and is_quiet(job, replace(checkpoint, **moved)):
        return replace(checkpoint, **moved)  # nothing is going to be seen that a lost claim could spoil
    kept = await services.store.checkpoints.change(
        job.name,
        claim=checkpoint.claims,
        known=checkpoint,
        claimed_until=services.clock() + CLAIM,
        **(moved if page.cursor else {}),
    )
    return replace(kept, **moved)


def is_quiet(job: Job, checkpoint: Checkpoint) -> bool:
    """Say whether a run brought nothing, or nothing else than stands: there is nothing to make visible."""
    if checkpoint.run_repeats:
        return True
    is_full = job.stream.is_full_read or checkpoint.run_since is None
    return not (is_full or checkpoint.run_segments or checkpoint.run_bad_records)


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
                has_digests=job.stream.is_full_read,
            )
        except BadRecord as bad:
            rest = tuple(each for each in page.records if each.id != bad.record_id)
            page = replace(page, records=rest, bad=(*page.bad, bad))


async def commit(
    services: Services,
    job: Job,
    checkpoint: Checkpoint,
    *,
    is_last: bool = True,
    stored: int | None = None,
) -> None:
    """Make the run visible, then move the watermark to its frozen upper bound.

    A run that is not the last is followed by another at once, and the round waits for that one. `stored` is
    how many records there are then, where that is known.
    """
    store, now = services.store, services.clock()
    # To the second, as evaluations count: what is committed before one must not look later than it.
    seen_at = job.workspace.now(now).replace(microsecond=0)
    until = checkpoint.run_until or seen_at
    is_full = job.stream.is_full_read or checkpoint.run_since is None
    count: Count | None = None
    shown: dict[str, Any] = {}
    if not is_quiet(job, checkpoint):
        run = Run(
            run=checkpoint.run,
            segments=checkpoint.run_segments,
            records=checkpoint.run_records,
            bad_records=checkpoint.run_bad_records,
            is_full=is_full,
            until=until,
            committed_at=seen_at,
        )
        checkpoint, count = await show(services, job, checkpoint, run, lacks_some=not is_last)
        bad = await store.bad_records.settle(job.name, run.run, is_full=is_full)
        shown = {"last_run": run.run, "bad_records": bad}
    elif checkpoint.run_repeats and (checkpoint.run_bad_records or checkpoint.bad_records):
        shown = {"bad_records": await store.bad_records.settle(job.name, checkpoint.run, is_full=is_full)}

    def counts(known: Checkpoint) -> dict[str, Any]:
        if is_quiet(job, checkpoint):
            # What is plausible may have been set otherwise, though as many are there as before.
            same = None if known.counted is None else Count(known.counted, known.counted)
            return noted(job, known, same) if checkpoint.run_repeats else {}
        if count is not None:
            there = count.now
        elif stored is not None:
            there = stored
        else:
            there = checkpoint.run_records + (0 if is_full else known.stored)
        return changed_to(known, there) | noted(job, known, count)

    await store.checkpoints.change(
        job.name,
        claim=checkpoint.claims,
        known=checkpoint,
        revise=counts,
        **shown,
        complete_until=until,
        last_success_at=seen_at,
        records=checkpoint.run_records,
        calls=checkpoint.run_calls,
        settings=checkpoint.run_settings,
        token=checkpoint.run_token,
        run="",
        run_cursor="",
        run_repeats="",
        claimed_until=None,
        **({"ended_at": now} if is_last else {"queued_at": now}),
        lacks_some=not is_last,
        # What was read in full needs no sweep to tell what is gone.
        **({"sweep_due_at": now + job.stream.sweep_every} if is_full else {}),
        **({"read_whole_until": until} if is_full or checkpoint.run_since == BEGINNING else {}),
        problem="",
        note="",
    )
    _tell(job, checkpoint, now)


def _tell(job: Job, checkpoint: Checkpoint, now: datetime) -> None:
    """Say that a stream was read as far as its run goes: the sign that a connection works."""
    seconds = (now - (checkpoint.run_began_at or now)).total_seconds()
    rate = checkpoint.run_records / seconds if seconds and checkpoint.run_records else None
    log.step(
        "commit",
        **job.facts,
        run=checkpoint.run,
        records=checkpoint.run_records,
        bad_records=checkpoint.run_bad_records,
        pages=checkpoint.run_pages,
        calls=checkpoint.run_calls,
        seconds=round(seconds, 3),
        records_per_second=None if rate is None else round(rate, 1),
    )


def changed_to(checkpoint: Checkpoint, stored: int) -> dict[str, Any]:
    """Give what a checkpoint is to say of how many records are stored, and of how that changed lately."""
    changes = [*checkpoint.changes.split(",")[1 - LAST_RUNS :], str(stored - checkpoint.stored)]
    return {"stored": stored, "changes": ",".join(each for each in changes if each)}
