"""Workspace documents over HTTP: listed, read, checked and saved."""

from copy import deepcopy
from typing import Any

import jsonschema
import pytest

from shared.sources import SOURCES
from shared.sources.source import Source
from shared.store.store import Store
from shared.store.workspaces import Workspaces
from shared.workspaces import schema
from tests.functions.app import GAP, OPERATOR_KEY, Document, add_workspace, call, document
from tests.functions.conftest import KeyFor


async def test_a_key_lists_its_own_workspace_and_the_operator_all(store: Store, key_for: KeyFor) -> None:
    """GEN-11: nobody learns which other workspaces there are."""
    await add_workspace(store)
    await add_workspace(store, "other")
    own = (await call("GET", "/workspaces", await key_for("finance"))).json
    assert [each["id"] for each in own["workspaces"]] == ["acme"]
    assert own["caller"]["roles"] == ["finance"]
    every = (await call("GET", "/workspaces", OPERATOR_KEY)).json
    assert [each["id"] for each in every["workspaces"]] == ["acme", "other"]
    assert every["caller"]["is_operator"]


async def test_what_is_saved_is_what_is_read(store: Store) -> None:
    """The operator makes a workspace, and gets it back with its defaults and the same tag."""
    saved = await call("PUT", "/workspaces/acme", OPERATOR_KEY, document())
    assert saved.status == 201
    read = await call("GET", "/workspaces/acme", OPERATOR_KEY)
    assert read.status == 200
    assert saved.json == read.json
    assert saved.headers["ETag"] == read.headers["ETag"]
    assert read.json["connections"][0]["secrets"]["access_token"] == "env:ACME_SHOP_TOKEN"
    assert read.json == (await store.workspaces.all())[0].model_dump(mode="json")
    again = await call("PUT", "/workspaces/acme", OPERATOR_KEY, read.json)
    assert again.status == 200
    unchanged = {"If-None-Match": again.headers["ETag"]}
    assert (await call("GET", "/workspaces/acme", OPERATOR_KEY, headers=unchanged)).status == 304


async def test_a_threshold_is_the_workspaces_own(store: Store, key_for: KeyFor) -> None:
    """GEN-03: an administrator sets a card's threshold, and the card says so before its next reading."""
    await add_workspace(store)
    changed = document(cards={GAP: {"threshold": "2.5"}})
    assert (await call("PUT", "/workspaces/acme", await key_for("admin"), changed)).status == 200
    card = await call("GET", f"/workspaces/acme/cards/{GAP}", await key_for("finance"))
    assert card.json["threshold"] == {"value": "2.5", "unit": "percent"}
    assert card.json["status"] == "not_evaluated"


async def test_a_change_over_another_change_is_refused(store: Store) -> None:
    """Of two who read the same document, the second to save gets 412, and the first one's change stands."""
    await add_workspace(store)
    read = await call("GET", "/workspaces/acme", OPERATOR_KEY)
    tag = {"If-Match": read.headers["ETag"]}
    first = await call("PUT", "/workspaces/acme", OPERATOR_KEY, document(name="First"), tag)
    second = await call("PUT", "/workspaces/acme", OPERATOR_KEY, document(name="Second"), tag)
    assert [first.status, second.status] == [200, 412]
    assert (await call("GET", "/workspaces/acme", OPERATOR_KEY)).json["name"] == "First"


