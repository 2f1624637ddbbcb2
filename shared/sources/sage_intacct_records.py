"""What Sage Intacct's rows become: each row's dotted names, and the record made of it.

A model's aliases are the fields that its query asks for, so what is read and what is asked agree.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from shared.domain import keys
from shared.domain.deferred import Deferred
from shared.domain.money import parse_money
from shared.domain.records import CreditMemo, Invoice, MasterCustomer, SalesOrder
from shared.sources.read import day, utc

TOTAL = "txnCurrency.totalEntered"

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]
Name = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value)), Field(min_length=1)]
Time = Annotated[str, BeforeValidator(utc)]
Day = Annotated[str, BeforeValidator(day)]
Money = Annotated[int, BeforeValidator(parse_money)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]

_CUSTOMER_STATES = {"inactive": "inactive", "activeNonPosting": "blocked"}
_ORDER_STATES = {
    "draft": "draft",
    "submitted": "pending_approval",
    "partiallyApproved": "pending_approval",
    "pending": "pending_approval",
    "inProgress": "pending_approval",
    "declined": "cancelled",
    "converted": "invoiced",
    "closed": "closed",
}
_LEDGER_STATES = {"reversed": "cancelled", "reversal": "cancelled", "draft": "draft", "noValue": "draft"}


class Row(Deferred):
    """What every object has; fields that a query asked for besides are kept as extras."""

    model_config = ConfigDict(extra="allow")

    key: Name
    entity: Text = Field("", alias="entity.id")
    created: Time = Field("", alias="audit.createdDateTime")
    changed: Time = Field("", alias="audit.modifiedDateTime")

    @property
    def modified(self) -> str:
        """Give the time of the last change; a row that was never changed tells only when it was made."""
        return self.changed or self.created


class CustomerRow(Row):
    """`accounts-receivable/customer`."""

    id: Name
    name: Text = ""
    status: Text = ""
    is_on_hold: Flag = Field(default=False, alias="isOnHold")
    tax_id: Text = Field("", alias="taxId")
    email: Text = Field("", alias="contacts.default.email1")
    phone: Text = Field("", alias="contacts.default.phone1")
    street: Text = Field("", alias="contacts.default.mailingAddress.addressLine1")
    city: Text = Field("", alias="contacts.default.mailingAddress.city")
    postcode: Text = Field("", alias="contacts.default.mailingAddress.postCode")
    country: Text = Field("", alias="contacts.default.mailingAddress.isoCountryCode")


class DocumentRow(Row):
    """What orders, invoices and adjustments share."""

    state: Text = ""
    customer_id: Text = Field("", alias="customer.id")
    customer_name: Text = Field("", alias="customer.name")


class OrderRow(DocumentRow):
    """`order-entry/document`."""

    number: Name = Field(alias="documentNumber")
    reference: Text = Field("", alias="referenceNumber")
    purchase_order: Text = Field("", alias="customerPONumber")
    ordered_on: Day = Field("", alias="txnDate")
    shipped_on: Day = Field("", alias="shippedDate")
    currency: Text = Field("", alias="txnCurrency")
    net: Money = Field(alias="subtotalInTxnCurrency")
    gross: Money = Field(alias="totalInTxnCurrency")


class InvoiceRow(DocumentRow):
    """`accounts-receivable/invoice`; its header has the total with tax, and no tax."""

    number: Text = Field("", alias="invoiceNumber")
    module: Text = Field("", alias="moduleKey")
    reference: Text = Field("", alias="referenceNumber")
    order: Text = Field("", alias="salesDocument.id")
    invoiced_on: Day = Field("", alias="invoiceDate")
    currency: Text = Field("", alias="currency.txnCurrency")
    total: Money = Field(alias="totalTxnAmount")


class AdjustmentRow(DocumentRow):
    """`accounts-receivable/adjustment`; below zero it is a credit memo."""

    number: Text = Field("", alias="adjustmentNumber")
    document: Text = Field("", alias="documentNumber")
    created_on: Day = Field("", alias="createdDate")
    posted_on: Day = Field("", alias="glPostingDate")
    currency: Text = Field("", alias="txnCurrency.currency")
    total: Money = Field(alias=TOTAL)


def fields(model: type[Row]) -> tuple[str, ...]:
    """Give the vendor's names of the fields that a model reads."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def master_customer(row: CustomerRow, vat_field: str) -> MasterCustomer:
    """Turn a customer into a record; `vat_field` comes before `taxId` where it has something."""
    country = row.country.upper()
    vat = (row.model_extra or {}).get(vat_field) or row.tax_id
    return MasterCustomer(
        id=row.key,
        number=row.id,
        company=row.entity,
        state=_CUSTOMER_STATES.get(row.status, "on_hold" if row.is_on_hold else "active"),
        email=keys.email(row.email),
        vat=keys.vat(str(vat), country),
        account_reference=keys.account_reference(row.id),
        phone=keys.phone(row.phone, country),
        postcode=keys.postcode(row.postcode, country),
        name=keys.name(row.name),
        street=keys.street(row.street),
        created_at=row.created,
        modified_at=row.modified,
        display_name=row.name,
        city=row.city,
        country=country,
    )


