"""What the cards about absent customers share: their rows, cuts and figures."""

from collections.abc import Iterable
from typing import Any

from shared.cards.card import Need, Slice
from shared.cards.cohorts import COHORTS, cohort_of
from shared.domain.absence import Absence, Population, attached_orders, evidence
from shared.domain.buyers import COMMERCE
from shared.domain.money import format_money
from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order
from shared.domain.rows import PRIVACY_BLOCKED, CustomerRow, row_id
from shared.domain.snapshot import Snapshot
from shared.domain.windows import age_in_days, local_date

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


def customer_row(card: str, snapshot: Snapshot, found: Population, absence: Absence) -> CustomerRow:
    """Give the row of one absent buyer; `dataclasses.replace` adds what a card knows besides."""
    orders = snapshot.table(Order, *COMMERCE)
    buyer = absence.buyer
    first = buyer.orders[0]
    cohort = cohort_of(absence)
    key, value = buyer.keys[0] if buyer.keys else ("", "")
    connection = orders.connections[first]
    fields: dict[str, Any] = {
        "id": row_id(card, buyer.entity, buyer.identity),
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


def by_cohort(rows: Iterable[CustomerRow]) -> tuple[Slice, ...]:
    """Cut a reading by cohort, with counts and consequence (SAGE-ABS-10, SAGE-ABS-11)."""
    rows = tuple(rows)
    slices = []
    for cohort in COHORTS:
        members = [row for row in rows if row.cohort == cohort.code]
        if members:
            slices.append(Slice("cohort", cohort.code, cohort.label, count(members), cohort.consequence))
    return tuple(slices)


def by_entity(snapshot: Snapshot, rows: Iterable[CustomerRow]) -> tuple[Slice, ...]:
    """Cut a reading by entity; the parts add up to the whole (SAGE-ABS-18)."""
    names = {entity.id: entity.name for entity in snapshot.workspace.entities}
    parts: dict[str, list[CustomerRow]] = {}
    for row in rows:
        parts.setdefault(row.entity, []).append(row)
    return tuple(
        Slice("entity", entity, names.get(entity, entity or "All entities"), count(members))
        for entity, members in sorted(parts.items())
    )


def count(rows: Iterable[CustomerRow]) -> dict[str, int]:
    """Count customers and the orders attached to them."""
    rows = tuple(rows)
    return {"customers": len(rows), "orders": sum(row.order_count for row in rows)}


def distinct(population: Population) -> int:
    """Count distinct buyers, whatever the number of entities that each is expected in."""
    return len({buyer.identity for buyer in population.buyers})


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
