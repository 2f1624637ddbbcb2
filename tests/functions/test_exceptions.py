"""Exceptions over HTTP: listed by urgency in pages that fit, changed step by step, alone or many at once."""

from typing import Any

import pytest

from shared.domain.exceptions import TIEOUT, Step
from shared.store.exception_entities import CardName
from shared.store.store import Store
from tests.functions.app import (
    ABSENT,
    GAP,
    OPERATOR_KEY,
    Answer,
    add_workspace,
    call,
    customer,
    order,
    publish,
    rows_address,
)
from tests.functions.conftest import KeyFor

EXCEPTIONS = "/workspaces/acme/exceptions"
LATER = "2099-01-01T00:00:00Z"
APPEARED = Step(at="2026-04-12T01:00:00Z", who=TIEOUT, action="appeared")
ORDERS = {"BC-PO-1": 84_200, "SH-1": 284, "SH-2": 1_500, "SH-3": -20_000}


async def _appear(store: Store, card: str, case_id: str, **summary: Any) -> None:
    told = {"occurred_at": "2026-04-11T12:00:00Z", **summary}
    await store.exceptions.take(CardName("acme", card), case_id, APPEARED, summary=told)


async def _begin(store: Store) -> None:
    """Keep a workspace with four orders and one customer that did not make it."""
    await add_workspace(store, as_of="2026-04-12T09:00:00Z")
    await publish(store, [order(each, gap=gap, name=f"Buyer of {each}") for each, gap in ORDERS.items()])
    for each, gap in ORDERS.items():
        await _appear(store, GAP, each, order=each, gap=f"{gap}.00", entity="uk")
    await publish(store, [customer("ann")], ABSENT)
    await _appear(store, ABSENT, "ann")


async def _patch(case_id: str, key: str = OPERATOR_KEY, tag: str = "", **change: Any) -> Answer:
    headers = {"If-Match": tag} if tag else {}
    return await call("PATCH", f"{EXCEPTIONS}/{case_id}", key, change, headers)


async def test_the_most_urgent_come_first(store: Store) -> None:
    """Listed by severity, here from amounts, and each with its age and how it stands."""
    await _begin(store)
    listed = (await call("GET", EXCEPTIONS, OPERATOR_KEY)).json
    assert ["BC-PO-1", "SH-3", "SH-2", "SH-1", "ann"] == [each["id"] for each in listed["exceptions"]]
    assert ["critical", "high", "medium", "low", "low"] == [each["severity"] for each in listed["exceptions"]]
    assert (5, None) == (listed["total"], listed["next_page_token"])
    first = listed["exceptions"][0]
    assert (first["state"], first["age_days"], first["is_in_reading"]) == ("open", 1, True)
    assert first["href"] == "/api/v1/workspaces/acme/exceptions/BC-PO-1"


