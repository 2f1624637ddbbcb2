"""What the cards about absent customers share: their rows and figures."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from shared.cards.card import Need
from shared.cards.cohorts import AMBIGUOUS, GUEST, SUSPECTED_DUPLICATES, cohort_of
from shared.domain.absence import Absence, Master, Population, attached_orders, evidence, population
from shared.domain.buyers import COMMERCE
from shared.domain.money import format_money
from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order
from shared.domain.rows import PRIVACY_BLOCKED, CustomerRow, row_id
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, age_in_days, local_date
from shared.domain.workspace import CardSettings

BUYER_NEEDS = (
    Need(Order, COMMERCE),
    Need(Company, COMMERCE, is_required=False),
    Need(CompanyMember, COMMERCE, is_required=False),
    Need(CommerceCustomer, COMMERCE, is_required=False),
)
"""What tells who bought."""

COLUMNS = (
    ("Customer", "name"),
    ("Email", "email"),
    ("Type", "segment"),
    ("Cohort", "cohort"),
    ("Cause", "cause"),
    ("Entity", "entity"),
    ("Platform", "platform"),
    ("Orders", "order_count"),
    ("Exposure", "exposure"),
    ("First Order", "occurred_on"),
    ("Age", "age_days"),
    ("Match Key", "match_key"),
    ("Match Value", "match_value"),
    ("Consequence", "consequence"),
    ("Suggested Action", "action"),
)
_SAID_OF_THE_ANSWER: dict[str, Any] = {
    name: CardSettings.model_fields[name].get_default()
    for name in (
        "enabled",
        "threshold",
        "b2b_threshold",
        "window_days",
        "older_days",
        "alert_basis",
        "exclude_suspected_duplicates",
    )
}
"""Settings that change what is said about a population, and not the population."""


def population_of(snapshot: Snapshot, window: Window, settings: CardSettings, master: Master) -> Population:
    """Give a window's buyers parted by the master: worked out once, whichever cards ask."""
    seen = settings.model_copy(update=_SAID_OF_THE_ANSWER)
    return snapshot.once(
        (population, window, seen, master), lambda: population(snapshot, window, seen, master)
    )


def subject_of(absence: Absence) -> tuple[str, str]:
    """Give what an absent buyer's row is named by on every card: its entity and its identity."""
    return absence.buyer.entity, absence.buyer.identity


def customer_row(card: str, snapshot: Snapshot, found: Population, absence: Absence) -> CustomerRow:
    """Give the row of one absent buyer; `dataclasses.replace` adds what a card knows besides."""
    orders = snapshot.table(Order, *COMMERCE)
    buyer = absence.buyer
    first = buyer.orders[0]
    cohort = cohort_of(absence)
    key, value = buyer.keys[0] if buyer.keys else ("", "")
    connection = orders.connections[first]
    fields: dict[str, Any] = {
        "id": row_id(card, *subject_of(absence)),
        "name": _display_name(snapshot, absence),
        "email": next((orders["email"][row] for row in buyer.orders if orders["email"][row]), ""),
        "entity": buyer.entity,
        "platform": snapshot.workspace.kind_of(connection),
        "connection": connection,
        "segment": buyer.segment,
        "cohort": cohort.code,
        "consequence": cohort.consequence,
        "action": cohort.action,
        "occurred_at": orders["placed_at"][first],
        "occurred_on": local_date(orders["placed_at"][first], snapshot.workspace),
        "age_days": age_in_days(orders["placed_at"][first], snapshot.as_of, snapshot.workspace),
        "match_key": key,
        "match_value": value,
        "order_count": len(buyer.orders),
        "orders": attached_orders(snapshot, buyer.orders),
        "exposure": exposure(snapshot, buyer.orders),
        "is_counted": absence.is_counted,
        "evidence": evidence(found, absence),
    }
    if found.index.is_privacy_blocked(absence.match):
        fields |= dict.fromkeys(("name", "email", "match_value"), PRIVACY_BLOCKED)
    return CustomerRow(**fields)


