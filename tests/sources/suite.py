"""The table of the contract suite: what spoils a record of each stream, and which streams are special."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from dev.bench.account import PERSON, START

UNTIL = START + timedelta(days=10)
EMAIL = PERSON.email
"""Must stand in no error and in no line of a log."""
ROWS = 7


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What the suite knows of one kind of source."""

    bad: Mapping[str, str]
    """For each stream the vendor's field that spoils an item, where it holds what it must not."""
    coarse: frozenset[str] = frozenset()
    """Streams whose windows are days, or one: neighbours may read a record twice, never lose it."""
    other: frozenset[str] = frozenset()
    """Streams without an item for each record: of what is missing, or of how the vendor is set up."""
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """How many items of another stream stand before the first of this one, where a list holds both."""
    log_subject: str = "customer"
    """What a line of the sync log is about; "" where the vendor logs whole runs."""


SETTINGS: dict[str, Setting] = {
    "shopify": Setting(
        bad={
            "orders": "processedAt",
            "refunds": "createdAt",
            "customers": "createdAt",
            "companies": "createdAt",
        },
        coarse=frozenset({"customers", "refunds"}),
    ),
    "bigcommerce": Setting(
        bad={
            "orders": "date_created",
            "refunds": "created",
            "customers": "date_created",
            "companies": "createdAt",
            "members": "companyId",
        },
    ),
    "adobe_commerce": Setting(
        bad={
            "orders": "created_at",
            "refunds": "created_at",
            "customers": "created_at",
            "companies": "company_name",
        },
    ),
    "business_central": Setting(
        bad={
            "customers": "number",
            "sales_orders": "totalTaxAmount",
            "invoices": "totalAmountExcludingTax",
            "credit_memos": "totalAmountExcludingTax",
            "approvals": "documentNumber",
            "exchange_rates": "exchangeRateAmount",
            "connector_log": "startedAt",
        },
    ),
    "finance_operations": Setting(
        bad={
            "customers": "CustomerAccount",
            "sales_orders": "OrderTotalAmount",
            "invoices": "InvoiceDate",
            "credit_memos": "InvoiceDate",
            "exchange_rates": "Rate",
        },
        coarse=frozenset({"invoices", "credit_memos"}),
        passed_over={"invoices": 4},
    ),
    "dataverse": Setting(
        bad={
            "accounts": "createdon",
            "contacts": "createdon",
            "opportunities": "name",
            "orders": "name",
            "flow_runs": "starttime",
            "flow_run_gaps": "",
            "dual_write_maps": "",
        },
        coarse=frozenset({"accounts", "contacts"}),
        other=frozenset({"flow_run_gaps", "dual_write_maps"}),
    ),
    "sage_intacct": Setting(
        bad={
            "customers": "audit.modifiedDateTime",
            "sales_orders": "totalInTxnCurrency",
            "invoices": "audit.modifiedDateTime",
            "credit_memos": "audit.modifiedDateTime",
        },
    ),
    "sage_network": Setting(bad={"sync_log": "modified"}, log_subject=""),
}
"""A source without an entry fails the suite, and so does a stream."""
