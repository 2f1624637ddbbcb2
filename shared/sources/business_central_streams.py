"""What is read of Business Central, stream by stream: the queries, and what turns items into records."""

from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any

from shared.domain import records as canonical
from shared.sources import business_central_documents as documents
from shared.sources import business_central_rows as rows
from shared.sources.business_central_companies import Company, Convert, Outcome, Part, local_currency, walk
from shared.sources.business_central_custom import log_attempts, log_pages, with_commerce_ids
from shared.sources.business_central_fields import Row, select
from shared.sources.business_central_lines import Inner, drain
from shared.sources.business_central_options import BusinessCentralOptions
from shared.sources.business_central_privacy import Privacy, privacy_of
from shared.sources.odata import window
from shared.sources.read import records
from shared.sources.source import Page, Pull

CONTACTS = Inner("customers", "contactsInformation")
ORDER_LINES = Inner("salesOrders", "salesOrderLines", select(documents.OrderLineRow))
INVOICE_LINES = Inner("salesInvoices", "salesInvoiceLines", select(documents.LineRow))
CREDIT_MEMO_LINES = Inner("salesCreditMemos", "salesCreditMemoLines", select(documents.LineRow))

ToRecord = Callable[..., canonical.Record]
ToRecords = Callable[[Company, list[Any]], Outcome]


def _changed(pull: Pull, columns: str, condition: str = "") -> dict[str, str]:
    """Give the query for the items that changed in the window, the oldest change first."""
    changed = condition + window(pull, "lastModifiedDateTime")
    return {"$select": columns, "$filter": changed, "$orderby": "lastModifiedDateTime,id"}


def _each(stream: str, row: type[Row], to_record: ToRecord) -> ToRecords:
    """Give what turns a page of a company's items into records, each by itself."""

    def convert(company: Company, items: list[Any]) -> Outcome:
        return records(stream, company.owning(items), row, partial(to_record, company=company.name))

    return convert


def customers(pull: Pull) -> AsyncIterator[Page]:
    """Read the customers that changed in the window, with who of them is privacy blocked.

    Where a contact's box is the hint for it, and one was ticked in the window, all customers of that
    company are read: their own time of change does not tell.
    """
    known: dict[str, Privacy] = {}

    async def privacy_in(company: Company) -> Privacy:
        if company.id not in known:
            known[company.id] = await privacy_of(pull, company)
        return known[company.id]

    async def query(company: Company) -> Mapping[str, str]:
        privacy = await privacy_in(company)
        asked = _changed(pull, select(rows.CustomerRow, CONTACTS.name))
        if privacy.is_news:
            asked["$filter"] = asked["$filter"].rpartition(" and ")[2]
        return {**asked, "$expand": CONTACTS.expansion} if privacy.contacts else asked

    async def convert(company: Company, items: list[Any]) -> Outcome:
        privacy = await privacy_in(company)
        if privacy.contacts:
            await drain(pull, company, CONTACTS, items)
        to_record = partial(rows.customer, privacy=privacy)
        return _each("customers", rows.CustomerRow, to_record)(company, items)

    return walk(pull, Part("customers", query, convert), is_counted=True)


def sales_orders(pull: Pull) -> AsyncIterator[Page]:
    """Read all sales orders that are not fully posted, each with all its lines."""
    query = {
        "$select": documents.columns(documents.OrderRow, ORDER_LINES.name),
        "$expand": ORDER_LINES.expansion,
        "$orderby": "id",
    }
    to_record = partial(documents.sales_order, shipping=frozenset(pull.options.shipping_numbers))
    convert = _documents(pull, "sales_orders", documents.OrderRow, to_record, ORDER_LINES)
    return walk(pull, Part("salesOrders", query, convert))


def invoices(pull: Pull) -> AsyncIterator[Page]:
    """Read the sales invoices that changed in the window, drafts and posted ones, each with all its lines.

    Lines tell what shipping is, and how often an amount may have been rounded.
    """
    to_record = partial(documents.invoice, shipping=frozenset(pull.options.shipping_numbers))
    return _posted(pull, "invoices", documents.InvoiceRow, to_record, INVOICE_LINES)


def credit_memos(pull: Pull) -> AsyncIterator[Page]:
    """Read the credit memos that changed in the window, drafts and posted ones, each with all its lines."""
    return _posted(pull, "credit_memos", documents.CreditMemoRow, documents.credit_memo, CREDIT_MEMO_LINES)


def _posted(
    pull: Pull, stream: str, row: type[documents.DocumentRow], to_record: ToRecord, inner: Inner
) -> AsyncIterator[Page]:
    query = _changed(pull, documents.columns(row, inner.name)) | {"$expand": inner.expansion}
    convert = _documents(pull, stream, row, to_record, inner)
    return walk(pull, Part(inner.entity_set, query, convert), is_counted=True)


def _documents(pull: Pull, stream: str, row: type[Row], to_record: ToRecord, inner: Inner) -> Convert:
    """Give what turns documents into records, with all their lines, and the commerce id where one is told."""
    to_records = _each(stream, row, to_record)

    async def convert(company: Company, items: list[Any]) -> Outcome:
        await drain(pull, company, inner, items)
        return to_records(company, await with_commerce_ids(pull, company, stream, items))

    return convert


def approval_sets(options: BusinessCentralOptions) -> dict[str, str]:
    """Give the entity sets that hold approval requests, and the condition for those of sales documents.

    Requests move to the second set when their document is posted: the tables are those of sales
    documents (36), and of posted invoices (112) and credit memos (114).
    """
    known = {
        "approvalEntries": "tableId eq 36",
        "postedApprovalEntries": "(tableId eq 112 or tableId eq 114)",
    }
    return {name: condition for name, condition in known.items() if name not in options.without}


def approvals(pull: Pull) -> AsyncIterator[Page]:
    """Read the approval requests of sales documents that changed in the window, posted ones too."""
    convert = _each("approvals", rows.ApprovalRow, rows.approval)
    columns = select(rows.ApprovalRow)
    sets = approval_sets(pull.options)
    parts = (Part(name, _changed(pull, columns, f"{each} and "), convert) for name, each in sets.items())
    return walk(pull, *parts)


def exchange_rates(pull: Pull) -> AsyncIterator[Page]:
    """Read all exchange rates; one without a relational currency is into the company's own."""
    query = {"$select": select(rows.RateRow), "$orderby": "id"}
    local: dict[str, str] = {}

    async def convert(company: Company, items: list[Any]) -> Outcome:
        if items and company.id not in local:
            local[company.id] = await local_currency(pull, company)
        to_record = partial(rows.exchange_rate, local=local.get(company.id, ""))
        return _each("exchange_rates", rows.RateRow, to_record)(company, items)

    return walk(pull, Part("currencyExchangeRates", query, convert))


def connector_log(pull: Pull) -> AsyncIterator[Page]:
    """Read what the connector logged in the window, from the custom pages that the options name."""
    parts = []
    for page, fields in log_pages(pull.options):
        query = {
            "$select": ",".join(fields.values()),
            "$filter": window(pull, fields["startedAt"]),
            "$orderby": f"{fields['startedAt']},{fields['id']}",
        }
        route, _, entity_set = page.rpartition("/")
        parts.append(Part(entity_set, query, partial(log_attempts, fields=fields), route))
    return walk(pull, *parts)
