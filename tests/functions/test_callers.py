"""Who a caller is, to the app and to the log, and how often they may ask."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from functions import runtime
from shared.access import issue
from shared.access.keys import by_key
from shared.access.rates import Rates
from shared.access.refused import Refused
from shared.pipeline.services import Services
from shared.store.store import Store
from tests.access.tenant import ANN, FLOW, TEAM, KeyServer, claims, token
from tests.functions.app import GAP, OPERATOR_KEY, Answer, add_workspace, call, order, publish
from tests.functions.kinds import ACCESS, NOW, SETTINGS
from tests.pipeline.memory import memory_store

ALERTS = "/workspaces/acme/alerts"


class _Minute:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def minute(monkeypatch: pytest.MonkeyPatch) -> _Minute:
    """Give the clock of the budgets, which are full."""
    clock = _Minute()
    monkeypatch.setattr(runtime, "RATES", Rates(clock))
    return clock


@pytest.fixture
def server() -> KeyServer:
    """Give the server of the tenant's keys."""
    return KeyServer()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, server: KeyServer) -> Store:
    """Give the store behind the app, in memory, with the tenant set up."""
    store = memory_store()

    @asynccontextmanager
    async def services() -> AsyncIterator[Services]:
        yield Services(store, clock=lambda: NOW)

    monkeypatch.setattr(runtime, "services", services)
    monkeypatch.setattr(runtime, "SIGNING_KEYS", server.signing_keys())
    team = {"group": TEAM, "workspaces": ["acme"], "roles": ["finance"]}
    for name, value in {**SETTINGS, "TIEOUT_ENTRA_ACCESS": json.dumps([*ACCESS, team])}.items():
        monkeypatch.setenv(name, value)
    return store


def _bearer(**changes: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(claims(NOW.timestamp(), **changes))}"}


async def _key(store: Store, *roles: str, lives: timedelta = timedelta(days=1)) -> str:
    made, key = issue("acme", "a flow", roles, NOW, NOW + lives)
    await store.api_keys.put(made)
    return key


async def _ask(key: str = "", address: str = "", **headers: str) -> Answer:
    forwarded = {"X-Forwarded-For": address} if address else {}
    return await call("GET", "/workspaces", key, headers={**forwarded, **headers})


async def test_a_person_is_an_id_in_audit_and_log(kept: Store, caplog: pytest.LogCaptureFixture) -> None:
    """What somebody did bears the object id; no name, no mail and no token stands in audit, log or answer."""
    await add_workspace(kept)
    sent = _bearer(roles=["Acme.admin"])
    with caplog.at_level(logging.INFO, "tieout"):
        made = await call(
            "POST", "/workspaces/acme/keys", body={"name": "a flow", "roles": ["finance"]}, headers=sent
        )
    assert made.status == 201
    [entry] = await kept.audit.between("acme", "", "~")
    assert f"user:{ANN}" == entry.who
    assert f"user:{ANN}" in caplog.text
    shown = caplog.text + made.body.decode() + str(entry)
    for private in ("ann.lee", "Ann Lee", sent["Authorization"].split(".")[-1]):
        assert private not in shown


async def test_a_caller_is_told_who_they_are(kept: Store) -> None:
    """The list of workspaces says in which they have which roles."""
    await add_workspace(kept)
    await add_workspace(kept, "bravo")
    sent = _bearer(roles=["Acme.marketing", "Partner"], scp=None)
    shown = (await call("GET", "/workspaces", headers=sent)).json
    assert [("acme", ["marketing", "owner"]), ("bravo", ["owner"])] == [
        (each["id"], each["roles"]) for each in shown["workspaces"]
    ]
    assert shown["caller"] == {"name": f"app:{FLOW}", "roles": ["marketing", "owner"], "is_operator": False}


async def test_roles_of_one_workspace_open_nothing_in_another(kept: Store) -> None:
    """GEN-04: an owner of one and marketer of all sees the cards of marketers in the others."""
    await add_workspace(kept)
    await add_workspace(kept, "other")
    await publish(kept, [order("SH-1", gap=284)])
    sent = _bearer(roles=["Acme.marketing", "Other.everything"])
    assert (await call("GET", f"/workspaces/acme/cards/{GAP}", headers=sent)).status == 404
    assert (await call("GET", "/workspaces/acme", headers=sent)).status == 403
    assert (await call("GET", f"/workspaces/other/cards/{GAP}", headers=sent)).status == 200


async def test_too_many_groups_are_a_problem_of_their_own(kept: Store) -> None:
    """The answer says what to ask for."""
    await add_workspace(kept)
    answer = await call("GET", ALERTS, headers=_bearer(hasgroups=True))
    assert (403, "urn:tieout:problem:too-many-groups") == (answer.status, answer.json["type"])


