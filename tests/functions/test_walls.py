"""Who gets in: every route, without a key, with a wrong one, and with another workspace's."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from shared import access
from shared.access import Caller, keys
from shared.cards import CARDS
from shared.cards.card import Card
from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, add_workspace, call, document, publish
from tests.functions.conftest import KeyFor

ROUTES = (
    ("GET", "/workspaces/acme", None),
    ("PUT", "/workspaces/acme", document()),
    ("GET", "/workspaces/acme/cards", None),
    ("GET", f"/workspaces/acme/cards/{GAP}", None),
    ("GET", f"/workspaces/acme/cards/{GAP}/rows", None),
    ("GET", f"/workspaces/acme/cards/{GAP}/rows.csv", None),
    ("GET", "/workspaces/acme/sources", None),
    ("POST", "/workspaces/acme/sources/shop/pull", None),
    ("POST", "/workspaces/acme/sources/shop/check", None),
    ("POST", "/workspaces/acme/sources/shop/confirm?stream=customers&records=1", None),
    ("POST", "/workspaces/acme/sources/shop/records", None),
    ("GET", "/workspaces/acme/sources/shop/bad-records", None),
    ("POST", "/workspaces/acme/evaluate", None),
    ("GET", f"/workspaces/acme/cards/{GAP}/history", None),
    ("GET", "/workspaces/acme/exceptions", None),
    ("GET", "/workspaces/acme/exceptions/x", None),
    ("PATCH", "/workspaces/acme/exceptions/x", {"action": "acknowledge"}),
    ("POST", "/workspaces/acme/exceptions/x/comments", {"comment": "x"}),
    ("POST", "/workspaces/acme/exceptions/bulk", {"ids": ["x"], "change": {"action": "acknowledge"}}),
    ("GET", "/workspaces/acme/alerts", None),
    ("GET", f"/workspaces/acme/alerts/{GAP}", None),
    ("PATCH", f"/workspaces/acme/alerts/{GAP}", {"action": "acknowledge"}),
    ("GET", "/workspaces/acme/deliveries", None),
    ("POST", "/workspaces/acme/deliveries/x/send", None),
    ("GET", "/workspaces/acme/decisions", None),
    ("POST", "/workspaces/acme/decisions", {"kind": "alias"}),
    ("DELETE", "/workspaces/acme/decisions/x", None),
    ("GET", "/workspaces/acme/audit", None),
    ("GET", "/workspaces/acme/keys", None),
    ("POST", "/workspaces/acme/keys", {"name": "a flow", "roles": ["finance"]}),
    ("DELETE", "/workspaces/acme/keys/tk-acme-00000000", None),
)
NEEDS_CONFIGURE = [each for each in ROUTES if each[0] == "PUT" or "/keys" in each[1]]


@pytest.mark.parametrize(("method", "target", "body"), [*ROUTES, ("GET", "/workspaces", None)])
async def test_nobody_gets_in_without_a_key(store: Store, method: str, target: str, body: object) -> None:
    """Without a key, or with one that never was, every route answers 401 and says how to ask."""
    await add_workspace(store)
    never_was = access.issue("acme", "never kept", ["admin"], datetime.now(UTC), None)[1]
    for key in ("", "nonsense", never_was, "ключ"):
        answer = await call(method, target, key, body)
        assert answer.status == 401
        assert answer.type == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("ApiKey ")
        assert answer.json["type"] == "urn:tieout:problem:unauthorised"


@pytest.mark.parametrize(("method", "target", "body"), ROUTES)
async def test_another_workspace_looks_as_if_it_were_not_there(
    store: Store, key_for: KeyFor, method: str, target: str, body: object
) -> None:
    """A key of one workspace learns nothing of another: 404, as for one that does not exist."""
    await add_workspace(store)
    await add_workspace(store, "other")
    key = await key_for(*access.ROLES, workspace="other")
    foreign = await call(method, target, key, body)
    missing = await call(method, target.replace("acme", "nowhere"), key, body)
    assert 404 == foreign.status == missing.status
    assert foreign.json["detail"] == missing.json["detail"]


async def test_an_expired_or_revoked_key_opens_nothing(store: Store, key_for: KeyFor) -> None:
    """A key ends at its expiry, and at once when it is revoked."""
    await add_workspace(store)
    expired = await key_for("owner", lives=timedelta(seconds=-1))
    revoked = await key_for("owner")
    assert (await call("GET", "/workspaces/acme/cards", revoked)).status == 200
    await store.api_keys.delete("acme", revoked.split(".", maxsplit=1)[0])
    for key in (expired, revoked):
        assert (await call("GET", "/workspaces/acme/cards", key)).status == 401


async def test_a_key_needs_its_whole_secret(store: Store, key_for: KeyFor) -> None:
    """The id of a key with another secret is nobody."""
    await add_workspace(store)
    one, other = await key_for("owner"), await key_for("owner")
    mixed = f"{one.split('.', maxsplit=1)[0]}.{other.split('.', maxsplit=1)[1]}"
    assert (await call("GET", "/workspaces/acme/cards", mixed)).status == 401


async def test_without_an_operators_key_there_is_no_operator(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's key that is not set is not the empty key."""
    await add_workspace(store)
    monkeypatch.delenv("TIEOUT_ADMIN_KEY")
    for key in (OPERATOR_KEY, "", " "):
        assert (await call("GET", "/workspaces", key)).status == 401


