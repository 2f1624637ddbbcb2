"""What commerce platforms yield."""

from dataclasses import dataclass

from shared.domain.records.record import Record, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Record):
    """One commerce order, as it was placed or, where its platform edits orders, as it was last edited.

    Later refunds have records of their own; a line that an edit took out before anything was paid for it is
    gone from the amounts.
    """

    number: str
    """What people call it: Shopify's `#1001`, Adobe's increment id, BigCommerce's id."""
    placed_at: str
    state: str
    """`placed`, `cancelled`, `refunded` (in full), `abandoned`, `test`, or `invoice_payment`: it pays an
    invoice of an earlier order, and sells nothing."""
    currency: str
    gross: int
    net: int
    tax: int
    shipping_net: int = 0
    customer_id: str = ""
    company_id: str = ""
    is_b2b: bool = False
    email: str = ""
    vat: str = ""
    account_reference: str = ""
    phone: str = ""
    postcode: str = ""
    name: str = ""
    """The buyer's person or company name, normalised."""
    street: str = ""
    store: str = ""
    ship_to_country: str = ""
    tags: tuple[str, ...] = ()
    updated_at: str = detail()
    display_name: str = detail()
    company_name: str = detail()
    city: str = detail()
    country: str = detail()
    purchase_order: str = detail()
    url: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Record):
    """Money given back on a commerce order; amounts are positive."""

    order_id: str
    number: str
    refunded_at: str
    currency: str
    gross: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommerceCustomer(Record):
    """A customer account of a commerce platform."""

    created_at: str
    company_id: str = ""
    is_b2b: bool = False
    email: str = ""
    vat: str = ""
    account_reference: str = ""
    phone: str = ""
    postcode: str = ""
    name: str = ""
    street: str = ""
    updated_at: str = detail()
    display_name: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company(Record):
    """A B2B company of a commerce platform."""

    state: str
    """`active`, `pending` or `retired` (rejected, inactive, or merged into another)."""
    created_at: str = ""
    """"" where the vendor does not tell (Adobe Commerce)."""
    email: str = ""
    vat: str = ""
    account_reference: str = ""
    phone: str = ""
    postcode: str = ""
    name: str = ""
    street: str = ""
    updated_at: str = detail()
    display_name: str = detail()
    country: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyMember(Record):
    """Which company a customer account buys for, where orders themselves do not say."""

    customer_id: str
    company_id: str
