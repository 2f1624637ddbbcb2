"""Sage Intacct over REST: customers of all entities, and if wanted orders, invoices and credit memos.

https://developer.sage.com/intacct/docs/developer-portal. Calls are billed, so pages are large and
rounds an hour apart; the API is eventually consistent, hence the overlap of two hours.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import httpx
from pydantic import Field

from shared.domain.records import CreditMemo, Invoice, MasterCustomer, SalesOrder
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, SourceError
from shared.sources import sage_intacct_records as rows
from shared.sources.http import Access, TokenAuth
from shared.sources.sage_intacct_query import read
from shared.sources.source import Options, Page, Pull, Source, Stream

ADDRESS = "https://api.intacct.com/ia/api/v1"
CUSTOMER = "accounts-receivable/customer"
OVERLAP = timedelta(hours=2)


class SageIntacctOptions(Options):
    """What reaching a company needs besides its secrets."""

    username: str = Field(pattern=r"^[^@]+@[^@]+$")
    """`webuser@company`: the user whose permissions the token has."""
    order_document_type: str = Field(default="Sales Order", min_length=1)
    """The transaction definition that stands for a sales order; each company names its own."""
    page_size: int = Field(default=2000, ge=1, le=4000)
    includes_orders: bool = True
    """Whether orders, invoices and credit memos are read as well; each costs calls."""


async def customers(pull: Pull) -> AsyncIterator[Page]:
    """Read the customers changed in the window."""
    vat_field = await _vat_field(pull)
    async for page in read(
        pull,
        "customers",
        CUSTOMER,
        rows.CustomerRow,
        lambda row: rows.master_customer(row, vat_field),
        extra_fields=(vat_field,) if vat_field else (),
    ):
        yield page


async def sales_orders(pull: Pull) -> AsyncIterator[Page]:
    """Read the Order Entry documents of the order type changed in the window."""
    name = f"order-entry/document::{pull.options.order_document_type}"
    async for page in read(pull, "sales_orders", name, rows.OrderRow, rows.sales_order):
        yield page


async def invoices(pull: Pull) -> AsyncIterator[Page]:
    """Read the receivables invoices changed in the window."""
    document_type = pull.options.order_document_type
    async for page in read(
        pull,
        "invoices",
        "accounts-receivable/invoice",
        rows.InvoiceRow,
        lambda row: rows.invoice(row, document_type),
    ):
        yield page


async def credit_memos(pull: Pull) -> AsyncIterator[Page]:
    """Read the receivables adjustments below zero changed in the window; the others are debit memos."""
    async for page in read(
        pull,
        "credit_memos",
        "accounts-receivable/adjustment",
        rows.AdjustmentRow,
        rows.credit_memo,
        belongs=rows.is_credit,
    ):
        yield page


async def _vat_field(pull: Pull) -> str:
    """Give the custom field that carries the VAT number, "" for `taxId`.

    The field map also serves stores: only names in a custom field's namespace (`nsp::`) or below
    the contact are Intacct's. Raises ConfigurationError for a custom field that customers lack.
    """
    name = pull.field_map.vat_field
    if "::" not in name:
        return name if name.startswith("contacts.") else ""
    model = await pull.client.get("/services/core/model", params={"name": CUSTOMER})
    try:
        known = model["ia::result"]["fields"]
    except (KeyError, TypeError):
        msg = f"{pull.client.name}: the answer is no object model"
        raise SourceError(msg) from None
    if name not in known:
        msg = f"{pull.client.name}: customers have no field {name}"
        raise ConfigurationError(msg, "field_map.vat_field")
    return name


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Reach a company by a token that its web services user's permissions bound."""
    if not isinstance(options, SageIntacctOptions):
        raise TypeError
    base_url = connection.base_url or ADDRESS
    form = {
        "grant_type": "client_credentials",
        "client_id": secrets["client_id"],
        "client_secret": secrets["client_secret"],
        "username": options.username,
    }

    def token_request() -> httpx.Request:
        return httpx.Request("POST", connection.token_url or f"{base_url}/oauth2/token", data=form)

    return Access(base_url, auth=TokenAuth(token_request, name=connection.name))


def _has_orders(options: SageIntacctOptions) -> bool:
    return options.includes_orders


SOURCE = Source(
    kind="sage_intacct",
    title="Sage Intacct",
    streams=(
        Stream("customers", MasterCustomer, customers, overlap=OVERLAP),
        Stream("sales_orders", SalesOrder, sales_orders, overlap=OVERLAP, is_offered=_has_orders),
        Stream("invoices", Invoice, invoices, overlap=OVERLAP, is_offered=_has_orders),
        Stream("credit_memos", CreditMemo, credit_memos, overlap=OVERLAP, is_offered=_has_orders),
    ),
    access=access,
    options=SageIntacctOptions,
    secrets=("client_id", "client_secret"),
    schedule="0 5 * * * *",
    round=timedelta(hours=1),
)
