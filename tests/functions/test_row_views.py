"""Rows that are read by columns and blocks are the rows that reading all of them would give."""

import asyncio
from decimal import Decimal
from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from functions import row_selection
from functions.row_files import file_of
from functions.row_queries import RowQuery
from functions.row_selection import SEARCHED, chosen, fitting, in_order, named
from functions.row_views import StoredView
from shared.domain.exceptions import ExceptionCase
from shared.export import Lines
from shared.pipeline.row_states import RowStates
from shared.store import readings, row_pages, stored_rows
from shared.store.folds import StandsAt
from shared.store.readings import SETTLED, Readings, pages_of
from tests.builders import law
from tests.pipeline.memory import memory_table

PLACE = ("acme", "card", "20260412T010000Z")
Row = dict[str, Any]

texts = st.text(st.sampled_from("aAbB|\n\t#ß😀\ud83d"), max_size=4)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "gap": st.sampled_from(["0.00", "-0.05", "12.5", "100.0000", "7.12345", "99999999999999999.01"]),
            "evidence": st.sampled_from([{}, {"deep": ["x" * 50]}]),
        },
        optional={
            "name": texts | st.none(),
            "order": texts,
            "age_days": st.none() | st.integers(-1, 4) | st.just(2**70),
            "reason": st.sampled_from(["unknown", "", "rounding"]),
            "odd field": texts,
            "email": texts | st.integers(0, 3) | st.booleans(),
        },
    ),
    max_size=30,
)


def _perhaps(*values: Any) -> st.SearchStrategy[Any]:
    """Mostly leave a filter out: of all at once nothing would be left."""
    return st.sampled_from([None, None, None, None, *values])


QUERIES = st.builds(
    RowQuery,
    reason=_perhaps("unknown"),
    min_age_days=_perhaps(0),
    max_age_days=_perhaps(3),
    q=_perhaps("a", "ss", "😀", "#", "\n"),
    state=_perhaps("open", "ignored"),
    assignee=_perhaps("", "carl"),
    sort=st.sampled_from([None, "gap", "-gap", "name", "-name", "age_days", "-age_days", "-state"]),
    include_matched=st.sampled_from(["true", "false"]),
)


def _whole(rows: list[Row], states: RowStates, query: RowQuery) -> list[Row]:
    """Give the rows that fit a query by looking at all of each."""
    found = [dict(row) for row in rows]
    states.join(found)
    return _sorted([row for row in found if _fits(row, query)], query.sort or "")


def _fits(row: Row, query: RowQuery) -> bool:
    age, text = row.get("age_days"), (query.q or "").casefold()
    return (
        (not row["is_settled"] or query.include_matched == "true")
        and all(row.get(name) == value for name, value in (query.equalities | query.work).items())
        and (query.min_age_days is None or (age is not None and age >= query.min_age_days))
        and (query.max_age_days is None or (age is not None and age <= query.max_age_days))
        and any(text in str(row.get(name) or "").casefold() for name in SEARCHED)
    )


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    if not sort:
        return rows
    name = sort.removeprefix("-")
    rank = Decimal if name == "gap" else str.casefold if name in {"name", "state"} else int
    known = [row for row in rows if row.get(name) is not None]
    known.sort(key=lambda row: rank(row[name]), reverse=sort.startswith("-"))
    return known + [row for row in rows if row.get(name) is None]


@law
@given(
    ROWS,
    ROWS,
    QUERIES,
    st.integers(1, 7),
    st.integers(1, 4),
    st.sampled_from([40, 200, 60_000]),
    st.integers(0, 9),
)
def test_columns_and_blocks_give_what_whole_rows_give(  # noqa: PLR0913, PLR0917 - rows, a query, and how they are stored
    open_rows: list[Row],
    settled: list[Row],
    query: RowQuery,
    page: int,
    block: int,
    most: int,
    most_shown: int,
) -> None:
    """REVGAP-06: filtered, searched and sorted, each page and the file, however rows are cut and kept."""
    parts = [
        [row | {"id": f"{is_settled}{number}", "is_settled": is_settled} for number, row in enumerate(rows)]
        for is_settled, rows in ((False, open_rows), (True, settled))
    ]
    cases = {
        row["id"]: ExceptionCase(id=row["id"], state="ignored", assignee="carl") for row in parts[0][::3]
    }
    states = RowStates(cases, StandsAt())

    async def asked() -> None:
        store = Readings(memory_table(), memory_table())
        for rows, part in zip(parts, ((), (SETTLED,)), strict=True):
            await store.keep_rows(*PLACE, pages_of(rows), *part)
        for _ in ("from the store", "as it was kept"):
            stored = [await store.stored_rows(*PLACE, *part) for part in ((), (SETTLED,))]
            view = StoredView(stored, states)
            columns = await view.columns(named(query))
            numbers = chosen(columns, query)
            assert numbers[:most_shown] == in_order(fitting(columns, query), columns, query, most_shown)
            expected = _whole([*parts[0], *parts[1]], states, query)
            assert expected == await view.at(numbers)
            assert expected[2:5] == await view.at(numbers[2:5])
            lines = Lines((("Id", "id"), ("State", "state"), ("Name", "name")))
            plain = lines.headings + b"".join(map(lines.of, expected))
            assert plain == await file_of(view.pages(), numbers, lines)

    with (
        mock.patch.object(readings, "PAGE", page),
        mock.patch.object(row_pages, "BLOCK", block),
        mock.patch.object(row_pages, "MOST_BYTES", most),
        mock.patch.object(stored_rows, "TOGETHER", 2),
        mock.patch.object(row_selection, "_FEW", 1),
    ):
        asyncio.run(asked())
