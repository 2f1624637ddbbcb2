"""Laws of whole columns: gone through as bytes and numbers, they tell what their values tell one by one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import digests as digests_module
from shared.domain import texts as texts_module
from shared.domain.arrays import united
from shared.domain.forms import form_of, values_at
from shared.domain.instants import Instants
from shared.domain.numbering import numbered, together
from shared.domain.records import Order
from shared.domain.snapshot import Batch, Table, batch_of
from shared.domain.texts import Texts
from shared.domain.windows import Window
from shared.store.segment_format import PackedColumns, written
from tests.builders import law, order

ENDS = st.sampled_from(["", "b", "12345678", "b2345678", "12345678b2345678"])
LETTERS = (
    st.text("ab\n/ é\ud83d", max_size=20)
    | st.sampled_from(["", "12345678", "123456789", "a" * 40])
    | st.builds("{}{}".format, ENDS, ENDS)
)
COLUMN = st.lists(LETTERS, max_size=30).flatmap(
    lambda some: st.lists(st.sampled_from([*some, ""]), max_size=60)
)
INSTANTS = st.builds(
    "2026-{:02}-{:02}T{:02}:{:02}:0{}Z".format,
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 9),
)
ODD = st.sampled_from(["", "2026-02-01", "2026-02-01T00:00:00+", "2026-02-01T00:00:00.5Z", "~", "ü"])


@pytest.fixture(params=["digests of their own", "of their last words", "a factor of 1"])
def _digests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let many texts have the same digest, too: whatever rests on digests has to be certain without.

    Few pairs are compared at once, so that a column has several lots of them.
    """
    monkeypatch.setattr(texts_module, "PAIRS_AT_ONCE", 4)
    if request.param == "of their last words":
        monkeypatch.setattr(texts_module, "digests_of", _last_words)
    if request.param == "a factor of 1":
        monkeypatch.setattr(digests_module, "_FACTOR", 1)
        monkeypatch.setattr(digests_module, "_TURN", 63)


def _last_words(words: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Fold nothing but each text's last eight letters, or all that it has."""
    size = np.minimum(lengths, 8)
    masks = np.array([(1 << 8 * each) - 1 for each in range(9)], np.uint64)
    return words[starts + lengths - size] & masks[size]


def _held(values: Sequence[str]) -> Texts:
    """Give texts as a table has them, some of which share their bytes."""
    return Table.of(
        {"shop": [order(str(at), name=each) for at, each in enumerate(values)]}, Order
    ).whole.texts("name")


@pytest.mark.usefixtures("_digests")
@law
@given(one=COLUMN, other=COLUMN)
def test_a_number_is_one_text(one: list[str], other: list[str]) -> None:
    """Texts are numbered as they come, the same text alike, whatever their digests are."""
    places: dict[str, int] = {}
    wanted = [[places.setdefault(each, len(places)) for each in column] for column in (one, other)]
    told = numbered(_held(one), Texts.of(other))
    assert [each.tolist() for each in told.numbers] == wanted
    assert told.texts.at(told.firsts) == list(places)


@pytest.mark.usefixtures("_digests")
@law
@given(column=COLUMN, wanted=st.sets(LETTERS, max_size=5))
def test_rows_are_found_by_their_texts(column: list[str], wanted: set[str]) -> None:
    """Those with one of some texts are found, all of them and no others, in order."""
    wanted |= set(column[:2])
    rows, found = _held(column).with_any(wanted)
    assert rows.tolist() == [at for at, each in enumerate(column) if each in wanted]
    assert found == [each for each in column if each in wanted]


@law
@given(COLUMN, COLUMN, st.sampled_from([" ", " / ", "ab", "é"]), st.integers(1, 3))
def test_texts_are_what_is_said_of_them(column: list[str], others: list[str], part: str, times: int) -> None:
    """Parts, blanks, replacements and other letters are told of each text as of itself alone."""
    held = _held(column)
    size = range(len(column))
    assert held.at(size) == column == [held[at] for at in size]
    certain = {at for at in size if column[at].count(part) >= times}
    assert certain <= set(held.holding(part, times).tolist())
    assert held.beyond(b"ab/").tolist() == [at for at in size if set(column[at]) - set("ab/")]
    marks = np.array([len(each) % 2 == 0 for each in column], bool)
    kept = [each if mark else "" for each, mark in zip(column, marks, strict=True)]
    assert held.kept(marks).at(size) == kept
    instead = (others + [""] * len(column))[: len(column)]
    assert held.or_else(Texts.of(instead)).at(size) == [
        each or other for each, other in zip(column, instead, strict=True)
    ]
    rows = np.flatnonzero(marks)
    replaced = [other if mark else each for each, other, mark in zip(column, instead, marks, strict=True)]
    assert held.replaced(rows, [instead[at] for at in rows]).at(size) == replaced


@law
@given(st.lists(st.integers(-2, 5)), st.lists(st.integers(-2, 5)))
def test_what_is_united_is_there_once_and_in_order(one: list[int], other: list[int]) -> None:
    """All that either has, as a set of them in order has it."""
    assert united(np.array(one, np.int64), np.array(other, np.int64)).tolist() == sorted({*one, *other})


@law
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=30))
def test_rows_go_together_that_agree_in_all(rows: list[tuple[int, int, int]]) -> None:
    """Each row is known by the first one of which all columns have the same numbers."""
    columns = [np.array([row[at] for row in rows], np.int64) for at in range(3)]
    assert together(len(rows), *columns).tolist() == [rows.index(row) for row in rows]


