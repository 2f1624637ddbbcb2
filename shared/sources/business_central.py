"""Dynamics 365 Business Central: customers, sales documents, approvals, rates and the connector's log.

Reads API v2.0 (learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0) company
by company. Sales orders are deleted when they are fully posted, so they are read in full, as are
rates; the rest by `lastModifiedDateTime`, which tells no deletions: a daily sweep of the ids does.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

from shared.domain import records as canonical
from shared.domain.workspace import Connection
from shared.sources import business_central_streams as streams
from shared.sources.business_central_check import check
from shared.sources.business_central_companies import walk_keys
from shared.sources.business_central_options import BusinessCentralOptions
from shared.sources.entra import entra_auth
from shared.sources.http import Access
from shared.sources.pace import Limit
from shared.sources.source import KeyPage, Options, Pull, Source, Stream

ADDRESS = "https://api.businesscentral.dynamics.com"
LIMIT = Limit(capacity=6_000, per_second=20, parallel=4, window=300)
"""6,000 calls in any 5 minutes, and 5 at once, of which one is left to others
(learn.microsoft.com/dynamics365/business-central/dev-itpro/administration/operational-limits-online)."""
LOG_OVERLAP = timedelta(hours=24)
"""The log is read by the start of its lines, and the end of one is written later."""


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Say how an environment is reached: by an app that its page Microsoft Entra Applications lists."""
    if not isinstance(options, BusinessCentralOptions):
        raise TypeError
    scope = f"{ADDRESS}/.default"
    auth = entra_auth(connection, options.tenant_id, secrets["client_id"], secrets["client_secret"], scope)
    own = f"{ADDRESS}/v2.0/{options.tenant_id}/{options.environment}"
    return Access(connection.base_url or own, auth, {"Data-Access-Intent": "ReadOnly"}, LIMIT)


def customer_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Read the ids of all customers."""
    return walk_keys(pull, customers="")


def invoice_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Read the ids of all sales invoices: drafts may be deleted."""
    return walk_keys(pull, salesInvoices="")


def credit_memo_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Read the ids of all credit memos: drafts may be deleted."""
    return walk_keys(pull, salesCreditMemos="")


def approval_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Read the ids of all approval requests: posting and deleting a document moves or deletes them."""
    return walk_keys(pull, **streams.approval_sets(pull.options))


SOURCE = Source(
    kind="business_central",
    title="Dynamics 365 Business Central",
    streams=(
        Stream("customers", canonical.MasterCustomer, streams.customers, keys=customer_keys),
        Stream("sales_orders", canonical.SalesOrder, streams.sales_orders, is_full_read=True),
        Stream("invoices", canonical.Invoice, streams.invoices, keys=invoice_keys),
        Stream("credit_memos", canonical.CreditMemo, streams.credit_memos, keys=credit_memo_keys),
        Stream(
            "approvals",
            canonical.Approval,
            streams.approvals,
            keys=approval_keys,
            is_offered=lambda options: "approvalEntries" not in options.without,
        ),
        Stream("exchange_rates", canonical.ExchangeRate, streams.exchange_rates, is_full_read=True),
        Stream(
            "connector_log",
            canonical.SyncAttempt,
            streams.connector_log,
            overlap=LOG_OVERLAP,
            is_offered=lambda options: bool(options.connector_log_page or options.skipped_records_page),
        ),
    ),
    access=access,
    options=BusinessCentralOptions,
    secrets=("client_id", "client_secret"),
    check=check,
)