FILTERS: list[tuple[str, set[str]]] = [
    (f"card={ABSENT}", {"ann"}),
    ("state=acknowledged", {"SH-1"}),
    ("state=open", {"BC-PO-1", "SH-3", "ann"}),
    ("assignee=AR%20clerk", {"SH-2"}),
    ("entity=uk&severity=medium", {"SH-2"}),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
async def test_exceptions_are_filtered(store: Store, query: str, expected: set[str]) -> None:
    """By card, state, assignee, entity and severity."""
    await _begin(store)
    await _patch("SH-1", action="acknowledge")
    await _patch("SH-2", action="assign", assignee="AR clerk")
    listed = (await call("GET", f"{EXCEPTIONS}?{query}", OPERATOR_KEY)).json["exceptions"]
    assert expected == {each["id"] for each in listed}


@pytest.mark.parametrize(
    "query", ["state=closed", "card=no_card", "severity=9", "page_size=0", "page_token=x"]
)
async def test_a_bad_parameter_is_named(store: Store, query: str) -> None:
    """A misspelt filter is 400 and no empty list."""
    await _begin(store)
    answer = await call("GET", f"{EXCEPTIONS}?{query}", OPERATOR_KEY)
    assert (400, [query.partition("=")[0]]) == (
        answer.status,
        [each["path"] for each in answer.json["errors"]],
    )


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_pages_fit_together_while_exceptions_come(store: Store, size: int) -> None:
    """What was there when the first page was read comes once, though others appear in between."""
    await _begin(store)
    seen: list[str] = []
    more = ""
    while True:
        page = (await call("GET", f"{EXCEPTIONS}?page_size={size}{more}", OPERATOR_KEY)).json
        seen += [each["id"] for each in page["exceptions"]]
        if page["next_page_token"] is None:
            break
        more = f"&page_token={page['next_page_token']}"
        await _appear(store, GAP, f"new-{len(seen)}", gap="99000.00")
    assert ["BC-PO-1", "SH-3", "SH-2", "SH-1", "ann"] == [each for each in seen if "new" not in each]


async def test_one_exception_tells_its_row_and_its_steps(store: Store) -> None:
    """Its whole life and the row that says who it is about; once the row is gone, the rest stays."""
    await _begin(store)
    await _patch("SH-1", action="ignore", reason="a test order")
    shown = (await call("GET", f"{EXCEPTIONS}/SH-1", OPERATOR_KEY)).json
    assert ("ignored", "a test order") == (shown["state"], shown["ignored_because"])
    assert ("Buyer of SH-1", "Buyer of SH-1") == (shown["name"], shown["row"]["name"])
    assert [(TIEOUT, "appeared"), ("operator", "ignore")] == [
        (each["who"], each["action"]) for each in shown["steps"]
    ]
    await publish(store, [], number=2)
    gone = (await call("GET", f"{EXCEPTIONS}/SH-1", OPERATOR_KEY)).json
    assert (None, "", False) == (gone["row"], gone["name"], gone["is_in_reading"])
    assert shown["steps"] == gone["steps"]


async def test_a_change_over_another_change_is_refused(store: Store, key_for: KeyFor) -> None:
    """Of two who read the same exception the second to change it gets 412; without If-Match both count."""
    await _begin(store)
    read = await call("GET", f"{EXCEPTIONS}/SH-1", OPERATOR_KEY)
    tag = read.headers["ETag"]
    first = await _patch("SH-1", await key_for("finance"), tag, action="assign", assignee="Ann")
    second = await _patch("SH-1", await key_for("owner"), tag, action="assign", assignee="Bo")
    assert [200, 412] == [first.status, second.status]
    third = await _patch("SH-1", tag=first.headers["ETag"], action="acknowledge")
    assert ("acknowledged", "Ann") == (third.json["state"], third.json["assignee"])
    assert 200 == (await _patch("SH-1", action="assign", assignee="Bo")).status
    has = {"If-None-Match": third.headers["ETag"]}
    assert 200 == (await call("GET", f"{EXCEPTIONS}/SH-1", OPERATOR_KEY, headers=has)).status


async def test_a_tag_holds_while_nothing_changes(store: Store) -> None:
    """304 for who has it already."""
    await _begin(store)
    has = {"If-None-Match": (await call("GET", f"{EXCEPTIONS}/SH-1", OPERATOR_KEY)).headers["ETag"]}
    assert 304 == (await call("GET", f"{EXCEPTIONS}/SH-1", OPERATOR_KEY, headers=has)).status


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"action": "reopen"}, 409, "open"),
    ({"action": "matched"}, 422, "action"),
    ({"action": "snooze"}, 422, "until"),
    ({"action": "snooze", "until": "2020-01-01T00:00:00Z"}, 422, "until"),
    ({"action": "snooze", "until": "2099-01-01T00:00:00"}, 422, "until"),
    ({"action": "ignore"}, 422, "reason"),
    ({"action": "ignore", "reason": " "}, 422, "reason"),
    ({"action": "assign", "colour": "red"}, 422, "colour"),
]


@pytest.mark.parametrize(("change", "status", "says"), REFUSED)
async def test_a_forbidden_or_incomplete_change_is_refused(
    store: Store, change: dict[str, Any], status: int, says: str
) -> None:
    """409 where the state forbids it, 422 naming what is lacking; nothing is written."""
    await _begin(store)
    answer = await _patch("SH-1", **change)
    assert status == answer.status
    said = answer.json["detail"] if status == 409 else answer.json["errors"][0]["path"]
    assert says in said
    assert 1 == len((await call("GET", f"{EXCEPTIONS}/SH-1", OPERATOR_KEY)).json["steps"])