@law
@given(st.lists(INSTANTS, max_size=20), st.lists(ODD, max_size=1), INSTANTS, INSTANTS)
def test_instants_are_compared_as_their_texts(
    regular: list[str], odd: list[str], start: str, end: str
) -> None:
    """However an instant is written, it is before another one where its text is."""
    every = [*regular, *odd, start, end]
    told = Instants(Texts.of(every))
    for moment in ("", start, end):
        assert told.before(moment).tolist() == [each < moment for each in every]
    assert told.count_before(range(len(regular)), [start, "", end]) == [
        sum(each < moment for each in regular) for moment in (start, "", end)
    ]
    window = Window(start, end, "", "")
    assert told.within(window).tolist() == [window.holds(each) for each in every]
    ranks = told.ranks.tolist()
    assert sorted(range(len(every)), key=ranks.__getitem__) == sorted(
        range(len(every)), key=every.__getitem__
    )


@law
@given(
    COLUMN
    | st.lists(st.integers(-(2**65), 2**65) | st.integers(0, 3), max_size=20)
    | st.lists(st.booleans(), max_size=20),
    st.data(),
)
def test_stored_values_are_picked_one_by_one(column: list[Any], data: st.DataObject) -> None:
    """Whatever form a column is stored in, each of its values comes out by itself."""
    columns = PackedColumns(written({"it": column}))
    places = data.draw(st.lists(st.sampled_from(range(len(column))), unique=True)) if column else []
    for form in (form_of(columns, "it"), form_of({"it": column}, "it")):
        assert values_at(form, places) == [column[place] for place in places]


SHOPS = st.lists(
    st.lists(st.tuples(LETTERS, st.sampled_from(["placed", "cancelled"]), st.integers(-9, 9)), max_size=8),
    max_size=4,
)


@law
@given(batches=SHOPS, more=st.sampled_from([0, 2**62, 2**70]), come_again=st.booleans())
def test_whole_columns_hold_what_the_lists_hold(
    batches: list[list[tuple[str, str, int]]], more: int, *, come_again: bool
) -> None:
    """Of stored batches, texts, few values and integers come row by row as the lists have them.

    What came again is there once.
    """
    orders = [
        [
            order(f"{row}" if come_again else f"{at}-{row}", name=name, state=state, net=0)
            for row, (name, state, _) in enumerate(each)
        ]
        for at, each in enumerate(batches)
    ]
    parts = [batch_of("shop", "orders", Order, each) for each in orders]
    for part, each in zip(parts, batches, strict=True):
        part.keys["net"][:] = [net + more for *_, net in each]  # type: ignore[index]
    stored = [
        type(part)("shop", "orders", PackedColumns(written(part.keys)), size=part.count) for part in parts
    ]
    lists = Table(Order, parts)
    for table in (Table(Order, parts), Table(Order, stored)):
        assert table.whole.texts("name").at(range(len(table))) == lists["name"]
        assert table.whole.coded("state").at(np.arange(len(table))) == lists["state"]
        assert table.whole.integers("net").tolist() == lists["net"]
        assert sum(table.whole.integers("net").tolist()) == int(table.whole.integers("net").sum())
        for row, (name, net) in enumerate(zip(lists["name"], lists["net"], strict=True)):
            assert (table.cell(row, "name"), table.cell(row, "net")) == (name, net)
        rows = [*range(0, len(table), 2)]
        part = table.only(rows)
        part.whole.texts("id")
        for column in ("id", "name", "state", "net", "number"):
            assert part[column] == [lists[column][row] for row in rows]
            inner = [*range(1, len(rows), 2)]
            assert part.only(inner)[column] == [lists[column][rows[at]] for at in inner]


@law
@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=5, unique=True), min_size=1, max_size=4))
def test_lines_that_were_replaced_are_left_out(batches: list[list[int]]) -> None:
    """Of columns that are stored as lines, one behind the other, what stands comes row by row."""
    orders = [
        [order(f"{each}", name=f"name {at} of {each}" + "." * each) for each in batch]
        for at, batch in enumerate(batches)
    ]
    stored = [
        Batch("shop", "orders", PackedColumns(written(batch_of("shop", "orders", Order, each).keys)))
        for each in orders
    ]
    assert {each.keys.form("name").kind for each in stored} == {"lines"}  # type: ignore[attr-defined]
    table = Table(Order, stored)
    last = {each.id: each.name for batch in orders for each in batch}
    found = table.whole.texts("name").at(range(len(table)))
    assert dict(zip(table["id"], found, strict=True)) == last
    assert sorted(found) == sorted(last.values())
