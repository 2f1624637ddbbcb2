"""Readings: their rows come back in order, and publishing again changes nothing."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.store.readings import Mark, Readings, Standing
from shared.store.store import Store

CARD = "ecom_customers_absent_from_sage"
RANDOM = random.Random(3)  # noqa: S311 - noise that does not compress


def _reading(evaluation: str, **changes: Any) -> dict[str, Any]:
    return {
        "workspace": "shop",
        "card": CARD,
        "evaluation": evaluation,
        "value": 3,
        "unit": "customers",
        "currency": None,
        "status": "alert",
        "as_of": "2026-04-14T12:00:00Z",
        "rows_of": evaluation,
        "row_count": 3,
        **changes,
    }


def _rows(count: int, noise: int = 0) -> list[dict[str, Any]]:
    return [
        {"id": number, "name": "Bräuer 🙂 \ud83d", "note": RANDOM.randbytes(noise // 2).hex()}
        for number in range(count)
    ]


async def _everything(readings: Readings) -> list[dict[str, Any]]:
    found = []
    for table in (readings._readings, readings._rows):
        found += [entity async for entity in table._client.list_entities()]
    return [dict(each) for each in found]


@pytest.mark.parametrize("count", [0, 1, 500, 501, 1_750])
async def test_rows_come_back_in_order(store: Store, count: int) -> None:
    """All rows come back in the order in which they were published, over any number of pages."""
    rows = _rows(count)
    await store.readings.publish(_reading("E1"), rows)
    assert rows == await store.readings.rows("shop", CARD, "E1")


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_large_rows_are_parted(store: Store) -> None:
    """Rows that do not fit into one entity take more pages, and keep their order."""
    rows = _rows(60, 60_000)
    await store.readings.publish(_reading("E1"), rows)
    assert rows == await store.readings.rows("shop", CARD, "E1")


async def test_publishing_twice_changes_nothing(store: Store) -> None:
    """The same evaluation writes the same entities, byte for byte."""
    rows = _rows(700)
    await store.readings.publish(_reading("E1"), rows)
    first = await _everything(store.readings)
    await store.readings.publish(_reading("E1"), rows)
    assert first == await _everything(store.readings)


async def test_fewer_rows_replace_more(store: Store) -> None:
    """An evaluation that is published again with fewer pages shows none of the old ones."""
    await store.readings.publish(_reading("E1"), _rows(1_200))
    await store.readings.publish(_reading("E1"), _rows(2))
    assert [row["id"] for row in await store.readings.rows("shop", CARD, "E1")] == [0, 1]


async def test_the_last_reading_and_those_before_it_are_kept(store: Store) -> None:
    """The latest is the one published last; each evaluation keeps its own reading and rows."""
    assert await store.readings.latest("shop", CARD) is None
    await store.readings.publish(_reading("E1", value=1), _rows(1))
    await store.readings.publish(_reading("E2", value=2), _rows(2))
    assert _reading("E2", value=2) == await store.readings.latest("shop", CARD)
    assert _reading("E1", value=1) == await store.readings.at("shop", CARD, "E1")
    assert await store.readings.at("shop", CARD, "E3") is None
    assert len(await store.readings.rows("shop", CARD, "E1")) == 1
    assert await store.readings.rows("shop", CARD, "E3") == []
    assert await store.readings.latest("shop", "another") is None
    assert await store.readings.latest("shop-2", CARD) is None


@pytest.mark.parametrize("evaluation", ["E1", "E2"])
async def test_a_held_reading_points_to_earlier_rows(store: Store, evaluation: str) -> None:
    """A held card shows its last rows (decision 15), also where a pinned clock gives both the same name."""
    await store.readings.publish(_reading("E1"), _rows(3))
    await store.readings.publish(_reading(evaluation, status="held", rows_of="E1"), None)
    held = await store.readings.latest("shop", CARD)
    assert held is not None
    assert held["status"] == "held"
    assert _rows(3) == await store.readings.rows("shop", CARD, held["rows_of"])


async def test_no_reading_points_at_rows_that_are_not_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are written first: where that fails, the reading before it stands, with its rows."""
    await store.readings.publish(_reading("E1"), _rows(2))

    async def fails(_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(store.readings._rows, "put_all", fails)
    with pytest.raises(ConnectionError):
        await store.readings.publish(_reading("E2"), _rows(5))
    latest = await store.readings.latest("shop", CARD)
    assert latest is not None
    assert len(await store.readings.rows("shop", CARD, latest["rows_of"])) == 2


async def test_a_missing_page_is_no_shorter_list(store: Store) -> None:
    """Rows of which a page is gone are an error, not fewer findings."""
    await store.readings.publish(_reading("E1"), _rows(600))
    await store.readings._rows.delete(f"shop|{CARD}|E1", "000000")
    with pytest.raises(LookupError, match="page 0"):
        await store.readings.rows("shop", CARD, "E1")


async def test_figures_stand_in_columns_of_their_own(store: Store) -> None:
    """Someone with a storage browser sees value, unit and status without unpacking anything."""
    await store.readings.publish(_reading("E1"), _rows(3))
    entity = await store.readings._readings.get("shop", f"latest|{CARD}")
    assert entity is not None
    assert (entity["value"], entity["unit"], entity["status"]) == ("3", "customers", "alert")
    assert "currency" not in entity


async def test_the_last_readings_of_all_cards_come_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request gives them with what they stand at, in the order of the cards; None where there is none."""
    other = "revenue_gap_detailed_breakdown"
    await store.readings.publish(_reading("E1", value=1), _rows(1))
    await store.readings.publish(_reading("E2", value=2, card=other), _rows(1))
    mark = Mark("E2", "", {"as_of": "2026-04-14T13:00:00Z"}, "alert")
    await store.readings.stand("shop", Standing({other: mark}))
    expected = [await store.readings.latest("shop", card) for card in (other, "none", CARD)]
    assert [None if each is None else (each["value"], each["as_of"][11:13]) for each in expected] == [
        (2, "13"),
        None,
        (1, "12"),
    ]
    assert expected == await store.readings.latest_of("shop", [other, "none", CARD])
    monkeypatch.setattr(store.readings._readings, "get", None)
    assert expected[::2] == await store.readings.latest_of("shop", [other, CARD])


async def test_a_reading_is_found_where_an_earlier_release_put_it(store: Store) -> None:
    """A card's last reading once stood with its history: it is read from there until another comes."""
    await store.readings.publish(_reading("E1", workspace_version="W1"), _rows(1))
    there = await store.readings._readings.get("shop", f"latest|{CARD}")
    assert there is not None
    await store.readings._readings.put({**there, "PartitionKey": f"shop|{CARD}", "RowKey": "latest"})
    await store.readings._readings.delete("shop", f"latest|{CARD}")
    expected = _reading("E1", workspace_version="W1")
    assert expected == await store.readings.latest("shop", CARD)
    assert [expected] == await store.readings.latest_of("shop", [CARD])
    assert {"W1"} == await store.readings.versions("shop", CARD)
    await store.readings.drop_before("shop", CARD, datetime(2026, 4, 15, tzinfo=UTC))
    assert expected == await store.readings.latest("shop", CARD)
    await store.readings.publish(_reading("E2"), _rows(1))
    assert _reading("E2") == await store.readings.latest("shop", CARD)
    await store.readings.drop_before("shop", CARD, datetime(2026, 4, 15, tzinfo=UTC))
    assert await store.readings._readings.get(f"shop|{CARD}", "latest") is None
