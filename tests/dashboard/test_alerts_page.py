"""The page of alerts: what is shown to whom, and what its forms do."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.alerts import MISSING_DATA, Alert, AlertKey
from shared.domain.windows import text
from shared.store.store import Store
from tests.dashboard.conftest import NOW
from tests.dashboard.visitor import Browser
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, add_workspace, call
from tests.functions.conftest import KeyFor
from tests.functions.test_alerts import FAILED, OPEN

PAGE = "/dashboard/acme/alerts"
QUIET = replace(OPEN, key=AlertKey(GAP), state="quiet", resolved_at="2026-04-12T02:00:00Z")
HELD = replace(OPEN, key=AlertKey(MISSING_DATA, "shop"), waits_for=("orders of shop failed",))


async def _begin(
    store: Store, key_for: KeyFor, *alerts: Alert, roles: tuple[str, ...] = ("owner",)
) -> Browser:
    await add_workspace(store)
    for each in alerts:
        await store.alerts.save("acme", [(each, "")])
    browser = Browser()
    await browser.sign_in(await key_for(*roles))
    return browser


async def _send(browser: Browser, fields: Mapping[str, str], alert: str = ABSENT) -> tuple[int, str]:
    token = (await browser.get(PAGE)).csrf_token
    answer = await browser.post(f"{PAGE}/{alert}", {"csrf_token": token, **fields})
    return answer.status, answer.place or answer.words


async def _state(alert: str = ABSENT) -> str:
    return str((await call("GET", f"/workspaces/acme/alerts/{alert}", OPERATOR_KEY)).json["state"])


async def test_the_page_says_what_stands(store: Store, key_for: KeyFor) -> None:
    """Each alert that stands has its card, value, threshold and severity in words; one that is over, none."""
    browser = await _begin(store, key_for, OPEN, QUIET, HELD)
    seen = await browser.get(PAGE)
    assert seen.status == 200
    assert "Ecom Customers Absent from Sage" in seen.words
    assert "34 customers, the threshold is 10" in seen.words
    assert "High" in seen.words
    assert "Missing data, shop" in seen.words
    assert "Orders of shop failed." in seen.words
    assert "Revenue Gap" not in re.sub(r"<select.*?</select>", "", seen.text, flags=re.DOTALL)


async def test_a_tab_shows_what_its_name_says(store: Store, key_for: KeyFor) -> None:
    """A state and a card are filters of the address, so a link restores the view."""
    browser = await _begin(store, key_for, OPEN, QUIET)
    assert "No alert of this kind" in (await browser.get(f"{PAGE}?show=snoozed")).words
    assert "Recovered 12 Apr 2026" in (await browser.get(f"{PAGE}?show=recovered")).words
    only = await browser.get(f"{PAGE}?show=all&card={GAP}")
    assert only.text.count('class="panel case') == 1
    assert (await browser.get(f"{PAGE}?show=loud")).status == 400


async def test_nothing_says_what_to_do_next(store: Store, key_for: KeyFor) -> None:
    """A workspace without an alert says so, and leads to the cards."""
    browser = await _begin(store, key_for)
    seen = await browser.get(PAGE)
    assert "No alert yet" in seen.words
    assert 'href="/dashboard/acme">Look at the cards' in seen.text


async def test_an_alert_is_acknowledged_and_reopened(store: Store, key_for: KeyFor) -> None:
    """A form is answered by the page that says what was done; so is taking it back."""
    browser = await _begin(store, key_for, OPEN)
    assert (303, f"{PAGE}?done=acknowledge") == await _send(
        browser, {"action": "acknowledge", "seen": "open"}
    )
    assert await _state() == "acknowledged"
    assert "Acknowledged. Nobody is reminded" in (await browser.get(f"{PAGE}?done=acknowledge")).words
    status, _ = await _send(browser, {"action": "reopen", "seen": "acknowledged"})
    assert (303, "open") == (status, await _state())


async def test_an_alert_is_snoozed_to_a_moment(store: Store, key_for: KeyFor) -> None:
    """A moment is one of those offered, or a day and a time in the workspace's time zone."""
    browser = await _begin(store, key_for, OPEN)
    offered = re.findall(r'<option value="(20[^"]+)">', (await browser.get(PAGE)).text)
    assert len(offered) >= 2
    await _send(browser, {"action": "snooze", "seen": "open", "until": offered[0], "moment": ""})
    assert await _state() == "snoozed"
    await _send(browser, {"action": "reopen", "seen": "snoozed"})
    july = NOW.year + 1
    await _send(
        browser, {"action": "snooze", "seen": "open", "until": offered[0], "moment": f"{july}-07-01T09:30"}
    )
    alert = (await call("GET", f"/workspaces/acme/alerts/{ABSENT}", OPERATOR_KEY)).json
    assert alert["snoozed_until"] == f"{july}-07-01T08:30:00Z"