async def test_of_two_changes_at_once_one_is_lost_and_knows_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even without If-Match, a change never falls on what its request did not see."""
    await add_workspace(store)
    read = Workspaces.get

    async def overtaken(workspaces: Workspaces, name: str) -> Any:
        found = await read(workspaces, name)
        monkeypatch.setattr(Workspaces, "get", read)
        await add_workspace(store, name="Quicker")
        return found

    monkeypatch.setattr(Workspaces, "get", overtaken)
    assert (await call("PUT", "/workspaces/acme", OPERATOR_KEY, document(name="Slower"))).status == 412
    assert [each.name for each in await store.workspaces.all()] == ["Quicker"]


async def test_conditions_hold_for_new_workspaces_too(store: Store) -> None:
    """If-Match wants something there, and If-None-Match: * wants nothing there."""
    absent = await call("PUT", "/workspaces/acme", OPERATOR_KEY, document(), {"If-Match": "*"})
    made = await call("PUT", "/workspaces/acme", OPERATOR_KEY, document(), {"If-None-Match": "*"})
    present = await call("PUT", "/workspaces/acme", OPERATOR_KEY, document(), {"If-None-Match": "*"})
    assert [absent.status, made.status, present.status] == [412, 201, 412]
    assert await store.workspaces.get("acme") is not None


FAULTY: dict[str, tuple[Any, str]] = {
    "another id": ({"id": "other"}, "id"),
    "a zone that is none": ({"time_zone": "Mars/Base"}, "time_zone"),
    "a field that is unknown": ({"colour": "red"}, "colour"),
    "no connections": ({"connections": None}, "connections"),
    "a card that is unknown": ({"cards": {"no_such_card": {}}}, "cards.no_such_card"),
    "a negative threshold": ({"cards": {GAP: {"threshold": -1}}}, f"cards.{GAP}.threshold"),
    "a threshold too long": (
        {"cards": {GAP: {"threshold": "1E+999999"}}},
        f"cards.{GAP}.threshold",
    ),
    "a threshold too small": (
        {"cards": {GAP: {"threshold": "1E-999999"}}},
        f"cards.{GAP}.threshold",
    ),
    "a route to no entity": ({"field_map": {"default_entity": "us"}}, ""),
    "a route from no connection": (
        {"field_map": {"entity_routing": [{"entity": "uk", "connection": "none"}]}},
        "field_map.entity_routing.0.connection",
    ),
    "a role that is none": ({"recipients": {"boss": {}}}, "recipients.boss.[key]"),
    "an alert into the app's own settings": (
        {"recipients": {"owner": {"teams": ["env:TIEOUT_ADMIN_KEY"]}}},
        "recipients.owner.teams.0",
    ),
}


@pytest.mark.parametrize(("change", "path"), FAULTY.values(), ids=FAULTY.keys())
async def test_a_fault_is_named_by_its_path(store: Store, change: Any, path: str) -> None:
    """What cannot run is not saved: 422, with the path of each fault."""
    answer = await call("PUT", "/workspaces/acme", OPERATOR_KEY, document() | change)
    assert answer.status == 422
    assert [path] == [each["path"] for each in answer.json["errors"]]
    assert await store.workspaces.get("acme") is None


FAULTY_CONNECTIONS: dict[str, tuple[Any, str]] = {
    "an unknown kind": ({"kind": "ledgermatic"}, "connections.0.kind"),
    "no secret": ({"secrets": {}}, "connections.0.secrets.access_token"),
    "a secret itself": ({"secrets": {"access_token": "shpat_1"}}, "connections.0.secrets.access_token"),
    "the storage's secret": (
        {"secrets": {"access_token": "env:AzureWebJobsStorage"}},
        "connections.0.secrets.access_token",
    ),
    "an option missing": ({"options": {}}, "connections.0.options.shop"),
    "an option too many": ({"options": {"shop": "acme", "x": 1}}, "connections.0.options.x"),
    "an option out of range": (
        {"options": {"shop": "acme", "page_size": 0}},
        "connections.0.options.page_size",
    ),
    "a reference that fills in nothing": ({"order_reference": "{nr}"}, "connections.0.order_reference"),
    "half of a pair of secrets": (
        {"secrets": {"client_id": "env:ID"}},
        "connections.0.secrets.client_secret",
    ),
    "a host with a path": (
        {"kind": "adobe_commerce", "options": {"host": "shop.example/elsewhere"}},
        "connections.0.options.host",
    ),
    "a host with a user": (
        {"kind": "adobe_commerce", "options": {"host": "shop@elsewhere.example"}},
        "connections.0.options.host",
    ),
    "a tenant that leads elsewhere": (
        {"kind": "adobe_commerce", "options": {"flavour": "saas", "host": "h", "tenant": "../t"}},
        "connections.0.options.tenant",
    ),
    "a flavour without its secrets": (
        {"kind": "adobe_commerce", "options": {"host": "shop.example"}},
        "connections.0.secrets.consumer_key",
    ),
}


@pytest.mark.parametrize(("change", "path"), FAULTY_CONNECTIONS.values(), ids=FAULTY_CONNECTIONS.keys())
async def test_a_connection_is_checked_by_its_source(store: Store, change: Any, path: str) -> None:
    """Options and secrets are what the source of that kind needs; what was sent is not repeated."""
    faulty = document()
    faulty["connections"][0] |= change
    answer = await call("PUT", "/workspaces/acme", OPERATOR_KEY, faulty)
    assert answer.status == 422
    assert [path] == [each["path"] for each in answer.json["errors"]]
    assert b"shpat_1" not in answer.body
    assert await store.workspaces.get("acme") is None


PULLED = [source for source in SOURCES if source.form is None]


@pytest.mark.parametrize("source", PULLED, ids=lambda source: source.kind)
async def test_no_source_is_content_with_nothing(store: Store, source: Source) -> None:
    """A connection without secrets and options is refused for every kind of source that is pulled."""
    bare = document(connections=[{"name": "bare", "kind": source.kind}])
    answer = await call("PUT", "/workspaces/acme", OPERATOR_KEY, bare)
    assert answer.status == 422
    assert all(each["path"].startswith("connections.0.") for each in answer.json["errors"])
    assert await store.workspaces.get("acme") is None


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"\xff", 400), (b"[]", 422), (b" " * 1_048_577, 413)]
)
async def test_a_body_that_is_no_document_is_refused(store: Store, body: bytes, status: int) -> None:
    """Broken JSON, another shape, and more than a megabyte each have their own answer."""
    await add_workspace(store)
    assert status == (await call("PUT", "/workspaces/acme", OPERATOR_KEY, body)).status


SHOP = document()["connections"][0]
SECOND = {"name": "b2b", "kind": "bigcommerce", "options": {"store_hash": "a1"}}
SECOND |= {"secrets": {"access_token": "env:ACME_B2B_TOKEN"}}
ELSEWHERE = "https://elsewhere.example"
OUTREACH: dict[str, Any] = {
    "connections.0.secrets.access_token": [
        SHOP | {"secrets": {"access_token": "env:OTHER_SHOP_TOKEN"}},
        SECOND,
    ],
    "connections.1.secrets.access_token": [SHOP, SECOND | {"secrets": SHOP["secrets"]}],
    "connections.0.base_url": [SHOP | {"base_url": ELSEWHERE}, SECOND],
    "connections.0.token_url": [SHOP | {"token_url": ELSEWHERE}, SECOND],
    "connections.0.options.shop": [SHOP | {"options": {"shop": "evil"}}, SECOND],
    "connections.0.options.api_version": [
        SHOP | {"options": {"shop": "acme", "api_version": "2026-07"}},
        SECOND,
    ],
    "connections.1.options.b2b_base_url": [
        SHOP,
        SECOND | {"options": {"store_hash": "a1", "b2b_base_url": ELSEWHERE}},
    ],
    "connections.1.kind": [
        SHOP,
        SECOND | {"kind": "shopify", "options": {"shop": "evil"}},
    ],
    "connections.2": [SHOP, SECOND, SHOP | {"name": "third", "options": {"shop": "evil"}}],
    "connections.0": [SHOP | {"name": "renamed"}, SECOND],
}


@pytest.mark.parametrize(("path", "connections"), OUTREACH.items(), ids=OUTREACH.keys())
async def test_only_the_operator_says_where_secrets_go(
    store: Store, key_for: KeyFor, path: str, connections: Any
) -> None:
    """An administrator cannot have a secret sent to a host of their choice, by whichever setting."""
    await add_workspace(store, connections=[SHOP, SECOND])
    changed = document(connections=connections)
    refused = await call("PUT", "/workspaces/acme", await key_for("admin"), changed)
    assert refused.status == 403
    assert path in [each["path"] for each in refused.json["errors"]]
    assert (await call("PUT", "/workspaces/acme", OPERATOR_KEY, changed)).status == 200
    assert (await call("PUT", "/workspaces/acme", await key_for("admin"), changed)).status == 200


async def test_alerts_take_no_connections_secret(store: Store, key_for: KeyFor) -> None:
    """A vendor's secret is no address for messages: only the operator brings one in, though it is known."""
    await add_workspace(store)
    changed = document(recipients={"owner": {"teams": ["env:ACME_SHOP_TOKEN"]}})
    refused = await call("PUT", "/workspaces/acme", await key_for("admin"), changed)
    assert (403, ["recipients.owner.teams.0"]) == (
        refused.status,
        [each["path"] for each in refused.json["errors"]],
    )


