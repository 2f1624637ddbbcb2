"""The errors of a connector between shop and ledger that are sent as a file: for the revenue gap."""

from shared.domain import keys
from shared.domain.records import SyncAttempt
from shared.sources.push import pushed
from shared.sources.push_fields import Id, RequiredTime, Row, State, Subject, Text, Time
from shared.sources.source import Form


class ConnectorLogRow(Row):
    """One attempt of the connector on an order or a customer."""

    attempt_id: Id
    started_at: RequiredTime
    finished_at: Time = ""
    subject: Subject = "order"
    reference: Id
    status: State = "failed"
    error_code: Text = ""
    error_field: Text = ""
    error_text: Text = ""


def _attempts(row: ConnectorLogRow) -> tuple[SyncAttempt, ...]:
    return (
        SyncAttempt(
            id=row.attempt_id,
            subject=row.subject or "order",
            reference=keys.account_reference(row.reference),
            state=row.status,
            started_at=row.started_at,
            finished_at=row.finished_at,
            error_code=row.error_code,
            error_field=row.error_field,
            error=row.error_text,
        ),
    )


SOURCE = pushed(
    "connector_log",
    "Connector errors, sent as a file",
    "attempts",
    SyncAttempt,
    Form(ConnectorLogRow, _attempts),
)
