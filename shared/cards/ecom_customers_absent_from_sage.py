"""Buyers who ordered and who have no record in the Sage Intacct customer master.

Their invoices cannot be classified, coded or given the right VAT treatment without work by hand. A
missing B2B customer breaks the VAT line of the next invoice batch; a missing DTC customer usually
posts to a holding customer and loses its detail.

Create the B2B customers first. Before you create a returning DTC customer, look at the suggested
record: the same person under an old email is merged, not created again.
"""

from dataclasses import replace
from decimal import Decimal

from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Subset
from shared.cards.cohorts import SUSPECTED_DUPLICATES
from shared.cards.customers import (
    BUYER_NEEDS,
    COLUMNS,
    by_cohort,
    by_entity,
    customer_row,
    distinct,
    oldest_first,
)
from shared.domain.absence import Absence, Master, Population, population
from shared.domain.records import (
    MasterCustomer,
    SyncAttempt,
)
from shared.domain.rows import CustomerRow
from shared.domain.snapshot import Snapshot
from shared.domain.sync_log import SyncLog
from shared.domain.windows import Window
from shared.domain.workspace import CardSettings

ID = "ecom_customers_absent_from_sage"
MASTER = Master(("sage_intacct",), must_carry_vat=True)
SYNC_LOGS = ("sage_network",)


def judge(snapshot: Snapshot, window: Window, settings: CardSettings) -> Judgement:
    """Count the buyers of the window whom the Sage master does not know, and cut them by cohort."""
    found = population(snapshot, window, settings, MASTER)
    last_run_at = SyncLog(snapshot.table(SyncAttempt, *SYNC_LOGS)).last_run_at
    rows = oldest_first(_row(snapshot, found, absence, last_run_at) for absence in found.absences)
    suspected = [row for row in rows if row.cohort in SUSPECTED_DUPLICATES]
    b2b = [row for row in rows if row.segment == "b2b"]
    left_out = SUSPECTED_DUPLICATES if settings.exclude_suspected_duplicates else frozenset()
    counted = [row for row in rows if row.cohort not in left_out]
    value = len(counted)
    b2b_value = sum(row.segment == "b2b" for row in counted)
    threshold = settings.b2b_threshold
    return Judgement(
        value=value,
        compared=Decimal(value),
        rows=rows,
        breakdown=by_cohort(rows) + by_entity(snapshot, rows),
        figures={
            "distinct_buyers": distinct(found),
            "matched_buyers": found.matched,
            "orders": sum(row.order_count for row in rows),
            "b2b_customers": len(b2b),
            "b2b_orders": sum(row.order_count for row in b2b),
            "dtc_customers": len(rows) - len(b2b),
            "dtc_orders": sum(row.order_count for row in rows if row.segment != "b2b"),
            "suspected_duplicates": len(suspected),
            "clean_absences": len(rows) - len(suspected),
            "not_yet_synced": sum(row.evidence["is_not_yet_synced"] for row in rows),
        },
        subsets=() if threshold is None else (Subset("b2b", b2b_value, threshold),),
    )


def _row(snapshot: Snapshot, found: Population, absence: Absence, last_run_at: str) -> CustomerRow:
    row = customer_row(ID, snapshot, found, absence)
    is_in_flight = bool(last_run_at) and row.occurred_at > last_run_at
    return replace(row, evidence=row.evidence | {"is_not_yet_synced": is_in_flight, "last_sync": last_run_at})


CARD = Card(
    id=ID,
    title="Ecom Customers Absent from Sage",
    unit="customers",
    window_days=7,
    threshold=Decimal(10),
    sentiment="customer_master_gap",
    roles=frozenset({"owner", "finance", "operations"}),
    needs=(
        *BUYER_NEEDS,
        Need(MasterCustomer, MASTER.ledgers),
        Need(SyncAttempt, SYNC_LOGS, is_required=False),
    ),
    judge=judge,
    where_to_look=(
        "Sage Intacct: Accounts Receivable > Customers",
        "Sage Intacct: Reports > Accounts Receivable > Customer List, compared by email and VAT number",
        "Sage Network: the sync log, for records created, skipped or refused",
        "Sage Intacct: Order Entry > Sales Orders, those on a holding customer",
    ),
    differences=(
        Difference("The key that is compared", "either", "Names differ where VAT number or email agree."),
        Difference("Holding customers", "card higher", "The buyer behind the holding record is counted."),
        Difference("Sync between two pulls", "either", "Both sides are read to one aligned time."),
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
