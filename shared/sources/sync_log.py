"""A connector's sync log that is sent as a file: for the Sage cards, where no log can be read."""

from shared.domain import keys
from shared.domain.records import SyncAttempt
from shared.sources.push import pushed
from shared.sources.push_fields import AnySubject, Id, RequiredTime, Row, State, Text, Time, Word
from shared.sources.source import Form

_AWAY = frozenset({"out", "outbound", "export", "read", "from_erp", "from_sage"})
"""Directions that lead out of the ledger: such an attempt says nothing of a record's way into it."""


class SyncLogRow(Row):
    """One attempt on one record, or a whole run where no record is named."""

    attempt_id: Id
    started_at: RequiredTime
    finished_at: Time = ""
    entity: AnySubject = ""
    record_key: Text = ""
    direction: Word = ""
    status: State
    error_code: Text = ""
    error_text: Text = ""


def _attempts(row: SyncLogRow) -> tuple[SyncAttempt, ...]:
    """Give the run that a row belongs to, which tells when the connector ran, and its attempt on a record.

    Several rows may share an attempt's id: a run that names many records.
    """
    reference = keys.account_reference(row.record_key)
    is_about = bool(row.entity and reference) and row.direction not in _AWAY
    run = SyncAttempt(
        id=row.attempt_id,
        subject="",
        reference="",
        state=row.status,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error_code="" if is_about else row.error_code,
        error="" if is_about else row.error_text,
    )
    if not is_about:
        return (run,)
    attempt = SyncAttempt(
        id=f"{row.attempt_id}|{reference}",
        subject=row.entity,
        reference=reference,
        state=row.status,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error_code=row.error_code,
        error=row.error_text,
    )
    return attempt, run


SOURCE = pushed(
    "sync_log",
    "Sync log, sent as a file",
    "attempts",
    SyncAttempt,
    Form(SyncLogRow, _attempts),
)
