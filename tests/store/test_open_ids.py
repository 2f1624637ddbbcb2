"""Which rows of a reading are open is told by their ids, and kept for that reading alone."""

from typing import Any

import pytest

from shared.store.open_ids import open_among
from shared.store.readings import pages_of
from shared.store.store import Store

ROWS = [{"id": f"{number:03}", "is_settled": number % 3 == 0} for number in range(1_200)]
ASKED = ["000", "001", "1199", "1200", "", "01", "0010"]
OPEN = {"001", "1199"}


def _reading(published_at: str) -> dict[str, Any]:
    return {
        "workspace": "shop",
        "card": "revenue_gap_detailed_breakdown",
        "evaluation": "E1",
        "rows_of": "E1",
        "rows_digest": "of these rows",
        "published_at": published_at,
    }


async def test_open_rows_are_told_by_their_ids(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of some ids those are given that open rows have; the second time without a request."""
    reading = _reading("09:00")
    await store.readings.publish(reading, ROWS)
    assert OPEN == await open_among(store.readings, reading, ASKED)
    monkeypatch.setattr(store.readings, "stored_rows", None)
    assert OPEN == await open_among(store.readings, reading, ASKED)
    assert set() == await open_among(store.readings, reading, [])


async def test_rows_that_came_too_early_do_not_stay(store: Store) -> None:
    """Rows are there before their reading: who saw them with the last one does not believe it for good."""
    name = "shop", "revenue_gap_detailed_breakdown", "E1"
    await store.readings.publish(_reading("09:00"), ROWS)
    await store.readings.keep_rows(*name, pages_of(ROWS[:2]))
    assert {"001"} == await open_among(store.readings, _reading("09:00"), ASKED)
    await store.readings.publish(_reading("09:02"), ROWS)
    assert OPEN == await open_among(store.readings, _reading("09:02"), ASKED)


async def test_without_an_instant_nothing_is_kept(store: Store) -> None:
    """Of a reading that does not say when it was published, the rows are read each time."""
    reading = _reading("")
    await store.readings.publish(reading, ROWS)
    assert OPEN == await open_among(store.readings, reading, ASKED)
    await store.readings.publish(reading, ROWS[:2])
    assert {"001"} == await open_among(store.readings, reading, ASKED)


async def test_a_missing_page_is_told(store: Store) -> None:
    """Rows of which a page is gone are an error, not rows that are settled."""
    await store.readings.publish(_reading("09:00"), ROWS)
    await store.readings._rows.delete("shop|revenue_gap_detailed_breakdown|E1", "000000")
    with pytest.raises(LookupError, match="page 0"):
        await open_among(store.readings, _reading("09:00"), ASKED)
