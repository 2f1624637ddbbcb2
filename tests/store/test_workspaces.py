"""Workspace documents, their keys, and the quarantine of bad records."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.workspace import Workspace
from shared.errors import BadRecord
from shared.store.bad_records import MOST_SHOWN
from shared.store.segments import StreamName
from shared.store.store import Store
from shared.store.tables import Conflict
from shared.store.workspaces import ApiKey

NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)
STREAM = StreamName("shop", "store", "orders")


def _workspace(workspace_id: str = "shop", **changes: Any) -> Workspace:
    document = {
        "id": workspace_id,
        "name": "Brown & Söhne",
        "time_zone": "Europe/London",
        "reporting_currency": "GBP",
        "connections": [{"name": "store", "kind": "shopify", "secrets": {"client_id": "env:ID"}}],
        "cards": {"revenue_gap_detailed_breakdown": {"threshold": "1.5"}},
        "as_of": "2026-04-14T12:00:00Z",
        **changes,
    }
    return Workspace.model_validate(document)


async def test_a_workspace_comes_back_as_it_was(store: Store) -> None:
    """A document comes back whole, decimals and instants included."""
    assert await store.workspaces.get("shop") is None
    etag = await store.workspaces.put(_workspace())
    assert (_workspace(), etag) == await store.workspaces.get("shop")


async def test_two_who_edit_a_workspace_do_not_lose_a_change(store: Store) -> None:
    """An edit needs the etag of what was read: a stale one and a second creation are conflicts."""
    first = await store.workspaces.put(_workspace(), "")
    with pytest.raises(Conflict):
        await store.workspaces.put(_workspace(), "")
    second = await store.workspaces.put(_workspace(name="Two"), first)
    with pytest.raises(Conflict):
        await store.workspaces.put(_workspace(name="Three"), first)
    await store.workspaces.put(_workspace(name="Four"), second)
    await store.workspaces.put(_workspace(name="Five"))
    found = await store.workspaces.get("shop")
    assert found
    assert found[0].name == "Five"


async def test_a_document_that_cannot_be_read_can_be_replaced(store: Store) -> None:
    """A document that an older version saved and this one refuses is repaired by saving it again."""
    await store.workspaces._table.put({"PartitionKey": "workspace", "RowKey": "shop", "part00": b"nonsense"})
    await store.workspaces.put(_workspace())
    found = await store.workspaces.get("shop")
    assert found
    assert _workspace() == found[0]


async def test_all_workspaces_are_listed(store: Store) -> None:
    """All workspaces are given in the order of their ids, those that are off too (GEN-11)."""
    for name in ("b", "a", "c"):
        await store.workspaces.put(_workspace(name, enabled=name != "c"))
    assert [each.id for each in await store.workspaces.all()] == ["a", "b", "c"]


def _key(key_id: str = "tk-shop-1", workspace: str = "shop", **changes: Any) -> ApiKey:
    values: dict[str, Any] = {
        "name": "Finance",
        "hash": "0f" * 32,
        "roles": ("finance", "owner"),
        "created_at": NOON,
        **changes,
    }
    return ApiKey(id=key_id, workspace=workspace, **values)


async def test_a_key_comes_back_as_it_was(store: Store) -> None:
    """A key is found in its own workspace only, with its roles and dates (GEN-11)."""
    keys = [_key(), _key("tk-shop-2", roles=(), expires_at=NOON, last_used_at=NOON)]
    for each in keys:
        await store.api_keys.put(each)
    assert keys[0] == await store.api_keys.get("shop", "tk-shop-1")
    assert keys == await store.api_keys.of("shop")
    assert await store.api_keys.get("other", "tk-shop-1") is None
    assert await store.api_keys.of("other") == []


async def test_a_revoked_key_stays_revoked(store: Store) -> None:
    """Revoking is for good: noting a use afterwards does not bring a key back."""
    await store.api_keys.put(_key())
    await store.api_keys.note_use("shop", "tk-shop-1", NOON + timedelta(hours=1))
    assert _key(last_used_at=NOON + timedelta(hours=1)) == await store.api_keys.get("shop", "tk-shop-1")
    await store.api_keys.delete("shop", "tk-shop-1")
    await store.api_keys.delete("shop", "tk-shop-1")
    await store.api_keys.note_use("shop", "tk-shop-1", NOON)
    assert await store.api_keys.of("shop") == []


async def test_bad_records_stay_until_they_are_read_well(store: Store) -> None:
    """A bad record is shown once, with its id and why, until it is released; a later run does not hide it."""
    bad = [BadRecord("orders", "#1/2", "no date"), BadRecord("orders", "", "no id")]
    await store.bad_records.put(STREAM, bad, "00000001", NOON)
    await store.bad_records.put(STREAM, bad, "00000001", NOON)
    assert 2 == await store.bad_records.settle(STREAM, "00000002", is_full=False)
    shown = sorted((each.id, each.why) for each in await store.bad_records.page(STREAM))
    assert [("", "no id"), ("#1/2", "no date")] == shown
    await store.bad_records.release(STREAM, {"#1/2", "another"})
    assert [""] == [each.id for each in await store.bad_records.page(STREAM)]


async def test_a_full_run_reads_all_that_was_bad_again(store: Store) -> None:
    """What a full run did not find bad again is not bad any more."""
    bad = [BadRecord("orders", "1", "no date"), BadRecord("orders", "2", "no date")]
    await store.bad_records.put(STREAM, bad, "00000001", NOON)
    await store.bad_records.put(STREAM, bad[:1], "00000002", NOON)
    assert 1 == await store.bad_records.settle(STREAM, "00000002", is_full=True)
    assert ["1"] == [each.id for each in await store.bad_records.page(STREAM)]


@pytest.mark.parametrize("record_id", ["#" * 5_000, "🙂" * 500, "\x00" * 500, "cut \ud83d", "x" * 5_000])
async def test_no_id_is_too_odd_for_quarantine(store: Store, record_id: str) -> None:
    """A record is bad because it is odd: quarantine takes any id and any reason."""
    await store.bad_records.put(STREAM, [BadRecord("orders", record_id, "odd " * 5_000)], "00000001", NOON)
    (shown,) = await store.bad_records.page(STREAM)
    assert record_id[:4] == shown.id[:4]
    assert shown.why.startswith("odd odd")


async def test_only_some_bad_records_are_shown(store: Store) -> None:
    """A whole page of bad records is stored, and some of them are shown."""
    bad = [BadRecord("orders", f"{number:04}", "no date") for number in range(250)]
    await store.bad_records.put(STREAM, bad, "00000001", NOON)
    assert len(await store.bad_records.page(STREAM)) == MOST_SHOWN
