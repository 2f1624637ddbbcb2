"""What is true in a simulated merchant's world, told without any vendor's format.

A vendor module renders these facts into its own wire format. Money is Decimal in the unit of the
currency. Times are aware datetimes. Facts are frozen; a world's lists may be changed (a test
deletes a master customer, say), and the next request sees it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from dev.vendors.crm_facts import (
    AutomationGap,
    AutomationRun,
    CrmOpenBusiness,
    CrmRecord,
    DualWriteMapping,
)
from dev.vendors.faults import Faults
from dev.vendors.shop_facts import (
    ZERO,
    Person,
    ShopCompany,
    ShopCustomer,
    ShopOrder,
    ShopRefund,
    ShopSite,
)


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
    is_contact_blocked: bool = False
    """Whether Privacy Blocked is ticked on its contact in Business Central."""
    contact_modified_at: datetime | None = None
    currency: str = ""
    is_untouched: bool = False
    """Never changed since it was made, at `modified_at`; Sage Intacct has no time of change for it."""


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
    shipping: Decimal = ZERO
    """The part of `net` that stands on a line of its own, for shipping."""
    commerce_id: str = ""
    """What a field of the merchant's own holds."""
    is_untouched: bool = False
    """Never changed since it was made, at `modified_at`; Sage Intacct has no time of change for it."""


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
    shipping: Decimal = ZERO
    commerce_id: str = ""
    is_untouched: bool = False
    """Never changed since it was made, at `modified_at`; Sage Intacct has no time of change for it."""


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
    commerce_id: str = ""
    is_untouched: bool = False
    """Never changed since it was made, at `modified_at`; Sage Intacct has no time of change for it."""


@dataclass(frozen=True, kw_only=True)
class LedgerApproval:
    """An approval request on a sales order."""

    id: str
    document_number: str
    requested_at: datetime
    state: str = "open"
    company: str = ""
    is_posted: bool = False
    """Whether its document is posted, which moves the request to another table."""


@dataclass(frozen=True, kw_only=True)
class LedgerRate:
    """One unit of `currency` is worth `rate` units of the company's local currency."""

    currency: str
    starts_on: date
    rate: Decimal
    company: str = ""


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


@dataclass(frozen=True, kw_only=True)
class LedgerDeletion:
    """A row that was deleted from a ledger."""

    kind: str
    """`customer`, `order`, `invoice` or `adjustment`."""
    number: str
    deleted_at: datetime
    company: str = ""


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
    automation_gaps: list[AutomationGap] = field(default_factory=list)
    dual_write_maps: list[DualWriteMapping] = field(default_factory=list)
    flow_run_seconds: int = 2_419_200
    """How long Dataverse keeps the runs of flows; 0 is not at all."""
    tracks_changes: bool = True
    """Whether Dataverse's change tracking is on."""
    tracked: dict[str, dict[str, str]] = field(default_factory=dict)
    """What each change token saw: marks of rows by their ids. A token that is not here has expired."""
    sync_log: list[SyncLogEntry] = field(default_factory=list)
    skipped: list[SyncLogEntry] = field(default_factory=list)
    """What the connector passed over."""
    deletions: list[LedgerDeletion] = field(default_factory=list)
    denied: frozenset[str] = frozenset()
    """What the user may not read, by the vendor's names."""
    formatting: dict[str, str] = field(default_factory=dict)
    """How the user writes dates and times, where it is not the vendor's usual way."""
    local_currency: str = "GBP"
    has_b2b: bool = True
    """Whether a store has its vendor's B2B module."""
    page_limit: int | None = None
    """The most rows a page that the merchant allows; None is the vendor's own limit."""
    lacks: frozenset[str] = frozenset()
    """Entity sets, and fields as `set.field`, that an environment of Microsoft's does not have."""
    barred: frozenset[str] = frozenset()
    """Entity sets that the app may not read."""
    is_broken: bool = False
    """Answers 200 with nonsense, as a vendor behind a broken proxy does."""
    faults: Faults = field(default_factory=Faults)
    """What else goes wrong, where a test says so."""


__all__ = [
    "ZERO",
    "Account",
    "AutomationGap",
    "AutomationRun",
    "CrmOpenBusiness",
    "CrmRecord",
    "DualWriteMapping",
    "LedgerApproval",
    "LedgerCreditMemo",
    "LedgerCustomer",
    "LedgerDeletion",
    "LedgerInvoice",
    "LedgerRate",
    "LedgerSalesOrder",
    "Person",
    "ShopCompany",
    "ShopCustomer",
    "ShopOrder",
    "ShopRefund",
    "ShopSite",
    "SyncLogEntry",
]
