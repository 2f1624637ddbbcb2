"""One-line builders of records, workspaces and snapshots: a test names only what matters to it.

Amounts are given in whole units (`net=100`, `net="99.95"`). Times default to the day before AS_OF.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings

from shared.cards import card_of
from shared.cards.card import Judgement, status_of
from shared.domain import keys
from shared.domain.money import parse_money
from shared.domain.records import (
    Approval,
    Company,
    CompanyMember,
    CreditMemo,
    CrmCustomer,
    ExchangeRate,
    FlowRun,
    Invoice,
    MasterCustomer,
    OpenBusiness,
    Order,
    Record,
    Refund,
    SalesOrder,
    SyncAttempt,
)
from shared.domain.records.commerce import CommerceCustomer
from shared.domain.rows import CustomerRow, OrderRow
from shared.domain.snapshot import Batch, Input, Snapshot, batch_of
from shared.domain.windows import rolling
from shared.domain.workspace import Workspace

AS_OF = datetime(2026, 4, 14, 17, tzinfo=UTC)
"""Six in the evening in London, two days after Easter week."""
YESTERDAY = "2026-04-13T12:00:00Z"
CONNECTIONS = {
    "shop": "shopify",
    "trade": "bigcommerce",
    "adobe": "adobe_commerce",
    "ledger": "business_central",
    "finance": "finance_operations",
    "crm": "dataverse",
    "sage": "sage_intacct",
    "network": "sage_network",
}

law = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
"""How laws are drawn: always the same examples, and few enough to be quick."""


def _amounts(net: str | int, tax: str | int) -> dict[str, Any]:
    return {"net": parse_money(net), "tax": parse_money(tax), "gross": parse_money(net) + parse_money(tax)}


def order(record_id: str = "1", *, net: str | int = 100, tax: str | int = 0, **changes: Any) -> Order:
    """Build a placed order of a buyer with an email."""
    fields: dict[str, Any] = {
        "number": record_id,
        "placed_at": YESTERDAY,
        "state": "placed",
        "currency": "USD",
        "email": f"buyer-{record_id}@example.com",
        "display_name": f"Buyer {record_id}",
    }
    return Order(id=record_id, **(fields | _amounts(net, tax) | changes))


def refund(record_id: str = "R1", order_id: str = "1", *, net: str | int = 40, **changes: Any) -> Refund:
    """Build a refund on an order."""
    fields: dict[str, Any] = {"number": record_id, "refunded_at": YESTERDAY, "currency": "USD"}
    return Refund(id=record_id, order_id=order_id, **(fields | _amounts(net, 0) | changes))


def commerce_customer(record_id: str = "C1", **changes: Any) -> CommerceCustomer:
    """Build a customer account of a shop."""
    return CommerceCustomer(id=record_id, **({"created_at": "2026-01-05T09:00:00Z"} | changes))


def company(record_id: str = "CO1", **changes: Any) -> Company:
    """Build an active company of a shop, an old one."""
    fields: dict[str, Any] = {
        "state": "active",
        "created_at": "2026-01-05T09:00:00Z",
        "display_name": f"Company {record_id}",
    }
    return Company(id=record_id, **(fields | changes))


def member(customer_id: str = "C1", company_id: str = "CO1") -> CompanyMember:
    """Build a membership of a customer account in a company."""
    return CompanyMember(id=f"{company_id}/{customer_id}", customer_id=customer_id, company_id=company_id)


def master(number: str = "M1", **changes: Any) -> MasterCustomer:
    """Build an active record of a ledger's customer master, at its top level."""
    fields: dict[str, Any] = {
        "id": f"{changes.get('company', '')}/{number}",
        "company": "",
        "state": "active",
        "account_reference": keys.account_reference(number),
        "display_name": f"Customer {number}",
    }
    return MasterCustomer(number=number, **(fields | changes))


def sales_order(
    reference: str = "1", *, net: str | int = 100, tax: str | int = 0, **changes: Any
) -> SalesOrder:
    """Build a released sales order of ten pieces, none of them shipped or invoiced."""
    fields: dict[str, Any] = {
        "id": f"SO-{reference}",
        "number": f"SO-{reference}",
        "company": "Main",
        "customer_number": "M1",
        "state": "released",
        "ordered_on": "2026-04-13",
        "currency": "USD",
        "quantity": 100_000,
    }
    document: dict[str, Any] = {"document_reference": keys.document_reference(reference)}
    return SalesOrder(**(document | fields | _amounts(net, tax) | changes))


def invoice(reference: str = "1", *, net: str | int = 100, tax: str | int = 0, **changes: Any) -> Invoice:
    """Build an invoice that is posted the day before AS_OF."""
    fields: dict[str, Any] = {
        "id": f"INV-{reference}",
        "number": f"INV-{reference}",
        "company": "Main",
        "order_number": "",
        "customer_number": "M1",
        "state": "posted",
        "posted_on": "2026-04-13",
        "currency": "USD",
    }
    document: dict[str, Any] = {"document_reference": keys.document_reference(reference)}
    return Invoice(**(document | fields | _amounts(net, tax) | changes))


def credit_memo(
    reference: str = "R1", *, net: str | int = 40, tax: str | int = 0, **changes: Any
) -> CreditMemo:
    """Build a credit memo that is posted the day before AS_OF."""
    fields: dict[str, Any] = {
        "id": f"SCM-{reference}",
        "number": f"SCM-{reference}",
        "company": "Main",
        "invoice_number": "",
        "customer_number": "M1",
        "state": "posted",
        "posted_on": "2026-04-13",
        "currency": "USD",
    }
    document: dict[str, Any] = {"document_reference": keys.document_reference(reference)}
    return CreditMemo(**(document | fields | _amounts(net, tax) | changes))


