"""B2B customers with active orders and no record in the Sage customer master, by sync cause.

Where these records are made by a sync, a rising count means that the sync is failing or behind. The
next invoice batch cannot code their VAT, because the record that carries the VAT number is missing.

Start with the failures: the sync will go on failing in the same way until its reason is mended.
Lagging customers clear at the next run. Without a sync log the cause stays unknown.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Slice
from shared.cards.customers import (
    BUYER_NEEDS,
    COLUMNS,
    by_entity,
    count,
    customer_row,
    distinct,
    oldest_first,
)
from shared.cards.ecom_customers_absent_from_sage import MASTER, SYNC_LOGS
from shared.domain.absence import Absence, Population, population
from shared.domain.buyers import COMMERCE
from shared.domain.records import (
    Company,
    MasterCustomer,
    Order,
    SyncAttempt,
)
from shared.domain.rows import CustomerRow
from shared.domain.snapshot import Snapshot
from shared.domain.sync_log import Failure, SyncLog
from shared.domain.windows import Window
from shared.domain.workspace import CardSettings

ID = "ecom_b2b_customers_absent_from_sage_master"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the sync has not made the record."""

    code: str
    label: str
    consequence: str
    action: str


NEVER_SYNCED = Cause(
    "never_synced",
    "New B2B account, never synced",
    "No customer record: standard, zero-rated or reverse-charge VAT cannot be set",
    "Run the customer sync for this account",
)
FAILED = Cause(
    "failed",
    "Sync failed on create",
    "The record was refused: its orders are stranded and their VAT cannot be coded",
    "Mend what the sync was refused for, then run it again",
)
LAGGING = Cause(
    "lagging",
    "Sync lagging, account newer than the last run",
    "Clears with the next sync run; no VAT consequence if it runs before the batch",
    "Wait for the next sync run",
)
MERGED = Cause(
    "merged",
    "Account merged on the store, old reference absent",
    "The order names a retired account: VAT cannot be taken from it",
    "Point the order at the account that remains",
)
UNKNOWN = Cause(
    "unknown",
    "Unknown, no sync log to tell",
    "No customer record: standard, zero-rated or reverse-charge VAT cannot be set",
    "Connect the sync log to learn why, or create the customer",
)
CAUSES = (NEVER_SYNCED, FAILED, LAGGING, MERGED, UNKNOWN)


def judge(snapshot: Snapshot, window: Window, settings: CardSettings) -> Judgement:
    """Count absent B2B buyers with an active order in the window, and say what the sync log knows."""
    found = population(snapshot, window, settings.model_copy(update={"scope": "b2b"}), MASTER)
    log = SyncLog(snapshot.table(SyncAttempt, *SYNC_LOGS))
    cases = (_row(snapshot, found, absence, log) for absence in found.absences if not absence.lacks_vat)
    rows = oldest_first(row for row in cases if row is not None)
    lagging = sum(row.cause == LAGGING.code for row in rows)
    failing = sum(row.cause in {NEVER_SYNCED.code, FAILED.code} for row in rows)
    return Judgement(
        value=len(rows),
        compared=Decimal(len(rows) - lagging if settings.alert_basis == "excluding_lag" else len(rows)),
        rows=rows,
        breakdown=_by_cause(rows) + _by_failure(rows) + by_entity(snapshot, rows),
        figures={
            "distinct_buyers": distinct(found),
            "active_orders": sum(row.order_count for row in rows),
            "real_failures": failing,
            "lagging": lagging,
            "last_sync_at": log.last_run_at,
        },
    )


def _row(snapshot: Snapshot, found: Population, absence: Absence, log: SyncLog) -> CustomerRow | None:
    """Give the row of a case; None for a buyer without an active order (SAGE-CM-02)."""
    orders = snapshot.table(Order, *COMMERCE)
    active = tuple(row for row in absence.buyer.orders if orders["state"][row] == "placed")
    if not active:
        return None
    absence = replace(absence, buyer=replace(absence.buyer, orders=active))
    row = customer_row(ID, snapshot, found, absence)
    failure = log.failure("customer", *_references(snapshot, absence))
    cause = _cause(snapshot, absence, log, failure)
    evidence = row.evidence | {"failure": _shown(failure), "last_sync": log.last_run_at}
    action = f"{cause.action}: {failure.reason}" if failure and cause is FAILED else cause.action
    return replace(row, cause=cause.code, consequence=cause.consequence, action=action, evidence=evidence)


