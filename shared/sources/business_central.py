"""Dynamics 365 Business Central: customers, sales documents, approvals, rates and the connector's log.

Reads API v2.0 (learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0) company
by company. Sales orders are deleted when they are fully posted, so they are read in full, as are
rates; the rest by `lastModifiedDateTime`, which tells no deletions.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from shared.domain import records as canonical
from shared.domain.workspace import Connection
from shared.sources import business_central_documents as documents
from shared.sources import business_central_rows as rows
from shared.sources.business_central_companies import Company, Outcome, local_currency, walk
from shared.sources.business_central_custom import log_attempts, log_fields, privacy_blocked
from shared.sources.business_central_fields import Row, select
from shared.sources.business_central_options import BusinessCentralOptions
from shared.sources.entra import entra_auth
from shared.sources.http import Access
from shared.sources.odata import pages, window
from shared.sources.read import records
from shared.sources.source import Options, Page, Pull, Source, Stream

ADDRESS = "https://api.businesscentral.dynamics.com"
LOG_OVERLAP = timedelta(hours=24)
"""The log is read by the start of its lines, and the end of one is written later."""

_LINES = "salesOrderLines"


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Say how an environment is reached: by an app that its page Microsoft Entra Applications lists."""
    if not isinstance(options, BusinessCentralOptions):
        raise TypeError
    scope = f"{ADDRESS}/.default"
    auth = entra_auth(connection, options.tenant_id, secrets["client_id"], secrets["client_secret"], scope)
    own = f"{ADDRESS}/v2.0/{options.tenant_id}/{options.environment}"
    return Access(connection.base_url or own, auth, {"Data-Access-Intent": "ReadOnly"})


def _changed(pull: Pull, row: type[Row], condition: str = "") -> dict[str, str]:
    """Give the query for the items that changed in the window, the oldest change first."""
    changed = condition + window(pull, "lastModifiedDateTime")
    return {"$select": select(row), "$filter": changed, "$orderby": "lastModifiedDateTime,id"}


def _each(
    stream: str, row: type[Row], convert: Callable[..., canonical.Record]
) -> Callable[[Company, list[Any]], Outcome]:
    """Give what turns a page of a company's items into records, each by itself."""
    return lambda company, items: records(stream, items, row, partial(convert, company=company.name))


def customers(pull: Pull) -> AsyncIterator[Page]:
    """Read the customers that changed in the window, with who of them is privacy blocked."""
    blocked: dict[str, frozenset[str]] = {}

    async def convert(company: Company, items: list[Any]) -> Outcome:
        if company.id not in blocked:
            blocked[company.id] = await privacy_blocked(pull, company)
        to_record = partial(rows.customer, company=company.name, privacy_blocked=blocked[company.id])
        return records("customers", items, rows.CustomerRow, to_record)

    return walk(pull, "customers", _changed(pull, rows.CustomerRow), convert)


def sales_orders(pull: Pull) -> AsyncIterator[Page]:
    """Read all sales orders that are not fully posted, each with all its lines."""
    to_records = _each("sales_orders", documents.OrderRow, documents.sales_order)

    async def convert(company: Company, items: list[Any]) -> Outcome:
        for item in items:
            await _drain_lines(pull, item)
        return to_records(company, items)

    query = {
        "$select": select(documents.OrderRow, without=_LINES),
        "$expand": f"{_LINES}($select={select(documents.LineRow)})",
        "$orderby": "id",
    }
    return walk(pull, "salesOrders", query, convert)


async def _drain_lines(pull: Pull, order: Any) -> None:
    """Add the lines that an order's answer only links to."""
    link = order.get(f"{_LINES}@odata.nextLink") if isinstance(order, dict) else None
    if link:
        async for lines, _ in pages(pull.client, "", {}, page_size=pull.options.page_size, cursor=link):
            order[_LINES] = [*order.get(_LINES, ()), *lines]


def invoices(pull: Pull) -> AsyncIterator[Page]:
    """Read the sales invoices that changed in the window, drafts and posted ones."""
    query = _changed(pull, documents.InvoiceRow)
    return walk(pull, "salesInvoices", query, _each("invoices", documents.InvoiceRow, documents.invoice))


def credit_memos(pull: Pull) -> AsyncIterator[Page]:
    """Read the credit memos that changed in the window, drafts and posted ones."""
    to_records = _each("credit_memos", documents.CreditMemoRow, documents.credit_memo)
    return walk(pull, "salesCreditMemos", _changed(pull, documents.CreditMemoRow), to_records)


def approvals(pull: Pull) -> AsyncIterator[Page]:
    """Read the approval requests that changed in the window, of sales documents (table 36)."""
    query = _changed(pull, rows.ApprovalRow, "tableId eq 36 and ")
    return walk(pull, "approvalEntries", query, _each("approvals", rows.ApprovalRow, rows.approval))


def exchange_rates(pull: Pull) -> AsyncIterator[Page]:
    """Read all exchange rates; one without a relational currency is into the company's own."""
    query = {"$select": select(rows.RateRow), "$orderby": "id"}
    local: dict[str, str] = {}

    async def convert(company: Company, items: list[Any]) -> Outcome:
        if items and company.id not in local:
            local[company.id] = await local_currency(pull, company)
        to_record = partial(rows.exchange_rate, company=company.name, local=local.get(company.id, ""))
        return records("exchange_rates", items, rows.RateRow, to_record)

    return walk(pull, "currencyExchangeRates", query, convert)


def connector_log(pull: Pull) -> AsyncIterator[Page]:
    """Read what the connector logged in the window, from the custom page that the options name."""
    fields = log_fields(pull.options)
    query = {
        "$select": ",".join(fields.values()),
        "$filter": window(pull, fields["startedAt"]),
        "$orderby": f"{fields['startedAt']},{fields['id']}",
    }
    route, _, entity_set = pull.options.connector_log_page.rpartition("/")
    return walk(pull, entity_set, query, partial(log_attempts, fields=fields), route)


SOURCE = Source(
    kind="business_central",
    title="Dynamics 365 Business Central",
    streams=(
        Stream("customers", canonical.MasterCustomer, customers),
        Stream("sales_orders", canonical.SalesOrder, sales_orders, is_full_read=True),
        Stream("invoices", canonical.Invoice, invoices),
        Stream("credit_memos", canonical.CreditMemo, credit_memos),
        Stream("approvals", canonical.Approval, approvals),
        Stream("exchange_rates", canonical.ExchangeRate, exchange_rates, is_full_read=True),
        Stream(
            "connector_log",
            canonical.SyncAttempt,
            connector_log,
            overlap=LOG_OVERLAP,
            is_offered=lambda options: bool(options.connector_log_page),
        ),
    ),
    access=access,
    options=BusinessCentralOptions,
    secrets=("client_id", "client_secret"),
)
