"""Cuts of a customer card's rows: by cohort, cause, entity or day; each adds up to the headline."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from shared.cards.card import Slice
from shared.cards.causes import Cause
from shared.cards.cohorts import COHORTS
from shared.domain.money import format_money, parse_money
from shared.domain.rows import CustomerRow
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window

Rows = tuple[CustomerRow, ...]


def by_cohort(rows: Iterable[CustomerRow], dimension: str = "cohort") -> tuple[Slice, ...]:
    """Cut by cohort, with counts, worth and consequence (SAGE-ABS-10, SAGE-ABS-11, SAGE-ABS-12)."""
    labels = {cohort.code: cohort.label for cohort in COHORTS}
    notes = {cohort.code: cohort.consequence for cohort in COHORTS}
    return cut(dimension, rows, lambda row: row.cohort, labels, notes)


def by_cause(causes: Iterable[Cause], rows: Iterable[CustomerRow]) -> tuple[Slice, ...]:
    """Cut by cause, in the order given, with counts, worth and consequence (SAGE-CM-11)."""
    known = {cause.code: cause for cause in causes}
    labels = {code: cause.label for code, cause in known.items()}
    notes = {code: cause.consequence for code, cause in known.items()}
    return cut("cause", rows, lambda row: row.cause, labels, notes)


def by_entity(snapshot: Snapshot, rows: Iterable[CustomerRow]) -> tuple[Slice, ...]:
    """Cut by the entity that is expected to know the customer (SAGE-ABS-18, SAGE-CM-14)."""
    rows = tuple(rows)
    names = {entity.id: entity.name for entity in snapshot.workspace.entities}
    labels = {code: names.get(code, code or "All entities") for code in sorted({row.entity for row in rows})}
    return cut("entity", rows, lambda row: row.entity, labels)


def cut(
    dimension: str,
    rows: Iterable[CustomerRow],
    code_of: Callable[[CustomerRow], str],
    labels: Mapping[str, str],
    notes: Mapping[str, str] | None = None,
) -> tuple[Slice, ...]:
    """Part rows by a code, in the order of the labels; a code without rows is left out."""
    parts: dict[str, list[CustomerRow]] = {}
    for row in rows:
        parts.setdefault(code_of(row), []).append(row)
    return tuple(
        Slice(dimension, code, label, count(parts[code]), (notes or {}).get(code, ""), total(parts[code]))
        for code, label in labels.items()
        if code in parts
    )


def by_day(window: Window, figures: Mapping[str, Mapping[str, int]]) -> tuple[Slice, ...]:
    """Give figures beside each other day by day, so that a spike here meets the spike that made it."""
    first, last = date.fromisoformat(window.first_day), date.fromisoformat(window.last_day)
    days = [(first + timedelta(days=each)).isoformat() for each in range((last - first).days + 1)]
    return tuple(
        Slice("day", day, day, {name: by_day.get(day, 0) for name, by_day in figures.items()}) for day in days
    )


def count(rows: Iterable[CustomerRow]) -> dict[str, int]:
    """Count customers and the orders attached to them."""
    rows = tuple(rows)
    return {"customers": len(rows), "orders": sum(row.order_count for row in rows)}


def total(rows: Iterable[CustomerRow]) -> tuple[dict[str, str], ...]:
    """Add up what the orders of rows are worth, by currency."""
    totals: dict[str, int] = {}
    for row in rows:
        for each in row.exposure:
            totals[each["currency"]] = totals.get(each["currency"], 0) + parse_money(each["amount"])
    return tuple(
        {"amount": format_money(amount), "currency": currency} for currency, amount in sorted(totals.items())
    )
