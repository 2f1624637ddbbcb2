"""Segments: records come back whole and in order, and only what a commit counts in is ever seen."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.records import CrmCustomer, MasterCustomer, Record
from shared.domain.snapshot import Table as Records
from shared.errors import BadRecord
from shared.store.columns import LARGEST, halves, pack, unpack
from shared.store.segments import Run, StreamName
from shared.store.store import Store
from shared.store.tables import Conflict

STREAM = StreamName("shop", "ledger", "customers")
NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)
RANDOM = random.Random(7)  # noqa: S311 - noise that does not compress


def _customer(number: int, name: str = "") -> MasterCustomer:
    return MasterCustomer(
        id=f"C{number}",
        number=f"#{number}",
        company="",
        state="active",
        name=name or f"buyer {number}",
        display_name=f"Buyer {number} 🙂",
    )


def _customers(first: int, last: int, name: str = "") -> list[MasterCustomer]:
    return [_customer(number, name) for number in range(first, last)]


def _noise(size: int) -> str:
    return RANDOM.randbytes(size // 2).hex()


async def _write(store: Store, run: str, *pages: Sequence[Record], deleted: Sequence[str] = ()) -> Run:
    number = 0
    for page in pages:
        number = await store.segments.write(STREAM, run, number, type(page[0]), page)
    if deleted:
        number = await store.segments.write(STREAM, run, number, MasterCustomer, (), deleted)
    count = sum(len(page) for page in pages)
    return Run(
        run=run,
        segments=number,
        records=count,
        bad_records=0,
        is_full=False,
        until=NOON,
        committed_at=NOON,
    )


async def _commit(
    store: Store, run: str, *pages: Sequence[Record], deleted: Sequence[str] = (), **changes: Any
) -> None:
    await store.segments.commit(STREAM, replace(await _write(store, run, *pages, deleted=deleted), **changes))


async def _seen(
    store: Store, as_of: datetime | None = None, record_type: type[Record] = MasterCustomer
) -> Records:
    runs = await store.segments.runs(STREAM, as_of)
    return Records(record_type, await store.segments.batches(STREAM, record_type, runs))


async def _detail(seen: Records, row: int, column: str) -> Any:
    """Ask for a detail as a judge does, from a thread beside the event loop."""
    return await asyncio.to_thread(seen.detail, row, column)


async def test_nothing_is_seen_before_its_commit(store: Store) -> None:
    """What no commit counts in is never visible, and a commit shows all of it at once (decision 15)."""
    run = await _write(store, "00000001", _customers(0, 10), _customers(10, 15))
    assert (await _seen(store))["id"] == []
    await store.segments.commit(STREAM, run)
    assert [f"C{number}" for number in range(15)] == (await _seen(store))["id"]


async def test_a_run_that_never_ends_stays_unseen(store: Store) -> None:
    """An abandoned run between two committed ones changes nothing, though its segments are there."""
    await _commit(store, "00000001", _customers(0, 3))
    await _write(store, "00000002", _customers(0, 3, "abandoned"), _customers(3, 9))
    await _commit(store, "00000003", _customers(3, 5))
    seen = await _seen(store)
    assert seen["id"] == ["C0", "C1", "C2", "C3", "C4"]
    assert "abandoned" not in seen["name"]


async def test_segments_beyond_the_count_are_not_read(store: Store) -> None:
    """A retry that needs fewer segments leaves old ones behind, and they stay unseen."""
    run = await _write(store, "00000001", _customers(0, 2), _customers(5, 9))
    await store.segments.commit(STREAM, replace(run, segments=1))
    assert (await _seen(store))["id"] == ["C0", "C1"]


async def test_a_page_that_comes_twice_overwrites_itself(store: Store) -> None:
    """Run twice, counts equal: the same page is the same entities."""
    first = await _write(store, "00000001", _customers(0, 1_500), deleted=["C9999"])
    before = [entity["RowKey"] async for entity in store.segments._table.between(STREAM.partition)]
    second = await _write(store, "00000001", _customers(0, 1_500), deleted=["C9999"])
    after = [entity["RowKey"] async for entity in store.segments._table.between(STREAM.partition)]
    assert first == second
    assert before == after
    await store.segments.commit(STREAM, second)
    await store.segments.commit(STREAM, second)
    assert [second] == await store.segments.runs(STREAM)
    assert len(await _seen(store)) == 1_500


@pytest.mark.parametrize("count", [1, 999, 1_000, 1_001, 2_500])
async def test_any_number_of_records_comes_back_in_order(store: Store, count: int) -> None:
    """A page of more than 1,000 records is cut into segments and comes back whole, in order, with details."""
    await _commit(store, "00000001", _customers(0, count))
    seen = await _seen(store)
    assert [f"C{number}" for number in range(count)] == seen["id"]
    assert f"Buyer {count - 1} 🙂" == await _detail(seen, count - 1, "display_name")
    (run,) = await store.segments.runs(STREAM)
    assert -(-count // 1_000) == run.segments


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_records_too_large_for_one_entity_are_parted(store: Store) -> None:
    """Records that compress badly take several entities, and come back whole and in order."""
    page = [replace(_customer(n), name=_noise(150_000), display_name=_noise(300_000)) for n in range(12)]
    await _commit(store, "00000001", page, deleted=["C99"])
    seen = await _seen(store)
    assert [each.id for each in page] == seen["id"]
    assert [each.name for each in page] == seen["name"]
    assert page[11].display_name == await _detail(seen, 11, "display_name")
    (run,) = await store.segments.runs(STREAM)
    assert run.segments > 2


async def test_one_record_larger_than_an_entity_is_named(store: Store) -> None:
    """A record that fits nowhere is refused by its id, and does not keep the others from being written."""
    giant = replace(_customer(1), name=_noise(4_000_000))
    with pytest.raises(BadRecord, match="customers C1: it is larger than an entity"):
        await store.segments.write(STREAM, "00000001", 0, MasterCustomer, [_customer(0), giant, _customer(2)])


async def test_half_a_character_is_kept(store: Store) -> None:
    """Vendors cut names in the middle of an emoji: that is no reason to lose the page."""
    await _commit(store, "00000001", [_customer(0, name="cut \ud83d"), _customer(1)])
    assert (await _seen(store))["name"] == ["cut \ud83d", "buyer 1"]


async def test_a_full_run_hides_earlier_ones(store: Store) -> None:
    """A run that read everything replaces what was there: what it does not carry is gone."""
    await _commit(store, "00000001", _customers(0, 5))
    await _commit(store, "00000002", _customers(5, 6))
    await _commit(store, "00000003", _customers(2, 4), is_full=True)
    await _commit(store, "00000004", _customers(7, 8))
    assert (await _seen(store))["id"] == ["C2", "C3", "C7"]
    assert [each.run for each in await store.segments.runs(STREAM)] == ["00000003", "00000004"]


async def test_an_empty_full_run_empties_the_stream(store: Store) -> None:
    """Where everything was read and nothing came, nothing is there."""
    await _commit(store, "00000001", _customers(0, 5))
    await _commit(store, "00000002", is_full=True)
    assert (await _seen(store))["id"] == []


async def test_a_later_version_replaces_an_earlier_one(store: Store) -> None:
    """The last version of an id wins, within a run and from run to run, with its own details."""
    await _commit(store, "00000001", _customers(0, 3, "old"), [_customer(1, "newer")])
    await _commit(store, "00000002", [replace(_customer(0, "newest"), display_name="Newest")])
    seen = await _seen(store)
    assert dict(zip(seen["id"], seen["name"], strict=True)) == {"C0": "newest", "C1": "newer", "C2": "old"}
    assert await _detail(seen, seen["id"].index("C0"), "display_name") == "Newest"


async def test_what_is_deleted_is_gone_until_it_comes_back(store: Store) -> None:
    """A tombstone hides earlier versions and none that come after it."""
    await _commit(store, "00000001", _customers(0, 3))
    await _commit(store, "00000002", deleted=["C0", "C2", "C77"])
    assert (await _seen(store))["id"] == ["C1"]
    await _commit(store, "00000003", [_customer(2, "back")])
    assert (await _seen(store))["id"] == ["C1", "C2"]


async def test_a_past_instant_sees_the_runs_of_its_time(store: Store) -> None:
    """At an instant only what was committed by then is seen, so a past reading can be judged again."""
    for hour in range(3):
        later = NOON + timedelta(hours=hour)
        await _commit(store, f"0000000{hour + 1}", _customers(hour, hour + 1), committed_at=later)
    await _commit(store, "00000004", is_full=True, committed_at=NOON + timedelta(hours=3))
    assert (await _seen(store, NOON - timedelta(seconds=1)))["id"] == []
    assert (await _seen(store, NOON))["id"] == ["C0"]
    assert (await _seen(store, NOON + timedelta(minutes=119)))["id"] == ["C0", "C1"]
    assert (await _seen(store, NOON + timedelta(hours=2)))["id"] == ["C0", "C1", "C2"]
    assert (await _seen(store))["id"] == []


async def test_lists_and_claims_of_a_record_come_back(store: Store) -> None:
    """Columns keep their type; tuples come back as lists."""
    await _commit(
        store,
        "00000001",
        [
            CrmCustomer(
                id="1",
                table="account",
                created_at="",
                is_active=True,
                is_in_scope=False,
                missing_fields=("a", "b"),
            )
        ],
    )
    seen = await _seen(store, record_type=CrmCustomer)
    assert (
        seen["is_active"][0],
        seen["is_in_scope"][0],
        seen["missing_fields"][0],
    ) == (True, False, ["a", "b"])


async def test_streams_do_not_mix(store: Store) -> None:
    """What belongs to one workspace, connection or stream is seen by no other (GEN-11)."""
    others = [
        StreamName("shop-2", "ledger", "customers"),
        StreamName("shop", "ledger-2", "customers"),
        StreamName("shop", "ledger", "customers2"),
    ]
    for other in others:
        await store.segments.write(other, "00000001", 0, MasterCustomer, _customers(50, 60))
    await _commit(store, "00000001", _customers(0, 3))
    assert (await _seen(store))["id"] == ["C0", "C1", "C2"]
    for other in others:
        assert await store.segments.runs(other) == []


def test_what_one_entity_holds_is_exact() -> None:
    """Packing gives parts of at most 64 KiB, all of them or none."""
    assert pack(_noise(4 * LARGEST)) is None
    packed = pack({"text": _noise(1_000_000)})
    assert packed is not None
    assert max(len(part) for part in packed.values()) <= 65_536
    assert {"text"} == set(unpack({**packed, "other": 1, "part": "no part", "partition": 2}))


def test_one_row_cannot_be_halved() -> None:
    """Halving ends: a single row that does not fit is an error, not an endless loop."""
    assert halves([1, 2, 3]) == ([1], [2, 3])
    with pytest.raises(ValueError, match="larger than an entity"):
        halves([1])


async def test_a_late_writer_changes_nothing(store: Store) -> None:
    """Who claimed a stream earlier and writes later meets a Conflict; what the later claim wrote stands."""
    seen, late = _customers(1, 3), _customers(0, 2)
    number = await store.segments.write(STREAM, "00000001", 0, MasterCustomer, seen, claim=2)
    with pytest.raises(Conflict):
        await store.segments.write(STREAM, "00000001", 0, MasterCustomer, late, claim=1)
    whole = await _write(store, "00000002")
    await store.segments.commit(STREAM, replace(whole, run="00000001", segments=number))
    batches = await store.segments.batches(STREAM, MasterCustomer, await store.segments.runs(STREAM))
    assert ["C1", "C2"] == Records(MasterCustomer, batches)["id"]
