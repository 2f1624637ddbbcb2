"""The page of sources: how each stream stands, what its buttons ask for, and what was refused."""

from datetime import timedelta
from typing import Any

import pytest

from functions.dashboard.sources import state_of
from shared.errors import BadRecord
from shared.pipeline.jobs import jobs_of
from shared.store.store import Store
from tests.dashboard.conftest import NOW, Enter
from tests.dashboard.visitor import Browser, Seen
from tests.functions.app import add_workspace, document

PAGE = "/dashboard/acme/sources"
STREAM = {
    "is_pulling": False,
    "missing": None,
    "problem_at": None,
    "last_success_at": "2026-04-12T08:00:00Z",
    "problem": "",
    "bad_records": 0,
}
STATES: list[tuple[dict[str, Any], str]] = [
    ({}, "Up to date"),
    ({"bad_records": 2}, "Some refused"),
    ({"bad_records": 2, "problem": "orders of shop is 2 h old"}, "Late"),
    ({"problem": "orders has not been read", "last_success_at": None}, "Not read yet"),
    ({"problem": "it failed", "problem_at": "2026-04-12T08:30:00Z"}, "Failed"),
    ({"problem": "x", "problem_at": "2026-04-12T08:30:00Z", "missing": {"records": 1}}, "Too few"),
    ({"problem": "x", "problem_at": "2026-04-12T08:30:00Z", "is_pulling": True}, "Reading"),
]


@pytest.mark.parametrize(("changes", "word"), STATES, ids=[each[1] for each in STATES])
def test_a_stream_is_as_its_worst_is(changes: dict[str, Any], word: str) -> None:
    """GEN-01: each stream is told in one word, of what is worst or going on; one that is off says so."""
    assert word == state_of({"enabled": True}, STREAM | changes)[1]
    assert "Switched off" == state_of({"enabled": False}, STREAM | changes)[1]


async def _read(store: Store, records: int = 7, **changes: Any) -> None:
    found = await store.workspaces.get("acme")
    assert found is not None
    for job in jobs_of(found[0], found[0].connections[0]):
        moment = NOW - timedelta(minutes=3)
        await store.checkpoints.change(
            job.name,
            last_success_at=moment,
            complete_until=moment,
            records=records,
            settings=job.settings,
            **changes,
        )


async def _send(browser: Browser, end: str, **fields: str) -> Seen:
    token = (await browser.get(PAGE)).csrf_token
    return await browser.post(f"/dashboard/acme/{end}", {"csrf_token": token, **fields})


async def test_the_page_says_how_fresh_each_stream_is(store: Store, enter: Enter) -> None:
    """GEN-01: when each was read, how complete it is, and whether that is fine."""
    await add_workspace(store)
    browser = await enter("finance")
    before = await browser.get(PAGE)
    assert "1 of 1 connections needs a look" not in before.words
    assert "Not read yet" in before.words
    assert "Every stream is read" not in before.words
    await _read(store)
    seen = await browser.get(PAGE)
    assert "Every stream is read and up to date." in seen.words
    assert "3 min ago" in seen.words
    assert "Orders Up to date" in seen.words
    assert "data-watch" not in seen.text


async def test_pull_now_asks_for_each_stream(store: Store, enter: Enter) -> None:
    """The button asks what the interface's route asks; the page then follows the reading."""
    await add_workspace(store)
    browser = await enter("operations")
    answer = await _send(browser, "sources/shop/pull")
    assert (303, f"{PAGE}?done=pull") == (answer.status, answer.place)
    asked = [message["stream"] for queue, message in store.queues if queue == "pull"]  # type: ignore[attr-defined]
    assert {"orders", "refunds", "customers", "companies"} == set(asked)
    followed = await browser.get(answer.place)
    assert "Reading begins." in followed.words
    assert "data-watch" in followed.text
    assert "sources.js" in followed.text


async def test_all_can_be_read_anew_and_the_cards_recalculated(store: Store, enter: Enter) -> None:
    """Each button says what it has set going."""
    await add_workspace(store)
    browser = await enter("owner")
    anew = await _send(browser, "sources/shop/pull", anew="true")
    assert f"{PAGE}?done=pull_anew" == anew.place
    again = await _send(browser, "evaluate")
    assert f"{PAGE}?done=evaluate" == again.place
    assert "recalculated" in (await browser.get(again.place)).words
    assert "evaluate" in {queue for queue, _ in store.queues}  # type: ignore[attr-defined]


async def test_who_may_only_look_has_no_button(store: Store, enter: Enter) -> None:
    """GEN-04: marketing sees how fresh the data are, is told who may read them, and is refused."""
    await add_workspace(store)
    browser = await enter("marketing")
    seen = await browser.get(PAGE)
    assert "Pull now" not in seen.words
    assert "Your roles may look." in seen.words
    answer = await _send(browser, "sources/shop/pull")
    assert (403, []) == (answer.status, list(store.queues))  # type: ignore[call-overload]


async def test_a_change_needs_the_forms_token(store: Store, enter: Enter) -> None:
    """Without the session's token nothing is asked for."""
    await add_workspace(store)
    browser = await enter("owner")
    answer = await browser.post("/dashboard/acme/sources/shop/pull", {})
    assert (403, []) == (answer.status, list(store.queues))  # type: ignore[call-overload]


async def test_what_is_off_says_so(store: Store, enter: Enter) -> None:
    """A connection that is off has no button; asking for it all the same comes back with the reason."""
    off = [document()["connections"][0] | {"enabled": False}]
    await add_workspace(store, connections=off)
    browser = await enter("owner")
    seen = await browser.get(PAGE)
    assert "Switched off" in seen.words
    assert "Pull now" not in seen.words
    answer = await _send(browser, "sources/shop/pull")
    assert 409 == answer.status
    assert "switched off" in answer.words.lower()


async def test_nothing_connected_says_what_comes_next(store: Store, enter: Enter) -> None:
    """An empty workspace says what it needs and whom to ask."""
    await add_workspace(store, connections=[])
    seen = await (await enter("owner")).get(PAGE)
    assert "No connection yet" in seen.words
    assert "Ask your operator" in seen.words


async def test_refused_records_are_listed_without_their_content(store: Store, enter: Enter) -> None:
    """Each has its id, its stream, the fields and why; a connection that is not there is not found."""
    await add_workspace(store)
    await _read(store, bad_records=1)
    found = await store.workspaces.get("acme")
    assert found is not None
    orders = next(each for each in jobs_of(found[0], found[0].connections[0]) if each.name.stream == "orders")
    bad = BadRecord("orders", "1001", "the total is no number", ("total_price",))
    await store.bad_records.put(orders.name, [bad], "00000001", NOW)
    browser = await enter("finance")
    seen = await browser.get(f"{PAGE}/shop/quarantine?stream=orders")
    assert "Refused records of Shopify" in seen.words
    assert "1001" in seen.words
    assert "total_price" in seen.words
    assert "the total is no number" in seen.words
    empty = await browser.get(f"{PAGE}/shop/quarantine?stream=refunds")
    assert "No record is refused" in empty.words
    assert 404 == (await browser.get(f"{PAGE}/nothing/quarantine")).status
