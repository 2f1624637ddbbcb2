"""How fresh each input is, and why one cannot be trusted: what is stale or partial is held, not judged."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.cards.card import Card
from shared.domain.snapshot import Input
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.pipeline.jobs import Job, jobs_of, possible_jobs_of
from shared.pipeline.services import Services
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
    )


def _problem(job: Job, checkpoint: Checkpoint, as_of: datetime) -> str:
    what = f"{job.stream.name} of {job.connection.name}"
    if checkpoint.problem:
        return f"the last pull of {what} failed: {checkpoint.problem}"
    why = f": {checkpoint.note}" if checkpoint.note else ""
    if checkpoint.last_success_at is None:
        return f"{what} has not been read yet{why}"
    if checkpoint.settings != job.settings:
        return f"{what} has not been read yet with its present settings{why}"
    patience = job.source.round * job.workspace.stale_after_missed_rounds
    if as_of - checkpoint.last_success_at > patience:
        return f"{what} was last read {checkpoint.last_success_at:%d %b %H:%M} UTC{why}"
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


async def status(services: Services, workspace: Workspace) -> list[dict[str, Any]]:
    """Give the health of each connection and its streams, as `/sources` shows it."""
    checkpoints = await services.store.checkpoints.of(workspace.id)
    as_of = workspace.now(services.clock())
    return [
        await _connection(services, workspace, connection, checkpoints, as_of)
        for connection in workspace.connections
    ]


async def _connection(
    services: Services,
    workspace: Workspace,
    connection: Connection,
    checkpoints: Checkpoints,
    as_of: datetime,
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": connection.name,
        "kind": connection.kind,
        "enabled": connection.enabled,
        "problem": "",
        "streams": [],
    }
    try:
        jobs = jobs_of(workspace, connection)
    except ConfigurationError as error:
        return shown | {"problem": str(error)}
    for job in jobs:
        checkpoint = checkpoints.get((connection.name, job.stream.name))
        shown["streams"].append(await _stream(services, job, checkpoint, as_of))
    return shown


async def _stream(
    services: Services, job: Job, checkpoint: Checkpoint | None, as_of: datetime
) -> dict[str, Any]:
    known = input_of(job, checkpoint, as_of)
    samples: list[dict[str, str]] = []
    if checkpoint is not None and known.bad_records:
        samples = await services.store.bad_records.shown(job.name)
    until = known.complete_until
    return {
        "stream": known.stream,
        "last_success_at": _text(known.last_success_at),
        "complete_until": _text(until),
        "lag_seconds": None if until is None else int((as_of - until).total_seconds()),
        "records": known.records,
        "bad_records": known.bad_records,
        "bad_record_samples": samples,
        "calls": checkpoint.calls if checkpoint else 0,
        "is_pulling": bool(checkpoint and checkpoint.run and not checkpoint.note),
        "records_so_far": checkpoint.run_records if checkpoint and checkpoint.run else None,
        "waiting_for": checkpoint.note if checkpoint else "",
        "problem": known.problem,
        "problem_at": _text(checkpoint.problem_at) if checkpoint and checkpoint.problem else None,
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
