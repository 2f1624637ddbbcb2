"""Buyers who ordered and who have no record in the Sage Intacct customer master.

Their invoices cannot be classified, coded or given the right VAT treatment without work by hand. A
missing B2B customer breaks the VAT line of the next invoice batch, and its credit cannot be checked; a
missing DTC customer usually posts to a holding customer and loses its detail. Where a sync creates
customers, a count that rises from week to week says that the sync fails or falls behind.

Create the B2B customers first. Before you create a returning DTC customer, look at the suggested
record: the same person under an old email is merged, not created again. An inactive record is
reactivated, so that its history stays in one place. Missing orders and missing customers mostly have one
root: reconcile them together.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from shared.cards import sage
from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Subset, Unresolved
from shared.cards.customers import (
    BUYER_NEEDS,
    COLUMNS,
    counted,
    customer_row,
    excluded,
    finding,
    leave_out,
    oldest_first,
    population_figures,
    population_of,
    row_figures,
    shown_orders,
    unresolved_cases,
)
from shared.cards.cuts import by_cohort, by_entity
from shared.cards.sage import MASTER, SYNC_LOGS
from shared.domain.absence import Absence, Population
from shared.domain.evidence import ShownOrders
from shared.domain.records import MasterCustomer, SyncAttempt
from shared.domain.rows import CustomerRow
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window
from shared.domain.workspace import CardSettings

ID = sage.WIDER


def judge(snapshot: Snapshot, window: Window, settings: CardSettings) -> Judgement:
    """Count the buyers of the window whom the Sage master does not know, and cut them by cohort."""
    found = population_of(snapshot, window, settings, MASTER)
    orders = shown_orders(snapshot, found, found.cases)
    rows = oldest_first(_row(snapshot, window, found, each, orders) for each in found.cases)
    rows = leave_out(rows, excluded(settings))
    counts = counted(rows)
    b2b = [row for row in counts if row.segment == "b2b"]
    threshold = settings.b2b_threshold
    return Judgement(
        value=len(counts),
        compared=Decimal(len(counts)),
        rows=rows,
        breakdown=(
            *by_cohort(counts),
            *by_cohort((row for row in rows if not row.is_counted), "not_counted"),
            *by_entity(snapshot, counts),
        ),
        figures={
            **population_figures(found),
            **row_figures(rows, found.expected),
            "orders": sum(row.order_count for row in counts),
            "b2b_customers": len(b2b),
            "b2b_orders": sum(row.order_count for row in b2b),
            "dtc_customers": len(counts) - len(b2b),
            "dtc_orders": sum(row.order_count for row in counts if row.segment != "b2b"),
            "not_yet_synced": sum(row.evidence["is_not_yet_synced"] for row in rows),
        },
        subsets=() if threshold is None else (Subset("b2b", len(b2b), threshold),),
    )


def unresolved(snapshot: Snapshot, window: Window, settings: CardSettings) -> Sequence[Unresolved]:
    """Tell of the rows that a window has, without building them."""
    cohorts = excluded(settings)
    found = finding(cohorts)(snapshot, window, settings, MASTER)
    return unresolved_cases(ID, snapshot, found.cases, cohorts)


def _row(
    snapshot: Snapshot, window: Window, found: Population, absence: Absence, orders: ShownOrders
) -> CustomerRow:
    row = customer_row(ID, snapshot, found, absence, orders)
    last_run_at = sage.sync_log(snapshot).last_run_at
    is_in_flight = bool(last_run_at) and row.occurred_at > last_run_at
    return replace(
        row,
        also_on=sage.also_on_b2b(snapshot, window, absence),
        evidence=row.evidence | {"is_not_yet_synced": is_in_flight, "last_sync": last_run_at},
    )


CARD = Card(
    id=ID,
    title="Ecom Customers Absent from Sage",
    unit="customers",
    window_days=sage.WINDOW_DAYS,
    threshold=Decimal(10),
    sentiment="customer_master_gap",
    roles=frozenset({"owner", "finance", "operations"}),
    needs=(
        *BUYER_NEEDS,
        Need(MasterCustomer, MASTER.ledgers),
        Need(SyncAttempt, SYNC_LOGS, is_required=False),
    ),
    judge=judge,
    unresolved=unresolved,
    where_to_look=(
        "Sage Intacct: Accounts Receivable > Customers",
        "Sage Intacct: Reports > Accounts Receivable > Customer List, compared by email and VAT number",
        "Sage Network: the sync log, for records created, skipped or refused",
        "Sage Intacct: an Interactive Custom Report on customers with number, name, email and VAT number",
        "Sage Intacct: Order Entry > Sales Orders, those on a holding customer",
    ),
    differences=(
        Difference("The key that is compared", "either", "Names differ where VAT number or email agree."),
        Difference("Holding customers", "card higher", "The buyer behind the holding record is counted."),
        Difference("Sync between two pulls", "either", "Who ordered after Sage was read is pending."),
        Difference("Changed email", "card lower", "A suspected duplicate is flagged as such, not as clean."),
        Difference("B2B scope", "either", "With the scope set to B2B, other buyers are left out."),
        Difference("Several entities", "either", "A record of another entity does not count here."),
        Difference("Inactive records", "card higher", "An inactive record takes no posting: it is absent."),
    ),
    siblings=(
        Sibling(
            "ecom_b2b_customers_absent_from_sage_master",
            "The B2B part with active orders, by what went wrong in the sync.",
        ),
        Sibling("revenue_gap_detailed_breakdown", "The same gap order by order, where it is money."),
    ),
    columns=COLUMNS,
    about=__doc__ or "",
)
