"""The shapes of Adobe Commerce's answers, as far as they are read.

Nulls are left out and an empty object is `[]` (PHP), so nearly everything is optional.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator

from shared.domain.deferred import Deferred


def _text(value: Any) -> Any:
    """Read numbers and nulls as text."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | Decimal) else value


Text = Annotated[str, BeforeValidator(_text)]
Amount = str | int | Decimal | None
Absent = BeforeValidator(lambda value: value or {})
"""An object may be null, or `[]` where it is empty."""
Nothing = BeforeValidator(lambda value: value or [])
"""A list may be null."""


class Address(Deferred, frozen=True):
    """An address of an order, a customer, or (in part) of a company."""

    id: Text = ""
    firstname: Text = ""
    lastname: Text = ""
    company: Text = ""
    street: Annotated[tuple[Text, ...], Nothing] = ()
    city: Text = ""
    postcode: Text = ""
    country_id: Text = ""
    telephone: Text = ""
    email: Text = ""
    vat_id: Text = ""
    default_billing: bool | None = None


class Payment(Deferred, frozen=True):
    """How an order is paid."""

    po_number: Text = ""


class CompanyOrder(Deferred, frozen=True):
    """The B2B company that an order was placed for."""

    company_id: int | None = None
    company_name: Text = ""


class Shipping(Deferred, frozen=True):
    """Where a shipment goes; nothing for virtual goods."""

    address: Annotated[Address, Absent] = Address()


class ShippingAssignment(Deferred, frozen=True):
    """Which part of an order is shipped where."""

    shipping: Annotated[Shipping, Absent] = Shipping()


class OrderExtension(Deferred, frozen=True):
    """What modules add to an order."""

    company_order_attributes: Annotated[CompanyOrder, Absent] = CompanyOrder()
    shipping_assignments: Annotated[tuple[ShippingAssignment, ...], Nothing] = ()
    customer_balance_amount: Amount = None
    """What was paid from store credit; like gift cards and reward points it is taken off the grand total."""
    gift_cards_amount: Amount = None
    reward_currency_amount: Amount = None


class VendorOrder(Deferred, frozen=True):
    """A sales order; times are UTC without a zone."""

    entity_id: int
    increment_id: Text = ""
    created_at: str
    updated_at: Text = ""
    state: Text = ""
    store_id: Text = ""
    order_currency_code: str
    grand_total: str | int | Decimal
    tax_amount: Amount = None
    shipping_amount: Amount = None
    shipping_discount_amount: Amount = None
    shipping_discount_tax_compensation_amount: Amount = None
    """The tax in a discount that was given on a price with tax."""
    total_refunded: Amount = None
    total_canceled: Amount = None
    tax_canceled: Amount = None
    shipping_canceled: Amount = None
    customer_id: int | None = None
    customer_email: Text = ""
    customer_firstname: Text = ""
    customer_lastname: Text = ""
    customer_taxvat: Text = ""
    billing_address: Annotated[Address, Absent] = Address()
    payment: Annotated[Payment, Absent] = Payment()
    extension_attributes: Annotated[OrderExtension, Absent] = OrderExtension()


class CreditMemoExtension(Deferred, frozen=True):
    """What modules add to a credit memo: what was given back to store credit and gift cards."""

    customer_balance_amount: Amount = None
    gift_cards_amount: Amount = None


class VendorCreditMemo(Deferred, frozen=True):
    """A credit memo: money given back."""

    entity_id: int
    state: Text = ""
    increment_id: Text = ""
    order_id: int
    created_at: str
    order_currency_code: str
    grand_total: str | int | Decimal
    tax_amount: Amount = None
    extension_attributes: Annotated[CreditMemoExtension, Absent] = CreditMemoExtension()


class CompanyCustomer(Deferred, frozen=True):
    """The B2B company that a customer buys for; 0 is none."""

    company_id: int | None = None


class CustomerExtension(Deferred, frozen=True):
    """What modules add to a customer."""

    company_attributes: Annotated[CompanyCustomer, Absent] = CompanyCustomer()


class CustomAttribute(Deferred, frozen=True):
    """An attribute that the merchant added."""

    attribute_code: Text = ""
    value: Any = None


class VendorCustomer(Deferred, frozen=True):
    """A customer account with its addresses."""

    id: int
    email: Text = ""
    firstname: Text = ""
    lastname: Text = ""
    group_id: Text = ""
    taxvat: Text = ""
    created_at: str
    updated_at: Text = ""
    default_billing: Text = ""
    addresses: Annotated[tuple[Address, ...], Nothing] = ()
    extension_attributes: Annotated[CustomerExtension, Absent] = CustomerExtension()
    custom_attributes: Annotated[tuple[CustomAttribute, ...], Nothing] = ()


class VendorCompany(Deferred, frozen=True):
    """A B2B company; it has no times."""

    id: int
    status: int
    company_name: Text = ""
    company_email: Text = ""
    vat_tax_id: Text = ""
    reseller_id: Text = ""
    street: Annotated[tuple[Text, ...], Nothing] = ()
    postcode: Text = ""
    country_id: Text = ""
    telephone: Text = ""
    custom_attributes: Annotated[tuple[CustomAttribute, ...], Nothing] = ()


def attribute(attributes: Sequence[CustomAttribute], code: str) -> str:
    """Give the text of the attribute of that code; "" where there is none, or no code is set."""
    values = (each.value for each in attributes if code and each.attribute_code == code)
    return next((str(value) for value in values if isinstance(value, str | int) and value != ""), "")


def projection(model: type[BaseModel]) -> str:
    """Give the names that a model reads as the parameter `fields` has them, those of parts in brackets."""
    return ",".join(
        f"{name}[{projection(part)}]" if (part := _part(field.annotation)) else name
        for name, field in model.model_fields.items()
    )


def _part(annotation: Any) -> type[BaseModel] | None:
    """Give the model in an annotation, also as the item of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _part(each))), None)
