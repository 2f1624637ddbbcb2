"""Dynamics 365 Finance & Operations: customers, sales orders, invoices, credit notes and rates.

Reads the public data entities over OData across companies (learn.microsoft.com/dynamics365/
fin-ops-core/dev-itpro/data-entities/odata). None of them tells when an item changed: customers,
orders and rates are read in full, invoices by their date. Every read names its order, since pages
without one can repeat or drop items.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any

from shared.domain.records import CreditMemo, ExchangeRate, Invoice, MasterCustomer, SalesOrder
from shared.domain.workspace import Connection
from shared.sources import finance_operations_records as rows
from shared.sources.entra import entra_auth
from shared.sources.finance_operations_check import lacks
from shared.sources.finance_operations_options import FinanceOperationsOptions
from shared.sources.finance_operations_reading import EntitySet, of_companies, read, refuse_missing
from shared.sources.http import Access
from shared.sources.pace import Limit
from shared.sources.read import instant, records
from shared.sources.source import Finding, Options, Page, Probe, Pull, Source, Stream

LIMIT = Limit(capacity=float("inf"), per_second=float("inf"), parallel=1)
"""What is allowed depends on how busy the environment is, and is told by a 429; nothing is counted
(learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/data-entities/priority-based-throttling)."""
INVOICE_OVERLAP = timedelta(days=35)
"""How far back invoices are read again: one may be posted with a date in the past."""

CUSTOMERS = EntitySet("CustomersV3", rows.CustomerRow, ("dataAreaId", "CustomerAccount"))
SALES_ORDERS = EntitySet("SalesOrderHeadersV2", rows.OrderRow, ("dataAreaId", "SalesOrderNumber"))
INVOICES = EntitySet(
    "SalesInvoiceHeadersV2",
    rows.InvoiceRow,
    ("dataAreaId", "InvoiceNumber", "InvoiceDate", "LedgerVoucher"),
)
EXCHANGE_RATES = EntitySet(
    "ExchangeRates", rows.RateRow, ("RateTypeName", "FromCurrency", "ToCurrency", "StartDate")
)


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Say how an environment is reached: by an app that is mapped to a user there."""
    if not isinstance(options, FinanceOperationsOptions):
        raise TypeError
    root = f"https://{options.host}"
    auth = entra_auth(
        connection, options.tenant_id, secrets["client_id"], secrets["client_secret"], f"{root}/.default"
    )
    return Access(connection.base_url or root, auth, limit=LIMIT)


async def customers(pull: Pull) -> AsyncIterator[Page]:
    """Read all customers of CustomersV3."""
    await refuse_missing(pull)
    async for part in read(pull, CUSTOMERS, of_companies(pull)):
        good, bad = records("customers", part.items, rows.CustomerRow, rows.master_customer)
        yield Page(good, part.cursor, bad, remaining=part.remaining)


async def sales_orders(pull: Pull) -> AsyncIterator[Page]:
    """Read all sales orders of SalesOrderHeadersV2."""
    await refuse_missing(pull)
    async for part in read(pull, SALES_ORDERS, of_companies(pull)):
        good, bad = records("sales_orders", part.items, rows.OrderRow, rows.sales_order)
        yield Page(good, part.cursor, bad, remaining=part.remaining)


def invoices(pull: Pull) -> AsyncIterator[Page]:
    """Read posted sales invoices; credit notes are told apart here and read by `credit_memos`."""
    return _posted(pull, "invoices", rows.invoice, lambda item: not rows.is_credit_note(item))


def credit_memos(pull: Pull) -> AsyncIterator[Page]:
    """Read credit notes, which are invoices with a negative total: there is no entity of their own."""
    return _posted(pull, "credit_memos", rows.credit_memo, rows.is_credit_note)


async def _posted(
    pull: Pull,
    stream: str,
    convert: Callable[[rows.InvoiceRow], Invoice | CreditMemo],
    is_kept: Callable[[Any], bool],
) -> AsyncIterator[Page]:
    """Read SalesInvoiceHeadersV2 from the window's first day on.

    There is no upper bound: a date says when an invoice counts, not when it was posted, and it
    may lie ahead.
    """
    await refuse_missing(pull)
    condition = f"({of_companies(pull)})"
    if pull.since:
        condition += f" and InvoiceDate ge {instant(pull.since)[:10]}T00:00:00Z"
    async for part in read(pull, INVOICES, condition):
        kept = [item for item in part.items if is_kept(item)]
        good, bad = records(stream, kept, rows.InvoiceRow, convert)
        yield Page(good, part.cursor, bad, remaining=part.remaining)


async def exchange_rates(pull: Pull) -> AsyncIterator[Page]:
    """Read the rates of the exchange rate type that the options name."""
    condition = f"RateTypeName eq '{pull.options.exchange_rate_type}'"
    async for part in read(pull, EXCHANGE_RATES, condition):
        good, bad = records("exchange_rates", part.items, rows.RateRow, rows.exchange_rate)
        yield Page(good, part.cursor, bad, remaining=part.remaining)


async def check(probe: Probe) -> tuple[Finding, ...]:
    """Name each company, entity set, field and permission that is missing, before the first pull."""
    return await lacks(probe, (CUSTOMERS, SALES_ORDERS, INVOICES, EXCHANGE_RATES))


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
    check=check,
)
