"""Sage Intacct's objects as tables of dotted field names, each with how a fact fills it.

Names and enumerations are those of Sage's own OpenAPI: https://developer.sage.com/intacct/docs/openapi.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dev.vendors.facts import (
    Account,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerSalesOrder,
)

Fields = Mapping[str, Callable[[Any, Account], Any]]

_STATUS = {"inactive": "inactive", "active": "active", "on_hold": "active"}
_ORDER_STATE = {
    "draft": "draft",
    "pending_approval": "submitted",
    "released": "approved",
    "invoiced": "converted",
    "closed": "closed",
    "cancelled": "declined",
}
_LEDGER_STATE = {"draft": "draft", "posted": "posted", "cancelled": "reversed"}


def key_of(kind: str, company: str, number: str) -> str:
    """Give a record number: stable while other records come and go."""
    digest = hashlib.sha256(f"{kind}|{company}|{number}".encode()).digest()
    return str(int.from_bytes(digest[:6]))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _order_state(order: LedgerSalesOrder) -> str:
    is_partial = 0 < order.invoiced_quantity < order.quantity
    return "partiallyConverted" if is_partial and order.state == "released" else _ORDER_STATE[order.state]


def _customer_key(company: str, number: str) -> str:
    return key_of("customer", company, number)


CUSTOMER: Fields = {
    "key": lambda c, _: _customer_key(c.company, c.number),
    "id": lambda c, _: c.number,
    "name": lambda c, _: c.name,
    "status": lambda c, _: _STATUS.get(c.state, "activeNonPosting"),
    "isOnHold": lambda c, _: c.state == "on_hold",
    "taxId": lambda c, _: c.vat,
    "currency": lambda c, a: c.currency or a.local_currency,
    "entity.id": lambda c, _: c.company,
    "contacts.default.email1": lambda c, _: c.address.email,
    "contacts.default.phone1": lambda c, _: c.address.phone,
    "contacts.default.mailingAddress.addressLine1": lambda c, _: c.address.street,
    "contacts.default.mailingAddress.city": lambda c, _: c.address.city,
    "contacts.default.mailingAddress.state": lambda c, _: c.address.state,
    "contacts.default.mailingAddress.postCode": lambda c, _: c.address.postcode,
    "contacts.default.mailingAddress.isoCountryCode": lambda c, _: c.address.country.lower(),
    "audit.createdDateTime": lambda c, _: _time(c.modified_at if c.is_untouched else c.created_at),
    "audit.modifiedDateTime": lambda c, _: None if c.is_untouched else _time(c.modified_at),
    "nsp::VAT_NUMBER": lambda c, _: c.vat,
}

_DOCUMENT: Fields = {
    "customer.key": lambda d, _: _customer_key(d.company, d.customer_number),
    "customer.id": lambda d, _: d.customer_number,
    "customer.name": lambda d, _: d.customer_name,
    "entity.id": lambda d, _: d.company,
    "audit.createdDateTime": lambda d, _: _time(d.modified_at),
    "audit.modifiedDateTime": lambda d, _: None if d.is_untouched else _time(d.modified_at),
}

ORDER: Fields = {
    **_DOCUMENT,
    "key": lambda o, _: key_of("order", o.company, o.number),
    "id": lambda o, _: key_of("order", o.company, o.number),
    "documentId": lambda o, _: f"Sales Order-{o.number}",
    "documentNumber": lambda o, _: o.number,
    "documentType": lambda _o, _a: "Sales Order",
    "state": lambda o, _: _order_state(o),
    "subtotalInTxnCurrency": lambda o, _: _amount(o.net),
    "totalInTxnCurrency": lambda o, _: _amount(o.net + o.tax),
    "baseCurrency": lambda _, a: a.local_currency,
    "txnCurrency": lambda o, a: o.currency or a.local_currency,
    "txnDate": lambda o, _: o.ordered_on.isoformat(),
    "referenceNumber": lambda o, _: o.reference,
    "customerPONumber": lambda _o, _a: "",
    "shippedDate": lambda o, _: o.shipped_on and o.shipped_on.isoformat(),
}

INVOICE: Fields = {
    **_DOCUMENT,
    "key": lambda i, _: key_of("invoice", i.company, i.number),
    "id": lambda i, _: key_of("invoice", i.company, i.number),
    "moduleKey": lambda i, _: "orderEntry" if i.order_number else "accountsReceivable",
    "invoiceNumber": lambda i, _: i.number,
    "state": lambda i, _: _LEDGER_STATE[i.state],
    "referenceNumber": lambda i, _: i.reference,
    "salesDocument.id": lambda i, _: i.order_number and f"Sales Order-{i.order_number}",
    "invoiceDate": lambda i, _: i.posted_on.isoformat(),
    "totalTxnAmount": lambda i, _: _amount(i.net + i.tax),
    "currency.baseCurrency": lambda _, a: a.local_currency,
    "currency.txnCurrency": lambda i, a: i.currency or a.local_currency,
}

ADJUSTMENT: Fields = {
    **_DOCUMENT,
    "key": lambda m, _: key_of("adjustment", m.company, m.number),
    "id": lambda m, _: key_of("adjustment", m.company, m.number),
    "txnType": lambda _m, _a: "ra",
    "adjustmentNumber": lambda m, _: m.number,
    "state": lambda m, _: _LEDGER_STATE[m.state],
    "documentNumber": lambda m, _: m.reference or m.invoice_number,
    "createdDate": lambda m, _: m.posted_on.isoformat(),
    "glPostingDate": lambda m, _: m.posted_on.isoformat(),
    "txnCurrency.currency": lambda m, a: m.currency or a.local_currency,
    "txnCurrency.totalEntered": lambda m, _: _amount(-(m.net + m.tax)),
}

Facts = list[LedgerCustomer] | list[LedgerSalesOrder] | list[LedgerInvoice] | list[LedgerCreditMemo]

OBJECTS: Mapping[str, tuple[Fields, Callable[[Account], Facts]]] = {
    "accounts-receivable/customer": (CUSTOMER, lambda account: account.ledger_customers),
    "accounts-receivable/invoice": (INVOICE, lambda account: account.invoices),
    "accounts-receivable/adjustment": (ADJUSTMENT, lambda account: account.credit_memos),
    "order-entry/document::Sales Order": (ORDER, lambda account: account.sales_orders),
}


def rows(account: Account, object_name: str) -> list[dict[str, Any]]:
    """Give an object's rows with all their fields; what is empty is null."""
    table, facts = OBJECTS[object_name]
    return [
        {name: None if (value := fill(fact, account)) == "" else value for name, fill in table.items()}
        for fact in facts(account)
    ]
