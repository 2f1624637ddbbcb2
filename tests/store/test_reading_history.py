"""Readings by time: what the columns tell of those between two instants."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.store.readings import named
from shared.store.store import Store

CARD = "ecom_customers_absent_from_sage"
NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)


def _reading(as_of: datetime, value: Any, card: str = CARD, **changes: Any) -> dict[str, Any]:
    return {
        "workspace": "shop",
        "card": card,
        "evaluation": named(as_of),
        "value": value,
        "unit": "customers",
        "currency": None,
        "status": "ok",
        "as_of": as_of.isoformat(),
        "row_count": 3,
        **changes,
    }


async def test_readings_of_a_time_come_in_order(store: Store) -> None:
    """After one instant and up to another, both to the second; the latest is no second one."""
    for minutes in (30, 0, 15, 45):
        await store.readings.publish(_reading(NOON + timedelta(minutes=minutes), minutes), [])
    await store.readings.publish(_reading(NOON, 99, "another"), [])
    found = await store.readings.between("shop", CARD, NOON, NOON + timedelta(minutes=30))
    assert [each["value"] for each in found] == [15, 30]
    everything = await store.readings.between(
        "shop", CARD, NOON - timedelta(days=1), NOON + timedelta(days=1)
    )
    assert [each["value"] for each in everything] == [0, 15, 30, 45]
    assert everything[0]["evaluation"] == named(NOON)
    assert (
        await store.readings.between("shop", CARD, NOON - timedelta(days=2), NOON - timedelta(days=1)) == []
    )


async def test_values_keep_their_kind(store: Store) -> None:
    """A count comes back as a number, an amount as text, and what has no value as none."""
    later = NOON + timedelta(minutes=1)
    last = NOON + timedelta(minutes=2)
    await store.readings.publish(_reading(NOON, 7), [])
    await store.readings.publish(_reading(later, "680000.00", unit="money", currency="USD"), [])
    await store.readings.publish(_reading(last, None, status="not_configured"), [])
    found = await store.readings.between("shop", CARD, NOON - timedelta(minutes=1), last)
    assert [each["value"] for each in found] == [7, "680000.00", None]
    assert [each["currency"] for each in found] == [None, "USD", None]
    assert [each["row_count"] for each in found] == [3, 3, 3]
