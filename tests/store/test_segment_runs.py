"""Runs and what stands of them: rewritten by columns, dropped in any order of crashes, told by instant."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.records import CompanyMember, MasterCustomer, Record
from shared.domain.snapshot import Table
from shared.store import segment_places
from shared.store.segments import Run, Segments, SegmentsGone, StreamName
from shared.store.store import Store
from tests.pipeline.memory import memory_store
from tests.pipeline.mortal import Death, Life, mortal

STREAM = StreamName("shop", "ledger", "customers")
NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _customer(number: int, name: str = "") -> MasterCustomer:
    return MasterCustomer(
        id=f"C{number}",
        number=f"#{number}",
        company="",
        state="active",
        name=name or f"buyer {number}",
        display_name=f"Buyer {number} {name}",
    )


def _customers(numbers: Iterable[int], name: str = "") -> list[MasterCustomer]:
    return [_customer(number, name) for number in numbers]


async def _pull(
    segments: Segments,
    number: int,
    records: Sequence[Record],
    deleted: Sequence[str] = (),
    kind: type[Record] = MasterCustomer,
    **changes: Any,
) -> Run:
    """Write and commit run `number`, at as many hours after noon."""
    name = f"{number:08}"
    count = await segments.write(STREAM, name, 0, kind, records, deleted)
    at = NOON + number * HOUR
    run = replace(Run(name, count, len(records), 0, is_full=False, until=at, committed_at=at), **changes)
    await segments.commit(STREAM, run)
    return run


async def _fold(segments: Segments, number: int, kind: type[Record] = MasterCustomer) -> Run:
    """Rewrite what stands as run `number`, by columns."""
    name, place, rows = f"{number:08}", 0, 0
    async for columns in segments.standing(STREAM, kind, await segments.runs(STREAM)):
        place = await segments.write_columns(STREAM, name, place, kind, columns)
        rows += len(columns["id"])
    at = NOON + number * HOUR
    run = Run(name, place, rows, 0, is_full=True, until=at, committed_at=at, is_distinct=True)
    await segments.commit(STREAM, run)
    return run


async def _seen(
    segments: Segments, as_of: datetime | None = None, kind: type[Record] = MasterCustomer
) -> list[dict[str, Any]]:
    """Give all rows that are visible, by id, with a detail."""
    table = Table(kind, await segments.batches(STREAM, kind, await segments.runs(STREAM, as_of)))
    rows = [table.keys_of(row) for row in range(len(table))]
    if kind is MasterCustomer:
        await asyncio.to_thread(table.fetch, range(len(table)))
        for row, found in enumerate(rows):
            found["display_name"] = table.detail(row, "display_name")
    return sorted(rows, key=lambda found: str(found["id"]))


async def _history(segments: Segments) -> None:
    """Store a first read, changes, a deletion and one that came back."""
    await _pull(segments, 1, _customers(range(2_300)), is_full=True)
    await _pull(segments, 2, _customers(range(5, 2_000, 7), "moved"))
    await _pull(segments, 3, _customers([3_000, 3_001]), deleted=["C1", "C2", "C12"])
    await _pull(segments, 4, _customers([2], "back"))


async def test_what_is_rewritten_by_columns_is_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rewriting what stands changes no row and no detail, and leaves full segments of distinct ids."""
    monkeypatch.setattr("shared.store.segments.FOLDED_RECORDS", 700)
    segments = store.segments
    await _history(segments)
    before = await _seen(segments)
    base = await _fold(segments, 5)
    assert before == await _seen(segments)
    assert (base.records, base.segments) == (len(before), -(-len(before) // 700))
    assert [base] == await segments.runs(STREAM)
    await _pull(segments, 6, _customers([7], "later"), deleted=["C9"])
    later = await _seen(segments)
    assert len(later) == len(before) - 1
    assert {"later"} == {found["name"] for found in later if found["id"] == "C7"}
    await _fold(segments, 7)
    assert later == await _seen(segments)


async def test_records_without_details_are_rewritten_too() -> None:
    """A kind that has no detail columns has no detail segments, and stands the same."""
    segments = memory_store().segments
    members = [CompanyMember(id=str(each), customer_id="c", company_id=f"{each % 2}") for each in range(9)]
    await _pull(segments, 1, members, kind=CompanyMember, is_full=True)
    await _pull(segments, 2, [replace(members[3], customer_id="new")], ["5"], CompanyMember)
    before = await _seen(segments, kind=CompanyMember)
    await _fold(segments, 3, CompanyMember)
    assert before == await _seen(segments, kind=CompanyMember)
    assert len(before) == 8


async def test_past_instants_are_told_until_their_runs_are_dropped() -> None:
    """Replaced runs tell what was there at their time; once they are dropped, nobody is told half of it."""
    segments = memory_store().segments
    await _history(segments)
    past = [await _seen(segments, NOON + hours * HOUR) for hours in range(1, 5)]
    base = await _fold(segments, 5)
    later = await _pull(segments, 6, _customers([7], "later"))
    assert past == [await _seen(segments, NOON + hours * HOUR) for hours in range(1, 5)]
    assert [each.run for each in await segments.every_run(STREAM)] == [f"{n:08}" for n in range(1, 7)]
    now = await _seen(segments)
    assert await segments.drop_before(STREAM, base) == 4 + 2 * (3 + 1 + 2 + 1)
    assert [base, later] == await segments.every_run(STREAM)
    assert now == await _seen(segments) == await _seen(segments, later.committed_at)
    assert past[-1] == await _seen(segments, base.committed_at)
    with pytest.raises(SegmentsGone, match="ledger customers are kept from 2026-04-14 17:00"):
        await segments.runs(STREAM, base.committed_at - timedelta(seconds=1))
    assert await segments.drop_before(STREAM, base) == 0


async def test_only_a_run_that_replaces_all_lets_earlier_ones_go() -> None:
    """What still counts is not dropped."""
    segments = memory_store().segments
    await _history(segments)
    last = (await segments.runs(STREAM))[-1]
    with pytest.raises(ValueError, match="00000004 replaces nothing"):
        await segments.drop_before(STREAM, last)
    assert len(await segments.every_run(STREAM)) == 4


@pytest.mark.parametrize("is_last_one_done", [False, True])
@pytest.mark.parametrize("writes", range(1, 11))
async def test_a_crash_while_dropping_leaves_nothing_half_told(
    *, writes: int, is_last_one_done: bool
) -> None:
    """Wherever the process dies, an instant is told as it was or not at all; a next try removes the rest."""
    store = memory_store()
    segments = store.segments
    await _pull(segments, 1, _customers(range(3)), is_full=True)
    await _pull(segments, 2, _customers([1], "moved"), deleted=["C2"])
    await segments.write(STREAM, "00000003", 0, MasterCustomer, _customers([9], "abandoned"))
    base = await _fold(segments, 4)
    told = {hours: await _seen(segments, NOON + hours * HOUR) for hours in range(5)}
    with pytest.raises(Death):
        await mortal(store, Life(writes, is_last_one_done=is_last_one_done)).segments.drop_before(
            STREAM, base
        )
    for hours, rows in told.items():
        try:
            assert rows == await _seen(segments, NOON + hours * HOUR)
        except SegmentsGone:
            assert hours < 4
    assert told[4] == await _seen(segments)
    await segments.drop_before(STREAM, base)
    left = [entity["RowKey"] async for entity in segments._table.between(STREAM.partition)]
    assert ["base", "details|00000004|000000", "keys|00000004|000000", "run|00000004"] == left


async def test_a_late_full_run_does_not_hide_the_last_one() -> None:
    """The note of the last full run never goes back, and without it the same runs are found."""
    segments = memory_store().segments
    await _pull(segments, 5, _customers(range(3)), is_full=True)
    await _pull(segments, 6, _customers([4]))
    await _pull(segments, 3, _customers(range(9)), is_full=True)
    noted = await segments.runs(STREAM)
    base = await segments._table.get(STREAM.partition, "base")
    assert base is not None
    assert base["run"] == "00000005"
    await segments._table.delete(STREAM.partition, "base")
    assert noted == await segments.runs(STREAM)
    assert ["00000005", "00000006"] == [each.run for each in noted]


@pytest.mark.parametrize(
    ("rows", "points", "ranges"),
    [
        (range(69), 0, 6),
        ([0, 68], 2, 0),
        ([5], 0, 1),
        ([], 0, 0),
        ([1, 2, 30, 31, 32, 33, 34, 35, 36, 60], 0, 2),
        ([0, 30, 60, 61, 62, 63], 4, 0),
    ],
)
async def test_details_come_in_ranges_or_one_by_one(
    rows: Sequence[int], points: int, ranges: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of most segments are fetched in ranges, rows of few one by one, and both are theirs."""
    monkeypatch.setattr(segment_places, "RANGE", 4)
    segments = memory_store().segments
    for number in range(1, 24):
        await _pull(segments, number, _customers(range(number * 10, number * 10 + 3), f"run {number}"))
    batches = await segments.batches(STREAM, MasterCustomer, await segments.runs(STREAM))
    asked = {name: _counted(segments, name, monkeypatch) for name in ("get", "between")}
    table = Table(MasterCustomer, batches)
    await asyncio.to_thread(table.fetch, rows, "display_name")
    assert (points, ranges) == (len(asked["get"]), len(asked["between"]))
    # What was fetched needs no more reading: it is there for the loop's own thread, too.
    found = [table.detail(row, "display_name") for row in rows]
    assert found == [f"Buyer {row // 3 * 10 + 10 + row % 3} run {row // 3 + 1}" for row in rows]


def _counted(segments: Segments, name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the kind of entities that a reading verb of the table is asked for."""
    asked: list[str] = []
    verb = getattr(segments._table, name)

    def noting(partition: str, row: str = "", *more: Any) -> Any:
        asked.append(row.partition("|")[0])
        return verb(partition, row, *more)

    monkeypatch.setattr(segments._table, name, noting)
    return asked


async def test_details_are_not_read_before_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot is read without them; the loop's own thread cannot wait for them, and says so."""
    segments = memory_store().segments
    await _pull(segments, 1, _customers(range(3)))
    asked = _counted(segments, "between", monkeypatch)
    table = Table(MasterCustomer, await segments.batches(STREAM, MasterCustomer, await segments.runs(STREAM)))
    assert (len(table["id"]), asked) == (3, ["run", "keys"])
    with pytest.raises(RuntimeError, match="beside the event loop"):
        table.detail(1, "display_name")
    assert await asyncio.to_thread(table.detail, 1, "display_name") == "Buyer 1 "
    assert [table.detail(row, "display_name") for row in (0, 2)] == ["Buyer 0 ", "Buyer 2 "]
    assert asked == ["run", "keys", "details"]


async def test_rows_that_nobody_fetched_are_read_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for one after another, details are read twice as many segments at a time with each reading."""
    segments = memory_store().segments
    for number in range(1, 32):
        await _pull(segments, number, _customers([number]))
    batches = await segments.batches(STREAM, MasterCustomer, await segments.runs(STREAM))
    asked = _counted(segments, "between", monkeypatch)
    table = Table(MasterCustomer, batches)

    def ask() -> list[str]:
        return [table.detail(row, "display_name") for row in range(len(table))]

    assert await asyncio.to_thread(ask) == [f"Buyer {number} " for number in range(1, 32)]
    assert len(asked) == 5


@pytest.mark.parametrize("rows", [[1], [0, 1, 2]])
async def test_details_that_are_gone_are_named(rows: list[int]) -> None:
    """A snapshot that outlives its records says which of them are not kept any more."""
    segments = memory_store().segments
    await _pull(segments, 1, _customers(range(3)), is_full=True)
    table = Table(MasterCustomer, await segments.batches(STREAM, MasterCustomer, await segments.runs(STREAM)))
    await segments.drop_before(STREAM, await _fold(segments, 2))
    with pytest.raises(SegmentsGone, match="details of segment 0 of run 00000001 of ledger customers"):
        await asyncio.to_thread(table.fetch, rows)


async def test_a_counted_segment_that_is_missing_is_no_smaller_table() -> None:
    """Where a run's segment is not there, reading says so rather than giving fewer records."""
    segments = memory_store().segments
    run = await _pull(segments, 1, _customers(range(3)))
    await segments.commit(STREAM, replace(run, segments=2))
    with pytest.raises(SegmentsGone, match="keys of segment 1"):
        await _seen(segments)
