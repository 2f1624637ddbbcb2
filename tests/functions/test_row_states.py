"""Rows, files and cards with how far people are: joined by row, counted by state, never stale."""

import csv
import io
from typing import Any

import pytest

from shared.domain.exceptions import TIEOUT, Step
from shared.store.exception_entities import CardName
from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, add_workspace, call, customer, order, publish
from tests.functions.app import rows_address as address
from tests.functions.conftest import KeyFor

APPEARED = Step(at="2026-04-12T01:00:00Z", who=TIEOUT, action="appeared")
LATER = "2099-01-01T00:00:00Z"
CARD = f"/workspaces/acme/cards/{GAP}"


async def _begin(store: Store, count: int = 4) -> None:
    """Keep orders 0, 1, … with gaps of a hundred each, and a settled one."""
    await add_workspace(store, as_of="2026-04-12T09:00:00Z")
    rows = [order(f"o{number}", gap=100) for number in range(count)]
    figures = {"net_commerce_revenue_amount": "1000.00"}
    changes: dict[str, Any] = {
        "value": f"{count * 100}.00",
        "compared": f"{count * 10}.00",
        "figures": figures,
    }
    await publish(store, [*rows, order("settled", is_settled=True)], **changes)
    for row in rows:
        await store.exceptions.take(CardName("acme", GAP), row["id"], APPEARED)


async def _change(case_id: str, **change: Any) -> None:
    answer = await call("PATCH", f"/workspaces/acme/exceptions/{case_id}", OPERATOR_KEY, change)
    assert answer.status == 200


async def _ids(**query: Any) -> list[str]:
    return [row["id"] for row in (await call("GET", address(**query), OPERATOR_KEY)).json["rows"]]


async def _lines(query: str = "") -> list[list[str]]:
    answer = await call("GET", f"{CARD}/rows.csv?{query}", OPERATOR_KEY)
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


async def test_rows_and_file_are_filtered_by_what_people_did(store: Store) -> None:
    """The same filters, in pages and in the file: by state and by assignee."""
    await _begin(store)
    await _change("o1", action="assign", assignee="AR clerk")
    await _change("o2", action="ignore", reason="a test order")
    for query, expected in (
        ({"state": "open"}, ["o0", "o3"]),
        ({"state": "ignored"}, ["o2"]),
        ({"assignee": "AR clerk"}, ["o1"]),
        ({"sort": "-assignee"}, ["o1", "o0", "o2", "o3"]),
    ):
        assert expected == await _ids(**query)
        asked = "&".join(f"{name}={value}" for name, value in query.items()).replace(" ", "%20")
        assert expected == [line[0] for line in (await _lines(asked))[1:]]
    answer = await call("GET", address(state="closed"), OPERATOR_KEY)
    assert (400, ["state"]) == (answer.status, [each["path"] for each in answer.json["errors"]])


async def test_the_file_ends_with_state_and_assignee(store: Store) -> None:
    """REVGAP-29: state and assignee are the last two columns of every card's file (decision 10)."""
    await _begin(store)
    await _change("o1", action="assign", assignee="AR clerk")
    lines = await _lines("include_matched=true")
    assert ["State", "Assignee"] == lines[0][-2:]
    assert [["open", ""], ["assigned", "AR clerk"], ["open", ""], ["open", ""], ["", ""]] == [
        line[-2:] for line in lines[1:]
    ]
    await publish(store, [customer("ann")], ABSENT)
    answer = await call("GET", f"/workspaces/acme/cards/{ABSENT}/rows.csv", OPERATOR_KEY)
    assert answer.body.decode("utf-8-sig").splitlines()[0].endswith(",State,Assignee")


@pytest.mark.parametrize("target", [address(), f"{CARD}/rows.csv", CARD, "/workspaces/acme/cards"])
async def test_what_people_do_changes_the_tag(store: Store, target: str) -> None:
    """304 until somebody changes a row's state; then it is sent anew."""
    await _begin(store)
    has = {"If-None-Match": (await call("GET", target, OPERATOR_KEY)).headers["ETag"]}
    assert 304 == (await call("GET", target, OPERATOR_KEY, headers=has)).status
    await _change("o1", action="acknowledge")
    assert 200 == (await call("GET", target, OPERATOR_KEY, headers=has)).status


async def test_pages_by_state_end_when_states_change(store: Store) -> None:
    """Pages that go by states are 410 once these change, rather than lose a row; other pages go on."""
    await _begin(store)
    tokens = [
        (query, (await call("GET", address(page_size=2, **query), OPERATOR_KEY)).json["next_page_token"])
        for query in ({"state": "open"}, {"sort": "state"}, {})
    ]
    await _change("o0", action="acknowledge")
    assert [410, 410, 200] == [
        (await call("GET", address(page_size=2, page_token=token, **query), OPERATOR_KEY)).status
        for query, token in tokens
    ]


async def test_a_card_counts_its_rows_by_state(store: Store) -> None:
    """Ignored and snoozed rows stay in the value, are counted apart, and count for no alert."""
    await _begin(store)
    before = (await call("GET", CARD, OPERATOR_KEY)).json
    assert ("40.00", "40.00", 4) == (before["compared"], before["alert_value"], before["exceptions"]["open"])
    await _change("o0", action="ignore", reason="a test order")
    await _change("o1", action="snooze", until=LATER)
    await _change("o2", action="acknowledge")
    after = (await call("GET", CARD, OPERATOR_KEY)).json
    counts = {state: count for state, count in after["exceptions"].items() if count}
    assert {"open": 1, "acknowledged": 1, "snoozed": 1, "ignored": 1} == counts
    assert ("400.00", "20.00") == (after["value"], after["alert_value"])
    [listed] = [
        each
        for each in (await call("GET", "/workspaces/acme/cards", OPERATOR_KEY)).json["cards"]
        if each["card"] == GAP
    ]
    assert (after["exceptions"], "20.00") == (listed["exceptions"], listed["alert_value"])


async def test_a_count_loses_one_for_each_quiet_row(store: Store, key_for: KeyFor) -> None:
    """What a person works on that has left the reading counts in no state of it."""
    await add_workspace(store)
    rows = [customer(each) for each in ("ann", "bo")]
    await publish(store, rows, ABSENT, value=2, compared="2", unit="customers")
    for each in ("ann", "bo", "older"):
        await store.exceptions.take(CardName("acme", ABSENT), each, APPEARED)
        await _change(each, action="ignore", reason="moved away")
    card = await call("GET", f"/workspaces/acme/cards/{ABSENT}", await key_for("operations"))
    assert (2, 0, "0") == (
        card.json["exceptions"]["ignored"],
        card.json["exceptions"]["open"],
        card.json["alert_value"],
    )


@pytest.mark.parametrize("count", [3, 120])
async def test_rows_say_since_when_they_are_there(store: Store, count: int) -> None:
    """DV-12: each row of a page, few or many, tells when it was first found; a settled one does not."""
    await _begin(store, count)
    rows = (await call("GET", address(page_size=1000, include_matched="true"), OPERATOR_KEY)).json["rows"]
    assert count + 1 == len(rows)
    assert {(False, APPEARED.at), (True, None)} == {(row["is_settled"], row["first_seen"]) for row in rows}


async def test_a_card_without_a_reading_has_nothing_to_count(store: Store) -> None:
    """Nothing is made up for a card that was never evaluated."""
    await add_workspace(store)
    card = (await call("GET", CARD, OPERATOR_KEY)).json
    assert (0, None, None) == (sum(card["exceptions"].values()), card["alert_value"], card["alert"])
