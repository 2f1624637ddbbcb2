"""Alerts and deliveries in the store: what changes and what is told are kept together, or not at all."""

from dataclasses import replace
from decimal import Decimal

import pytest

from shared.domain.alerts import MISSING_DATA, Alert, AlertKey
from shared.domain.deliveries import Attempt, Delivery, delivery_id
from shared.store.alerts import Alerts
from shared.store.tables import BATCH, Conflict, Table

ABOUT = AlertKey("ecom_customers_absent_from_sage", "b2b", "uk")
ALERT = Alert(
    key=ABOUT,
    state="open",
    as_of="2026-04-14T09:00:00Z",
    value=Decimal("7.50"),
    threshold=Decimal(5),
    opened_at="2026-04-14T09:00:00Z",
    waits_for=("orders of shop",),
)
DELIVERY = Delivery(
    id=delivery_id("fern", "alert", "1", "ann@example.com"),
    channel="email",
    recipient="ann@example.com",
    role="finance",
    message={"kind": "opened"},
    made_at="2026-04-14T09:00:01Z",
)


@pytest.fixture
async def alerts(table: Table) -> Alerts:
    """Give the alerts of an empty store."""
    return Alerts(table)


async def test_an_alert_comes_back_as_it_was(alerts: Alerts) -> None:
    """An alert and its deliveries come back as they were saved, amounts to the digit."""
    await alerts.save("fern", [(ALERT, "")], [DELIVERY])
    kept = await alerts.get("fern", ABOUT)
    assert kept is not None
    assert ALERT == kept.alert
    assert {ABOUT: kept} == await alerts.of("fern")
    assert [DELIVERY] == await alerts.deliveries("fern")
    assert {} == await alerts.of("moss")


async def test_of_two_decisions_one_counts(alerts: Alerts) -> None:
    """Of two decisions on what both read, the second is refused with all that it tells."""
    await alerts.save("fern", [(ALERT, "")], [DELIVERY])
    other = replace(DELIVERY, id="another")
    with pytest.raises(Conflict):
        await alerts.save("fern", [(replace(ALERT, told=2), "")], [other])
    kept = await alerts.get("fern", ABOUT)
    assert kept is not None
    await alerts.save("fern", [(replace(ALERT, told=3), kept.etag)])
    with pytest.raises(Conflict):
        await alerts.save("fern", [(replace(ALERT, told=4), kept.etag)], [other])
    assert [DELIVERY] == await alerts.deliveries("fern")


async def test_a_delivery_is_changed_by_one_at_a_time(alerts: Alerts) -> None:
    """Who read a delivery before another took it cannot take it too."""
    assert [DELIVERY] == await alerts.add_deliveries("fern", [DELIVERY])
    assert [] == await alerts.add_deliveries("fern", [replace(DELIVERY, made_at="2026-04-15T09:00:00Z")])
    found = await alerts.delivery("fern", DELIVERY.id)
    assert found is not None
    delivery, etag = found
    sent = replace(delivery, state="sent", attempts=(Attempt(at="2026-04-14T09:00:02Z", outcome="sent"),))
    await alerts.save_delivery("fern", sent, etag)
    with pytest.raises(Conflict):
        await alerts.save_delivery("fern", delivery, etag)
    assert [sent] == await alerts.deliveries("fern")
    assert await alerts.delivery("fern", "unknown") is None


async def test_what_does_not_fit_into_one_write_is_refused(alerts: Alerts) -> None:
    """More recipients than a transaction takes are refused before anything is written."""
    many = [replace(DELIVERY, id=str(number)) for number in range(BATCH)]
    with pytest.raises(ValueError, match="at most"):
        await alerts.save("fern", [(ALERT, "")], many)
    assert {} == await alerts.of("fern")
    await alerts.save("fern", [(replace(ALERT, key=AlertKey(MISSING_DATA, "shop")), "")], many[:-1])
    assert BATCH - 1 == len(await alerts.deliveries("fern"))
