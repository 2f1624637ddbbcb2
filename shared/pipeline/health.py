"""The health of each connection and its streams, as `/sources` shows it."""

from collections.abc import Mapping
from datetime import datetime
from statistics import median
from typing import Any

from shared.cards import CARDS
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.pipeline.freshness import Checkpoints, input_of
from shared.pipeline.jobs import Job, jobs_of
from shared.pipeline.losses import is_short
from shared.pipeline.rounds import interval, next_pull
from shared.pipeline.runs import LAST_RUNS
from shared.pipeline.services import Services
from shared.store.bad_records import Quarantined
from shared.store.checkpoints import Checkpoint
from shared.store.checks import Check

Document = dict[str, Any]


async def health(services: Services, workspace: Workspace) -> list[Document]:
    """Give the health of each connection, in the order of the workspace's document."""
    checkpoints = await services.store.checkpoints.of(workspace.id)
    as_of = workspace.now(services.clock())
    shown = [
        await _connection(services, workspace, connection, checkpoints, as_of)
        for connection in workspace.connections
    ]
    delays = await _delays(services, workspace)
    for each in shown:
        for stream in each["streams"]:
            stream["delay_seconds"] = delays.get((each["name"], stream["stream"]))
    return shown


async def _delays(services: Services, workspace: Workspace) -> dict[tuple[str, str], int]:
    """Give how long it took from a stream's upper bound to the last reading of it: the way through us."""
    cards = [card.id for card in CARDS if workspace.card(card.id).enabled]
    found: dict[tuple[str, str], int] = {}
    for reading in await services.store.readings.latest_of(workspace.id, cards):
        if reading is None:
            continue
        for each in reading["inputs"]:
            if each["complete_until"] is not None:
                took = _instant(reading["evaluated_at"]) - _instant(each["complete_until"])
                found[each["connection"], each["stream"]] = int(took.total_seconds())
    return found


def shown_check(check: Check) -> Document:
    """Give a check as people see it: when, whether all is there, and what is missing by name."""
    return {
        "checked_at": _text(check.checked_at),
        "has_passed": not (check.problem or check.fatal),
        "problem": check.problem,
        "findings": [dict(each) for each in check.findings],
    }


def shown_bad_record(bad: Quarantined) -> Document:
    """Give a record in quarantine: never its values."""
    return {
        "id": bad.id,
        "fields": list(bad.fields),
        "why": bad.why,
        "first_seen_at": _text(bad.first_seen_at),
        "last_seen_at": _text(bad.last_seen_at),
    }


async def _connection(
    services: Services,
    workspace: Workspace,
    connection: Connection,
    checkpoints: Checkpoints,
    as_of: datetime,
) -> Document:
    check = await services.store.checks.get(workspace.id, connection.name)
    shown: Document = {
        "name": connection.name,
        "kind": connection.kind,
        "enabled": connection.enabled,
        "problem": "",
        "check": None if check is None else shown_check(check),
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


async def _stream(services: Services, job: Job, checkpoint: Checkpoint | None, as_of: datetime) -> Document:
    known = input_of(job, checkpoint, as_of)
    state = checkpoint or Checkpoint(connection=known.connection, stream=known.stream)
    samples = await services.store.bad_records.page(job.name) if known.bad_records else []
    until = known.complete_until
    every = interval(job.source, services.clock())
    return {
        "stream": known.stream,
        "last_success_at": _text(known.last_success_at),
        "complete_until": _text(until),
        "last_ended_at": None if state.ended_at is None else state.ended_at.isoformat(),
        "lag_seconds": None if until is None else int((as_of - until).total_seconds()),
        "records": known.records,
        "records_stored": state.stored,
        "usual_change": _usual(state),
        "missing": _missing(job, state),
        "bad_records": known.bad_records,
        "bad_record_samples": [shown_bad_record(each) for each in samples],
        "calls": state.calls,
        "is_pulling": bool(state.run and not state.note),
        "progress": _progress(state, services.clock()),
        "sweep": _sweep(job, state),
        "poll_interval_seconds": None if every is None else int(every.total_seconds()),
        "next_pull_at": _text(next_pull(job.source, services.clock())),
        "waiting_for": state.note,
        "problem": known.problem,
        "problem_at": _text(state.problem_at) if state.problem else None,
    }


def _usual(state: Checkpoint) -> int | None:
    """Give by how many records the last runs changed what is stored; None before there were two."""
    changes = [abs(int(each)) for each in state.changes.split(",") if each]
    return int(median(changes[-LAST_RUNS:])) if changes else None


def _missing(job: Job, state: Checkpoint) -> Document | None:
    """Give how many records a customer master had and has, while that is too few to believe."""
    return {"expected": state.expected, "records": state.counted} if is_short(job, state) else None


def _progress(state: Checkpoint, now: datetime) -> Document | None:
    """Give how far the work in progress is; the end is estimated from the pace so far, waits included."""
    facts: Mapping[str, Any]
    if state.run:
        began_at, records, remaining = state.run_began_at, state.run_records, state.run_remaining
        facts = {"phase": "pull", "pages": state.run_pages, "records": records, "calls": state.run_calls}
    elif state.sweep:
        began_at, records, remaining = state.sweep_began_at, state.sweep_keys, state.sweep_remaining
        facts = {"phase": "sweep", "pages": state.sweep_pages, "records": records, "calls": state.sweep_calls}
    else:
        return None
    ends_at = None
    if began_at is not None and remaining is not None and records:
        ends_at = now + (now - began_at) * (remaining / records)
    return {**facts, "began_at": _text(began_at), "remaining": remaining, "estimated_end": _text(ends_at)}


def _sweep(job: Job, state: Checkpoint) -> Document | None:
    """Give when deletions were last looked for; None for a stream that needs no sweep."""
    if job.stream.keys is None:
        return None
    return {
        "last_at": _text(state.swept_at),
        "due_at": _text(state.sweep_due_at),
        "problem": state.sweep_problem,
    }


def _instant(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
