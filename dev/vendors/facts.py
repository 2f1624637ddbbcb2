"""What is true in a simulated merchant's world, told without any vendor's format.

A vendor module renders these facts into its own wire format. Money is Decimal in the unit of the
currency. Times are aware datetimes. Facts are frozen; a world's lists may be changed (a test
deletes a master customer, say), and the next request sees it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
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


@dataclass(frozen=True, kw_only=True)
class ShopCustomer:
    """A customer account on a store."""

    id: int
    person: Person
    created_at: datetime
    updated_at: datetime
    company_id: int = 0
    vat: str = ""


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


@dataclass(frozen=True, kw_only=True)
class LedgerCustomer:
    """A customer in a ledger's master."""

    number: str
    name: str
    address: Person
    created_at: datetime
    modified_at: datetime
    company: str = ""
    """Business Central's company name, Finance & Operations' dataAreaId, Intacct's entity id."""
    vat: str = ""
    state: str = "active"
    """`active`, `inactive`, `on_hold`, `blocked`, `blocked_shipping`, `blocked_invoicing`."""
    is_privacy_blocked: bool = False
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerSalesOrder:
    """A sales order in a ledger, with one line."""

    number: str
    reference: str
    """External Document No."""
    customer_number: str
    customer_name: str
    ordered_on: date
    modified_at: datetime
    net: Decimal
    tax: Decimal = ZERO
    currency: str = ""
    company: str = ""
    state: str = "released"
    """`draft`, `pending_approval`, `released`, `invoiced`, `closed` or `cancelled`."""
    quantity: Decimal = Decimal(1)
    shipped_quantity: Decimal = ZERO
    invoiced_quantity: Decimal = ZERO
    shipped_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerInvoice:
    """A sales invoice in a ledger."""

    number: str
    reference: str
    order_number: str
    customer_number: str
    customer_name: str
    posted_on: date
    modified_at: datetime
    net: Decimal
    tax: Decimal = ZERO
    currency: str = ""
    company: str = ""
    state: str = "posted"
    """`draft`, `posted` or `cancelled`."""
    customer_reference: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerCreditMemo:
    """A credit memo in a ledger; amounts are positive."""

    number: str
    reference: str
    customer_number: str
    customer_name: str
    posted_on: date
    modified_at: datetime
    net: Decimal
    tax: Decimal = ZERO
    currency: str = ""
    company: str = ""
    invoice_number: str = ""
    state: str = "posted"


@dataclass(frozen=True, kw_only=True)
class LedgerApproval:
    """An approval request on a sales order."""

    id: str
    document_number: str
    requested_at: datetime
    state: str = "open"
    company: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerRate:
    """One unit of `currency` is worth `rate` units of the company's local currency."""

    currency: str
    starts_on: date
    rate: Decimal
    company: str = ""


@dataclass(frozen=True, kw_only=True)
class CrmRecord:
    """A Dataverse account or contact."""

    id: str
    """A GUID."""
    table: str
    """`account` or `contact`."""
    person: Person
    created_at: datetime
    modified_at: datetime
    account_number: str = ""
    """`accountnumber` or `msdyn_contactpersonid`."""
    company: str = ""
    """`cdm_companycode`."""
    vat: str = ""
    is_in_scope: bool = True
    is_active: bool = True
    customer_group: str = "RETAIL"
    """"" is what Finance & Operations refuses."""


@dataclass(frozen=True, kw_only=True)
class CrmOpenBusiness:
    """An open opportunity or sales order in Dataverse."""

    id: str
    kind: str
    crm_id: str
    title: str = ""
    modified_at: datetime


@dataclass(frozen=True, kw_only=True)
class AutomationRun:
    """One run of a Power Automate flow."""

    id: str
    flow: str
    state: str
    started_at: datetime
    ended_at: datetime
    error_code: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class SyncLogEntry:
    """One line of a sync log; without a subject it stands for a whole run."""

    id: str
    subject: str
    """`customer`, `order` or ""."""
    reference: str
    state: str
    """`succeeded`, `failed`, `skipped` or `running`."""
    started_at: datetime
    finished_at: datetime
    error_code: str = ""
    error_field: str = ""
    error: str = ""


@dataclass(kw_only=True)
class Account:
    """Everything that one connection's vendor knows: the lists a vendor module serves."""

    companies: list[ShopCompany] = field(default_factory=list)
    customers: list[ShopCustomer] = field(default_factory=list)
    orders: list[ShopOrder] = field(default_factory=list)
    refunds: list[ShopRefund] = field(default_factory=list)
    ledger_companies: list[str] = field(default_factory=list)
    ledger_customers: list[LedgerCustomer] = field(default_factory=list)
    sales_orders: list[LedgerSalesOrder] = field(default_factory=list)
    invoices: list[LedgerInvoice] = field(default_factory=list)
    credit_memos: list[LedgerCreditMemo] = field(default_factory=list)
    approvals: list[LedgerApproval] = field(default_factory=list)
    rates: list[LedgerRate] = field(default_factory=list)
    crm_records: list[CrmRecord] = field(default_factory=list)
    open_business: list[CrmOpenBusiness] = field(default_factory=list)
    automation_runs: list[AutomationRun] = field(default_factory=list)
    sync_log: list[SyncLogEntry] = field(default_factory=list)
    local_currency: str = "GBP"
    is_broken: bool = False
    """Answers 200 with nonsense, as a vendor behind a broken proxy does."""
