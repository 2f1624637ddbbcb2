"""Connections: their health, their quarantine, and what came of asking them for something."""

from typing import Literal

from functions.models.base import AnyObject, Instant, Model


class CheckResult(Model):
    """What a check of a connection found."""

    checked_at: Instant
    has_passed: bool
    problem: str
    findings: list[AnyObject]


class CheckedConnection(CheckResult):
    """What a check of a connection found just now."""

    workspace: str
    connection: str


class BadRecordEntry(Model):
    """A record in quarantine: never its values."""

    id: str
    fields: list[str]
    why: str
    first_seen_at: Instant | None
    last_seen_at: Instant | None


class StreamProgress(Model):
    """How far the work in progress is."""

    phase: Literal["pull", "sweep"]
    pages: int
    records: int
    calls: int
    began_at: Instant | None
    remaining: int | None
    estimated_end: Instant | None


class StreamSweep(Model):
    """When deletions were last looked for."""

    last_at: Instant | None
    due_at: Instant | None
    problem: str


class MissingRecords(Model):
    """How many records a customer master had, and has."""

    expected: int | None
    records: int | None


class StreamHealth(Model):
    """The health of one stream."""

    stream: str
    last_success_at: Instant | None
    complete_until: Instant | None
    last_ended_at: Instant | None
    lag_seconds: int | None
    records: int
    records_stored: int | None
    usual_change: int | None
    """By how many records the last runs changed what is stored."""
    missing: MissingRecords | None
    """While a customer master is smaller than one can believe."""
    bad_records: int
    bad_record_samples: list[BadRecordEntry]
    calls: int
    is_pulling: bool
    progress: StreamProgress | None
    sweep: StreamSweep | None
    poll_interval_seconds: int | None
    next_pull_at: Instant | None
    delay_seconds: int | float | None
    waiting_for: str
    problem: str
    problem_at: Instant | None


class SourceHealth(Model):
    """The health of one connection."""

    name: str
    kind: str
    title: str
    enabled: bool
    problem: str
    check: CheckResult | None
    streams: list[StreamHealth]


class SourceList(Model):
    """The health of each connection."""

    workspace: str
    sources: list[SourceHealth]
    failed_deliveries: int
    """How many messages did not arrive and can be sent again."""


class PullAsked(Model):
    """A pull that was asked for."""

    workspace: str
    connection: str
    streams: list[str]


class ConfirmedRows(Model):
    """A person's word on how many records there are."""

    workspace: str
    connection: str
    stream: str
    expected: int | None
    records: int


class EvaluationAsked(Model):
    """An evaluation that was asked for, and where to look for what comes of it."""

    workspace: str
    cards: str


class QuarantinedRecord(BadRecordEntry):
    """A record in quarantine, and its stream."""

    stream: str


class BadRecordPage(Model):
    """One page of the records in quarantine."""

    workspace: str
    connection: str
    bad_records: list[QuarantinedRecord]
    next_page_token: str | None


class RefusedRow(Model):
    """A row of a file that cannot be taken."""

    line: int
    id: str
    fields: list[str]
    why: str


class UploadResult(Model):
    """What came of a file of records."""

    workspace: str
    connection: str
    stream: str
    run: str
    accepted: int
    replaced: int
    removed: int
    refused: int
    errors: list[RefusedRow]
    is_repeat: bool
