"""Who works on a stream: one instance at a time, for as long as it says that it is there."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.pipeline import log
from shared.pipeline.jobs import Job
from shared.pipeline.rounds import interval
from shared.pipeline.services import Services
from shared.sources.source import BEGINNING, Stream
from shared.store.checkpoints import Checkpoint
from shared.store.tables import Conflict

CLAIM = timedelta(minutes=15)
"""How long an instance that says nothing keeps a stream: longer than a page may take."""
EARLY = timedelta(seconds=5)
"""How much too early a delayed message may come, by the clocks of two machines."""
LONGEST_NOTE = 2_000


async def claim_run(services: Services, job: Job) -> Checkpoint | None:
    """Take the stream and begin or go on with a pull; None if another instance has it.

    None, too, while a sweep is under way and nobody asked for a pull: then the sweep is what goes on.
    What is seen never changes: a run that was interrupted behind its commit is over, and another begins.
    """
    now = services.clock()
    checkpoint = await services.store.checkpoints.load(job.name)
    if _is_claimed(checkpoint, now):
        return None
    if checkpoint.run and await services.store.segments.is_committed(job.name, checkpoint.run):
        checkpoint = replace(checkpoint, run="", last_run=checkpoint.run)
    if not checkpoint.run or checkpoint.run_settings != job.settings:
        if _may_sweep(checkpoint, job) and _is_sweeping(checkpoint, job) and not checkpoint.is_unended:
            return None
        checkpoint = begin_run(job, checkpoint, now)
    return await _claim(services, job, checkpoint, now)


def begin_run(job: Job, checkpoint: Checkpoint, now: datetime) -> Checkpoint:
    """Begin a run: its upper bound is frozen now. One that reads everything needs no sweep.

    One that someone asked for from a date on leaves the vendor's change feed aside, which begins where the
    last run ended, and has a sweep count anew what is there.
    """
    anew = checkpoint.is_to_be_read_anew or checkpoint.settings != job.settings
    reads_all = job.stream.is_full_read or anew or checkpoint.complete_until is None
    asked = checkpoint.is_to_be_read_since
    until = job.workspace.now(now).replace(microsecond=0)
    return replace(
        checkpoint,
        sequence=checkpoint.sequence + 1,
        run=f"{checkpoint.sequence + 1:08}",
        run_since=None if reads_all else _since(checkpoint, job.stream, until),
        token="" if asked else checkpoint.token,
        sweep_due_at=None if asked else checkpoint.sweep_due_at,
        run_until=until,
        run_began_at=now,
        run_cursor="",
        run_token="",
        run_pages=0,
        run_segments=0,
        run_records=0,
        run_bad_records=0,
        run_remaining=None,
        run_calls=0,
        run_settings=job.settings,
        run_repeats=checkpoint.last_run if job.stream.is_full_read and not anew else "",
        is_to_be_read_anew=False,
        is_to_be_read_since=None,
        sweep="" if reads_all else checkpoint.sweep,
    )


def asked_again(job: Job, failed: Checkpoint, checkpoint: Checkpoint) -> dict[str, Any]:
    """Give what the next run is to read, as one that failed was asked for it: all, or from a date on."""
    usual = _usual_since(failed, job.stream, failed.run_until or BEGINNING)
    if usual is None or job.stream.is_full_read:
        return {}
    if failed.run_since is None:
        return {"is_to_be_read_anew": True}
    since = min(failed.run_since, checkpoint.is_to_be_read_since or failed.run_since)
    return {"is_to_be_read_since": since} if since < usual else {}


async def claim_sweep(services: Services, job: Job) -> Checkpoint | None:
    """Take the stream and begin or go on with a key sweep; None if none is due, or another has the stream.

    A sweep takes its place among the runs when it begins: whatever is pulled while it lists ids comes
    later than its tombstones, and no record that is stored meanwhile can fall to them.
    """
    now = services.clock()
    if job.stream.keys is None:
        return None
    checkpoint = await services.store.checkpoints.load(job.name)
    if _is_claimed(checkpoint, now) or not _may_sweep(checkpoint, job):
        return None
    if not _is_sweeping(checkpoint, job) or await services.store.segments.is_committed(
        job.name, checkpoint.sweep
    ):
        if not _is_due(checkpoint, job, now):
            return None
        checkpoint = replace(
            checkpoint,
            sequence=checkpoint.sequence + 1,
            sweep=f"{checkpoint.sequence + 1:08}",
            sweep_until=job.workspace.now(now).replace(microsecond=0),
            sweep_began_at=now,
            sweep_cursor="",
            sweep_pages=0,
            sweep_keys=0,
            sweep_remaining=None,
            sweep_calls=0,
            sweep_settings=job.settings,
        )
    return await _claim(services, job, checkpoint, now)


async def let_go(
    services: Services, job: Job, checkpoint: Checkpoint, wait: float = 0, note: str = ""
) -> None:
    """Leave the work to the next message; until then no other may go to a vendor that asks to wait."""
    until = services.clock() + timedelta(seconds=wait) - EARLY if wait else None
    try:
        await services.store.checkpoints.change(
            job.name, claim=checkpoint.claims, claimed_until=until, note=note[:LONGEST_NOTE]
        )
    except Conflict:
        log.problem("pull", **job.facts, run=checkpoint.run, outcome="lost", why="another instance took over")


async def _claim(services: Services, job: Job, checkpoint: Checkpoint, now: datetime) -> Checkpoint | None:
    claimed = replace(checkpoint, claims=checkpoint.claims + 1, claimed_until=now + CLAIM)
    try:
        return await services.store.checkpoints.save(job.workspace.id, claimed)
    except Conflict:
        return None


def _is_claimed(checkpoint: Checkpoint, now: datetime) -> bool:
    return checkpoint.claimed_until is not None and checkpoint.claimed_until > now


def _may_sweep(checkpoint: Checkpoint, job: Job) -> bool:
    """Say whether there is a base to sweep, read with the present settings, and no pull is under way."""
    has_base = checkpoint.complete_until is not None and checkpoint.settings == job.settings
    is_asked_for = checkpoint.is_to_be_read_anew or checkpoint.is_to_be_read_since
    return has_base and not (checkpoint.run or checkpoint.problem or is_asked_for)


def _is_due(checkpoint: Checkpoint, job: Job, now: datetime) -> bool:
    """Say whether a sweep is due in this round rather than in the next.

    Each ends some time after its round began: to the second, it would come a whole round later every time.
    """
    due_at = checkpoint.sweep_due_at
    if due_at is None or due_at <= now:
        return True
    between = interval(job.source, now)
    return between is not None and due_at - now <= between / 2


def _is_sweeping(checkpoint: Checkpoint, job: Job) -> bool:
    return bool(checkpoint.sweep) and checkpoint.sweep_settings == job.settings


def _since(checkpoint: Checkpoint, stream: Stream, until: datetime) -> datetime | None:
    """Give where a run begins; one that is to read everything beside what is there, at the beginning."""
    asked = checkpoint.is_to_be_read_since
    usual = _usual_since(checkpoint, stream, until)
    return usual if asked is None or usual is None else min(asked, usual)


def _usual_since(checkpoint: Checkpoint, stream: Stream, until: datetime) -> datetime | None:
    if stream.reread_every and (
        checkpoint.read_whole_until is None or until - checkpoint.read_whole_until >= stream.reread_every
    ):
        return BEGINNING
    return None if checkpoint.complete_until is None else checkpoint.complete_until - stream.overlap
