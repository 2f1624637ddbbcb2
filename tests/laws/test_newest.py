"""Laws of versions: however runs are cut and marked, the newest of each id wins, and deletions hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.newest import newest
from shared.domain.records import Order
from shared.domain.snapshot import Batch, Table
from shared.domain.table import batch_of
from tests.builders import law, order

IDS = st.sampled_from("abcdefgh")
GONE = st.frozensets(IDS, max_size=2)


@dataclass(frozen=True)
class Segment:
    """The ids of some versions, and what of earlier ones is gone."""

    ids: Sequence[str]
    gone: frozenset[str] = frozenset()


@st.composite
def runs(draw: st.DrawFn) -> tuple[bool, list[Segment]]:
    """Draw a run: the ids of one that is known to be distinct stand once in it."""
    is_distinct = draw(st.booleans())
    ids = draw(st.lists(IDS, max_size=8, unique=is_distinct))
    cuts = sorted(draw(st.lists(st.integers(0, len(ids)), max_size=2)))
    bounds = [0, *cuts, len(ids)]
    parts = [ids[first:last] for first, last in pairwise(bounds)]
    return is_distinct, [Segment(part, draw(GONE)) for part in parts]


STREAMS = st.lists(
    st.tuples(st.sampled_from([("shop", "orders"), ("shop", "swept"), ("trade", "orders")]), runs()),
    max_size=5,
)
Streams = list[tuple[tuple[str, str], tuple[bool, list[Segment]]]]


def _batches(streams: Streams) -> list[Batch]:
    found = []
    for number, ((connection, stream), (is_distinct, segments)) in enumerate(streams):
        for place, segment in enumerate(segments):
            versions = [
                order(each, number=f"{number}.{place}.{row}", url=f"{number}.{place}.{row}")
                for row, each in enumerate(segment.ids)
            ]
            batch = batch_of(connection, stream, Order, versions)
            mark = f"run {number}" if is_distinct else ""
            found.append(replace(batch, deleted=segment.gone, distinct_run=mark, size=len(versions)))
    return found


def _model(streams: Streams) -> list[tuple[str, str, str]]:
    """Keep versions in a dictionary, one write after another."""
    kept: dict[tuple[tuple[str, str], str], str] = {}
    for number, (stream, (_, segments)) in enumerate(streams):
        for place, segment in enumerate(segments):
            for each in segment.gone:
                kept.pop((stream, each), None)
            for row, each in enumerate(segment.ids):
                kept[stream, each] = f"{number}.{place}.{row}"
    return sorted((stream[0], each, version) for (stream, each), version in kept.items())


@law
@given(STREAMS)
def test_the_newest_version_wins_in_any_mixture_of_runs(streams: Streams) -> None:
    """Runs of distinct ids, runs that repeat them and tombstones come to what a dictionary comes to."""
    table = Table(Order, _batches(streams))
    assert _model(streams) == sorted(zip(table.connections, table["id"], table["number"], strict=True))
    assert len(table) == len(table["id"])


@law
@given(STREAMS, st.sets(st.integers(0, 40)))
def test_fetched_details_are_those_of_their_rows(streams: Streams, some: set[int]) -> None:
    """A detail is the same, fetched before it is asked for, read for it alone, or read again."""
    table = Table(Order, _batches(streams))
    numbers = table["number"]
    table.fetch([row for row in some if row < len(table)], "url")
    assert numbers == [table.detail(row, "url") for row in range(len(table))]
    table.forget()
    assert numbers == table["number"] == [table.detail(row, "url") for row in range(len(table))]


def test_a_distinct_run_alone_decodes_no_id() -> None:
    """Where nothing came after a distinct run, its ids are not even looked at."""
    segments = [Segment("abc"), Segment("def")]
    batches = [replace(each, keys={}) for each in _batches([(("shop", "orders"), (True, segments))])]
    assert newest(batches) == [None, None]
    assert len(Table(Order, batches)) == 6


def test_columns_are_put_together_when_they_are_asked_for() -> None:
    """A table reads a column once, keeps it, and reads it again only after it was let go."""
    asked: list[str] = []

    class Columns(dict[str, list[str]]):
        def __getitem__(self, name: str) -> list[str]:
            asked.append(name)
            return super().__getitem__(name)

    (batch,) = _batches([(("shop", "orders"), (True, [Segment("ab")]))])
    table = Table(Order, [replace(batch, keys=Columns(batch.keys))])  # type: ignore[arg-type]
    assert asked == []
    assert (table["number"], table["number"]) == (["0.0.0", "0.0.1"],) * 2
    assert asked == ["number"]
    table.forget()
    assert (table["number"], table.connections) == (["0.0.0", "0.0.1"], ["shop", "shop"])
    assert asked == ["number", "number"]


@pytest.mark.parametrize("column", ["url", "nonsense"])
def test_only_key_columns_are_columns(column: str) -> None:
    """A detail or an unknown name is no column, even where there is no record."""
    with pytest.raises(KeyError):
        Table(Order, [])[column]