async def test_without_the_directorys_keys_tokens_wait_and_keys_serve(kept: Store, server: KeyServer) -> None:
    """503 with Retry-After to those who come by token; the others notice nothing."""
    await add_workspace(kept)
    server.is_down = True
    answer = await call("GET", ALERTS, headers=_bearer(roles=["Acme.finance"]))
    assert (503, "60") == (answer.status, answer.headers["Retry-After"])
    assert (await call("GET", ALERTS, await _key(kept, "finance"))).status == 200


async def test_a_wrong_access_list_stops_tokens_alone(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's mistake opens nothing, and closes nothing that goes by key."""
    await add_workspace(kept)
    monkeypatch.setenv("TIEOUT_ENTRA_ACCESS", "{")
    assert (await call("GET", ALERTS, headers=_bearer(roles=["Acme.finance"]))).status == 503
    assert (await call("GET", ALERTS, OPERATOR_KEY)).status == 200
    assert (await call("GET", ALERTS)).status == 401


async def test_one_key_may_ask_so_often(
    kept: Store, minute: _Minute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then 429 with the seconds to wait, while another key is served; and after them it is served again."""
    monkeypatch.setenv("TIEOUT_REQUESTS_PER_MINUTE", "3")
    one, other = await _key(kept, "owner"), await _key(kept, "owner")
    assert [200, 200, 200] == [(await _ask(one)).status for _ in range(3)]
    answer = await _ask(one)
    assert (429, "20", "urn:tieout:problem:too-often") == (
        answer.status,
        answer.headers["Retry-After"],
        answer.json["type"],
    )
    assert answer.type == "application/problem+json"
    assert (await _ask(other)).status == 200
    minute.now = 20
    assert [200, 429] == [(await _ask(one)).status for _ in range(2)]


@pytest.mark.usefixtures("minute", "kept")
async def test_a_person_has_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tokens somebody has: it is the caller who is counted."""
    monkeypatch.setenv("TIEOUT_REQUESTS_PER_MINUTE", "1")
    tokens = [_bearer(roles=["Acme.owner"], iat=number) for number in range(2)]
    assert [200, 429] == [(await _ask(**each)).status for each in tokens]
    assert (await _ask(**_bearer(roles=["Acme.owner"], oid=TEAM))).status == 200


ADDRESSES = [
    ("203.0.113.7", "203.0.113.7:50123", "203.0.113.8"),
    ("198.51.100.1, 203.0.113.7", "203.0.113.9, 203.0.113.7", "203.0.113.7, 203.0.113.8:443"),
    ("[2001:db8::7]:50123", "[2001:db8::7]:50124", "[2001:db8::8]:50123"),
    ("2001:db8::7", "2001:db8::7", "2001:db8::8"),
]


@pytest.mark.usefixtures("minute")
@pytest.mark.parametrize("addresses", ADDRESSES)
async def test_an_address_may_fail_so_often(
    kept: Store, monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, str, str]
) -> None:
    """Then 429 in place of 401, whatever way the sender claims; who is known is let in from there."""
    first, same, other = addresses
    monkeypatch.setenv("TIEOUT_REFUSALS_PER_MINUTE", "2")
    assert [401, 401, 429] == [
        (await _ask(f"wrong {at}", each)).status for at, each in enumerate((first, same, same))
    ]
    assert (await _ask("wrong", other)).status == 401
    assert (await _ask(await _key(kept, "owner"), same)).status == 200


async def test_an_unknown_id_takes_the_work_of_a_wrong_secret(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown, revoked or wrong: one read and one comparison each, and in the log the same words."""
    known, revoked = await _key(kept, "owner"), await _key(kept, "owner")
    await kept.api_keys.delete("acme", revoked.partition(".")[0])
    wrong = f"{known.partition('.')[0]}.{revoked.partition('.')[2]}"
    never = issue("acme", "", ["owner"], NOW, None)[1]
    compared: list[int] = []

    def compare(one: str, other: str) -> bool:
        compared.append(len(other))
        return one == other

    monkeypatch.setattr("shared.access.keys.hmac.compare_digest", compare)
    said = []
    for key in (wrong, revoked, never):
        with pytest.raises(Refused) as refused:
            await by_key({"x-api-key": key}, kept.api_keys, NOW)
        said.append(refused.value.why)
    assert [64] * 3 == compared
    assert len(set(said)) == 1


async def test_a_key_is_kept_as_its_hash(kept: Store) -> None:
    """What is stored does not open anything: the secret is nowhere in it."""
    key = await _key(kept, "owner")
    secret = key.partition(".")[2]
    found = await kept.api_keys.get("acme", key.partition(".")[0])
    assert found is not None
    assert found.hash == sha256(secret.encode()).hexdigest()
    assert secret not in str(found)
    assert len(secret) == 43  # 256 bits
    with pytest.raises(Refused):
        await by_key({"x-api-key": f"{found.id}.{found.hash}"}, kept.api_keys, NOW)
