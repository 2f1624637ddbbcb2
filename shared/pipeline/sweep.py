"""Key sweeps: what the vendor does not list any more is gone, though no feed has told.

A sweep lists the ids of all records, page by page, beside the pulls and never before one that is due. When
it ends, what was stored before it began and is not listed becomes a tombstone, all in one run. Until then
nothing of it is seen, and the records are as good as without it: a sweep that fails holds no card.
"""

import time
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from shared.domain.windows import text
from shared.errors import ConfigurationError, SourceError
from shared.pipeline import log
from shared.pipeline.claims import CLAIM, LONGEST_NOTE, let_go
from shared.pipeline.jobs import Job, options_of
from shared.pipeline.losses import Count, noted, show
from shared.pipeline.runs import changed_to
from shared.pipeline.services import Services
from shared.pipeline.vendor import client_of, keys_of
from shared.sources.source import KeyPage, Pull
from shared.store.checkpoints import Checkpoint
from shared.store.segments import Run

AGAIN = timedelta(hours=1)
"""How long after one that failed the next sweep begins."""
HANDFUL = 5
"""So many records may vanish at once from however small a stream."""
LARGEST_SHARE = 0.2
"""A sweep that would take more of a stream at once than this is not believed."""


class Findings(NamedTuple):
    """What a sweep came to."""

    gone: list[str]
    compared: int
    """How many stored records it could speak of."""
    stored: int
    """How many records are stored when it has ended."""
    listed: int
    """How many different ids the vendor listed."""


async def sweep(services: Services, job: Job, checkpoint: Checkpoint, deadline: float) -> bool:
    """Go on with a sweep; say whether it has ended, well or badly. Raises RetryLater and Conflict."""
    try:
        return await _pages(services, job, checkpoint, deadline)
    except (SourceError, ConfigurationError) as error:
        await services.store.checkpoints.change(
            job.name,
            claim=checkpoint.claims,
            claimed_until=None,
            sweep="",
            sweep_due_at=services.clock() + AGAIN,
            sweep_problem=str(error)[:LONGEST_NOTE] or type(error).__name__,
        )
        log.problem("sweep", **job.message, run=checkpoint.sweep, why=str(error))
        return True


async def _pages(services: Services, job: Job, checkpoint: Checkpoint, deadline: float) -> bool:
    """Keep pages of ids until the last one and end the sweep, or step aside; say whether it has ended."""
    options = options_of(job.source, job.connection)
    async with await client_of(services, job, options) as client:
        until = checkpoint.sweep_until or services.clock()
        reach = job.stream.sweep_reach
        request = Pull(
            client=client,
            connection=job.connection,
            options=options,
            field_map=job.workspace.field_map,
            since=None if reach is None else until - reach,
            until=until,
            cursor=checkpoint.sweep_cursor,
        )
        calls = checkpoint.sweep_calls
        async with aclosing(keys_of(job, request)) as pages:  # type: ignore[type-var]
            async for page in pages:
                checkpoint = await _keep(services, job, checkpoint, page, calls + client.calls)
                if not page.cursor:
                    await _end(services, job, checkpoint, request)
                    return True
                if checkpoint.is_unended or time.monotonic() >= deadline:
                    await let_go(services, job, checkpoint)
                    return False
    raise SourceError(f"{job.connection.name}: the sweep of {job.stream.name} ended without its last page")


async def _keep(
    services: Services, job: Job, checkpoint: Checkpoint, page: KeyPage, calls: int
) -> Checkpoint:
    """Keep a page's ids, then move the checkpoint behind it; behind the last page it moves with the end."""
    await services.store.sweeps.write(
        job.name, checkpoint.sweep, checkpoint.sweep_pages, page.ids, checkpoint.claims
    )
    moved: dict[str, Any] = {
        "sweep_cursor": page.cursor,
        "sweep_pages": checkpoint.sweep_pages + 1,
        "sweep_keys": checkpoint.sweep_keys + len(page.ids),
        "sweep_remaining": page.remaining,
        "sweep_calls": calls,
        "note": "",
    }
    kept = await services.store.checkpoints.change(
        job.name,
        claim=checkpoint.claims,
        known=checkpoint,
        claimed_until=services.clock() + CLAIM,
        **(moved if page.cursor else {}),
    )
    return replace(kept, **moved)


