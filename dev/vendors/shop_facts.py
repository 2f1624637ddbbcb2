"""What is true on a simulated store: people, companies, orders and refunds; a part of `facts`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone with an address; all invented."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    country: str = "GB"
    """ISO 3166-1 alpha-2."""
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class ShopSite:
    """One of a company's locations; the company's own facts are its first."""

    id: int
    address: Person
    vat: str = ""
    account_reference: str = ""


@dataclass(frozen=True, kw_only=True)
class ShopCompany:
    """A B2B company account on a store."""

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    address: Person
    vat: str = ""
    account_reference: str = ""
    """The ledger's account number, where the store carries it."""
    state: str = "active"
    """`active`, `pending` or `retired`."""
    sites: tuple[ShopSite, ...] = ()
    """Further locations."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What the merchant's own fields say, by name."""


@dataclass(frozen=True, kw_only=True)
class ShopCustomer:
    """A customer account on a store."""

    id: int
    person: Person
    created_at: datetime
    updated_at: datetime
    company_id: int = 0
    vat: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What the merchant's own fields say, by name."""


@dataclass(frozen=True, kw_only=True)
class ShopOrder:
    """An order placed on a store; `net` is after discounts and with shipping, before tax."""

    id: int
    number: str
    placed_at: datetime
    updated_at: datetime
    buyer: Person
    net: Decimal
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    """The part of `net` that is shipping."""
    currency: str = "GBP"
    customer_id: int = 0
    """0 is a guest."""
    company_id: int = 0
    state: str = "placed"
    """`placed`, `cancelled`, `refunded`, `abandoned` or `test`."""
    purchase_order: str = ""
    tags: tuple[str, ...] = ()
    store: str = ""
    site_id: int = 0
    """The company's location that it is for; 0 is the first."""
    removed_net: Decimal = ZERO
    """What an edit took out of `net` before anything was paid for it; `removed_tax` goes with it."""
    removed_tax: Decimal = ZERO
    is_edited: bool = False
    buyer_currency: str = ""
    """The currency that the buyer saw; "" is `currency`."""
    buyer_rate: Decimal = Decimal(1)
    """Units of `buyer_currency` for one of `currency`."""
    paid_by_credit: Decimal = ZERO
    """The part of the total that store credit or a gift certificate paid."""
    discount: Decimal = ZERO
    """What was taken off before `net`."""
    replaces: str = ""
    """The number of the order that this one is an edit of."""
    is_archived: bool = False
    is_invoice_payment: bool = False
    """Pays an invoice of an earlier order; sells nothing."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What the merchant's own fields say, by name."""


@dataclass(frozen=True, kw_only=True)
class ShopRefund:
    """Money given back; amounts are positive."""

    id: int
    number: str
    order_id: int
    refunded_at: datetime
    net: Decimal
    tax: Decimal = ZERO
    currency: str = "GBP"
    is_silent: bool = False
    """The order's own time of change did not move."""
    updated_at: datetime | None = None
    """None is `refunded_at`."""
    is_cancelled: bool = False
    paid_by_credit: Decimal = ZERO
    """The part that went back to store credit or a gift card."""