@pytest.mark.parametrize(("method", "target", "body"), NEEDS_CONFIGURE)
async def test_only_administrators_configure(
    store: Store, key_for: KeyFor, method: str, target: str, body: object
) -> None:
    """Every role but admin gets 403 where a workspace is configured."""
    await add_workspace(store)
    answer = await call(method, target, await key_for(*access.CARD_ROLES), body)
    assert answer.status == 403
    assert "admin" in answer.json["detail"]


STARTS = (
    "evaluate",
    "sources/shop/pull",
    "sources/shop/check",
    "sources/shop/confirm?stream=customers&records=1",
    "sources/shop/records",
    "decisions",
    "deliveries/x/send",
)


@pytest.mark.parametrize("target", [f"/workspaces/acme/{each}" for each in STARTS])
async def test_marketing_starts_nothing(store: Store, key_for: KeyFor, target: str) -> None:
    """A role that only reads gets 403 where work is started."""
    await add_workspace(store)
    assert (await call("POST", target, await key_for("marketing"))).status == 403


async def test_the_document_is_for_those_who_answer_for_it(store: Store, key_for: KeyFor) -> None:
    """Owners, finance and administrators read the document; the others do not."""
    await add_workspace(store)
    for role in access.ROLES:
        answer = await call("GET", "/workspaces/acme", await key_for(role))
        assert (200 if role in access.MAY_READ_CONFIGURATION else 403) == answer.status


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
async def test_a_card_shows_to_its_roles_only(card: Card) -> None:
    """GEN-04: a card is seen by the roles that it declares and by the operator, and admin is none of them."""
    seen_by = {
        role for role in access.ROLES if access.may_see(card, Caller("a key", {"acme": frozenset({role})}))
    }
    assert card.roles == seen_by
    assert access.may_see(card, access.OPERATOR)


async def test_a_hidden_card_is_not_there(store: Store, key_for: KeyFor) -> None:
    """GEN-04: what the roles do not allow is neither listed, nor read, nor exported."""
    await add_workspace(store)
    await publish(store, [])
    key = await key_for("operations")
    listed = await call("GET", "/workspaces/acme/cards", key)
    assert GAP not in [each["card"] for each in listed.json["cards"]]
    assert ABSENT in [each["card"] for each in listed.json["cards"]]
    for suffix in ("", "/rows", "/rows.csv"):
        assert (await call("GET", f"/workspaces/acme/cards/{GAP}{suffix}", key)).status == 404


async def test_use_is_noted_at_most_once_an_hour(store: Store, key_for: KeyFor) -> None:
    """The first use is noted, the next one within the hour writes nothing, a later one does."""
    await add_workspace(store)
    key = await key_for("owner")
    key_id, now = key.split(".", maxsplit=1)[0], datetime(2026, 4, 12, 8, tzinfo=UTC)
    seen = []
    for minutes in (0, 59, 61):
        await keys.by_key({"x-api-key": key}, store.api_keys, now + timedelta(minutes=minutes))
        kept = await store.api_keys.get("acme", key_id)
        assert kept is not None
        seen.append(kept.last_used_at)
    assert [now, now, now + timedelta(minutes=61)] == seen


async def test_noting_use_does_not_bring_a_revoked_key_back(store: Store, key_for: KeyFor) -> None:
    """A key that is revoked while it is being used stays revoked."""
    key_id = (await key_for("owner")).split(".", maxsplit=1)[0]
    await store.api_keys.delete("acme", key_id)
    await store.api_keys.note_use("acme", key_id, datetime.now(UTC))
    assert await store.api_keys.get("acme", key_id) is None


async def test_a_request_keeps_its_id_in_answer_and_log(
    store: Store, key_for: KeyFor, caplog: pytest.LogCaptureFixture
) -> None:
    """An id is echoed where it is one, else made; the log line has it, and no key and no query."""
    await add_workspace(store)
    key = await key_for("owner")
    target = "/workspaces/acme/cards?q=ann@example.com"
    with caplog.at_level(logging.INFO, "tieout"):
        kept = await call("GET", target, key, headers={"X-Request-Id": "flow-17"})
        made = await call("GET", target, key, headers={"X-Request-Id": "two\nlines"})
    assert "flow-17" == kept.headers["x-request-id"] == kept.json["request_id"]
    assert len(made.headers["x-request-id"]) == 32
    lines = [json.loads(record.message) for record in caplog.records if record.name == "tieout"]
    assert ["flow-17", made.headers["x-request-id"]] == [line["request"] for line in lines]
    assert {"list_cards"} == {line["function"] for line in lines}
    assert key not in caplog.text
    assert "ann@" not in caplog.text


async def test_our_faults_are_ours(
    store: Store, key_for: KeyFor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What breaks inside is a 500 with a request id, and neither answer nor log repeats what broke it."""
    await add_workspace(store)

    async def broken(*_: object) -> None:
        raise ValueError("ann@example.com")

    monkeypatch.setattr("shared.store.alerts.Alerts.of", broken)
    answer = await call("GET", "/workspaces/acme/alerts", await key_for("owner"))
    assert answer.status == 500
    assert answer.headers["x-request-id"] in caplog.text
    assert "ann@" not in answer.body.decode() + caplog.text
