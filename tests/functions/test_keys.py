"""Keys over HTTP: shown once, listed without secrets, revoked for good."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.store.store import Store
from tests.functions.app import OPERATOR_KEY, add_workspace, call
from tests.functions.conftest import KeyFor

KEYS = "/workspaces/acme/keys"


async def test_a_key_is_shown_once_and_opens_at_once(store: Store) -> None:
    """What is kept is a hash: no later answer and no entity has the key."""
    await add_workspace(store)
    made = await call("POST", KEYS, OPERATOR_KEY, {"name": "Monday's export", "roles": ["finance"]})
    assert (made.status, made.headers["Cache-Control"]) == (201, "no-store")
    key = made.json["key"]
    assert (await call("GET", "/workspaces/acme/cards", key)).status == 200
    listed = await call("GET", KEYS, OPERATOR_KEY)
    [shown] = listed.json["keys"]
    assert (made.json["id"], ["finance"]) == (shown["id"], shown["roles"])
    assert shown["last_used_at"] is not None
    secret = key.split(".", maxsplit=1)[1]
    assert secret not in listed.body.decode()
    kept = await store.api_keys.get("acme", made.json["id"])
    assert secret not in repr(kept)
    assert len(secret) == 43


async def test_a_key_lives_a_year_unless_it_says_otherwise(store: Store) -> None:
    """Nothing opens for ever."""
    await add_workspace(store)
    soon = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    short = {"name": "short", "roles": ["owner"], "expires_at": soon.isoformat()}
    made = [
        (await call("POST", KEYS, OPERATOR_KEY, body)).json for body in (short, short | {"expires_at": None})
    ]
    assert f"{soon:%Y-%m-%dT%H:%M:%SZ}" == made[0]["expires_at"]
    lives = datetime.fromisoformat(made[1]["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=364) < lives <= timedelta(days=365)


async def test_an_administrator_manages_the_keys_of_their_own_workspace(
    store: Store, key_for: KeyFor
) -> None:
    """Made, listed, revoked; and a key of another workspace is none of theirs."""
    await add_workspace(store)
    await add_workspace(store, "other")
    admin, other = await key_for("admin"), await key_for("owner", workspace="other")
    made = (await call("POST", KEYS, admin, {"name": "x", "roles": ["owner", "owner"]})).json
    assert made["roles"] == ["owner"]
    assert {made["id"], admin.split(".", maxsplit=1)[0]} == {
        each["id"] for each in (await call("GET", KEYS, admin)).json["keys"]
    }
    foreign = await call("DELETE", f"{KEYS}/{other.split('.', maxsplit=1)[0]}", admin)
    assert foreign.status == 404
    assert (await call("GET", "/workspaces/other/cards", other)).status == 200
    assert (await call("DELETE", f"{KEYS}/{made['id']}", admin)).status == 204
    assert (await call("GET", "/workspaces/acme/cards", made["key"])).status == 401
    assert (await call("DELETE", f"{KEYS}/{made['id']}", admin)).status == 404


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"roles": ["boss"]}, "roles.0"),
        ({"roles": []}, "roles"),
        ({"name": ""}, "name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2099-01-01T00:00:00"}, "expires_at"),
        ({"key": "mine"}, "key"),
    ],
)
async def test_a_key_that_cannot_be_is_refused(store: Store, change: dict[str, Any], path: str) -> None:
    """422 with the path; nothing is kept."""
    await add_workspace(store)
    answer = await call("POST", KEYS, OPERATOR_KEY, {"name": "x", "roles": ["owner"]} | change)
    assert answer.status == 422
    assert [path] == [each["path"] for each in answer.json["errors"]]
    assert await store.api_keys.of("acme") == []


@pytest.mark.parametrize("key_id", ["tk-acme-0", "x", "tk-acme-00000000"])
async def test_an_unknown_key_is_404(store: Store, key_id: str) -> None:
    """Whatever the id looks like."""
    await add_workspace(store)
    assert (await call("DELETE", f"{KEYS}/{key_id}", OPERATOR_KEY)).status == 404


async def test_broken_json_is_400(store: Store) -> None:
    """A body that cannot be read is not a body with faults."""
    await add_workspace(store)
    assert (await call("POST", KEYS, OPERATOR_KEY, b"{")).status == 400