async def test_a_comment_is_made_and_stays(store: Store, key_for: KeyFor) -> None:
    """201 with the exception; the state does not change, and who said it is kept."""
    await _begin(store)
    key = await key_for("operations")
    said = await call("POST", f"{EXCEPTIONS}/ann/comments", key, {"comment": "rang them"})
    assert (201, "open", 1) == (said.status, said.json["state"], said.json["comments"])
    step = said.json["steps"][-1]
    assert ("rang them", key.split(".", maxsplit=1)[0]) == (step["comment"], step["who"])
    for empty in ("", " "):
        answer = await call("POST", f"{EXCEPTIONS}/ann/comments", key, {"comment": empty})
        assert (422, "comment") == (answer.status, answer.json["errors"][0]["path"])


async def test_a_bulk_change_says_what_came_of_each(store: Store, key_for: KeyFor) -> None:
    """Of many, each is changed or refused by itself: another card's is as unknown as one that is not."""
    await _begin(store)
    await _patch("SH-2", action="resolve")
    body = {"ids": ["SH-1", "SH-2", "BC-PO-1", "nobody", "SH-1"], "change": {"action": "acknowledge"}}
    done = (await call("POST", f"{EXCEPTIONS}/bulk", await key_for("finance"), body)).json
    assert (2, 2) == (done["changed"], done["refused"])
    assert {
        "SH-1": "acknowledged",
        "BC-PO-1": "acknowledged",
        "SH-2": "not_allowed",
        "nobody": "unknown",
    } == {each["id"]: each.get("state", each.get("problem")) for each in done["results"]}
    hidden = await call("POST", f"{EXCEPTIONS}/bulk", await key_for("marketing"), body)
    assert {"unknown"} == {each["problem"] for each in hidden.json["results"]}
    lacking = {"ids": ["BC-PO-1"], "change": {"action": "ignore"}}
    [outcome] = (await call("POST", f"{EXCEPTIONS}/bulk", OPERATOR_KEY, lacking)).json["results"]
    assert "incomplete" == outcome["problem"]


@pytest.mark.parametrize("ids", [[], ["x"] * 1_001, ["x" * 101], [""]], ids=["none", "many", "long", "empty"])
async def test_a_bulk_change_has_its_limits(store: Store, ids: list[str]) -> None:
    """At least one, at most a thousand, and ids that can be."""
    await _begin(store)
    body = {"ids": ids, "change": {"action": "acknowledge"}}
    assert 422 == (await call("POST", f"{EXCEPTIONS}/bulk", OPERATOR_KEY, body)).status


async def test_a_card_hides_its_exceptions(store: Store, key_for: KeyFor) -> None:
    """GEN-04: what a card's roles do not allow is neither listed, read, changed, nor filtered by."""
    await _begin(store)
    key = await key_for("operations")
    assert ["ann"] == [each["id"] for each in (await call("GET", EXCEPTIONS, key)).json["exceptions"]]
    assert 404 == (await call("GET", f"{EXCEPTIONS}/SH-1", key)).status
    assert 404 == (await _patch("SH-1", key, action="acknowledge")).status
    assert 404 == (await call("POST", f"{EXCEPTIONS}/SH-1/comments", key, {"comment": "x"})).status
    assert 400 == (await call("GET", f"{EXCEPTIONS}?card={GAP}", key)).status
    assert 404 == (await call("GET", f"{EXCEPTIONS}/{'x' * 2_000}", key)).status


async def test_rows_say_how_they_stand(store: Store) -> None:
    """A row carries state, assignee and since when it is there; one that nobody touched is open."""
    await _begin(store)
    await _patch("SH-1", action="assign", assignee="AR clerk")
    await _patch("SH-2", action="snooze", until=LATER)
    rows = {row["id"]: row for row in (await call("GET", rows_address(), OPERATOR_KEY)).json["rows"]}
    shown = {name: (row["state"], row["assignee"]) for name, row in rows.items()}
    assert {
        "BC-PO-1": ("open", ""),
        "SH-1": ("assigned", "AR clerk"),
        "SH-2": ("snoozed", ""),
        "SH-3": ("open", ""),
    } == shown
    assert {APPEARED.at} == {row["first_seen"] for row in rows.values()}
