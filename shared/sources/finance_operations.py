"""Dynamics 365 Finance & Operations: customers, sales orders, invoices, credit notes and rates.

Reads the public data entities over OData across companies (learn.microsoft.com/dynamics365/
fin-ops-core/dev-itpro/data-entities/odata). None of them tells when an item changed: customers,
orders and rates are read in full, invoices by their date. Every read names its order, since pages
without one can repeat or drop items.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared.domain.records import CreditMemo, ExchangeRate, Invoice, MasterCustomer, SalesOrder
from shared.domain.workspace import Connection
from shared.sources.entra import entra_auth
from shared.sources.finance_operations_records import (
    CustomerRow,
    InvoiceRow,
    OrderRow,
    RateRow,
    Row,
    credit_memo,
    exchange_rate,
    invoice,
    is_credit_note,
    master_customer,
    sales_order,
    select,
)
from shared.sources.http import Access
from shared.sources.odata import pages
from shared.sources.read import instant, records
from shared.sources.source import Options, Page, Pull, Source, Stream

CompanyCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,10}$")]

INVOICE_OVERLAP = timedelta(days=35)
"""How far back invoices are read again: one may be posted with a date in the past."""


class FinanceOperationsOptions(Options):
    """What a connection to Finance & Operations needs besides its secrets."""

    tenant_id: str = Field(min_length=1)
    host: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    """The environment's own host, such as `contoso.operations.dynamics.com`."""
    page_size: int = Field(default=5_000, ge=1, le=10_000)
    companies: tuple[CompanyCode, ...] = ()
    """The dataAreaIds to read; none given reads all that the app's user may see."""
    exchange_rate_type: str = Field(default="Default", pattern=r"^[^']+$")


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Say how an environment is reached: by an app that is mapped to a user there."""
    if not isinstance(options, FinanceOperationsOptions):
        raise TypeError
    root = f"https://{options.host}"
    auth = entra_auth(
        connection, options.tenant_id, secrets["client_id"], secrets["client_secret"], f"{root}/.default"
    )
    return Access(connection.base_url or root, auth)


async def _items(
    pull: Pull, entity_set: str, row: type[Row], order: str, condition: str = ""
) -> AsyncIterator[tuple[list[dict[str, Any]], str]]:
    """Read an entity set page by page: items, and where the next page starts."""
    params = {"cross-company": "true", "$select": select(row), "$orderby": order}
    if condition:
        params["$filter"] = condition
    async for page in pages(
        pull.client, f"/data/{entity_set}", params, page_size=pull.options.page_size, cursor=pull.cursor
    ):
        yield page


def _of_companies(pull: Pull) -> str:
    return " or ".join(f"dataAreaId eq '{code}'" for code in pull.options.companies)


async def customers(pull: Pull) -> AsyncIterator[Page]:
    """Read all customers of CustomersV3."""
    order = "dataAreaId,CustomerAccount"
    async for items, cursor in _items(pull, "CustomersV3", CustomerRow, order, _of_companies(pull)):
        good, bad = records("customers", items, CustomerRow, master_customer, "CustomerAccount")
        yield Page(good, cursor, bad)


async def sales_orders(pull: Pull) -> AsyncIterator[Page]:
    """Read all sales orders of SalesOrderHeadersV2."""
    order = "dataAreaId,SalesOrderNumber"
    async for items, cursor in _items(pull, "SalesOrderHeadersV2", OrderRow, order, _of_companies(pull)):
        good, bad = records("sales_orders", items, OrderRow, sales_order, "SalesOrderNumber")
        yield Page(good, cursor, bad)


async def _invoice_items(pull: Pull) -> AsyncIterator[tuple[list[dict[str, Any]], str]]:
    """Read SalesInvoiceHeadersV2 from the window's first day on.

    There is no upper bound: a date says when an invoice counts, not when it was posted, and it
    may lie ahead.
    """
    conditions = []
    if companies := _of_companies(pull):
        conditions.append(f"({companies})")
    if pull.since:
        conditions.append(f"InvoiceDate ge {instant(pull.since)[:10]}T00:00:00Z")
    order = "dataAreaId,InvoiceNumber,InvoiceDate,LedgerVoucher"
    condition = " and ".join(conditions)
    async for page in _items(pull, "SalesInvoiceHeadersV2", InvoiceRow, order, condition):
        yield page


async def invoices(pull: Pull) -> AsyncIterator[Page]:
    """Read posted sales invoices; credit notes are told apart here and read by `credit_memos`."""
    async for items, cursor in _invoice_items(pull):
        kept = [item for item in items if not is_credit_note(item)]
        good, bad = records("invoices", kept, InvoiceRow, invoice, "InvoiceNumber")
        yield Page(good, cursor, bad)


async def credit_memos(pull: Pull) -> AsyncIterator[Page]:
    """Read credit notes, which are invoices with a negative total: there is no entity of their own."""
    async for items, cursor in _invoice_items(pull):
        kept = [item for item in items if is_credit_note(item)]
        good, bad = records("credit_memos", kept, InvoiceRow, credit_memo, "InvoiceNumber")
        yield Page(good, cursor, bad)


async def exchange_rates(pull: Pull) -> AsyncIterator[Page]:
    """Read the rates of the exchange rate type that the options name."""
    order = "RateTypeName,FromCurrency,ToCurrency,StartDate"
    condition = f"RateTypeName eq '{pull.options.exchange_rate_type}'"
    async for items, cursor in _items(pull, "ExchangeRates", RateRow, order, condition):
        good, bad = records("exchange_rates", items, RateRow, exchange_rate, "FromCurrency")
        yield Page(good, cursor, bad)


SOURCE = Source(
    kind="finance_operations",
    title="Dynamics 365 Finance & Operations",
    streams=(
        Stream("customers", MasterCustomer, customers, is_full_read=True),
        Stream("sales_orders", SalesOrder, sales_orders, is_full_read=True),
        Stream("invoices", Invoice, invoices, overlap=INVOICE_OVERLAP),
        Stream("credit_memos", CreditMemo, credit_memos, overlap=INVOICE_OVERLAP),
        Stream("exchange_rates", ExchangeRate, exchange_rates, is_full_read=True),
    ),
    access=access,
    options=FinanceOperationsOptions,
    secrets=("client_id", "client_secret"),
)
