"""Alerts and deliveries over HTTP: who sees them, who takes them on, and what is sent again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.alerts import MISSING_DATA, UNDELIVERED, Alert, AlertKey
from shared.domain.deliveries import Attempt, Delivery, delivery_id
from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, Answer, add_workspace, call, messages, publish
from tests.functions.conftest import KeyFor

ALERTS = "/workspaces/acme/alerts"
DELIVERIES = "/workspaces/acme/deliveries"
LATER = "2099-01-01T00:00:00Z"
ANN = "ann.lee@acme.example"
OPEN = Alert(
    key=AlertKey(ABSENT),
    state="open",
    as_of="2026-04-12T01:00:00Z",
    value=Decimal(34),
    threshold=Decimal(10),
    severity="high",
    opened_at="2026-04-12T01:00:00Z",
    told=1,
)
FAILED = Delivery(
    id=delivery_id("acme", "a message"),
    channel="email",
    recipient=ANN,
    role="finance",
    message={"kind": "opened", "title": "A card", "card": ABSENT, "rows": [{"name": "A customer"}]},
    made_at="2026-04-12T01:00:00Z",
    state="failed",
    attempts=(Attempt(at="2026-04-12T01:01:00Z", outcome="mail answered 403"),),
)


async def _begin(store: Store, *alerts: Alert) -> None:
    await add_workspace(store)
    for each in alerts or (OPEN,):
        await store.alerts.save("acme", [(each, "")])


async def _patch(alert: str = ABSENT, key: str = OPERATOR_KEY, tag: str = "", **change: Any) -> Answer:
    return await call("PATCH", f"{ALERTS}/{alert}", key, change, {"If-Match": tag} if tag else {})


async def test_an_alert_says_how_it_stands(store: Store) -> None:
    """Value against threshold, since when, how bad; listed and alone the same."""
    await _begin(store)
    [listed] = (await call("GET", ALERTS, OPERATOR_KEY)).json["alerts"]
    assert ("34", "10", "count", "high", "open") == tuple(
        listed[name] for name in ("value", "threshold", "unit", "severity", "state")
    )
    assert listed == (await call("GET", f"{ALERTS}/{listed['id']}", OPERATOR_KEY)).json


async def test_alerts_are_filtered(store: Store) -> None:
    """By state, where one that recovered is quiet, and by card; one that never opened is none."""
    b2b = replace(OPEN, key=AlertKey(ABSENT, "b2b"), state="quiet", resolved_at=LATER)
    never = replace(OPEN, key=AlertKey(ABSENT, "b2b", "uk"), state="quiet", opened_at="")
    await _begin(store, OPEN, b2b, never, replace(OPEN, key=AlertKey(GAP)))
    for query, expected in (
        ("", [ABSENT, f"{ABSENT}~b2b", GAP]),
        ("?state=quiet", [f"{ABSENT}~b2b"]),
        (f"?card={GAP}", [GAP]),
    ):
        listed = (await call("GET", f"{ALERTS}{query}", OPERATOR_KEY)).json["alerts"]
        assert expected == [each["id"] for each in listed]
    assert 400 == (await call("GET", f"{ALERTS}?state=closed", OPERATOR_KEY)).status


async def test_a_person_takes_an_alert_on_and_gives_it_back(store: Store, key_for: KeyFor) -> None:
    """Acknowledged, snoozed until a time, and reopened: each says who did it."""
    await _begin(store)
    key = await key_for("finance")
    who = key.split(".", maxsplit=1)[0]
    taken = await _patch(key=key, action="acknowledge")
    assert (200, "acknowledged", who) == (taken.status, taken.json["state"], taken.json["quietened_by"])
    asleep = await _patch(key=key, action="snooze", until=LATER)
    assert ("snoozed", LATER) == (asleep.json["state"], asleep.json["snoozed_until"])
    back = await _patch(key=key, action="reopen")
    assert ("open", "") == (back.json["state"], back.json["quietened_by"])


async def test_of_two_changes_the_second_is_refused(store: Store) -> None:
    """Who read before another changed it gets 412; a tag that is fresh is taken."""
    await _begin(store)
    tag = (await call("GET", f"{ALERTS}/{ABSENT}", OPERATOR_KEY)).headers["ETag"]
    first = await _patch(tag=tag, action="acknowledge")
    assert [200, 412] == [first.status, (await _patch(tag=tag, action="reopen")).status]
    assert 200 == (await _patch(tag=first.headers["ETag"], action="reopen")).status


async def test_a_snooze_that_is_over_has_another_tag(store: Store) -> None:
    """An alert whose snooze ended is open, and not what a caller had of it."""
    asleep = replace(OPEN, state="snoozed", snoozed_until=LATER)
    await _begin(store, asleep)
    first = await call("GET", f"{ALERTS}/{ABSENT}", OPERATOR_KEY)
    has = {"If-None-Match": first.headers["ETag"]}
    assert 304 == (await call("GET", f"{ALERTS}/{ABSENT}", OPERATOR_KEY, headers=has)).status
    await add_workspace(store, "moss")
    over = replace(asleep, snoozed_until="2026-04-12T02:00:00Z")
    await store.alerts.save("moss", [(over, "")])
    shown = (await call("GET", f"/workspaces/moss/alerts/{ABSENT}", OPERATOR_KEY)).json
    assert ("open", None) == (shown["state"], shown["snoozed_until"])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"action": "snooze"}, 422),
        ({"action": "snooze", "until": "2020-01-01T00:00:00Z"}, 422),
        ({"action": "resolve"}, 422),
        ({}, 422),
    ],
)
async def test_a_change_that_cannot_be_is_refused(store: Store, change: dict[str, Any], status: int) -> None:
    """An alert recovers by itself, and sleeps until a time to come."""
    await _begin(store)
    assert status == (await _patch(**change)).status


async def test_what_is_not_open_cannot_be_taken_on(store: Store) -> None:
    """409 for one that recovered, 404 for one that never was."""
    await _begin(store, replace(OPEN, state="quiet"))
    assert 409 == (await _patch(action="acknowledge")).status
    assert 404 == (await _patch("no_such_alert", action="acknowledge")).status


async def test_a_card_shows_its_worst_open_alert(store: Store) -> None:
    """The alert of a card stands on it, and none that recovered."""
    b2b = replace(OPEN, key=AlertKey(ABSENT, "b2b"), severity="critical")
    await _begin(store, OPEN, b2b, replace(OPEN, key=AlertKey(GAP), state="quiet"))
    await publish(store, [], ABSENT)
    card = (await call("GET", f"/workspaces/acme/cards/{ABSENT}", OPERATOR_KEY)).json
    assert f"{ABSENT}~b2b" == card["alert"]["id"]
    assert (await call("GET", f"/workspaces/acme/cards/{GAP}", OPERATOR_KEY)).json["alert"] is None
    listed = (await call("GET", "/workspaces/acme/cards", OPERATOR_KEY)).json["cards"]
    assert {ABSENT} == {each["card"] for each in listed if each["alert"]}


async def test_an_alert_is_seen_by_its_cards_roles(store: Store, key_for: KeyFor) -> None:
    """GEN-04: another role finds nothing; of Tieout's own troubles those hear who may start work."""
    own = [replace(OPEN, key=AlertKey(MISSING_DATA, "shop")), replace(OPEN, key=AlertKey(UNDELIVERED, ANN))]
    await _begin(store, OPEN, replace(OPEN, key=AlertKey(GAP)), *own)
    for role, cards in (
        ("operations", [ABSENT, MISSING_DATA, UNDELIVERED]),
        ("finance", [ABSENT, MISSING_DATA, GAP, UNDELIVERED]),
        ("marketing", []),
        ("admin", [MISSING_DATA, UNDELIVERED]),
    ):
        key = await key_for(role)
        assert cards == [each["card"] for each in (await call("GET", ALERTS, key)).json["alerts"]]
    key = await key_for("operations")
    assert 404 == (await call("GET", f"{ALERTS}/{GAP}", key)).status
    assert 404 == (await _patch(GAP, key, action="acknowledge")).status


