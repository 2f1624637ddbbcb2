"""What the cards about absent customers share: their rows and figures."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from shared.cards.card import Need, Unresolved
from shared.cards.cohorts import AMBIGUOUS, GUEST, SUSPECTED_DUPLICATES, cohort_of
from shared.domain.absence import Absence, Master, Population, compared, parted
from shared.domain.buyers import COMMERCE, Buyer
from shared.domain.evidence import ShownOrders, evidence, fetch_records
from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order
from shared.domain.rows import PRIVACY_BLOCKED, CustomerRow, row_id
from shared.domain.snapshot import Snapshot
from shared.domain.timeline import timeline
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
        (compared, window, seen, master),
        lambda: compared(snapshot, parted_by(snapshot, window, settings, master), master),
    )


def parted_by(snapshot: Snapshot, window: Window, settings: CardSettings, master: Master) -> Population:
    """Give the same without what only rows tell: whom the absent are like, and what is odd about them."""
    seen = settings.model_copy(update=_SAID_OF_THE_ANSWER)
    return snapshot.once((parted, window, seen, master), lambda: parted(snapshot, window, seen, master))


def finding(cohorts: Collection[str]) -> Callable[[Snapshot, Window, CardSettings, Master], Population]:
    """Say how far to look where no rows are built: only a cohort needs to know whom the absent are like."""
    return population_of if cohorts else parted_by


def unresolved_cases(
    card: str, snapshot: Snapshot, cases: Iterable[Absence], cohorts: Collection[str]
) -> list[Unresolved]:
    """Tell of the rows of some cases without building them; those of these cohorts do not count."""
    placed_at = timeline(snapshot).placed_at
    return [
        Unresolved(
            id=row_id(card, *subject_of(case)),
            occurred_at=placed_at[case.buyer.orders[0]],
            is_counted=case.is_counted and not (cohorts and cohort_of(case).code in cohorts),
        )
        for case in cases
    ]


def subject_of(absence: Absence) -> tuple[str, str]:
    """Give what an absent buyer's row is named by on every card: its entity and its identity."""
    return absence.buyer.entity, absence.buyer.identity


def shown_orders(
    snapshot: Snapshot, found: Population, cases: Iterable[Absence], added: Iterable[int] = ()
) -> ShownOrders:
    """Read the orders behind some cases, for their rows to show, and what others are worth.

    The master records that the rows show beside them are read as well.
    """
    cases = tuple(cases)
    fetch_records(found, cases)
    return ShownOrders(snapshot, (row for case in cases for row in case.buyer.orders), added)


def customer_row(
    card: str, snapshot: Snapshot, found: Population, absence: Absence, orders: ShownOrders
) -> CustomerRow:
    """Give the row of one absent buyer; `dataclasses.replace` adds what a card knows besides."""
    buyer = absence.buyer
    first = buyer.orders[0]
    cohort = cohort_of(absence)
    key, value = buyer.keys[0] if buyer.keys else ("", "")
    connection = orders.connection(first)
    fields: dict[str, Any] = {
        "id": row_id(card, *subject_of(absence)),
        "name": _display_name(snapshot, orders, buyer),
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
        "orders": orders.attached(buyer.orders),
        "exposure": orders.exposure(buyer.orders),
        "is_counted": absence.is_counted,
        "evidence": evidence(found, absence),
    }
    if found.index.is_privacy_blocked(absence.match):
        fields |= dict.fromkeys(("name", "email", "match_value"), PRIVACY_BLOCKED)
    return CustomerRow(**fields)


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
    return {
        "distinct_buyers": found.distinct,
        "matched_buyers": found.distinct - len(absent) - len(pending),
        "absent_buyers": len(absent),
        "pending_buyers": len(pending),
        "expected_records": found.expected,
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


def _display_name(snapshot: Snapshot, orders: ShownOrders, buyer: Buyer) -> str:
    if buyer.company is not None:
        return str(snapshot.table(Company, *COMMERCE).detail(buyer.company, "display_name"))
    names = ("company_name", "display_name") if buyer.segment == "b2b" else ("display_name",)
    found = (orders.detail(row, name) for name in names for row in buyer.orders)
    return next((name for name in found if name), "")
