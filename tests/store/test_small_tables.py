"""Receipts, checks and listed ids: small tables that keep what they are given, and let it go in time."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.store import columns
from shared.store.checks import Check
from shared.store.receipts import KEPT, Receipt
from shared.store.segments import StreamName
from shared.store.store import Store
from shared.store.tables import Conflict

STREAM = StreamName("shop", "log", "attempts")
NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)


async def test_a_receipt_is_found_by_its_key_and_as_the_last(store: Store) -> None:
    """Each caller's key has its own receipt; the newest is the last one, with a key or without."""
    assert await store.receipts.get(STREAM) is None
    first, second = Receipt("a", {"run": "1"}, NOON), Receipt("b", {"run": "2", "errors": ["#"]}, NOON)
    await store.receipts.put(STREAM, first, "a key / with # marks")
    await store.receipts.put(STREAM, second)
    assert await store.receipts.get(STREAM, "a key / with # marks") == first
    assert await store.receipts.get(STREAM) == second
    assert await store.receipts.get(STREAM, "another") is None


async def test_old_keys_are_let_go(store: Store) -> None:
    """A key is forgotten after its time, by the next upload; the last receipt stays."""
    await store.receipts.put(STREAM, Receipt("a", {}, NOON), "old")
    await store.receipts.put(STREAM, Receipt("b", {}, NOON + KEPT), "edge")
    assert await store.receipts.get(STREAM, "old")
    await store.receipts.put(STREAM, Receipt("c", {}, NOON + KEPT + timedelta(seconds=1)), "new")
    assert await store.receipts.get(STREAM, "old") is None
    assert await store.receipts.get(STREAM, "edge")


async def test_a_check_is_no_checkpoint(store: Store) -> None:
    """A connection's check comes back as it was kept, and is not taken for a stream."""
    findings = ({"what": "scope a", "message": "grant it", "is_fatal": True},)
    check = Check(checked_at=NOON, settings="x", findings=findings, problem="")
    await store.checks.put("shop", "log", check)
    assert await store.checks.get("shop", "log") == check
    assert check.fatal == ("scope a: grant it",)
    assert await store.checks.get("shop", "other") is None
    assert await store.checkpoints.of("shop") == {}


async def test_listed_ids_come_back_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that one entity does not hold are parted; only the pages that count are read."""
    monkeypatch.setattr(columns, "LARGEST", 200)
    ids = [f"{number * 7919:08}" for number in range(500)]
    await store.sweeps.write(STREAM, "00000001", 0, ids, 1)
    await store.sweeps.write(STREAM, "00000001", 1, ["last"], 1)
    await store.sweeps.write(STREAM, "00000001", 2, ["never counted"], 1)
    assert await store.sweeps.listed(STREAM, "00000001", 2) == {*ids, "last"}
    assert await store.sweeps.listed(STREAM, "00000001", 1) == set(ids)
    with pytest.raises(LookupError):
        await store.sweeps.listed(STREAM, "00000001", 4)


async def test_a_page_of_ids_that_comes_twice_overwrites_itself(store: Store) -> None:
    """A page that is listed again replaces what was listed of it before, however many parts that took."""
    ids = [f"{number * 7919:08}" for number in range(500)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "LARGEST", 200)
        await store.sweeps.write(STREAM, "00000001", 0, ids, 1)
    await store.sweeps.write(STREAM, "00000001", 0, ["other"], 2)
    assert await store.sweeps.listed(STREAM, "00000001", 1) == {"other"}
    with pytest.raises(Conflict):
        await store.sweeps.write(STREAM, "00000001", 0, ["late"], 1)
