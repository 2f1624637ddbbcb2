"""What ledgers yield."""

from dataclasses import dataclass

from shared.domain.records.record import Record, detail


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
    line_count: int = 0
    """How many lines it has; 0 where the ledger does not tell."""
    commerce_reference: str = ""
    """The commerce order's name in a field of the merchant's own, upper case; "" where there is none."""
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
    line_count: int = 0
    commerce_reference: str = ""
    base_currency: str = ""
    """What the company keeps its books in, where the document tells its own rate."""
    exchange_rate: str = ""
    """What one unit of `currency` is worth in `base_currency`, by the document itself; "" for untold."""
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
    line_count: int = 0
    commerce_reference: str = ""
    """The commerce return's name in a field of the merchant's own, upper case."""
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
    starts_on: str
    rate: str
    """A decimal number as text."""
