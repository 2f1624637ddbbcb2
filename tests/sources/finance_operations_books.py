"""Invented books in Finance & Operations, and a bench on which the source reads them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from dev.vendors import entra
from dev.vendors import finance_operations as vendor
from dev.vendors.facts import (
    Account,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerRate,
    LedgerSalesOrder,
    Person,
)
from shared.domain.workspace import Connection
from shared.sources.finance_operations import SOURCE
from shared.sources.http import Access, HeaderAuth, VendorClient
from shared.sources.source import Options
from tests.sources.shop import Answers, Bench, answering

HOST: dict[str, Any] = {
    "tenant_id": "invented",
    "host": "contoso.operations.dynamics.com",
    "companies": ("usmf",),
}
DAY = date(2026, 4, 14)
NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)
ADDRESS = Person(
    email="Books@Invented.example",
    phone="020 7946 0018",
    street="1 Nowhere Street",
    city="London",
    postcode="n1 9gu",
)
ORDER: dict[str, Any] = {
    "id": "usmf|SO-1",
    "dataAreaId": "usmf",
    "SalesOrderNumber": "SO-1",
    "OrderCreationDateTime": "2026-04-14T09:00:00Z",
    "OrderTotalAmount": 10,
}
"""The least that an item of SalesOrderHeadersV2 holds."""


def _access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    token = entra.token() if secrets == vendor.SECRETS else "refused"
    return replace(
        SOURCE.access(connection, options, secrets), auth=HeaderAuth({"Authorization": f"Bearer {token}"})
    )


class Books(Bench):
    """A bench that reads all companies of an account, unless told which."""

    def client(
        self, answers: Answers, secrets: Mapping[str, str] | None = None, **options: Any
    ) -> tuple[VendorClient, Connection, Any]:
        """Give the real client, its connection and its options, with the account's companies."""
        named = answers.ledger_companies if isinstance(answers, Account) else []
        return super().client(answers, secrets, **{"companies": named or ["usmf"], **options})


def of_items(items: list[Any], **beside: Any) -> httpx.MockTransport:
    """Give an environment whose every entity set holds these items, with this beside them."""

    def tell(request: httpx.Request) -> Any:
        if request.url.path.endswith("/LegalEntities"):
            return {"value": [{"LegalEntityId": "USMF"}]}
        return {"value": items, **beside}

    return answering(tell)


BENCH = Books(source=replace(SOURCE, access=_access), vendor=vendor, options=HOST)


def customer(**changes: Any) -> LedgerCustomer:
    """Give a customer of the master."""
    given = LedgerCustomer(
        number="C-1",
        name="Invented Tools Ltd",
        address=ADDRESS,
        created_at=NOON,
        modified_at=NOON,
        company="usmf",
        vat="GB123456789",
    )
    return replace(given, **changes)


def sales_order(**changes: Any) -> LedgerSalesOrder:
    """Give a sales order."""
    given = LedgerSalesOrder(
        number="SO-1",
        reference="#1001",
        customer_number="C-1",
        customer_name="Invented Tools Ltd",
        ordered_on=DAY,
        modified_at=NOON,
        net=Decimal("110.50"),
        tax=Decimal("22.10"),
        company="usmf",
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
        company="usmf",
    )
    return replace(given, **changes)


def credit_memo(**changes: Any) -> LedgerCreditMemo:
    """Give a credit memo."""
    given = LedgerCreditMemo(
        number="CN-1",
        reference="r-1",
        customer_number="C-1",
        customer_name="Invented Tools Ltd",
        posted_on=DAY,
        modified_at=NOON,
        net=Decimal("10.00"),
        tax=Decimal("2.00"),
        company="usmf",
    )
    return replace(given, **changes)


def busy_account() -> Account:
    """Give an environment with seven of everything, in two companies."""
    sevens = [(str(n), "usmf" if n % 2 else "demf", DAY + timedelta(days=n)) for n in range(1, 8)]
    return Account(
        ledger_companies=["usmf", "demf"],
        ledger_customers=[customer(number=n, company=company) for n, company, _ in sevens],
        sales_orders=[sales_order(number=n, company=company) for n, company, _ in sevens],
        invoices=[invoice(number=n, company=company, posted_on=day) for n, company, day in sevens],
        credit_memos=[credit_memo(number=f"CN-{n}", company=c, posted_on=day) for n, c, day in sevens],
        rates=[LedgerRate(currency="EUR", starts_on=day, rate=Decimal("0.85")) for _, _, day in sevens],
    )
