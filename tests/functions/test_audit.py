"""The audit log over HTTP: everything that people change is in it, and who may not see it does not."""

from typing import Any

import pytest

from shared.domain.alerts import Alert, AlertKey
from shared.domain.deliveries import Delivery, delivery_id
from shared.domain.exceptions import TIEOUT, Step
from shared.store.exception_entities import CardName
from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, Document, add_workspace, call, document
from tests.functions.conftest import KeyFor

AUDIT = "/workspaces/acme/audit"
WORKSPACE = "/workspaces/acme"
FILE = b"attempt_id,started_at,entity,record_key,status\r\n1,2026-04-01T06:00:00Z,customer,A1,failed\r\n"
SECRET = {"secrets": {"access_token": "env:ANOTHER_TOKEN"}}


async def _appear(store: Store, card: str, *ids: str) -> None:
    for each in ids:
        step = Step(at="2026-04-12T01:00:00Z", who=TIEOUT, action="appeared")
        await store.exceptions.take(CardName("acme", card), each, step)


async def _log(query: str = "", key: str = OPERATOR_KEY) -> list[Document]:
    answer = await call("GET", f"{AUDIT}?{query}", key)
    assert answer.status == 200
    return list(answer.json["entries"])


async def test_the_log_is_one_and_newest_first(store: Store, key_for: KeyFor) -> None:
    """Steps of exceptions and changes of settings stand in one list, each with who, when and what."""
    await add_workspace(store)
    await _appear(store, ABSENT, "x")
    change = {"action": "assign", "assignee": "AR clerk"}
    await call("PATCH", f"{WORKSPACE}/exceptions/x", await key_for("operations"), change)
    await call("POST", f"{WORKSPACE}/keys", OPERATOR_KEY, {"name": "a flow", "roles": ["finance"]})
    entries = await _log("since=2026-04-01T00:00:00Z")
    assert [("key", "make"), ("exception", "assign"), ("exception", "appeared")] == [
        (each["subject"], each["action"])
        for each in sorted(entries, key=lambda each: each["subject"] != "key")
    ]
    assert sorted((each["at"] for each in entries), reverse=True) == [each["at"] for each in entries]
    assigned = next(each for each in entries if each["action"] == "assign")
    assert ("open", "assigned", "AR clerk", ABSENT) == tuple(
        assigned[name] for name in ("before", "after", "assignee", "card")
    )


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_pages_of_the_log_fit_together(store: Store, size: int) -> None:
    """Each entry comes once, whatever is written in between; even those of one second."""
    await add_workspace(store)
    await _appear(store, GAP, "a", "b", "c", "d", "e")
    asked = f"since=2026-04-01T00:00:00Z&subject=exception&page_size={size}"
    seen: list[str] = []
    token = ""
    while True:
        answer = (await call("GET", f"{AUDIT}?{asked}{token}", OPERATOR_KEY)).json
        seen += [each["id"] for each in answer["entries"]]
        if answer["next_page_token"] is None:
            break
        token = f"&page_token={answer['next_page_token']}"
        await call("POST", f"{WORKSPACE}/exceptions/a/comments", OPERATOR_KEY, {"comment": "meanwhile"})
    assert ["a", "b", "c", "d", "e"] == sorted(seen)


async def test_the_log_is_cut_by_time_and_person(store: Store) -> None:
    """Since, until, who and which subject; a month back if nothing is said."""
    await add_workspace(store)
    await _appear(store, GAP, "a")
    await call("POST", f"{WORKSPACE}/exceptions/a/comments", OPERATOR_KEY, {"comment": "x"})
    assert ["comment"] == [each["action"] for each in await _log()]
    since = "since=2026-01-01T00:00:00Z"
    assert ["comment"] == [each["action"] for each in await _log(f"{since}&who=operator")]
    assert ["appeared"] == [each["action"] for each in await _log(f"{since}&until=2026-04-13T00:00:00Z")]
    assert [] == await _log(f"{since}&subject=key")
    assert 400 == (await call("GET", f"{AUDIT}?since=yesterday", OPERATOR_KEY)).status


