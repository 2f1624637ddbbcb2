"""Choosing and sorting rows as a query asks, by the columns that it names."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from heapq import nlargest, nsmallest
from typing import Any

from functions.row_queries import WORK, Row, RowQuery
from shared.domain.money import SCALE

Columns = Mapping[str, Sequence[Any]]
"""The values of some fields, row by row; None for what a row does not have."""

SEARCHED = ("order", "order_id", "name", "email", "match_value", "sales_order", "documents")
MONEY = frozenset({"commerce_gross", "commerce_net", "ledger_amount", "gap"})
_FEW = 20
"""Finding one row in so many, or fewer, is quicker than sorting all."""
_DECIMALS = len(str(SCALE)) - 1


def named(query: RowQuery) -> list[str]:
    """Give the fields by which a query chooses and sorts; where it goes by work, also what tells of that."""
    found = ["is_settled", *query.equalities]
    if query.min_age_days is not None or query.max_age_days is not None:
        found.append("age_days")
    if query.q:
        found += SEARCHED
    if query.sort is not None:
        found.append(query.sort.removeprefix("-"))
    if query.goes_by_work:
        found += ("id", *WORK)
    return [*dict.fromkeys(found)]


def select(rows: Sequence[Row], query: RowQuery) -> list[Row]:
    """Give those of some rows that fit every filter, sorted as asked, otherwise as they are."""
    columns = {name: [row.get(name) for row in rows] for name in named(query)}
    return [rows[number] for number in chosen(columns, query)]


def chosen(columns: Columns, query: RowQuery) -> Sequence[int]:
    """Give the numbers of the rows that fit every filter, sorted as asked, otherwise as they stand."""
    return in_order(fitting(columns, query), columns, query)


def fitting(columns: Columns, query: RowQuery) -> Sequence[int]:
    """Give the numbers of the rows that fit every filter, as they stand."""
    settled = columns["is_settled"]
    found: Sequence[int] = range(len(settled))
    if query.include_matched != "true" and any(settled):
        found = [number for number in found if not settled[number]]
    for name, value in (query.equalities | query.work).items():
        column = columns[name]
        found = [number for number in found if column[number] == value]
    if (least := query.min_age_days) is not None:
        ages = columns["age_days"]
        found = [number for number in found if ages[number] is not None and ages[number] >= least]
    if (most := query.max_age_days) is not None:
        ages = columns["age_days"]
        found = [number for number in found if ages[number] is not None and ages[number] <= most]
    return _searched(found, columns, query.q.casefold()) if query.q else found


def _searched(numbers: Sequence[int], columns: Columns, text: str) -> list[int]:
    """Give the rows of which a field holds a text."""
    found: set[int] = set()
    for column in (columns[name] for name in SEARCHED):
        texts = column if set(map(type, column)) == {str} else [str(value or "") for value in column]
        folded = "\n".join(texts).casefold()
        if text in folded:  # most fields hold it nowhere
            found.update(at for at, each in enumerate(_lines(folded, texts)) if text in each)
        if len(found) == len(column):
            break
    return [number for number in numbers if number in found]


def _lines(folded: str, texts: Sequence[str]) -> Sequence[str]:
    """Cut texts apart that were folded all at once, which takes a fraction of the time of one by one."""
    lines = folded.split("\n")
    return lines if len(lines) == len(texts) else [*map(str.casefold, texts)]


def in_order(
    numbers: Sequence[int], columns: Columns, query: RowQuery, most: int | None = None
) -> Sequence[int]:
    """Sort rows by the field that was named, and give the first so many; what does not have it comes last.

    Of many rows a few are found without sorting the others.
    """
    if query.sort is None:
        return numbers[:most]
    name, is_reverse = query.sort.removeprefix("-"), query.sort.startswith("-")
    column = columns[name]
    known = [number for number in numbers if column[number] is not None]
    unknown = [number for number in numbers if column[number] is None] if len(known) < len(numbers) else []
    rank = _ranks(name, [column[number] for number in known]).__getitem__
    if most is None or most * _FEW > len(known):
        order = sorted(range(len(known)), key=rank, reverse=is_reverse)
    else:
        order = (nlargest if is_reverse else nsmallest)(most, range(len(known)), key=rank)
    return [*(known[place] for place in order), *unknown][:most]


def _ranks(name: str, values: Sequence[Any]) -> Sequence[Any]:
    if name in MONEY:
        return _amounts(values)
    if set(map(type, values)) == {str}:
        return _lines("\n".join(values).casefold(), values)
    return [value.casefold() if isinstance(value, str) else value for value in values]


def _amounts(texts: Sequence[str]) -> Sequence[Decimal | int]:
    """Give amounts that sort as their numbers do; those of whole pennies are read all at once."""
    if {text[-3:-2] for text in texts} == {"."}:
        return [*map(int, "\n".join(texts).replace(".", "").split("\n"))]
    return [*map(_amount, texts)]


def _amount(text: str) -> Decimal | int:
    """Give an amount that sorts as its number does: most have no more decimals than money has."""
    units, _, decimals = text.partition(".")
    if len(decimals) > _DECIMALS or not units.removeprefix("-").isdecimal():
        return Decimal(text) * SCALE
    return int(units + decimals.ljust(_DECIMALS, "0"))