async def test_addresses_of_staff_are_for_those_who_keep_them(store: Store, key_for: KeyFor) -> None:
    """Who may read the settings sees whom a message went to; others see enough to know which it was."""
    await _begin(store, replace(OPEN, key=AlertKey(UNDELIVERED, ANN)))
    hook = replace(FAILED, id=delivery_id("x"), channel="hook", recipient="env:ACME_HOOK")
    await store.alerts.add_deliveries("acme", [FAILED, hook])
    for role, shown in (("finance", ANN), ("operations", "a…@acme.example")):
        key = await key_for(role)
        [alert] = (await call("GET", ALERTS, key)).json["alerts"]
        deliveries = await call("GET", DELIVERIES, key)
        assert {shown, "env:ACME_HOOK"} == {each["recipient"] for each in deliveries.json["deliveries"]}
        assert shown == alert["subset"]
        assert "ann.lee" not in alert["id"] + alert["href"]
        assert b"A customer" not in deliveries.body
    assert 403 == (await call("GET", DELIVERIES, await key_for("marketing"))).status


async def test_a_card_hides_its_deliveries(store: Store, key_for: KeyFor) -> None:
    """GEN-04: who may not see a card neither sees its deliveries nor sends one again; administrators may."""
    await _begin(store)
    await store.alerts.add_deliveries("acme", [replace(FAILED, message=FAILED.message | {"card": GAP})])
    address = f"{DELIVERIES}/{FAILED.id}/send"
    for role in ("operations", "engineering"):
        key = await key_for(role)
        listed = (await call("GET", DELIVERIES, key)).json
        assert (0, []) == (listed["total"], listed["deliveries"])
        assert 404 == (await call("POST", address, key)).status
    for role in ("finance", "admin"):
        assert 1 == (await call("GET", DELIVERIES, await key_for(role))).json["total"]
    assert 202 == (await call("POST", address, await key_for("admin"))).status


