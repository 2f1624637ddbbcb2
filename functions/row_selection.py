"""Choosing and sorting rows as a query asks."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from functions.row_queries import Row, RowQuery

Each = TypeVar("Each")

SEARCHED = ("order", "order_id", "name", "email", "match_value", "sales_order", "documents")
MONEY = frozenset({"commerce_gross", "commerce_net", "ledger_amount", "gap"})


def select(rows: Sequence[Row], query: RowQuery) -> list[Row]:
    """Give the rows that fit every filter, sorted as asked, otherwise as they were published."""
    name = (query.sort or "").removeprefix("-")
    return in_order([*filter(fitting(query), rows)], query, lambda row: row.get(name))


def in_order(chosen: list[Each], query: RowQuery, told: Callable[[Each], Any]) -> list[Each]:
    """Sort rows as asked, by what they tell of the field that was named; what does not have it comes last."""
    if query.sort is None:
        return chosen
    name = query.sort.removeprefix("-")
    known = [row for row in chosen if told(row) is not None]
    unknown = [row for row in chosen if told(row) is None]
    known.sort(key=lambda row: _rank(name, told(row)), reverse=query.sort.startswith("-"))
    return known + unknown


def fitting(query: RowQuery) -> Callable[[Row], bool]:
    """Give the function that says whether a row passes every filter."""
    wants_all = query.include_matched == "true"
    wanted = [*(query.equalities | query.work).items()]
    least, text = query.min_age_days, (query.q or "").casefold()

    def fits(row: Row) -> bool:
        if row["is_settled"] and not wants_all:
            return False
        if any(row.get(name) != value for name, value in wanted):
            return False
        if least is not None and (row["age_days"] is None or row["age_days"] < least):
            return False
        return not text or any(text in str(row.get(name) or "").casefold() for name in SEARCHED)

    return fits


def _rank(name: str, value: Any) -> Any:
    if name in MONEY:
        return Decimal(value)
    return value.casefold() if isinstance(value, str) else value
