"""What Finance & Operations answers, and how each item becomes a record.

Field names: the data entities of the application's own model (CustCustomerV3Entity,
SalesOrderHeaderV2Entity, SalesInvoiceHeaderV2Entity, ExchangeRateEntity). Empty text and null mean
the same there, and enumerations are open sets.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_pascal

from shared.domain import keys
from shared.domain.deferred import Deferred
from shared.domain.money import parse_money
from shared.domain.records import CreditMemo, ExchangeRate, Invoice, MasterCustomer, SalesOrder
from shared.sources.read import utc

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]

_CUSTOMER_STATES = {"No": "active", "All": "blocked", "Invoice": "blocked_invoicing"}
_ORDER_STATES = {
    "Backorder": "released",
    "Delivered": "released",
    "Invoiced": "invoiced",
    "Canceled": "cancelled",
}
_FACTORS = {"One": 1, "Ten": 10, "Hundred": 100, "Thousand": 1_000, "TenThousand": 10_000}


class Row(Deferred):
    """An item of an entity set; attributes are the vendor's names in snake case."""

    model_config = ConfigDict(frozen=True, alias_generator=to_pascal)

    id: str = Field(alias="id")
    """The id of the item's record: the values of its key."""


class CompanyRow(Row):
    """An item that belongs to a legal entity."""

    data_area_id: str = Field(alias="dataAreaId", min_length=1)


class CustomerRow(CompanyRow):
    """An item of CustomersV3."""

    customer_account: str = Field(min_length=1)
    organization_name: Text = ""
    name_alias: Text = ""
    person_first_name: Text = ""
    person_last_name: Text = ""
    primary_contact_email: Text = ""
    primary_contact_phone: Text = ""
    address_street: Text = ""
    address_city: Text = ""
    address_zip_code: Text = ""
    country: Text = Field(default="", alias="AddressCountryRegionISOCode")
    on_hold_status: Text = ""
    tax_exempt_number: Text = ""
    tax_registration_id: Text = ""


class OrderRow(CompanyRow):
    """An item of SalesOrderHeadersV2."""

    sales_order_number: str = Field(min_length=1)
    sales_order_name: Text = ""
    sales_order_status: Text = ""
    ordering_customer_account_number: Text = ""
    customers_order_reference: Text = ""
    customer_requisition_number: Text = ""
    currency_code: Text = ""
    order_creation_date_time: str
    are_totals_calculated: Text = ""
    order_total_tax_amount: Decimal | None = None
    order_total_amount: Decimal

    @field_validator("order_total_amount")
    @classmethod
    def _is_known(cls, total: Decimal, info: ValidationInfo) -> Decimal:
        """Refuse a total that was never calculated: its zero says nothing about the order."""
        if total == 0 and info.data.get("are_totals_calculated") == "No":
            msg = "the order's totals are not calculated"
            raise ValueError(msg)
        return total


class InvoiceRow(CompanyRow):
    """An item of SalesInvoiceHeadersV2."""

    invoice_number: str = Field(min_length=1)
    invoice_date: str = Field(min_length=10)
    ledger_voucher: Text = ""
    sales_order_number: Text = ""
    invoice_customer_account_number: Text = ""
    customers_order_reference: Text = ""
    currency_code: Text = ""
    total_tax_amount: Decimal | None = None
    total_invoice_amount: Decimal


class RateRow(Row):
    """An item of ExchangeRates: so many `to_currency` for `conversion_factor` units of `from_currency`."""

    rate_type_name: Text = ""
    from_currency: str = Field(min_length=3)
    to_currency: str = Field(min_length=3)
    start_date: str = Field(min_length=10)
    conversion_factor: str
    rate: Decimal = Field(gt=0)

    @field_validator("conversion_factor")
    @classmethod
    def _is_a_factor(cls, name: str) -> str:
        if name not in _FACTORS:
            msg = "not a known factor"
            raise ValueError(msg)
        return name


