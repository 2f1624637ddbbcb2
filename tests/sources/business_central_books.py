"""Invented books in Business Central, and a bench on which the source reads them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dev.vendors import business_central as vendor
from dev.vendors import entra
from dev.vendors.business_central_rows import guid
from dev.vendors.facts import (
    Account,
    LedgerApproval,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerRate,
    LedgerSalesOrder,
    Person,
    SyncLogEntry,
)
from shared.domain.workspace import Connection
from shared.sources.business_central import SOURCE
from shared.sources.http import Access, HeaderAuth, VendorClient
from shared.sources.source import Options
from tests.sources.shop import Answers, Bench

COMPANY = "CRONUS"
"""The company of an environment that is not told which it has."""

COMPANIES = ["CRONUS UK Ltd.", "CRONUS DE"]
OPTIONS = {
    "tenant_id": "invented",
    "companies": [COMPANY],
    "privacy_page": "api/tieout/connector/v1.0/customerPrivacy",
    "connector_log_page": "api/tieout/connector/v1.0/connectorLogEntries",
    "commerce_id_pages": {
        "sales_orders": "api/tieout/connector/v1.0/orderCommerceIds",
        "invoices": "api/tieout/connector/v1.0/invoiceCommerceIds",
        "credit_memos": "api/tieout/connector/v1.0/creditMemoCommerceIds",
    },
    "shipping_numbers": ["6910"],
}
DAY = date(2026, 4, 14)
NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)
ADDRESS = Person(
    company="Invented Tools Ltd",
    email="Books@Invented.example",
    phone="020 7946 0018",
    street="1 Nowhere Street",
    city="London",
    postcode="n1 9gu",
)


def record_id(*parts: str, company: str = COMPANY) -> str:
    """Give the id of a record: its company's name, and the id that the simulation gives its item."""
    return f"{company}|{guid(*parts)}"


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Reach the environment with a token at hand: Entra has tests of its own."""
    token = entra.token("https://api.businesscentral.dynamics.com/.default")
    given = token if secrets == vendor.SECRETS else entra.token("https://graph.microsoft.com/.default")
    real = SOURCE.access(connection, options, secrets)
    return replace(real, auth=HeaderAuth({"Authorization": f"Bearer {given}"}))


class Books(Bench):
    """A bench that reads all companies of an account, unless told which."""

    def client(
        self, answers: Answers, secrets: Mapping[str, str] | None = None, **options: Any
    ) -> tuple[VendorClient, Connection, Any]:
        """Give the real client, its connection and its options, with the account's companies."""
        named = answers.ledger_companies if isinstance(answers, Account) else []
        return super().client(answers, secrets, **{"companies": named or [COMPANY], **options})


BENCH = Books(source=replace(SOURCE, access=access), vendor=vendor, options=OPTIONS)


def customer(**changes: Any) -> LedgerCustomer:
    """Give a customer of the master."""
    given = LedgerCustomer(
        number="C-1",
        name="Invented Tools Ltd",
        address=ADDRESS,
        created_at=NOON,
        modified_at=NOON,
        vat="123 4567 89",
    )
    return replace(given, **changes)


def sales_order(**changes: Any) -> LedgerSalesOrder:
    """Give a sales order."""
    given = LedgerSalesOrder(
        number="SO-1",
        reference="#sh-1001",
        customer_number="C-1",
        customer_name="Invented Tools Ltd",
        ordered_on=DAY,
        modified_at=NOON,
        net=Decimal("110.50"),
        tax=Decimal("22.10"),
        quantity=Decimal(3),
    )
    return replace(given, **changes)


def invoice(**changes: Any) -> LedgerInvoice:
    """Give an invoice."""
    given = LedgerInvoice(
        number="IV-1",
        reference="sh-1001",
        order_number="SO-1",
        customer_number="C-1",
        customer_name="Invented Tools Ltd",
        posted_on=DAY,
        modified_at=NOON,
        net=Decimal("110.50"),
        tax=Decimal("22.10"),
        customer_reference="po-7",
    )
    return replace(given, **changes)


def credit_memo(**changes: Any) -> LedgerCreditMemo:
    """Give a credit memo."""
    given = LedgerCreditMemo(
        number="CM-1",
        reference="r-1",
        customer_number="C-1",
        customer_name="Invented Tools Ltd",
        posted_on=DAY,
        modified_at=NOON,
        net=Decimal("10.00"),
        tax=Decimal("2.00"),
        invoice_number="IV-1",
    )
    return replace(given, **changes)


def approval(**changes: Any) -> LedgerApproval:
    """Give an approval request."""
    return replace(LedgerApproval(id="1", document_number="SO-1", requested_at=NOON), **changes)


def log_entry(**changes: Any) -> SyncLogEntry:
    """Give a line of the connector's log."""
    given = SyncLogEntry(
        id="1",
        subject="order",
        reference="SH-1001",
        state="failed",
        started_at=NOON,
        finished_at=NOON + timedelta(minutes=1),
        error_code="MISSING",
        error_field="VAT Registration No.",
        error="A field is missing.",
    )
    return replace(given, **changes)


def busy_account() -> Account:
    """Give an environment with seven of everything in two companies, one a minute."""
    sevens: list[tuple[str, dict[str, Any]]] = [
        (str(n), {"number": str(n), "company": COMPANIES[n % 2], "modified_at": NOON + timedelta(minutes=n)})
        for n in range(1, 8)
    ]
    return Account(
        ledger_companies=COMPANIES,
        ledger_customers=[customer(**given) for _, given in sevens],
        sales_orders=[sales_order(**given) for _, given in sevens],
        invoices=[invoice(**given) for _, given in sevens],
        credit_memos=[credit_memo(**given) for _, given in sevens],
        approvals=[
            approval(id=n, document_number=n, company=given["company"], requested_at=given["modified_at"])
            for n, given in sevens
        ],
        rates=[
            LedgerRate(
                currency="EUR",
                starts_on=DAY + timedelta(days=int(n)),
                rate=Decimal("0.85"),
                company=given["company"],
            )
            for n, given in sevens
        ],
        sync_log=[log_entry(id=n, started_at=given["modified_at"]) for n, given in sevens],
    )
