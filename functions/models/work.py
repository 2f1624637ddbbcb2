"""What people do: exceptions, decisions, and the log of it all."""

from typing import Literal

from functions.models.base import AnyObject, Instant, Model
from shared.domain.exceptions import Action, State
from shared.domain.severity import Severity


class ExceptionEntry(Model):
    """An exception as it is listed."""

    id: str
    card: str
    state: State
    severity: Severity
    age_days: int | None
    first_seen: Instant
    changed_at: Instant
    is_in_reading: bool
    name: str
    assignee: str
    snoozed_until: Instant | None
    ignored_because: str
    ignored_until: Instant | None
    resolved_at: Instant | None
    resolved_by: str
    reopened: int
    comments: int
    summary: AnyObject
    """What stays of its row when that is gone: order, entity, platform, amount, reason."""
    href: str


class ExceptionPage(Model):
    """One page of exceptions, the most urgent first."""

    workspace: str
    total: int
    exceptions: list[ExceptionEntry]
    next_page_token: str | None


class StepEntry(Model):
    """One step of an exception's life."""

    at: Instant
    who: str
    action: Action
    assignee: str
    until: str
    reason: str
    comment: str


class ExceptionDetail(ExceptionEntry):
    """One exception, with its row and all its steps."""

    row: AnyObject | None
    """Its row in the card's last reading; null once it is gone from there."""
    steps: list[StepEntry]


class BulkResult(Model):
    """What came of one exception: its state, or a problem."""

    id: str
    state: str = ""
    problem: Literal["", "unknown", "not_allowed", "incomplete"] = ""
    message: str = ""


class BulkResults(Model):
    """What came of a change of many exceptions."""

    workspace: str
    changed: int
    refused: int
    results: list[BulkResult]


class DecisionEntry(Model):
    """A decision about a buyer and a master record."""

    id: str
    kind: Literal["alias", "not_same"]
    identity: str
    connection: str
    company: str
    number: str
    decided_at: Instant
    decided_by: str
    why: str
    reversed_at: Instant | None
    reversed_by: str
    is_standing: bool
    href: str


class DecisionList(Model):
    """The decisions about the ledgers of the caller's cards."""

    workspace: str
    decisions: list[DecisionEntry]


class AuditEntry(Model):
    """Who did what to what, when, and from what to what."""

    at: Instant
    who: str
    subject: str
    id: str
    action: str
    before: str
    after: str
    card: str = ""
    why: str = ""
    assignee: str = ""
    until: str = ""
    reason: str = ""
    comment: str = ""


class AuditPage(Model):
    """One page of the log, the newest first."""

    workspace: str
    since: Instant
    total: int
    entries: list[AuditEntry]
    next_page_token: str | None


class ErasureBegun(Model):
    """The erasure of a person, which goes on by itself."""

    workspace: str
    erasure: str
    state: str
    records: int
