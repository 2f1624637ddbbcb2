"""The shapes of BigCommerce's answers, as far as they are read; enums are open, nulls are nothing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.domain.deferred import Deferred


def _text(value: Any) -> Any:
    """Read numbers and nulls as text: B2B Edition sends ids, statuses and phones as either."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | Decimal) else value


Text = Annotated[str, BeforeValidator(_text)]
Amount = str | int | Decimal | None
Nothing = BeforeValidator(lambda value: value or [])
"""A list may be null."""


class FormField(Deferred, frozen=True):
    """A field that the merchant added to a form; its value may be a list of choices."""

    name: Text = ""
    value: Any = None


class BillingAddress(Deferred, frozen=True):
    """The billing address on a V2 order."""

    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    street_1: Text = ""
    city: Text = ""
    zip: Text = ""
    country: Text = ""
    country_iso2: Text = ""
    phone: Text = ""
    email: Text = ""
    form_fields: Annotated[tuple[FormField, ...], Nothing] = ()


class Destination(Deferred, frozen=True):
    """Where a shipping consignment goes."""

    country_iso2: Text = ""


class Consignments(Deferred, frozen=True):
    """An order's consignments in the `object` structure."""

    shipping: Annotated[tuple[Destination, ...], Nothing] = ()


class VendorOrder(Deferred, frozen=True):
    """A V2 order; amounts are text with four decimals, dates RFC 2822."""

    id: int
    customer_id: int | None = 0
    date_created: str
    date_modified: Text = ""
    status_id: int
    payment_method: Text = ""
    default_currency_code: str
    channel_id: Text = ""
    total_ex_tax: str | int | Decimal
    total_inc_tax: str | int | Decimal
    total_tax: Amount = None
    shipping_cost_ex_tax: Amount = None
    billing_address: Annotated[BillingAddress, BeforeValidator(lambda value: value or {})] = BillingAddress()
    consignments: Annotated[
        Consignments, BeforeValidator(lambda value: value if isinstance(value, dict) else {})
    ] = Consignments()


class VendorRefund(Deferred, frozen=True):
    """A V3 refund."""

    id: int
    order_id: int
    created: str
    total_amount: str | int | Decimal
    total_tax: Amount = None


class Attribute(Deferred, frozen=True):
    """The value of a customer attribute; its name stands in a list of its own."""

    attribute_id: int
    attribute_value: Text = ""


class CustomerAddress(Deferred, frozen=True):
    """An address of a V3 customer."""

    company: Text = ""
    address1: Text = ""
    city: Text = ""
    postal_code: Text = ""
    country_code: Text = ""
    phone: Text = ""
    form_fields: Annotated[tuple[FormField, ...], Nothing] = ()


class VendorCustomer(Deferred, frozen=True):
    """A V3 customer with its addresses, form fields and attributes."""

    id: int
    email: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    phone: Text = ""
    customer_group_id: Text = ""
    date_created: str
    date_modified: Text = ""
    addresses: Annotated[tuple[CustomerAddress, ...], Nothing] = ()
    attributes: Annotated[tuple[Attribute, ...], Nothing] = ()
    form_fields: Annotated[tuple[FormField, ...], Nothing] = ()


class _B2b(Deferred):
    """What B2B Edition sends has camelCase names."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class ExtraField(FormField):
    """A field that the merchant added to a B2B company."""

    name: Text = Field(default="", alias="fieldName")
    value: Any = Field(default=None, alias="fieldValue")


class VendorCompany(_B2b):
    """A B2B Edition company; times are seconds since the epoch, as text or number."""

    company_id: int
    company_name: Text = ""
    company_email: Text = ""
    company_phone: Text = ""
    company_status: Text
    extra_fields: Annotated[tuple[ExtraField, ...], Nothing] = ()
    uuid: Text = ""
    created_at: Text = ""
    updated_at: Text = ""


class CompanyAddress(_B2b):
    """An address of a B2B Edition company."""

    company_id: Text = ""
    address_line1: Text = Field(default="", alias="addressLine1")
    zip_code: Text = ""
    country_code: Text = ""
    phone_number: Text = ""
    is_billing: bool | None = None
    is_default_billing: bool | None = None


class CompanyOrder(_B2b):
    """What B2B Edition adds to an order; a consumer's has no company."""

    company_id: Text = ""
    po_number: Text = ""
    is_invoice_order: Text = ""

    @property
    def company(self) -> str:
        """Give the company's id; "" for none."""
        return "" if self.company_id == "0" else self.company_id

    @property
    def is_invoice_payment(self) -> bool:
        """Say whether it pays an invoice of an earlier order and sells nothing."""
        return self.is_invoice_order.removeprefix("A_").lower() in {"1", "true"}


class VendorUser(_B2b):
    """A B2B Edition user: which customer buys for which company."""

    id: int
    customer_id: int | None = None
    company_id: int


def named(fields: Sequence[FormField], name: str) -> str:
    """Give the text of the field of that name; "" where there is none, or no name is set."""
    values = (each.value for each in fields if name and each.name == name)
    return next((str(value) for value in values if isinstance(value, str | int) and value != ""), "")
