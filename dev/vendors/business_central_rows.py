"""Renders the facts of a ledger as the items of Business Central's entity sets."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from dev.vendors.facts import (
    Account,
    LedgerApproval,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerRate,
    LedgerSalesOrder,
    SyncLogEntry,
)

Item = dict[str, Any]

_BLANK = "_x0020_"
_NO_TIME = "0001-01-01T00:00:00Z"
_NO_ID = "00000000-0000-0000-0000-000000000000"
_SALES_HEADER = 36


def guid(*parts: str) -> str:
    """Give the id that a thing has whenever it is asked for."""
    return str(uuid5(NAMESPACE_URL, "business-central:" + "/".join(parts)))


def companies_of(account: Account) -> tuple[str, ...]:
    """Give the names of an account's companies; the first is where facts without a company belong."""
    return tuple(account.ledger_companies) or ("CRONUS",)


def company_row(name: str) -> Item:
    """Give an item of companies."""
    return {
        "id": guid("company", name),
        "systemVersion": "29.0.0.0",
        "timestamp": 1,
        "name": name,
        "displayName": name,
        "businessProfileId": "",
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _day(day: date | None) -> str:
    return day.isoformat() if day else _NO_TIME[:10]


def _etag(row_id: str, modified: str) -> Item:
    return {"@odata.etag": f'W/"{guid("etag", row_id, modified)}"', "id": row_id}


_BLOCKED = {
    "active": _BLANK,
    "inactive": "All",
    "on_hold": "All",
    "blocked": "All",
    "blocked_shipping": "Ship",
    "blocked_invoicing": "Invoice",
}


def customer_row(customer: LedgerCustomer, company: str, account: Account) -> Item:
    """Give an item of customers."""
    address, modified = customer.address, _time(customer.modified_at)
    return {
        **_etag(guid("customer", company, customer.number), modified),
        "number": customer.number,
        "displayName": customer.name,
        "type": "Company" if address.company else "Person",
        "addressLine1": address.street,
        "addressLine2": "",
        "city": address.city,
        "state": address.state,
        "country": address.country,
        "postalCode": address.postcode,
        "phoneNumber": address.phone,
        "email": address.email,
        "website": "",
        "taxRegistrationNumber": customer.vat,
        "currencyCode": customer.currency or account.local_currency,
        "blocked": _BLOCKED[customer.state],
        "lastModifiedDateTime": modified,
    }


Document = LedgerSalesOrder | LedgerInvoice | LedgerCreditMemo


def _document(kind: str, document: Document, company: str, account: Account) -> Item:
    modified = _time(document.modified_at)
    return {
        **_etag(guid(kind, company, document.number), modified),
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
    line = {
        "id": guid("line", company, order.number),
        "documentId": header["id"],
        "sequence": 10_000,
        "lineType": "Item",
        "description": "Goods",
        "quantity": order.quantity,
        "shippedQuantity": order.shipped_quantity,
        "invoicedQuantity": order.invoiced_quantity,
        "shipmentDate": _day(order.shipped_on or order.ordered_on),
    }
    return {
        **header,
        "orderDate": _day(order.ordered_on),
        "postingDate": _day(order.ordered_on),
        "fullyShipped": order.shipped_quantity >= order.quantity,
        "status": ORDER_STATUS[order.state],
        "salesOrderLines": [line],
    }


_STATUS = {"draft": "Draft", "posted": "Open", "cancelled": "Canceled"}


def invoice_row(invoice: LedgerInvoice, company: str, account: Account) -> Item:
    """Give an item of salesInvoices."""
    is_settled = invoice.state == "cancelled"
    return {
        **_document("invoice", invoice, company, account),
        "invoiceDate": _day(invoice.posted_on),
        "postingDate": _day(invoice.posted_on),
        "dueDate": _day(invoice.posted_on),
        "customerPurchaseOrderReference": invoice.customer_reference,
        "orderId": guid("order", company, invoice.order_number) if invoice.order_number else _NO_ID,
        "orderNumber": invoice.order_number,
        "remainingAmount": Decimal(0) if is_settled else invoice.net + invoice.tax,
        "status": _STATUS[invoice.state],
    }


def memo_row(memo: LedgerCreditMemo, company: str, account: Account) -> Item:
    """Give an item of salesCreditMemos."""
    return {
        **_document("credit memo", memo, company, account),
        "creditMemoDate": _day(memo.posted_on),
        "postingDate": _day(memo.posted_on),
        "dueDate": _day(memo.posted_on),
        "invoiceId": guid("invoice", company, memo.invoice_number) if memo.invoice_number else _NO_ID,
        "invoiceNumber": memo.invoice_number,
        "status": _STATUS[memo.state],
    }


def approval_row(approval: LedgerApproval, company: str, _: Account) -> Item:
    """Give an item of approvalEntries."""
    requested = _time(approval.requested_at)
    return {
        **_etag(guid("approval", company, approval.id), requested),
        "tableId": _SALES_HEADER,
        "documentType": "Order",
        "documentNumber": approval.document_number,
        "status": "Canceled" if approval.state == "cancelled" else approval.state.capitalize(),
        "dateTimeSentForApproval": requested,
        "lastModifiedDateTime": requested,
    }


def information_row(_: object, company: str, account: Account) -> Item:
    """Give the item of companyInformation."""
    return {
        **_etag(guid("information", company), company),
        "displayName": company,
        "currencyCode": account.local_currency,
        "lastModifiedDateTime": "2020-01-01T00:00:00Z",
    }


def rate_row(rate: LedgerRate, company: str, _: Account) -> Item:
    """Give an item of currencyExchangeRates; small rates are told for a hundred units."""
    units = 100 if rate.rate < 1 else 1
    starts_on = _day(rate.starts_on)
    return {
        **_etag(guid("rate", company, rate.currency, starts_on), str(rate.rate)),
        "currencyCode": rate.currency,
        "startingDate": starts_on,
        "exchangeRateAmount": units,
        "relationalCurrencyCode": "",
        "relationalExchangeRateAmount": rate.rate * units,
        "lastModifiedDateTime": f"{starts_on}T06:00:00Z",
    }


def privacy_row(customer: LedgerCustomer, company: str, _: Account) -> Item:
    """Give an item of the custom page over customers' privacy."""
    customer_id = guid("customer", company, customer.number)
    return {
        **_etag(customer_id, str(customer.is_privacy_blocked)),
        "number": customer.number,
        "privacyBlocked": customer.is_privacy_blocked,
    }


def log_row(entry: SyncLogEntry, company: str, _: Account) -> Item:
    """Give an item of the custom page over the connector's log."""
    has_ended = entry.state != "running"
    return {
        **_etag(guid("log", company, entry.id), entry.state),
        "subject": entry.subject.capitalize() or _BLANK,
        "reference": entry.reference,
        "status": entry.state.capitalize(),
        "startedAt": _time(entry.started_at),
        "finishedAt": _time(entry.finished_at) if has_ended else _NO_TIME,
        "errorCode": entry.error_code,
        "errorField": entry.error_field,
        "errorMessage": entry.error,
    }
