"""Dual-write's errors that are sent as a file: why a Dataverse customer did not reach the ledger.

Finance & Operations keeps them in a table without a standard data entity
(https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/data-entities/dual-write/dual-write-troubleshooting-live-sync).
"""

from shared.domain import keys
from shared.domain.records import SyncAttempt
from shared.sources.push import pushed
from shared.sources.push_fields import Id, RequiredTime, Row, State, Text
from shared.sources.source import Form


class DualWriteRow(Row):
    """One error of dual-write on a customer, or its later success."""

    error_id: Id
    occurred_at: RequiredTime
    record_reference: Id
    error_text: Text = ""
    error_field: Text = ""
    error_code: Text = ""
    status: State = "failed"


def _attempts(row: DualWriteRow) -> tuple[SyncAttempt, ...]:
    return (
        SyncAttempt(
            id=row.error_id,
            subject="customer",
            reference=keys.account_reference(row.record_reference),
            state=row.status,
            started_at=row.occurred_at,
            finished_at=row.occurred_at,
            error_code=row.error_code,
            error_field=row.error_field,
            error=row.error_text,
        ),
    )


SOURCE = pushed(
    "dual_write_log",
    "Dual-write errors, sent as a file",
    "errors",
    SyncAttempt,
    Form(DualWriteRow, _attempts),
)
