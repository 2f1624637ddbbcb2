"""Which rows of a reading are open is told by their ids, and kept for that reading alone."""

from typing import Any

import pytest

from shared.store.open_ids import among
from shared.store.readings import pages_of
from shared.store.store import Store

ROWS = [
    {"id": f"{number:03}" if number != 7 else "7\ud83d", "is_settled": number % 3 == 0}
    for number in range(1_200)
]
ASKED = ["000", "001", "7\ud83d", "8\ud83d", "1199", "1200", "", "01", "0010"]
OPEN = {"001", "1199", "7\ud83d"}


def _reading(published_at: str) -> dict[str, Any]:
    return {
        "workspace": "shop",
        "card": "revenue_gap_detailed_breakdown",
        "evaluation": "E1",
        "rows_of": "E1",
        "rows_digest": "of these rows",
        "row_count": 800,
        "published_at": published_at,
    }


async def test_open_rows_are_told_by_their_ids(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of some ids those are given that open rows have; the second time without a request."""
    reading = _reading("09:00")
    await store.readings.publish(reading, ROWS)
    assert OPEN == await among(store.readings, reading, ASKED)
    monkeypatch.setattr(store.readings, "stored_rows", None)
    assert OPEN == await among(store.readings, reading, ASKED)
    assert set() == await among(store.readings, reading, [])


async def test_rows_that_came_too_early_do_not_stay(store: Store) -> None:
    """Rows are there before their reading: who saw them with the last one does not believe it for good."""
    name = "shop", "revenue_gap_detailed_breakdown", "E1"
    await store.readings.publish(_reading("09:00"), ROWS)
    await store.readings.keep_rows(*name, pages_of(ROWS[:2]))
    assert {"001"} == await among(store.readings, _reading("09:00"), ASKED)
    await store.readings.publish(_reading("09:02"), ROWS)
    assert OPEN == await among(store.readings, _reading("09:02"), ASKED)


async def test_rows_that_are_lost_and_come_back_are_seen(store: Store) -> None:
    """Whoever looks while rows are lost does not remember that there are none."""
    await store.readings.publish(_reading("09:00"), ROWS)
    where = "shop|revenue_gap_detailed_breakdown|E1"
    head = await store.readings._rows.get(where, "pages")
    assert head is not None
    await store.readings._rows.delete(where, "pages")
    assert set() == await among(store.readings, _reading("09:00"), ASKED)
    await store.readings._rows.put({name: value for name, value in head.items() if name != "etag"})
    assert OPEN == await among(store.readings, _reading("09:00"), ASKED)


async def test_without_an_instant_nothing_is_kept(store: Store) -> None:
    """Of a reading that does not say when it was published, the rows are read each time."""
    reading = _reading("")
    await store.readings.publish(reading, ROWS)
    assert OPEN == await among(store.readings, reading, ASKED)
    await store.readings.publish(reading, ROWS[:2])
    assert {"001"} == await among(store.readings, reading, ASKED)


async def test_a_missing_page_is_told(store: Store) -> None:
    """Rows of which a page is gone are an error, not rows that are settled."""
    await store.readings.publish(_reading("09:00"), ROWS)
    await store.readings._rows.delete("shop|revenue_gap_detailed_breakdown|E1", "000000")
    with pytest.raises(LookupError, match="page 0"):
        await among(store.readings, _reading("09:00"), ASKED)
