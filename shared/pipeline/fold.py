"""The fold: what is visible of a stream is written anew as one run, and what nobody can ask for is dropped.

Nobody is locked out: committed runs never change, and the new run, the base, takes its place right behind
the last one that it was made from. A run that is committed meanwhile comes behind it and stays visible. The
base is the same whoever makes it, so the same message twice, or at once, writes the same.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.cards import CARDS
from shared.domain.records import (
    CreditMemo,
    FlowRun,
    Invoice,
    Order,
    Record,
    Refund,
    SalesOrder,
    SyncAttempt,
)
from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError
from shared.pipeline import log
from shared.pipeline.jobs import Job, find, jobs_of
from shared.pipeline.services import Services
from shared.store.checkpoints import Checkpoint
from shared.store.queues import FOLD
from shared.store.segments import FOLDED_RECORDS, Run, SegmentsGone
from shared.store.tables import Conflict

BUDGET_SECONDS = 480.0
"""How long one message folds before it hands over to the next."""
MOST_SEGMENTS = 50
"""So many segments behind a base are read as fast as if they were folded."""
LARGEST_SHARE = 10
"""Behind a base may stand one record for so many in it."""
EXPIRES_EVERY = timedelta(days=30)
"""How long expired records stay at most in a base that is not worth a fold otherwise."""
SLACK_DAYS = 31
"""How far before the days that it looks at a card may need documents."""
EXPIRES_BY: Mapping[type[Record], str] = {
    Order: "placed_at",
    Refund: "refunded_at",
    SalesOrder: "ordered_on",
    Invoice: "posted_on",
    CreditMemo: "posted_on",
    FlowRun: "started_at",
    SyncAttempt: "started_at",
}
"""The column by which a record grows old. Masters, and all that is not listed here, never do."""
_DIGITS = 8
_DAY = slice(_DIGITS + 1, 2 * _DIGITS + 1)
"""The letters of a base's name that tell when it was made."""
_CUT = f"~{FOLDED_RECORDS}"
"""Ends its name: cut otherwise, it is another base, and never written over this one."""

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a fold is that one message could not end; the beginning if nothing else is said."""

    base: str = ""
    chunks: int = 0
    """How much of what is visible has been gone through, in segments' worths."""
    segments: int = 0
    records: int = 0


BEGINNING = Place()


async def enqueue(services: Services) -> int:
    """Ask for a fold of every stream of every workspace; give how many."""
    count = 0
    for workspace in await services.store.workspaces.all():
        for connection in workspace.connections_of():
            try:
                jobs = jobs_of(workspace, connection)
            except ConfigurationError as error:
                log.problem("fold", workspace=workspace.id, connection=connection.name, why=str(error))
                continue
            for job in jobs:
                await services.store.queues.send(FOLD, job.message)
            count += len(jobs)
    return count


async def fold(
    services: Services,
    named: tuple[str, str, str],
    place: Place = BEGINNING,
    budget_seconds: float = BUDGET_SECONDS,
) -> None:
    """Fold a stream, named by workspace, connection and itself, where that pays; drop what is too old.

    When its time is up the next message goes on at `place`.
    """
    workspace_id, connection, stream = named
    found = await services.store.workspaces.get(workspace_id)
    job = find(found[0], connection, stream) if found else None
    if not place.base.endswith(_CUT):
        place = BEGINNING  # begun by another version of the app, which counts in other segments
    if job is None:
        log.problem("fold", workspace=workspace_id, connection=connection, why="no such stream")
        return
    started = time.monotonic()
    try:
        left = await _fold(services, job, place, started + budget_seconds)
    except SegmentsGone:
        left = None  # another one has folded this and dropped it meanwhile
    if left is not None:
        await services.store.queues.send(FOLD, job.message | asdict(left))
        return
    dropped = await _drop(services, job)
    log.step("fold", **job.message, dropped=dropped, seconds=round(time.monotonic() - started, 3))


