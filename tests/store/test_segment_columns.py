"""Columns of a segment: any JSON comes back as it was, and each column without the others."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.store import segment_format
from shared.store.columns import LARGEST, joined, parted
from shared.store.segment_columns import packed, unpacked
from shared.store.segment_format import PackedColumns, written
from tests.builders import law

TEXTS = st.text(st.characters(codec=None, exclude_categories=())) | st.sampled_from(
    ["", "a\nb", "\ud83d", "x"]
)
NUMBERS = st.integers(-(2**70), 2**70) | st.integers(-3, 3)
SCALARS = st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXTS, each, max_size=3)
)
FEW = st.lists(SCALARS, min_size=1, max_size=3).flatmap(
    lambda some: st.lists(st.sampled_from(some), max_size=40)
)
TAGS = st.lists(st.lists(st.sampled_from(["a", "b"]) | SCALARS, max_size=2).map(tuple), max_size=12)
COLUMNS = st.one_of(
    st.lists(VALUES, max_size=8), FEW, TAGS, st.lists(TEXTS, max_size=8), st.lists(NUMBERS, max_size=8)
)


def _as_read(value: Any) -> Any:
    """Give what JSON makes of a value: tuples come back as lists."""
    return [_as_read(each) for each in value] if isinstance(value, tuple) else value


def _exactly(value: Any) -> str:
    """Tell 1 from True and from 1.0, and 0.0 from -0.0."""
    return json.dumps(value)


@law
@given(COLUMNS)
def test_any_column_comes_back(column: Sequence[Any]) -> None:
    """Whatever JSON can say comes back as it was, of the same type and in the same order."""
    each = packed(column)
    assert _exactly([_as_read(value) for value in column]) == _exactly(
        unpacked(each.kind, each.count, each.values, each.content)
    )


@law
@given(st.dictionaries(TEXTS, COLUMNS, max_size=5))
def test_a_column_is_read_without_the_others(columns: dict[str, list[Any]]) -> None:
    """Columns of any names and lengths stand side by side, and lead to themselves only."""
    content = written(columns)
    found = PackedColumns(content)
    assert list(columns) == list(found)
    for name, column in columns.items():
        assert len(column) == found.rows(name)
        assert _exactly([_as_read(value) for value in column]) == _exactly(found[name])


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([], "same"),
        (["GB"] * 1_000, "same"),
        ([()] * 3, "same"),
        ([["b2b"]] * 3, "same"),
        ([None] * 3, "same"),
        (["GB", "US"] * 500, "few"),
        ([True, False, True, False], "few"),
        ([str(number) for number in range(256)] * 2, "few"),
        ([str(number) for number in range(257)] * 2, "lines"),
        (["one", "two\nlines"], "json"),
        ([1, 2, 3], "whole"),
        ([1, 2, 2**63], "json"),
        ([1, True] * 10, "json"),
        ([0.5] * 10, "json"),
        ([(1,), (True,)] * 10, "json"),
        (["a", None, "b"], "json"),
    ],
)
def test_a_column_takes_the_kind_that_suits_it(column: list[Any], kind: str) -> None:
    """One value is kept once, few as an index, texts as lines, numbers as they are, the rest as JSON."""
    assert packed(column).kind == kind


def test_rows_of_the_same_value_share_it() -> None:
    """Of few values, a thousand rows hold each only once."""
    found = PackedColumns(written({"state": ["a long state", "another one"] * 500}))["state"]
    assert len({id(value) for value in found}) == 2


def test_only_what_is_asked_for_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One column is decoded for one that is asked for, and none to say what there is."""
    decoded: list[str] = []

    def counting(kind: str, *given: Any) -> list[Any]:
        decoded.append(kind)
        return unpacked(kind, *given)

    monkeypatch.setattr(segment_format, "unpacked", counting)
    found = PackedColumns(written({"id": ["1", "2"], "net": [1, 2], "state": ["a"] * 2}))
    assert (list(found), len(found), found.rows("net"), decoded) == (["id", "net", "state"], 3, 2, [])
    assert (found["net"], decoded) == ([1, 2], ["whole"])
    with pytest.raises(KeyError):
        found["gross"]


def test_bytes_are_cut_to_properties() -> None:
    """What fits into an entity comes back from its properties; one byte more does not fit."""
    content = bytes(range(256)) * (LARGEST // 256)
    properties = parted(content)
    assert properties is not None
    assert max(map(len, properties.values())) == 65_536
    assert joined({**properties, "part14": None, "other": b"x"}) == content
    assert parted(content + b"x") is None