@pytest.mark.parametrize("moment", ["2020-01-01T08:00", "soon"])
async def test_a_moment_that_cannot_be_is_told(store: Store, key_for: KeyFor, moment: str) -> None:
    """A past moment, or none that can be read, comes back with its fault, and nothing is done."""
    browser = await _begin(store, key_for, OPEN)
    status, words = await _send(browser, {"action": "snooze", "seen": "open", "moment": moment})
    assert (422, "open") == (status, await _state())
    assert "until:" in words


async def test_who_was_slower_is_told(store: Store, key_for: KeyFor) -> None:
    """A form of a page that shows an older state does nothing, and says how the alert stands now."""
    browser = await _begin(store, key_for, OPEN)
    await call("PATCH", f"/workspaces/acme/alerts/{ABSENT}", OPERATOR_KEY, {"action": "acknowledge"})
    status, words = await _send(browser, {"action": "reopen", "seen": "open"})
    assert (412, "acknowledged") == (status, await _state())
    assert "Somebody was quicker" in words


async def test_a_change_needs_the_forms_token(store: Store, key_for: KeyFor) -> None:
    """Without the session's token nothing is changed."""
    browser = await _begin(store, key_for, OPEN)
    answer = await browser.post(f"{PAGE}/{ABSENT}", {"action": "acknowledge", "seen": "open"})
    assert (403, "open") == (answer.status, await _state())


async def test_a_hidden_cards_alert_is_not_there(store: Store, key_for: KeyFor) -> None:
    """GEN-04: engineering sees neither the alert nor a way to change it."""
    browser = await _begin(store, key_for, OPEN, roles=("engineering",))
    seen = await browser.get(PAGE)
    assert "No alert yet" in seen.words
    answer = await browser.post(
        f"{PAGE}/{ABSENT}", {"csrf_token": seen.csrf_token, "action": "acknowledge", "seen": "open"}
    )
    assert (404, "open") == (answer.status, await _state())


async def test_what_did_not_arrive_can_be_sent_again(store: Store, key_for: KeyFor) -> None:
    """A failed message stands with its reason and a button; who may not run the app sees none."""
    browser = await _begin(store, key_for, OPEN)
    await store.alerts.add_deliveries("acme", [FAILED])
    seen = await browser.get(PAGE)
    assert "Messages that did not arrive" in seen.words
    assert "mail answered 403" in seen.words
    assert "1 message did not arrive" in (await browser.get("/dashboard/acme")).words
    address = f"/dashboard/acme/deliveries/{FAILED.id}/send"
    answer = await browser.post(address, {"csrf_token": seen.csrf_token})
    assert (303, f"{PAGE}?done=send") == (answer.status, answer.place)
    again = await browser.post(address, {"csrf_token": seen.csrf_token})
    assert (409, True) == (again.status, "Only a delivery that failed" in again.words)
    await store.alerts.add_deliveries("acme", [replace(FAILED, id=FAILED.id[::-1])])
    marketing = Browser()
    await marketing.sign_in(await key_for("marketing"))
    for page in ("/dashboard/acme", PAGE):
        assert "did not arrive" not in (await marketing.get(page)).words


async def test_a_snooze_that_is_over_is_open(store: Store, key_for: KeyFor) -> None:
    """An alert stands as of now, not as it was last written."""
    past = text(NOW - timedelta(hours=1))
    browser = await _begin(store, key_for, replace(OPEN, state="snoozed", snoozed_until=past))
    assert 'name="action" value="acknowledge"' in (await browser.get(f"{PAGE}?show=open")).text