def select(row: type[Row]) -> str:
    """Give the $select that answers what a row model reads."""
    return ",".join(field.alias or name for name, field in row.model_fields.items() if name != "id")


def is_credit_note(item: Any) -> bool:
    """Say whether an item of SalesInvoiceHeadersV2 gives money back: its total is below zero."""
    total = item.get("TotalInvoiceAmount") if isinstance(item, dict) else None
    return isinstance(total, int | Decimal) and total < 0


def master_customer(row: CustomerRow) -> MasterCustomer:
    """Turn an item of CustomersV3 into a master customer; its number is unique in its company only."""
    person = f"{row.person_first_name} {row.person_last_name}".strip()
    display_name = row.organization_name or person or row.name_alias
    return MasterCustomer(
        id=row.id,
        number=row.customer_account,
        company=row.data_area_id,
        state=_CUSTOMER_STATES.get(row.on_hold_status or "No", "on_hold"),
        email=keys.email(row.primary_contact_email),
        vat=keys.vat(row.tax_exempt_number or row.tax_registration_id, row.country),
        account_reference=keys.account_reference(row.customer_account),
        phone=keys.phone(row.primary_contact_phone, row.country),
        postcode=keys.postcode(row.address_zip_code, row.country),
        name=keys.name(display_name),
        street=keys.street(row.address_street),
        display_name=display_name,
        city=row.address_city,
        country=row.country,
    )


def sales_order(row: OrderRow) -> SalesOrder:
    """Turn an item of SalesOrderHeadersV2 into a sales order; a stopped order keeps its state."""
    gross, tax = parse_money(row.order_total_amount), parse_money(row.order_total_tax_amount)
    reference = row.customers_order_reference or row.customer_requisition_number
    return SalesOrder(
        id=row.id,
        number=row.sales_order_number,
        company=row.data_area_id,
        document_reference=keys.document_reference(reference),
        customer_number=row.ordering_customer_account_number,
        state=_ORDER_STATES.get(row.sales_order_status, "draft"),
        ordered_on=utc(row.order_creation_date_time)[:10],
        currency=row.currency_code,
        net=gross - tax,
        tax=tax,
        gross=gross,
        customer_name=row.sales_order_name,
    )


def invoice(row: InvoiceRow) -> Invoice:
    """Turn an item of SalesInvoiceHeadersV2 into an invoice; the set holds posted ones only."""
    gross, tax = parse_money(row.total_invoice_amount), parse_money(row.total_tax_amount)
    reference = keys.document_reference(row.customers_order_reference)
    return Invoice(
        id=row.id,
        number=row.invoice_number,
        company=row.data_area_id,
        document_reference=reference,
        order_number=row.sales_order_number,
        customer_number=row.invoice_customer_account_number,
        state="posted",
        posted_on=utc(row.invoice_date)[:10],
        currency=row.currency_code,
        net=gross - tax,
        tax=tax,
        gross=gross,
        customer_reference=reference,
    )


def credit_memo(row: InvoiceRow) -> CreditMemo:
    """Turn an invoice with a negative total into a credit memo; the invoice it credits is not told."""
    gross, tax = -parse_money(row.total_invoice_amount), -parse_money(row.total_tax_amount)
    return CreditMemo(
        id=row.id,
        number=row.invoice_number,
        company=row.data_area_id,
        document_reference=keys.document_reference(row.customers_order_reference),
        invoice_number="",
        customer_number=row.invoice_customer_account_number,
        state="posted",
        posted_on=utc(row.invoice_date)[:10],
        currency=row.currency_code,
        net=gross - tax,
        tax=tax,
        gross=gross,
    )


def exchange_rate(row: RateRow) -> ExchangeRate:
    """Turn an item of ExchangeRates into the worth of one unit; rates are shared by all companies."""
    worth = row.rate / _FACTORS[row.conversion_factor]
    return ExchangeRate(
        id=row.id,
        company="",
        currency=row.from_currency,
        base_currency=row.to_currency,
        starts_on=utc(row.start_date)[:10],
        rate=format(worth.normalize(), "f"),
    )
