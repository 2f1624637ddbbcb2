"""A row as JSON has it, and rows by their fields: quick ways that say what the slow ones do."""

from dataclasses import fields
from typing import Any, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.money import format_money
from shared.domain.rows import CustomerRow, OrderRow, Row, as_json
from shared.store.row_pages import in_one, rows_in, values_in
from tests.builders import law

MONEY = {"commerce_gross", "commerce_net", "ledger_amount", "gap"}
AMOUNTS = st.integers(-(10**12), 10**12)


PARTS = st.lists(st.sampled_from([{"order": "1"}, {"currency": "EUR"}]), max_size=2).map(tuple)


def _values(name: str, kind: Any) -> st.SearchStrategy[Any]:
    if name in MONEY:
        return AMOUNTS
    if get_origin(kind) is tuple:
        return PARTS
    return st.just({"tried": (1, 2)}) if get_origin(kind) is dict else st.from_type(kind)


ROWS = st.sampled_from([CustomerRow, OrderRow]).flatmap(
    lambda kind: st.builds(kind, **{each.name: _values(each.name, each.type) for each in fields(kind)})
)


@law
@given(ROWS)
def test_a_row_is_told_field_by_field(row: Row) -> None:
    """Each field in its order: an amount as text, a list for a tuple, all else as it is."""
    told = as_json(row)
    assert [each.name for each in fields(row)] == list(told)
    for name, value in told.items():
        was = getattr(row, name)
        expected = list(was) if isinstance(was, tuple) else format_money(was) if name in MONEY else was
        assert (type(expected), expected) == (type(value), value)


SAME = [{"id": "a", "n": 1}, {"id": "b", "n": None}]
OTHER_ORDER = [{"id": "a", "n": 1}, {"n": 2, "id": "b"}]
OTHER_FIELDS = [{"id": "a", "n": 1}, {"id": "b"}, {"id": "c", "more": True}]


@pytest.mark.parametrize("rows", [SAME, OTHER_ORDER, OTHER_FIELDS, SAME[:1]])
def test_columns_repeat_what_the_rows_say(rows: list[dict[str, Any]]) -> None:
    """Rows with the same fields, in another order, or with others: each column has each row's own value."""
    page = in_one(rows)
    assert page is not None
    assert rows == rows_in(page)
    for name in {name for row in rows for name in row}:
        content = page[f"of_{name}"]
        assert isinstance(content, bytes)
        assert [row.get(name) for row in rows] == values_in(content, name)