async def test_the_walls_of_cards_hold_in_the_log(store: Store, key_for: KeyFor) -> None:
    """GEN-04: a role reads of its cards alone, and of the settings if it may read these."""
    await add_workspace(store)
    await _appear(store, GAP, "hidden")
    await _appear(store, ABSENT, "seen")
    for card in (GAP, ABSENT):
        alert = Alert(key=AlertKey(card), state="open", opened_at="2026-04-12T01:00:00Z")
        await store.alerts.save("acme", [(alert, "")])
        await call("PATCH", f"{WORKSPACE}/alerts/{card}", OPERATOR_KEY, {"action": "acknowledge"})
    await call("PUT", WORKSPACE, OPERATOR_KEY, document(name="Acme Presents"))
    since = "since=2026-01-01T00:00:00Z"
    seen = {
        role: {each["id"] for each in await _log(since, await key_for(role))}
        for role in ("owner", "finance", "operations", "admin", "marketing")
    }
    everything = {"hidden", "seen", GAP, ABSENT, "acme"}
    assert {
        "owner": everything,
        "finance": everything,
        "operations": {"seen", ABSENT},
        "admin": {"acme"},
        "marketing": set(),
    } == seen


async def test_a_saved_document_names_what_changed_and_nothing_in_it(store: Store) -> None:
    """Which parts of the settings were changed is kept; what stands in them, secrets' places too, is not."""
    assert [] == await store.workspaces.all()
    await call("PUT", WORKSPACE, OPERATOR_KEY, document())
    shop = document()["connections"][0]
    changed = document(
        name="Acme Presents",
        cards={GAP: {"threshold": "2.5"}},
        connections=[shop | SECRET],
        recipients={"finance": {"teams": ["env:ACME_TEAMS"]}},
    )
    await call("PUT", WORKSPACE, OPERATOR_KEY, changed)
    made, saved = sorted(await _log("subject=workspace"), key=lambda each: str(each["after"]))
    assert ("make", "save") == (made["action"], saved["action"])
    parts = set(saved["after"].split(", "))
    assert {"name", "connections.shop.secrets", "recipients.finance"} <= parts | {
        each.rpartition(".")[0] for each in parts
    }
    assert any(each.startswith(f"cards.{GAP}") for each in parts)
    for value in ("Presents", "env:", "2.5", "ANOTHER"):
        assert value not in str(saved)


async def test_keys_pulls_and_uploads_are_noted(store: Store, key_for: KeyFor) -> None:
    """Who made and revoked which key, who pulled, who sent a file: the log says it."""
    log = {"name": "log", "kind": "sync_log"}
    await add_workspace(store, connections=[document()["connections"][0], log])
    key = await key_for("admin")
    who = key.split(".", maxsplit=1)[0]
    made = await call("POST", f"{WORKSPACE}/keys", key, {"name": "a flow", "roles": ["owner", "admin"]})
    await call("DELETE", f"{WORKSPACE}/keys/{made.json['id']}", key)
    await call("POST", f"{WORKSPACE}/sources/shop/pull", key)
    await call("POST", f"{WORKSPACE}/sources/shop/pull?anew=true", key)
    for _ in "12":  # the second is the first again, and changes nothing
        await call("POST", f"{WORKSPACE}/sources/log/records", key, FILE, {"Content-Type": "text/csv"})
    noted = {(each["subject"], each["id"], each["action"]) for each in await _log(f"who={who}")}
    assert len(noted) == len(await _log(f"who={who}"))
    assert {
        ("connection", "log", "upload"),
        ("key", made.json["id"], "make"),
        ("key", made.json["id"], "revoke"),
        ("connection", "shop", "pull"),
        ("connection", "shop", "pull_anew"),
    } == noted
    assert made.json["key"] not in str(await _log())


async def test_what_is_sent_again_is_noted_without_an_address(store: Store) -> None:
    """A delivery is named by its id, not by whom it went to."""
    await add_workspace(store)
    message: dict[str, Any] = {"kind": "opened", "title": "A card", "card": GAP}
    failed = Delivery(
        id=delivery_id("x"),
        channel="email",
        recipient="ann@acme.example",
        role="finance",
        message=message,
        made_at="2026-04-12T01:00:00Z",
        state="failed",
    )
    await store.alerts.add_deliveries("acme", [failed])
    await call("POST", f"{WORKSPACE}/deliveries/{failed.id}/send", OPERATOR_KEY)
    [entry] = await _log()
    assert ("delivery", failed.id, "send_again") == (entry["subject"], entry["id"], entry["action"])
    assert "ann@" not in str(entry)