def exposure(snapshot: Snapshot, rows: Iterable[int]) -> tuple[dict[str, str], ...]:
    """Add up what orders are worth, net of tax, by currency (SAGE-ABS-12)."""
    orders = snapshot.table(Order, *COMMERCE)
    totals: dict[str, int] = {}
    for row in rows:
        currency = orders["currency"][row]
        totals[currency] = totals.get(currency, 0) + orders["net"][row]
    return tuple(
        {"amount": format_money(amount), "currency": currency} for currency, amount in sorted(totals.items())
    )


def leave_out(rows: Iterable[CustomerRow], cohorts: Iterable[str]) -> tuple[CustomerRow, ...]:
    """Mark the rows of these cohorts as not counted; they stay listed."""
    return tuple(replace(row, is_counted=False) if row.cohort in cohorts else row for row in rows)


def counted(rows: Iterable[CustomerRow]) -> tuple[CustomerRow, ...]:
    """Give the rows that the headline counts; the others are listed beside it."""
    return tuple(row for row in rows if row.is_counted)


def excluded(*settings: CardSettings) -> frozenset[str]:
    """Give the cohorts that settings leave out of a headline (decision 3)."""
    is_excluded = any(each.exclude_suspected_duplicates for each in settings)
    return SUSPECTED_DUPLICATES if is_excluded else frozenset()


def population_figures(found: Population) -> dict[str, int | str]:
    """Give the denominators of an absent-customer card (D365-ABS-09, D365-ABS-17).

    A buyer is expected in each entity that it ordered from: buyers are counted as such, and the master
    records that they need apart from that (decision 18).
    """
    absent = {absence.buyer.identity for absence in found.absences}
    pending = {buyer.identity for buyer in found.pending} - absent
    buyers = {buyer.identity for buyer in found.buyers}
    return {
        "distinct_buyers": len(buyers),
        "matched_buyers": len(buyers - absent - pending),
        "absent_buyers": len(absent),
        "pending_buyers": len(pending),
        "expected_records": len(found.buyers),
        "matched_records": found.matched,
        "pending": len(found.pending),
        "guests_left_out": found.guests_left_out,
        "out_of_scope": found.out_of_scope,
    }


def row_figures(rows: tuple[CustomerRow, ...], of: int) -> dict[str, int | str]:
    """Give the parts that need a look of their own, and the headline as a share of a population."""
    suspected = sum(row.cohort in SUSPECTED_DUPLICATES for row in rows)
    ambiguous = sum(row.cohort == AMBIGUOUS.code for row in rows)
    return {
        "absent_percentage": percentage(len(counted(rows)), of),
        "suspected_duplicates": suspected,
        "clean_absences": len(rows) - suspected - ambiguous,
        "guests": sum(row.cohort == GUEST.code for row in rows),
        "ambiguous": ambiguous,
        "not_counted": len(rows) - len(counted(rows)),
    }


def percentage(part: int, whole: int) -> str:
    """Give a part of a whole in per cent with two decimals; "" where there is no whole."""
    return str((Decimal(part * 100) / Decimal(whole)).quantize(Decimal("0.01"))) if whole else ""


def oldest_first(rows: Iterable[CustomerRow]) -> tuple[CustomerRow, ...]:
    """Order rows by age, then name, so that two runs give the same page."""
    return tuple(sorted(rows, key=lambda row: (row.occurred_at, row.name, row.id)))


def _display_name(snapshot: Snapshot, absence: Absence) -> str:
    orders = snapshot.table(Order, *COMMERCE)
    buyer = absence.buyer
    if buyer.company is not None:
        return str(snapshot.table(Company, *COMMERCE).detail(buyer.company, "display_name"))
    names = ("company_name", "display_name") if buyer.segment == "b2b" else ("display_name",)
    found = (str(orders.detail(row, name)) for name in names for row in buyer.orders)
    return next((name for name in found if name), "")
