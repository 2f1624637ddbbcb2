"""What each stream reads of Sage Intacct, whichever way in: an object, its rows' model, and their ids."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.records import Record
from shared.domain.workspace import FieldMap
from shared.sources import sage_intacct_records as rows
from shared.sources.sage_intacct_options import SageIntacctOptions

CUSTOMER = "accounts-receivable/customer"
MODIFIED = "audit.modifiedDateTime"
CREATED = "audit.createdDateTime"


@dataclass(frozen=True, slots=True)
class Reading:
    """One stream's object, with the names that the REST API gives its fields."""

    stream: str
    object_name: str
    model: type[Any]
    convert: Callable[[Any], Record]
    belongs: Callable[[Any], bool] = lambda _: True
    extra_fields: tuple[str, ...] = ()
    id_fields: tuple[str, ...] = ("key",)
    id_of: Callable[[Mapping[str, Any]], str] = lambda row: str(row["key"])
    dates: tuple[str, ...] = ()
    """The dates of which one bounds a sweep."""


def reading_fields(reading: Reading) -> tuple[str, ...]:
    """Give the names of the fields that a stream reads."""
    return (*rows.fields(reading.model), *reading.extra_fields)


def reading_of(stream: str, options: SageIntacctOptions, vat_field: str = "") -> Reading:
    """Give what a stream reads under a connection's options."""
    document_type = options.order_document_type
    if stream == "customers":
        return replace(
            _CUSTOMERS,
            convert=lambda row: rows.master_customer(row, vat_field),
            extra_fields=(vat_field,) if vat_field else (),
        )
    if stream == "sales_orders":
        return replace(_ORDERS, object_name=f"order-entry/document::{document_type}")
    if stream == "invoices":
        return replace(_INVOICES, convert=lambda row: rows.invoice(row, document_type))
    return _CREDIT_MEMOS


def vat_field_of(options: SageIntacctOptions, field_map: FieldMap) -> str:
    """Give the customer field that carries the VAT number, "" for the tax id.

    The field map also serves stores: only names in a custom field's namespace (`nsp::`) or below the
    contact are Intacct's.
    """
    if options.vat_field:
        return options.vat_field
    name = field_map.vat_field
    return name if options.api == "rest" and ("::" in name or name.startswith("contacts.")) else ""


_CUSTOMERS = Reading("customers", CUSTOMER, rows.CustomerRow, lambda row: rows.master_customer(row, ""))
_ORDERS = Reading("sales_orders", "", rows.OrderRow, rows.sales_order, dates=("txnDate",))
_INVOICES = Reading(
    "invoices",
    "accounts-receivable/invoice",
    rows.InvoiceRow,
    lambda row: rows.invoice(row, ""),
    id_fields=("key", "entity.id", "invoiceNumber", "moduleKey"),
    id_of=lambda row: rows.invoice_id(
        str(row["key"]), *(str(row.get(name) or "") for name in ("entity.id", "invoiceNumber", "moduleKey"))
    ),
    dates=("invoiceDate",),
)
_CREDIT_MEMOS = Reading(
    "credit_memos",
    "accounts-receivable/adjustment",
    rows.AdjustmentRow,
    rows.credit_memo,
    belongs=rows.is_credit,
    dates=("glPostingDate", "createdDate"),
)