def approval(document_number: str = "SO-1", **changes: Any) -> Approval:
    """Build an open approval request, four days old."""
    fields: dict[str, Any] = {
        "id": f"approval {document_number}",
        "company": "Main",
        "state": "open",
        "requested_at": "2026-04-10T12:00:00Z",
    }
    return Approval(document_number=document_number, **(fields | changes))


def rate(currency: str, rate: str, **changes: Any) -> ExchangeRate:
    """Build an old exchange rate into US dollars."""
    fields: dict[str, Any] = {"company": "Main", "base_currency": "USD", "starts_on": "2026-01-01"}
    more = fields | changes
    return ExchangeRate(
        id=f"{more['company']}/{currency}/{more['starts_on']}", currency=currency, rate=rate, **more
    )


def crm_customer(record_id: str = "K1", **changes: Any) -> CrmCustomer:
    """Build an account of Dataverse that should have been promoted yesterday."""
    fields: dict[str, Any] = {
        "table": "account",
        "created_at": YESTERDAY,
        "is_active": True,
        "is_in_scope": True,
        "display_name": f"Account {record_id}",
    }
    return CrmCustomer(id=record_id, **(fields | changes))


def open_business(crm_customer_id: str = "K1", kind: str = "opportunity") -> OpenBusiness:
    """Build an open opportunity or order of a Dataverse record."""
    return OpenBusiness(id=f"{kind} {crm_customer_id}", kind=kind, crm_customer_id=crm_customer_id)


def flow_run(record_id: str = "F1", **changes: Any) -> FlowRun:
    """Build a flow run that failed a minute after yesterday's orders."""
    fields: dict[str, Any] = {
        "flow": "Create customer",
        "state": "failed",
        "started_at": "2026-04-13T12:01:00Z",
    }
    return FlowRun(id=record_id, **(fields | changes))


def sync_attempt(reference: str = "", **changes: Any) -> SyncAttempt:
    """Build a failed attempt on a customer; without a reference, a run that succeeded this morning."""
    fields: dict[str, Any] = {"subject": "", "state": "succeeded", "started_at": "2026-04-14T06:00:00Z"}
    if reference:
        fields |= {"subject": "customer", "state": "failed", "error": "refused", "error_code": "E1"}
    more = fields | changes
    return SyncAttempt(id=f"{reference}@{more['started_at']}", reference=reference, **more)


def workspace(**changes: Any) -> Workspace:
    """Build a workspace in London with one connection of each kind, reporting in US dollars."""
    fields: dict[str, Any] = {
        "id": "merchant",
        "name": "Merchant",
        "time_zone": "Europe/London",
        "reporting_currency": "USD",
        "connections": [{"name": name, "kind": kind} for name, kind in CONNECTIONS.items()],
    }
    return Workspace.model_validate(fields | changes)


def two_entities(**field_map: Any) -> dict[str, Any]:
    """Give the part of a workspace with a British and an American entity; the store decides."""
    rules = [{"entity": name, "store": name} for name in ("uk", "us")]
    return {
        "entities": [
            {"id": "uk", "name": "Britain", "company_codes": ["Main", "UK"]},
            {"id": "us", "name": "America", "company_codes": ["US"]},
        ],
        "field_map": {"entity_routing": rules} | field_map,
    }


def snapshot(of: Workspace, records: Mapping[str, Iterable[Record]], as_of: datetime = AS_OF) -> Snapshot:
    """Build a snapshot of records by connection: one batch and one fresh input for each type."""
    batches: dict[type[Record], list[Batch]] = {}
    inputs = []
    kinds = {connection.name: connection.kind for connection in of.connections}
    for connection, each in records.items():
        by_type: dict[type[Record], list[Record]] = {}
        for record in each:
            by_type.setdefault(type(record), []).append(record)
        for kind, rows in by_type.items():
            batches.setdefault(kind, []).append(batch_of(connection, kind.__name__, kind, rows))
            inputs.append(Input(connection, kinds[connection], kind.__name__, kind, as_of, as_of, len(rows)))
    return Snapshot(of, as_of, batches, tuple(inputs))


def judged(card_id: str, seen: Snapshot) -> Judgement:
    """Let a card judge a snapshot with the workspace's own settings and window."""
    card = card_of(card_id)
    assert card is not None
    settings_of = seen.workspace.card(card_id)
    window = rolling(seen.workspace, seen.as_of, card.window_days_in(settings_of))
    return card.judge(seen, window, settings_of)


def customers(judgement: Judgement) -> list[CustomerRow]:
    """Give a judgement's rows as those of customers."""
    return [row for row in judgement.rows if isinstance(row, CustomerRow)]


def orders(judgement: Judgement) -> list[OrderRow]:
    """Give a judgement's open rows as those of orders."""
    return [row for row in judgement.rows if isinstance(row, OrderRow)]


def status(card_id: str, seen: Snapshot) -> str:
    """Give the status that a card's judgement leads to, by the workspace's own threshold."""
    card = card_of(card_id)
    assert card is not None
    return status_of(judged(card_id, seen), card.threshold_in(seen.workspace.card(card_id)))