async def test_deliveries_come_newest_first_and_by_state(store: Store) -> None:
    """What failed is found at once; the rest stands behind it."""
    await _begin(store)
    sent = replace(FAILED, id=delivery_id("later"), state="sent", made_at="2026-04-12T02:00:00Z")
    await store.alerts.add_deliveries("acme", [FAILED, sent])
    for query, expected in (
        ("", [sent.id, FAILED.id]),
        ("?state=failed", [FAILED.id]),
        ("?limit=1", [sent.id]),
    ):
        listed = (await call("GET", f"{DELIVERIES}{query}", OPERATOR_KEY)).json["deliveries"]
        assert expected == [each["id"] for each in listed]


async def test_what_failed_is_sent_again_once(store: Store, key_for: KeyFor) -> None:
    """Source health counts it; 202 puts it back into its queue; what waits or was sent is not sent again."""
    await _begin(store)
    await store.alerts.add_deliveries("acme", [FAILED])
    sources = await call("GET", "/workspaces/acme/sources", await key_for("marketing"))
    assert 1 == sources.json["failed_deliveries"]
    address = f"{DELIVERIES}/{FAILED.id}/send"
    again = await call("POST", address, await key_for("operations"))
    assert (202, "waiting") == (again.status, again.json["state"])
    assert [{"workspace": "acme", "delivery": FAILED.id}] == await messages(store, "notify")
    assert 409 == (await call("POST", address, OPERATOR_KEY)).status
    assert 404 == (await call("POST", f"{DELIVERIES}/nothing/send", OPERATOR_KEY)).status
    assert 403 == (await call("POST", address, await key_for("marketing"))).status
