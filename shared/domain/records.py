"""The canonical records: what every vendor's answer is turned into on the way in.

Times are RFC 3339 in UTC to the second (`2026-04-14T09:30:00Z`), so that they sort as text;
dates are `2026-04-14`. Money is in ten-thousandths of the currency beside it. A text that the
vendor does not have is "". Keys (email, vat, account_reference, phone, postcode, name, street)
are normalised by `domain.keys` before a record is built.

A column marked `detail` is stored apart and read only for what a reading publishes.
"""

from dataclasses import dataclass, field, fields
from typing import Any


def detail(default: Any = "") -> Any:
    """Mark a column that judging does not need."""
    return field(default=default, metadata={"detail": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What all records have: the vendor's own id, unique in its connection and stream."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Record):
    """One commerce order, as it was placed: later refunds have records of their own."""

    number: str
    """What people call it: Shopify's `#1001`, Adobe's increment id, BigCommerce's id."""
    placed_at: str
    state: str
    """`placed`, `cancelled`, `refunded` (in full), `abandoned` or `test`."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterCustomer(Record):
    """A customer in the ledger's master."""

    number: str
    """The ledger's account number, as people write it."""
    company: str
    """The ledger's company or entity code; "" is Sage Intacct's top level, which serves all."""
    state: str
    """`active`, `inactive`, `on_hold`, `blocked`, `blocked_shipping`, `blocked_invoicing`."""
    email: str = ""
    vat: str = ""
    account_reference: str = ""
    """`number`, normalised as a key."""
    phone: str = ""
    postcode: str = ""
    name: str = ""
    street: str = ""
    is_privacy_blocked: bool = False
    created_at: str = detail()
    modified_at: str = detail()
    display_name: str = detail()
    city: str = detail()
    country: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrder(Record):
    """A sales order in the ledger."""

    number: str
    company: str
    document_reference: str
    """The commerce order's name as the ledger holds it (External Document No.), upper case."""
    customer_number: str
    state: str
    """`draft`, `pending_approval`, `released`, `invoiced`, `closed` or `cancelled`."""
    ordered_on: str
    currency: str
    net: int
    tax: int
    gross: int
    quantity: int = 0
    """Ordered, shipped and invoiced quantities in ten-thousandths, summed over the lines."""
    shipped_quantity: int = 0
    invoiced_quantity: int = 0
    shipping_net: int = 0
    shipped_on: str = ""
    """The latest shipment date of a shipped line."""
    modified_at: str = detail()
    customer_name: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Record):
    """A sales invoice in the ledger, draft or posted."""

    number: str
    company: str
    document_reference: str
    order_number: str
    customer_number: str
    state: str
    """`draft`, `posted` or `cancelled` (a corrective document stands against it)."""
    posted_on: str
    currency: str
    net: int
    tax: int
    gross: int
    shipping_net: int = 0
    customer_reference: str = ""
    """The customer's purchase order reference, upper case."""
    modified_at: str = detail()
    customer_name: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemo(Record):
    """A credit memo in the ledger; amounts are positive."""

    number: str
    company: str
    document_reference: str
    """The commerce return's id as the ledger holds it, upper case."""
    invoice_number: str
    customer_number: str
    state: str
    """`draft`, `posted` or `cancelled`."""
    posted_on: str
    currency: str
    net: int
    tax: int
    gross: int
    customer_name: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Record):
    """An approval request on a ledger document."""

    company: str
    document_number: str
    state: str
    """`open`, `approved`, `rejected` or `cancelled`."""
    requested_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRate(Record):
    """From `starts_on` on, one unit of `currency` is worth `rate` units of `base_currency`."""

    company: str
    currency: str
    base_currency: str
    """"" is the company's local currency."""
    starts_on: str
    rate: str
    """A decimal number as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmCustomer(Record):
    """A Dataverse contact or account that should be promoted into the customer master."""

    table: str
    """`account` or `contact`."""
    created_at: str
    is_active: bool
    is_in_scope: bool
    """Relationship type Customer, or Sellable: what dual-write promotes."""
    company: str = ""
    email: str = ""
    vat: str = ""
    account_reference: str = ""
    phone: str = ""
    postcode: str = ""
    name: str = ""
    street: str = ""
    missing_fields: tuple[str, ...] = ()
    """Fields that Finance makes mandatory and that are empty here."""
    display_name: str = detail()
    url: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBusiness(Record):
    """An open opportunity or order in Dataverse."""

    kind: str
    """`opportunity` or `order`."""
    crm_customer_id: str
    display_name: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRun(Record):
    """One run of a Power Automate cloud flow."""

    flow: str
    state: str
    """`succeeded`, `failed`, `cancelled`, `skipped` or `running`."""
    started_at: str
    ended_at: str = ""
    error_code: str = ""
    error: str = detail()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncAttempt(Record):
    """One attempt of a connector to write one customer or order into the back office.

    An attempt without `subject` stands for a whole run: its `started_at` tells when the
    connector last ran.
    """

    subject: str
    """`customer`, `order` or "" for a whole run."""
    reference: str
    """What the connector calls the subject: order number, company id, account, email, or record id."""
    state: str
    """`succeeded`, `failed`, `skipped` or `running`."""
    started_at: str
    finished_at: str = ""
    error_code: str = ""
    error_field: str = ""
    error: str = ""


RECORD_TYPES: tuple[type[Record], ...] = (
    Order,
    Refund,
    CommerceCustomer,
    Company,
    CompanyMember,
    MasterCustomer,
    SalesOrder,
    Invoice,
    CreditMemo,
    Approval,
    ExchangeRate,
    CrmCustomer,
    OpenBusiness,
    FlowRun,
    SyncAttempt,
)


def key_columns(record_type: type[Record]) -> tuple[str, ...]:
    """Give the names of the columns that judging reads, `id` first."""
    return tuple(f.name for f in fields(record_type) if not f.metadata.get("detail"))


def detail_columns(record_type: type[Record]) -> tuple[str, ...]:
    """Give the names of the columns that only published rows need."""
    return tuple(f.name for f in fields(record_type) if f.metadata.get("detail"))