def _references(snapshot: Snapshot, absence: Absence) -> tuple[str, ...]:
    """Give what the sync may call the buyer: any of its keys, or its company's id on the store."""
    keys = tuple(value for _, value in absence.buyer.keys)
    company = absence.buyer.company
    return keys if company is None else (*keys, snapshot.table(Company, *COMMERCE)["id"][company])


def _cause(snapshot: Snapshot, absence: Absence, log: SyncLog, failure: Failure | None) -> Cause:
    companies = snapshot.table(Company, *COMMERCE)
    company = absence.buyer.company
    if company is not None and companies["state"][company] == "retired":
        return MERGED
    if log.is_empty:
        return UNKNOWN
    if failure:
        return FAILED
    if not log.last_run_at:
        return UNKNOWN
    created_at = companies["created_at"][company] if company is not None else ""
    if created_at and created_at > log.last_run_at:
        return LAGGING
    return NEVER_SYNCED


def _shown(failure: Failure | None) -> dict[str, object] | None:
    if failure is None:
        return None
    return {
        "at": failure.at,
        "reason": failure.reason,
        "field": failure.field,
        "code": failure.code,
        "attempts": failure.attempts,
        "is_recurring": failure.is_recurring,
    }


def _by_cause(rows: tuple[CustomerRow, ...]) -> tuple[Slice, ...]:
    slices = []
    for cause in CAUSES:
        members = [row for row in rows if row.cause == cause.code]
        if members:
            slices.append(Slice("cause", cause.code, cause.label, count(members), cause.consequence))
    return tuple(slices)


def _by_failure(rows: tuple[CustomerRow, ...]) -> tuple[Slice, ...]:
    """Group the failures by the missing field or the reason (SAGE-CM-12)."""
    parts: dict[str, list[CustomerRow]] = {}
    for row in rows:
        failure = row.evidence["failure"]
        if row.cause == FAILED.code:
            parts.setdefault(failure["field"] or failure["reason"], []).append(row)
    return tuple(
        Slice("failure", reason, reason, count(members)) for reason, members in sorted(parts.items())
    )


CARD = Card(
    id=ID,
    title="Ecom Customers Absent from Sage Customer Master",
    unit="customers",
    window_days=7,
    threshold=Decimal(10),
    sentiment="customer_master_gap",
    roles=frozenset({"owner", "finance", "marketing", "operations"}),
    needs=(
        *BUYER_NEEDS,
        Need(MasterCustomer, MASTER.ledgers),
        Need(SyncAttempt, SYNC_LOGS, is_required=False),
    ),
    judge=judge,
    where_to_look=(
        "Sage Network: the sync log, with the reason of each refusal",
        "Sage Intacct: Accounts Receivable > Customers",
        "Sage Intacct: Reports > Accounts Receivable > Customer List, by VAT number and account reference",
        "Sage Intacct: Order Entry > Sales Orders, those on a holding customer",
    ),
    differences=(
        Difference("B2B only", "card lower", "Other buyers are on the wider card."),
        Difference("Active orders only", "card lower", "Without an active order no invoice is near."),
        Difference("Failure or backlog", "either", "The customer list alone cannot tell them apart."),
        Difference("The key that is compared", "either", "Names differ where VAT number or account agree."),
        Difference("Holding customers", "card higher", "The company behind the holding record is counted."),
        Difference("Sync between two pulls", "either", "Both sides are read to one aligned time."),
        Difference("Several entities", "either", "A record of another entity does not count here."),
    ),
    siblings=(
        Sibling("ecom_customers_absent_from_sage", "The whole gap, of which this is the pressing part."),
        Sibling("revenue_gap_detailed_breakdown", "The same gap order by order, where it is money."),
    ),
    columns=COLUMNS,
    about=__doc__ or "",
)
