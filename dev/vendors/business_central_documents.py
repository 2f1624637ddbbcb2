"""Renders a ledger's sales documents as the items of Business Central's entity sets."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from dev.vendors.business_central_rows import NO_TIME, Item, day_text, guid, marked, time_text
from dev.vendors.facts import Account, LedgerCreditMemo, LedgerInvoice, LedgerSalesOrder

NO_ID = "00000000-0000-0000-0000-000000000000"
Document = LedgerSalesOrder | LedgerInvoice | LedgerCreditMemo


def _document(kind: str, document: Document, company: str, account: Account) -> Item:
    modified = time_text(document.modified_at)
    return {
        **marked(guid(kind, company, document.number), modified),
        "number": document.number,
        "externalDocumentNumber": document.reference.upper()[:35],
        "customerId": guid("customer", company, document.customer_number),
        "customerNumber": document.customer_number,
        "customerName": document.customer_name,
        "currencyCode": document.currency or account.local_currency,
        "totalAmountExcludingTax": document.net,
        "totalTaxAmount": document.tax,
        "totalAmountIncludingTax": document.net + document.tax,
        "lastModifiedDateTime": modified,
    }


ORDER_STATUS = {"draft": "Draft", "pending_approval": "In_x0020_Review", "released": "Open"}
"""Orders in any other state are gone: posting or cancelling deletes them."""


def order_row(order: LedgerSalesOrder, company: str, account: Account) -> Item:
    """Give an item of salesOrders with its one line."""
    header = _document("order", order, company, account)
    of_goods = {
        **_line(header["id"], 10_000, order.net - order.shipping),
        "quantity": order.quantity,
        "shippedQuantity": order.shipped_quantity,
        "invoicedQuantity": order.invoiced_quantity,
        "shipmentDate": day_text(order.shipped_on or order.ordered_on),
    }
    of_shipping = {
        **_line(header["id"], 20_000, order.shipping, SHIPPING_ACCOUNT),
        "quantity": 1,
        "shippedQuantity": 0,
        "invoicedQuantity": 0,
        "shipmentDate": NO_TIME[:10],
    }
    return {
        **header,
        "orderDate": day_text(order.ordered_on),
        "postingDate": day_text(order.ordered_on),
        # As the product has it: of one location's lines only.
        "fullyShipped": order.shipped_quantity > 0,
        "status": ORDER_STATUS[order.state],
        "salesOrderLines": [of_goods, of_shipping] if order.shipping else [of_goods],
    }


SHIPPING_ACCOUNT = "6910"
"""The G/L account on which shipping is invoiced."""


def _line(document_id: str, sequence: int, net: Decimal, account: str = "") -> Item:
    return {
        "id": guid("line", document_id, str(sequence)),
        "documentId": document_id,
        "sequence": sequence,
        "lineType": "Account" if account else "Item",
        "lineObjectNumber": account or "1896-S",
        "description": "Shipping" if account else "Goods",
        "netAmount": net,
    }


_STATUS = {"draft": "Draft", "posted": "Open", "cancelled": "Canceled"}


def invoice_row(invoice: LedgerInvoice, company: str, account: Account) -> Item:
    """Give an item of salesInvoices."""
    is_settled = invoice.state == "cancelled"
    header = _document("invoice", invoice, company, account)
    return {
        **header,
        "invoiceDate": day_text(invoice.posted_on),
        "postingDate": day_text(invoice.posted_on),
        "dueDate": day_text(invoice.posted_on),
        "customerPurchaseOrderReference": invoice.customer_reference,
        "orderId": guid("order", company, invoice.order_number) if invoice.order_number else NO_ID,
        "orderNumber": invoice.order_number,
        "remainingAmount": Decimal(0) if is_settled else invoice.net + invoice.tax,
        "status": _STATUS[invoice.state],
        "salesInvoiceLines": [
            {**_line(header["id"], 10_000, invoice.net - invoice.shipping), "quantity": 1},
            *(
                [{**_line(header["id"], 20_000, invoice.shipping, SHIPPING_ACCOUNT), "quantity": 1}]
                if invoice.shipping
                else []
            ),
        ],
    }


def memo_row(memo: LedgerCreditMemo, company: str, account: Account) -> Item:
    """Give an item of salesCreditMemos."""
    header = _document("credit memo", memo, company, account)
    return {
        **header,
        "salesCreditMemoLines": [{**_line(header["id"], 10_000, memo.net), "quantity": 1}],
        "creditMemoDate": day_text(memo.posted_on),
        "postingDate": day_text(memo.posted_on),
        "dueDate": day_text(memo.posted_on),
        "invoiceId": guid("invoice", company, memo.invoice_number) if memo.invoice_number else NO_ID,
        "invoiceNumber": memo.invoice_number,
        "status": _STATUS[memo.state],
    }


def commerce_row(kind: str) -> Callable[[Any, str, Account], Item]:
    """Give what renders an item of the custom page over a kind of document."""

    def row(document: LedgerSalesOrder | LedgerInvoice | LedgerCreditMemo, company: str, _: Account) -> Item:
        document_id = guid(kind, company, document.number)
        return {**marked(document_id, document.commerce_id), "commerceId": document.commerce_id}

    return row
