"""How fresh each input is, and why one cannot be trusted: what is stale or partial is held, not judged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared import telemetry
from shared.cards.card import Card
from shared.domain.snapshot import Input
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.pipeline.jobs import Job, find, jobs_of, possible_jobs_of
from shared.pipeline.losses import is_short
from shared.pipeline.rounds import stale_after
from shared.store.checkpoints import Checkpoint

Checkpoints = Mapping[tuple[str, str], Checkpoint]


def input_of(job: Job, checkpoint: Checkpoint | None, as_of: datetime) -> Input:
    """Give a stream's freshness at an instant (decision 15)."""
    known = checkpoint or Checkpoint(connection=job.connection.name, stream=job.stream.name)
    return Input(
        connection=job.connection.name,
        kind=job.connection.kind,
        stream=job.stream.name,
        record_type=job.stream.record_type,
        last_success_at=known.last_success_at,
        complete_until=known.complete_until,
        records=known.records,
        bad_records=known.bad_records,
        problem=_problem(job, known, as_of),
        is_awaited=_is_awaited(job, known, as_of),
        poll_seconds=None if job.source.form else int(job.source.round.total_seconds()),
    )


def _is_awaited(job: Job, checkpoint: Checkpoint, as_of: datetime) -> bool:
    """Say whether a stream is only waited for: never read to the end, or not with its present settings."""
    is_unread = checkpoint.last_success_at is None or checkpoint.settings != job.settings
    is_half_read = checkpoint.lacks_some and not _is_stale(job, checkpoint, as_of)
    return (is_unread or is_half_read) and not (checkpoint.problem or is_short(job, checkpoint))


def _is_stale(job: Job, checkpoint: Checkpoint, as_of: datetime) -> bool:
    """Say whether a stream that was read has missed too many rounds."""
    last = checkpoint.last_success_at
    return last is not None and as_of > stale_after(job.source, last, job.workspace.stale_after_missed_rounds)


def _problem(job: Job, checkpoint: Checkpoint, as_of: datetime) -> str:
    what = f"{job.stream.name} of {job.connection.name}"
    if checkpoint.problem:
        return f"the last pull of {what} failed: {checkpoint.problem}"
    if is_short(job, checkpoint):
        return _loss(job, checkpoint)
    judge = _problem_of_pull if job.source.form is None else _problem_of_upload
    return judge(job, checkpoint, what, as_of)


def _problem_of_pull(job: Job, checkpoint: Checkpoint, what: str, as_of: datetime) -> str:
    """Judge a stream that is pulled by the rounds that it missed."""
    why = f": {checkpoint.note}" if checkpoint.note else ""
    if checkpoint.last_success_at is None:
        return f"{what} has not been read yet{why}"
    if checkpoint.settings != job.settings:
        return f"{what} has not been read yet with its present settings{why}"
    if _is_stale(job, checkpoint, as_of):
        return f"{what} was last read {checkpoint.last_success_at:%d %b %H:%M} UTC{why}"
    if checkpoint.lacks_some:
        return f"{_half_read(job)}{why}"
    return ""


def _loss(job: Job, checkpoint: Checkpoint) -> str:
    return (
        f"{job.stream.name} of {job.connection.name} had {checkpoint.expected:,} records and has "
        f"{checkpoint.counted:,}, too few at once to believe: mend the source and pull again, or confirm "
        "that this is all"
    )


def _problem_of_upload(job: Job, checkpoint: Checkpoint, what: str, as_of: datetime) -> str:
    """Judge a stream that is sent to us: by the clock only where its connection says how often it comes."""
    if checkpoint.last_success_at is None:
        return f"{what} has not been sent yet"
    if checkpoint.settings != job.settings:
        return f"{what} was read by another release and must be sent again as a whole"
    hours = job.connection.options.get("expected_every_hours")
    if isinstance(hours, int) and as_of - checkpoint.last_success_at > timedelta(hours=hours):
        return f"{what} was last sent {checkpoint.last_success_at:%d %b %H:%M} UTC, expected every {hours} h"
    return ""


def inputs_of(workspace: Workspace, checkpoints: Checkpoints, as_of: datetime) -> list[tuple[Job, Input]]:
    """Give every stream of a workspace with its freshness.

    A connection whose options cannot be read is out like one that fails: its cards are held, the others not.
    """
    found = []
    for connection in workspace.connections_of():
        jobs, problem = _jobs(workspace, connection)
        for job in jobs:
            known = input_of(job, checkpoints.get((connection.name, job.stream.name)), as_of)
            found.append((job, replace(known, problem=problem or known.problem)))
    return found


def tell_lags(inputs: Sequence[tuple[Job, Input]], as_of: datetime) -> None:
    """Tell the metrics how far each stream is behind that was ever read (GEN-01)."""
    for job, each in inputs:
        if each.complete_until is not None:
            seconds = max(0.0, (as_of - each.complete_until).total_seconds())
            telemetry.measure("lag", **job.facts, seconds=seconds)


def with_losses(inputs: Sequence[Input], workspace: Workspace, checkpoints: Checkpoints) -> tuple[Input, ...]:
    """Give inputs that were read, with what came to be known to be missing of them while they were."""
    found = []
    for each in inputs:
        job = find(workspace, each.connection, each.stream)
        checkpoint = checkpoints.get((each.connection, each.stream))
        if each.problem or job is None or checkpoint is None:
            found.append(each)
        elif is_short(job, checkpoint):
            found.append(replace(each, problem=_loss(job, checkpoint)))
        elif checkpoint.lacks_some:
            found.append(replace(each, problem=_half_read(job), is_awaited=True))
        else:
            found.append(each)
    return tuple(found)


def _half_read(job: Job) -> str:
    return f"what changed in {job.stream.name} of {job.connection.name} while it was read is still to be read"


def _jobs(workspace: Workspace, connection: Connection) -> tuple[list[Job], str]:
    try:
        return jobs_of(workspace, connection), ""
    except ConfigurationError as error:
        return possible_jobs_of(workspace, connection), str(error)


def needed(card: Card, inputs: list[Input]) -> list[Input]:
    """Give the inputs that a card judges from."""
    return [
        each
        for each in inputs
        if any(each.record_type is need.record_type and each.kind in need.kinds for need in card.needs)
    ]


def is_configured(card: Card, inputs: list[Input]) -> bool:
    """Say whether every type of record that a card cannot do without has a connection."""
    return all(
        any(each.record_type is need.record_type and each.kind in need.kinds for each in inputs)
        for need in card.needs
        if need.is_required
    )