async def test_all_else_is_the_administrators(store: Store, key_for: KeyFor) -> None:
    """Names, references, field map, cards, what is on, and a connection less: no operator is needed."""
    await add_workspace(store, connections=[SHOP, SECOND])
    changed = document(
        name="Acme Presents",
        connections=[SHOP | {"enabled": False, "order_reference": "SH-{number}"}],
        field_map={"vat_field": "VAT"},
        cards={GAP: {"enabled": False}},
    )
    assert (await call("PUT", "/workspaces/acme", await key_for("admin"), changed)).status == 200


async def test_a_workspace_cannot_hide_behind_a_route(store: Store) -> None:
    """A workspace called `schema` could never be read."""
    answer = await call("PUT", "/workspaces/schema", OPERATOR_KEY, document("schema"))
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "id")
    assert await store.workspaces.all() == []


async def test_the_schema_is_public_and_fits() -> None:
    """Without a key, anyone gets a JSON Schema that takes a good document and refuses bad options."""
    answer = await call("GET", "/workspaces/schema")
    assert answer.status == 200
    assert schema() == answer.json
    jsonschema.Draft202012Validator.check_schema(answer.json)
    validator = jsonschema.Draft202012Validator(answer.json)
    validator.validate(document())
    changes: tuple[Document, ...] = (
        {"kind": "ledgermatic"},
        {"options": {}},
        {"options": {"shop": "acme", "x": 1}},
    )
    for change in changes:
        faulty = deepcopy(document())
        faulty["connections"][0] |= change
        assert not validator.is_valid(faulty)
    assert {f"{source.kind}_options" for source in SOURCES} <= answer.json["$defs"].keys()