async def _fold(services: Services, job: Job, place: Place, deadline: float) -> Place | None:
    """Write the base and make it visible; give where to go on, None where there is nothing left to do."""
    # First the checkpoint: whatever is committed later than it was read is not looked at.
    checkpoint = await services.store.checkpoints.load(job.name)
    runs = await services.store.segments.runs(job.name)
    settled = _settled(runs, checkpoint)
    if place.base:
        settled = [run for run in settled if run.run < place.base]
        if any(run.run.startswith(place.base.removesuffix(_CUT)) for run in settled):
            return None  # another version of the app has folded the same meanwhile
    if not settled or checkpoint.settings != job.settings:
        return None
    now = _now(services, job)
    if not place.base:
        place = Place(f"{settled[-1].run[:_DIGITS]}~{now:%Y%m%d}{_CUT}")
        if not _pays(job, settled, now) or settled[-1].run >= place.base:
            return None
    kept = await _write(services, job, settled, place, deadline)
    if kept.base:
        return kept
    base = Run(
        run=place.base,
        segments=kept.segments,
        records=kept.records,
        bad_records=0,
        is_full=True,
        until=settled[-1].until,
        # Nobody sees it who did not see all that it was made from, whatever the clocks of others say.
        committed_at=max(_now(services, job), *(run.committed_at for run in settled)),
        is_distinct=True,
    )
    await services.store.segments.commit(job.name, base)
    if len(settled) == len(runs):
        await _note(services, job, checkpoint, base)
    log.step("fold", **job.message, base=base.run, runs=len(settled), records=base.records)
    return None


def _now(services: Services, job: Job) -> datetime:
    return job.workspace.now(services.clock()).replace(microsecond=0)


def _settled(runs: Sequence[Run], checkpoint: Checkpoint) -> list[Run]:
    """Give the runs that nothing can change any more, and that none still to be committed comes before."""
    first_open = min({checkpoint.run, checkpoint.sweep} - {""}, default="~")
    last = f"{checkpoint.sequence:0{_DIGITS}}"
    return [run for run in runs if run.run[:_DIGITS] <= last and run.run < first_open]


def _pays(job: Job, runs: Sequence[Run], now: datetime) -> bool:
    """Say whether a base is worth its writing: what is read in full each time is never."""
    base, *later = runs
    if job.stream.is_full_read:
        return False
    if not base.is_distinct:
        return True
    if sum(run.segments for run in later) > MOST_SEGMENTS:
        return True
    if sum(run.records for run in later) * LARGEST_SHARE > base.records:
        return True
    is_old = f"{now - EXPIRES_EVERY:%Y%m%d}" >= base.run[_DAY]
    return job.stream.record_type in EXPIRES_BY and is_old


async def _write(services: Services, job: Job, runs: Sequence[Run], place: Place, deadline: float) -> Place:
    """Write the base's segments from a place on; give the next place, without a base where all is written."""
    store, record_type = services.store.segments, job.stream.record_type
    first_day = _first_day(job.workspace, place.base)
    done = 0
    async for columns in store.standing(job.name, record_type, runs):
        done += 1
        if done <= place.chunks:
            continue
        young = _young(record_type, columns, first_day)
        count = len(young["id"])
        segments = place.segments
        if count:
            segments = await store.write_columns(job.name, place.base, segments, record_type, young)
        place = replace(place, chunks=done, segments=segments, records=place.records + count)
        if time.monotonic() >= deadline:
            return place
    return replace(place, base="")


def _first_day(workspace: Workspace, base: str) -> str:
    """Give the first day whose records a base keeps: all that a card may look at from then on is younger."""
    reach = [workspace.card(card.id) for card in CARDS]
    looks_back = max(
        card.window_days_in(settings) + settings.older_days
        for card, settings in zip(CARDS, reach, strict=True)
    )
    made_on = date.fromisoformat(base[_DAY])
    days = max(workspace.retention.records, looks_back + SLACK_DAYS)
    return (made_on - timedelta(days=days)).isoformat()


def _young(record_type: type[Record], columns: Columns, first_day: str) -> Columns:
    """Leave out the records that are older than the first day; one without a date stays."""
    by = EXPIRES_BY.get(record_type)
    if by is None:
        return columns
    kept = [at for at, when in enumerate(columns[by]) if not when or when >= first_day]
    if len(kept) == len(columns[by]):
        return columns
    return {name: [column[at] for at in kept] for name, column in columns.items()}


async def _note(services: Services, job: Job, checkpoint: Checkpoint, base: Run) -> None:
    """Say how many records are stored, exactly, unless somebody has changed the checkpoint meanwhile."""
    try:
        await services.store.checkpoints.save(job.workspace.id, replace(checkpoint, stored=base.records))
    except Conflict:
        return


async def _drop(services: Services, job: Job) -> int:
    """Drop what was replaced before any instant that can still be asked for; give how many entities."""
    now = job.workspace.now(services.clock())
    horizon = now.astimezone(UTC) - timedelta(days=job.workspace.retention.records)
    old = [run for run in await services.store.segments.every_run(job.name) if run.committed_at <= horizon]
    base = max((run for run in old if run.is_full), key=lambda run: run.run, default=None)
    # Also where no run comes before it: what was begun and never committed may.
    return await services.store.segments.drop_before(job.name, base) if base else 0