def sales_order(row: OrderRow) -> SalesOrder:
    """Turn an Order Entry document into a record; its subtotal is the amount before tax."""
    return SalesOrder(
        id=row.key,
        number=row.number,
        company=row.entity,
        document_reference=keys.document_reference(row.reference or row.purchase_order),
        customer_number=row.customer_id,
        state=_ORDER_STATES.get(row.state, "released"),
        ordered_on=row.ordered_on,
        currency=row.currency,
        net=row.net,
        tax=row.gross - row.net,
        gross=row.gross,
        shipped_on=row.shipped_on,
        modified_at=row.modified,
        customer_name=row.customer_name,
    )


def invoice_id(key: str, entity: str, number: str, module: str) -> str:
    """Give what an invoice is known by: its number where it was born in Order Entry, else its key."""
    return f"{entity}|{number}" if module == "orderEntry" and number else key


def invoice(row: InvoiceRow, order_document_type: str) -> Invoice:
    """Turn an invoice into a record; net is gross, as the header does not tell the tax.

    One born in Order Entry gets a new key whenever its document is edited, so its number is its id:
    https://developer.intacct.com/api/order-entry/order-entry-transactions/.
    """
    return Invoice(
        id=invoice_id(row.key, row.entity, row.number, row.module),
        number=row.number,
        company=row.entity,
        document_reference=keys.document_reference(row.reference),
        order_number=row.order.removeprefix(f"{order_document_type}-"),
        customer_number=row.customer_id,
        state=_LEDGER_STATES.get(row.state, "posted"),
        posted_on=row.invoiced_on,
        currency=row.currency,
        net=row.total,
        tax=0,
        gross=row.total,
        modified_at=row.modified,
        customer_name=row.customer_name,
    )


def is_credit(item: Any) -> bool:
    """Say whether an adjustment is a credit; what cannot be read counts as one, and is reported."""
    try:
        return parse_money(item[TOTAL]) < 0
    except (KeyError, TypeError, ValueError):
        return True


def credit_memo(row: AdjustmentRow) -> CreditMemo:
    """Turn an adjustment below zero into a credit memo, its amount above zero."""
    return CreditMemo(
        id=row.key,
        number=row.number,
        company=row.entity,
        document_reference=keys.document_reference(row.document),
        invoice_number=row.document,
        customer_number=row.customer_id,
        state=_LEDGER_STATES.get(row.state, "posted"),
        posted_on=row.posted_on or row.created_on,
        currency=row.currency,
        net=-row.total,
        tax=0,
        gross=-row.total,
        customer_name=row.customer_name,
    )
