"""Sales orders, invoices and credit memos of Business Central: what is read, and the records it becomes."""

from collections.abc import Container, Iterable

from shared.domain import keys
from shared.domain.records import CreditMemo, Invoice, SalesOrder
from shared.sources.business_central_fields import (
    Amount,
    Choice,
    Dated,
    Day,
    OptionalAmount,
    Properties,
    Row,
    Text,
    select,
    state_of,
)
from shared.sources.read import utc


class LineRow(Properties):
    """An item of salesInvoiceLines or salesCreditMemoLines."""

    line_type: Choice = ""
    line_object_number: Text = ""
    net_amount: OptionalAmount = 0


class OrderLineRow(LineRow):
    """An item of salesOrderLines."""

    quantity: Amount
    shipped_quantity: Amount
    invoiced_quantity: Amount
    shipment_date: Day = ""


class DocumentRow(Row):
    """What sales orders, invoices and credit memos have in common."""

    number: Text = ""
    external_document_number: Text = ""
    customer_number: Text = ""
    customer_name: Text = ""
    currency_code: Text = ""
    total_amount_excluding_tax: Amount
    total_tax_amount: Amount
    total_amount_including_tax: Amount
    status: Choice = ""
    last_modified_date_time: Dated = ""
    commerce_reference: Text = ""
    """Of a custom page; no property of the standard API."""


class OrderRow(DocumentRow):
    """An item of salesOrders with its lines."""

    order_date: Day = ""
    sales_order_lines: tuple[OrderLineRow, ...]


class InvoiceRow(DocumentRow):
    """An item of salesInvoices, draft or posted."""

    posting_date: Day = ""
    order_number: Text = ""
    customer_purchase_order_reference: Text = ""
    sales_invoice_lines: tuple[LineRow, ...] = ()


class CreditMemoRow(DocumentRow):
    """An item of salesCreditMemos, draft or posted."""

    posting_date: Day = ""
    invoice_number: Text = ""
    sales_credit_memo_lines: tuple[LineRow, ...] = ()


_ORDER_STATES = {"": "draft", "Draft": "draft", "In Review": "pending_approval", "Open": "released"}
_POSTED_STATES = {
    "": "draft",
    "Draft": "draft",
    "In Review": "draft",
    "Open": "posted",
    "Paid": "posted",
    "Canceled": "cancelled",
    "Corrective": "cancelled",
}


def _shipping(lines: Iterable[LineRow], numbers: Container[str]) -> int:
    return sum(line.net_amount for line in lines if line.line_object_number in numbers)


def _count(lines: Iterable[LineRow]) -> int:
    """Count the lines that carry an amount, each of which may have been rounded; comments carry none."""
    return sum(line.line_type != "Comment" for line in lines)


def columns(row: type[DocumentRow], *without: str) -> str:
    """Give the `$select` of a document's own properties."""
    return select(row, "commerceReference", *without)


def sales_order(row: OrderRow, company: str, shipping: Container[str] = ()) -> SalesOrder:
    """Give a sales order; what is shipped and invoiced is told by its lines, not by its header.

    `shipping` are the numbers of the accounts and items that shipping is invoiced on.
    """
    lines = row.sales_order_lines
    return SalesOrder(
        id=row.id,
        number=row.number,
        company=company,
        document_reference=keys.document_reference(row.external_document_number),
        customer_number=row.customer_number,
        state=state_of(_ORDER_STATES, row.status),
        ordered_on=row.order_date,
        currency=row.currency_code,
        net=row.total_amount_excluding_tax,
        tax=row.total_tax_amount,
        gross=row.total_amount_including_tax,
        quantity=sum(line.quantity for line in lines),
        shipped_quantity=sum(line.shipped_quantity for line in lines),
        invoiced_quantity=sum(line.invoiced_quantity for line in lines),
        shipping_net=_shipping(lines, shipping),
        line_count=_count(lines),
        commerce_reference=keys.document_reference(row.commerce_reference),
        shipped_on=max((line.shipment_date for line in lines if line.shipped_quantity), default=""),
        modified_at=utc(row.last_modified_date_time),
        customer_name=row.customer_name,
    )


def invoice(row: InvoiceRow, company: str, shipping: Container[str] = ()) -> Invoice:
    """Give an invoice; its id survives posting, its number does not."""
    return Invoice(
        id=row.id,
        number=row.number,
        company=company,
        document_reference=keys.document_reference(row.external_document_number),
        order_number=row.order_number,
        customer_number=row.customer_number,
        state=state_of(_POSTED_STATES, row.status),
        posted_on=row.posting_date,
        currency=row.currency_code,
        net=row.total_amount_excluding_tax,
        tax=row.total_tax_amount,
        gross=row.total_amount_including_tax,
        shipping_net=_shipping(row.sales_invoice_lines, shipping),
        line_count=_count(row.sales_invoice_lines),
        commerce_reference=keys.document_reference(row.commerce_reference),
        customer_reference=keys.document_reference(row.customer_purchase_order_reference),
        modified_at=utc(row.last_modified_date_time),
        customer_name=row.customer_name,
    )


def credit_memo(row: CreditMemoRow, company: str) -> CreditMemo:
    """Give a credit memo; its amounts are positive, as Business Central keeps them."""
    return CreditMemo(
        id=row.id,
        number=row.number,
        company=company,
        document_reference=keys.document_reference(row.external_document_number),
        invoice_number=row.invoice_number,
        customer_number=row.customer_number,
        state=state_of(_POSTED_STATES, row.status),
        posted_on=row.posting_date,
        currency=row.currency_code,
        net=row.total_amount_excluding_tax,
        tax=row.total_tax_amount,
        gross=row.total_amount_including_tax,
        line_count=_count(row.sales_credit_memo_lines),
        commerce_reference=keys.document_reference(row.commerce_reference),
        customer_name=row.customer_name,
    )
