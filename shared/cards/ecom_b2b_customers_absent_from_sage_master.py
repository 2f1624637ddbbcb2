"""B2B customers with active orders and no record in the Sage customer master, by sync cause.

Where these records are made by a sync, a rising count means that the sync is failing or behind. The
next invoice batch cannot code their VAT, standard, zero-rated or reverse-charge, because the record that
carries the VAT number is missing. A refused record is the worst case: the sync ran, and its orders are
stranded all the same.

Start with the failures, those of the most valuable accounts first: the sync will go on failing in the
same way until its reason is mended, and one field that the application form does not ask for may be
behind many. Lagging customers clear at the next run. Where neither the sync log nor the store tells why,
the cause stays unknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import Any

from shared.cards import sage
from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Slice, Unresolved
from shared.cards.customers import (
    BUYER_NEEDS,
    COLUMNS,
    counted,
    customer_row,
    excluded,
    finding,
    leave_out,
    percentage,
    population_of,
    shown_orders,
    unresolved_cases,
)
from shared.cards.cuts import by_cause, by_entity, count, total
from shared.cards.sage import MASTER, SYNC_LOGS
from shared.cards.sync_causes import CAUSES, FAILED, LAGGING, NEVER_SYNCED, Told, told
from shared.domain.absence import Absence, Population
from shared.domain.accounts import orders_ever
from shared.domain.evidence import ShownOrders
from shared.domain.money import parse_money
from shared.domain.records import MasterCustomer, SyncAttempt
from shared.domain.rows import PRIVACY_BLOCKED, CustomerRow
from shared.domain.snapshot import Snapshot
from shared.domain.timeline import timeline
from shared.domain.windows import Window
from shared.domain.workspace import CardSettings

ID = sage.B2B
_EVERYONE = {"scope": "all", "include_guests": True}


def judge(snapshot: Snapshot, window: Window, settings: CardSettings) -> Judgement:
    """Count absent B2B buyers with an active order in the window, and say what the sync log knows."""
    # Everyone, as the wider card mostly asks for them: so they are looked up once for both.
    found = population_of(snapshot, window, settings.model_copy(update=_EVERYONE), MASTER)
    buyers = [buyer for buyer in found.others if buyer.segment == "b2b"]
    cases = _cases(snapshot, found)
    ever = orders_ever(snapshot, [absence.buyer for absence in cases])
    orders = shown_orders(snapshot, found, cases, chain.from_iterable(ever))
    listed = (_row(snapshot, window, found, each, orders) for each in zip(cases, ever, strict=True))
    rows = _most_valuable_first(snapshot, listed)
    # What the wider card leaves out cannot count here: this card is a part of it (SAGE-CM-03).
    rows = leave_out(rows, _excluded(snapshot, settings))
    counts = counted(rows)
    lagging = sum(row.cause == LAGGING.code for row in counts)
    failed = [row for row in counts if row.cause == FAILED.code]
    active = {buyer.identity for buyer in buyers if sage.has_active_order(snapshot, buyer)}
    return Judgement(
        value=len(counts),
        compared=Decimal(len(counts) - lagging if settings.alert_basis == "excluding_lag" else len(counts)),
        rows=rows,
        breakdown=by_cause(CAUSES, counts) + _by_failure(failed) + by_entity(snapshot, counts),
        figures={
            "distinct_buyers": len({buyer.identity for buyer in buyers}),
            "active_customers": len(active),
            "absent_percentage": percentage(len({absence.buyer.identity for absence in cases}), len(active)),
            "active_orders": sum(row.order_count for row in counts),
            "real_failures": sum(row.cause == NEVER_SYNCED.code for row in counts) + len(failed),
            "recurring_failures": sum(row.evidence["failure"]["is_recurring"] for row in failed),
            "lagging": lagging,
            "pending": sum(
                buyer.segment == "b2b" and sage.has_active_order(snapshot, buyer) for buyer in found.pending
            ),
            "not_counted": len(rows) - len(counts),
            "last_sync_at": sage.sync_log(snapshot).last_run_at,
        },
    )


def unresolved(snapshot: Snapshot, window: Window, settings: CardSettings) -> Sequence[Unresolved]:
    """Tell of the rows that a window has, without building them."""
    cohorts = _excluded(snapshot, settings)
    found = finding(cohorts)(snapshot, window, settings.model_copy(update=_EVERYONE), MASTER)
    return unresolved_cases(ID, snapshot, _cases(snapshot, found), cohorts)


def _excluded(snapshot: Snapshot, settings: CardSettings) -> frozenset[str]:
    return excluded(settings, snapshot.workspace.card(sage.WIDER))


def _cases(snapshot: Snapshot, found: Population) -> list[Absence]:
    """Give the cases of this card, each with its active orders only (SAGE-CM-02)."""
    return [
        replace(case, buyer=replace(case.buyer, orders=sage.active_orders(snapshot, case.buyer)))
        for case in found.absences
        if sage.is_of_b2b_card(snapshot, case)
    ]


def _row(
    snapshot: Snapshot,
    window: Window,
    found: Population,
    case: tuple[Absence, Sequence[int]],
    orders: ShownOrders,
) -> CustomerRow:
    absence, ever = case
    row = customer_row(ID, snapshot, found, absence, orders)
    hidden = PRIVACY_BLOCKED if found.index.is_privacy_blocked(absence.match) else ""
    why = told(snapshot, absence.buyer, timeline(snapshot).placed_at[ever[0]], sage.sync_log(snapshot))
    return replace(
        row,
        cause=why.cause.code,
        consequence=why.cause.consequence,
        action=why.action(hidden),
        account_value=orders.exposure(ever),
        also_on=sage.also_on_wider(snapshot, window, absence),
        evidence=row.evidence | _evidence(snapshot, why, hidden),
    )


def _evidence(snapshot: Snapshot, why: Told, hidden: str) -> dict[str, Any]:
    return {
        "why": why.why,
        "failure": why.failure and why.failure.shown(hidden),
        "skip": why.skip and why.skip.shown(hidden),
        "account_created_at": why.created_at,
        "last_sync": sage.sync_log(snapshot).last_run_at,
    }


def _most_valuable_first(snapshot: Snapshot, rows: Iterable[CustomerRow]) -> tuple[CustomerRow, ...]:
    """Order accounts by worth in the reporting currency, then in others, untranslated (SAGE-CM-19)."""
    own = snapshot.workspace.reporting_currency

    def rank(row: CustomerRow) -> tuple[Any, ...]:
        worth = {each["currency"]: parse_money(each["amount"]) for each in row.account_value}
        others = (amount for currency, amount in worth.items() if currency != own)
        return -worth.get(own, 0), -max(others, default=0), row.occurred_at, row.name, row.id

    return tuple(sorted(rows, key=rank))


def _by_failure(rows: Sequence[CustomerRow]) -> tuple[Slice, ...]:
    """Group the failures by the missing field or the reason (SAGE-CM-12)."""
    parts: dict[str, list[CustomerRow]] = {}
    for row in rows:
        failure = row.evidence["failure"]
        parts.setdefault((failure["field"] or failure["reason"] or failure["code"]).casefold(), []).append(
            row
        )
    slices = []
    for members in parts.values():
        failure = members[0].evidence["failure"]
        reason = failure["field"] or failure["reason"] or failure["code"]
        times = f"{len(members)} failure{'s' if len(members) > 1 else ''}"
        note = f"{times} traced to one {'field' if failure['field'] else 'reason'}: {reason}"
        recurring = sum(row.evidence["failure"]["is_recurring"] for row in members)
        figures = {**count(members), "recurring": recurring}
        slices.append(Slice("failure", reason, reason, figures, note, total(members)))
    return tuple(sorted(slices, key=lambda each: (-each.figures["customers"], each.code)))


CARD = Card(
    id=ID,
    title="Ecom Customers Absent from Sage Customer Master",
    unit="customers",
    window_days=sage.WINDOW_DAYS,
    threshold=Decimal(10),
    sentiment="customer_master_gap",
    roles=frozenset({"owner", "finance", "marketing", "operations"}),
    needs=(
        *BUYER_NEEDS,
        Need(MasterCustomer, MASTER.ledgers),
        Need(SyncAttempt, SYNC_LOGS, is_required=False),
    ),
    judge=judge,
    unresolved=unresolved,
    where_to_look=(
        "Sage Network: the sync log, with the reason of each refusal",
        "Sage Intacct: Accounts Receivable > Customers",
        "Sage Intacct: Reports > Accounts Receivable > Customer List, by VAT number and account reference",
        "Sage Intacct: an Interactive Custom Report on customers with number, reference and VAT number",
        "Sage Intacct: Order Entry > Sales Orders, those on a holding customer",
    ),
    differences=(
        Difference("B2B only", "card lower", "Other buyers are on the wider card."),
        Difference("Active orders only", "card lower", "Without an active order no invoice is near."),
        Difference("Failure or backlog", "either", "The customer list alone cannot tell them apart."),
        Difference("The key that is compared", "either", "Names differ where VAT number or account agree."),
        Difference("Holding customers", "card higher", "The company behind the holding record is counted."),
        Difference("Sync between two pulls", "either", "Who ordered after Sage was read is pending."),
        Difference("Several entities", "either", "A record of another entity does not count here."),
    ),
    siblings=(
        Sibling("ecom_customers_absent_from_sage", "The whole gap, of which this is the pressing part."),
        Sibling("revenue_gap_detailed_breakdown", "The same gap order by order, where it is money."),
    ),
    columns=(*COLUMNS, ("Account Value", "account_value")),
    about=__doc__ or "",
)