async def _end(services: Services, job: Job, checkpoint: Checkpoint, request: Pull) -> None:
    """Make tombstones of what is gone visible, all at once, and neither move the watermark."""
    store = services.store
    found = await _compare(services, job, checkpoint, request)
    _refuse_implausible(job, found, checkpoint)
    if checkpoint.bad_records:
        await store.bad_records.release(job.name, found.gone)
    segments = await store.segments.write(
        job.name, checkpoint.sweep, 0, job.stream.record_type, (), found.gone, checkpoint.claims
    )
    now = services.clock()
    run = Run(
        run=checkpoint.sweep,
        segments=segments,
        records=0,
        bad_records=0,
        is_full=False,
        until=checkpoint.complete_until or request.until,
        committed_at=job.workspace.now(now).replace(microsecond=0),
    )
    count: Count | None = None
    if found.gone:
        checkpoint, count = await show(services, job, checkpoint, run)
    await store.checkpoints.change(
        job.name,
        claim=checkpoint.claims,
        known=checkpoint,
        revise=lambda known: changed_to(known, found.stored) | noted(job, known, count),
        claimed_until=None,
        sweep="",
        swept_at=request.until,
        sweep_due_at=now + job.stream.sweep_every,
        sweep_problem="",
        bad_records=await store.bad_records.settle(job.name, run.run, is_full=False),
        note="",
    )
    await store.sweeps.forget(job.name)
    log.step("sweep", **job.message, run=run.run, listed=checkpoint.sweep_keys, gone=len(found.gone))


async def _compare(services: Services, job: Job, checkpoint: Checkpoint, request: Pull) -> Findings:
    """Hold what was stored when the sweep began against what was listed; count what is stored now."""
    listed = await services.store.sweeps.listed(job.name, checkpoint.sweep, checkpoint.sweep_pages)
    runs = [run for run in await services.store.segments.runs(job.name) if run.run != checkpoint.sweep]
    before = [run for run in runs if run.run < checkpoint.sweep]
    live: dict[str, str] = {}
    await _replay(services, job, before, live)
    if request.since is None:
        candidates = set(live)
    else:
        first, last = text(request.since), text(request.until)
        # A date has no time of day: the day of the bound itself is left out.
        candidates = {each for each, at in live.items() if first <= at < last[: len(at)]}
    gone = sorted(candidates - listed)
    compared = len(candidates)
    for each in gone:
        del live[each]
    await _replay(services, job, [run for run in runs if run.run > checkpoint.sweep], live)
    return Findings(gone, compared, len(live), len(listed))


async def _replay(services: Services, job: Job, runs: list[Run], live: dict[str, str]) -> None:
    """Let these runs change which records there are, by id with the time that bounds the sweep."""
    column = job.stream.sweep_column or "id"
    async for keys, deleted in services.store.segments.keys(job.name, runs):
        for each in deleted:
            live.pop(each, None)
        live.update(zip(keys["id"], keys[column], strict=True))


def _refuse_implausible(job: Job, found: Findings, checkpoint: Checkpoint) -> None:
    """Raise SourceError rather than empty a stream because a vendor's list was empty, cut, or moved."""
    if found.gone and found.listed != checkpoint.sweep_keys:
        # What moves to the end of a list while it is paged comes twice, and another slips past in its place.
        raise SourceError(
            f"{job.connection.name}: the list of {job.stream.name} moved while it was read, so what it "
            "misses may be there; it is read again"
        )
    is_empty = not checkpoint.sweep_keys and found.compared and not job.stream.sweep_column
    is_too_much = len(found.gone) > max(HANDFUL, LARGEST_SHARE * found.compared)
    if is_empty or is_too_much:
        raise SourceError(
            f"{job.connection.name}: the sweep of {job.stream.name} misses {len(found.gone)} of "
            f"{found.compared} records, too many at once to believe; if they are gone, read everything anew"
        )
