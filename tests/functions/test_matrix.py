"""Every route by every kind of caller: what comes of it follows from what the route says of itself."""

import inspect
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import azure.functions as func
import pytest

from functions import runtime
from functions.dashboard import static
from functions.http import Call, _let_in
from functions.problems import Problem
from functions.routes import OPERATORS, ROUTES, Route, add
from shared.access import ADMIN, CARD_ROLES, ROLES, Caller
from shared.access.rates import Rates
from shared.cards import card_of
from shared.domain.decisions import Decision
from shared.domain.hooks import Hook
from shared.pipeline.services import Services
from shared.store.exception_entities import CardName
from shared.store.store import Store
from shared.store.workspaces import ApiKey, ApiKeys
from tests.access.tenant import KeyServer
from tests.functions.app import ABSENT, FUNCTIONS, GAP, add_workspace, document, order, publish
from tests.functions.kinds import ACCESS, NOW, SETTINGS, Kind, kinds
from tests.functions.test_alerts import FAILED, OPEN
from tests.functions.test_exceptions import APPEARED
from tests.pipeline.memory import memory_store

KEY = "tk-acme-00000000"
DECISION = Decision(
    id="d1",
    kind="alias",
    identity="email:ann@example.com",
    connection="books",
    company="",
    number="7",
    decided_at="2026-04-12T01:00:00Z",
    decided_by="user",
)


HOOK = Hook(
    id="h" * 32,
    address="https://prod-01.westeurope.logic.azure.com/workflows/1?sig=invented",
    card="",
    roles=("finance",),
    made_by="user",
    made_at="2026-04-12T01:00:00Z",
)


def _roles_of(card: str) -> frozenset[str]:
    found = card_of(card)
    assert found is not None
    return found.roles


@dataclass(frozen=True)
class Thing:
    """What a part of an address stands for here, and who sees it where a route goes by cards."""

    name: str
    roles: frozenset[str] = frozenset(ROLES)


THINGS = {
    "workspace": Thing("acme"),
    "card": Thing(GAP, _roles_of(GAP)),
    "exception": Thing("SH-1", _roles_of(GAP)),
    "alert": Thing(GAP, _roles_of(GAP)),
    "decision": Thing(DECISION.id, _roles_of(ABSENT)),
    # Administrators see to it that messages arrive.
    "delivery": Thing(FAILED.id, _roles_of(GAP) | {ADMIN}),
    # Whoever has the roles that it is told by, and administrators, see a flow's hook.
    "hook": Thing(HOOK.id, frozenset({*HOOK.roles, ADMIN})),
    "connection": Thing("shop"),
    "key": Thing(KEY),
    # What settings are of stands open: who may read them sees those of every card.
    "which": Thing(GAP),
    "version": Thing(static.address("site.css").split("/")[3]),
    "file": Thing("site.css"),
}
"""A route with another part needs its thing here, and in `_furnished`."""

BODIES: dict[str, Any] = {
    "save_workspace": document(),
    "check_workspace": document(),
    "make_key": {"name": "a flow", "roles": ["finance"]},
    "change_exception": {"action": "acknowledge"},
    "comment_on_exception": {"comment": "Called them"},
    "change_exceptions": {"ids": ["SH-1"], "change": {"action": "acknowledge"}},
    "change_alert": {"action": "acknowledge"},
}
"""Where a route takes a body and none stands here, it gets an empty object."""


async def _furnished(api_keys: ApiKeys) -> Store:
    """Give a store with one of everything that an address can name."""
    store = replace(memory_store(), api_keys=api_keys)
    books = {"name": "books", "kind": "sage_intacct", "secrets": {}}
    await add_workspace(store, connections=[*document()["connections"], books])
    await add_workspace(store, "other")
    await publish(store, [order("SH-1", gap=284)])
    told = {"occurred_at": "2026-04-11T12:00:00Z", "order": "SH-1", "gap": "284.00"}
    await store.exceptions.take(CardName("acme", GAP), "SH-1", APPEARED, summary=told)
    await store.alerts.save("acme", [(replace(OPEN, key=replace(OPEN.key, card=GAP)), "")])
    await store.alerts.add_deliveries("acme", [replace(FAILED, message=FAILED.message | {"card": GAP})])
    await store.decisions.add("acme", DECISION)
    await store.hooks.add("acme", HOOK)
    await store.api_keys.put(
        ApiKey(id=KEY, workspace="acme", name="a flow", hash="", roles=("finance",), created_at=NOW)
    )
    return store


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the app up for all kinds of callers, as often as they like."""
    plenty = {"TIEOUT_REFUSALS_PER_MINUTE": "100000", "TIEOUT_REQUESTS_PER_MINUTE": "100000"}
    for name, value in {**SETTINGS, **plenty, "TIEOUT_ENTRA_ACCESS": json.dumps(ACCESS)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(runtime, "SIGNING_KEYS", KeyServer().signing_keys())
    monkeypatch.setattr(runtime, "RATES", Rates())


def _serve(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def services() -> AsyncIterator[Services]:
        yield Services(store, clock=lambda: NOW)

    monkeypatch.setattr(runtime, "services", services)


async def _asked(route: Route, kind: Kind, workspace: str = "acme") -> func.HttpResponse:
    """Send a request as the host hands it over."""
    assert route.parts <= THINGS.keys(), "say in THINGS what the parts of this address stand for"
    parts = {part: THINGS[part].name for part in route.parts} | {"workspace": workspace}
    body = BODIES.get(route.name, {}) if route.method in {"POST", "PUT", "PATCH"} else None
    request = func.HttpRequest(
        route.method,
        f"https://tieout.example/{route.path.format(**parts)}",
        headers={"content-type": "application/json", **kind.headers},
        route_params={part: parts[part] for part in route.parts},
        body=b"" if body is None else json.dumps(body).encode(),
    )
    response: func.HttpResponse = await FUNCTIONS[route.name].get_user_function()(request)
    return response


def _expected(route: Route, kind: Kind) -> str:
    """Say what the route's own rule makes of a kind of caller."""
    if route.roles is None or kind.is_operator:
        return "in"
    if kind.roles is None:
        return "401"
    if "workspace" not in route.parts:
        return "in" if kind.roles and route.roles != OPERATORS else "403"
    roles = kind.roles.get("acme", frozenset())
    if not roles:
        return "404"
    if roles.isdisjoint(route.roles):
        return "403"
    sees = all(THINGS[part].roles & roles for part in route.parts)
    return "in" if sees or not route.by_card else "404"


def _got(response: func.HttpResponse) -> str:
    """Say what came of a request: once in, whatever else may be wrong with it is another matter."""
    status = response.status_code
    return str(status) if status in {401, 403, 404, 429} or status >= 500 else "in"


BY_A_HEADER = [each for each in ROUTES.values() if each.name != "sign_in"]
"""All but the form that takes a key, which asks who one is by its body: tests/dashboard holds it to that."""


@pytest.mark.parametrize("route", BY_A_HEADER, ids=lambda route: route.name)
async def test_a_route_lets_in_whom_it_says(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """GEN-04: no route but by its own rule, whoever asks, and by whatever they ask."""
    api_keys, expected, got = memory_store().api_keys, {}, {}
    everyone = await kinds(api_keys)
    store = await _furnished(api_keys)
    for name, kind in everyone.items():
        _serve(store, monkeypatch)
        with monkeypatch.context() as patch:
            for setting, value in kind.settings.items():
                patch.setenv(setting, value)
            expected[name], got[name] = _expected(route, kind), _got(await _asked(route, kind))
        if got[name] == "in" and route.method != "GET":  # it may have changed something
            store = await _furnished(api_keys)
    assert expected == got


WALLED = [each for each in ROUTES.values() if "workspace" in each.parts]


@pytest.mark.parametrize("route", WALLED, ids=lambda route: route.name)
async def test_another_workspace_is_as_unknown_as_none(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another's workspace and one that nobody has give the same answer, and neither is looked for."""
    store = await _furnished(memory_store().api_keys)
    everyone = await kinds(store.api_keys)
    _serve(replace(store, workspaces=None), monkeypatch)  # type: ignore[arg-type]
    for name in ("key: admin", "token: owner", "token for nothing"):
        answers = [await _asked(route, everyone[name], each) for each in ("other", "nobodys", "No Name/..")]
        shown = [json.loads(each.get_body()) for each in answers]
        assert [404] * 3 == [each.status_code for each in answers]
        assert 1 == len({(each["type"], each["detail"]) for each in shown})


async def test_a_hidden_card_is_no_handlers_to_forget() -> None:
    """GEN-04: a route whose address names a card is closed to those who do not see it."""
    store = await _furnished(memory_store().api_keys)
    parts = {"workspace": "acme", "card": GAP}
    request = func.HttpRequest("GET", "https://tieout.example", route_params=parts, body=b"")
    route = Route("x", "GET", "workspaces/{workspace}/cards/{card}", frozenset(ROLES), _handler)
    for role in ROLES:
        call = Call(request, Services(store), Caller("a key", {"acme": frozenset({role})}))
        if role in THINGS["card"].roles:
            assert role in (await _let_in(route, call)).caller.roles
        else:
            with pytest.raises(Problem) as refused:
                await _let_in(route, call)
            assert refused.value.status == 404


def test_every_http_function_is_a_route_with_a_rule() -> None:
    """Nothing answers HTTP beside the list that the walls are made from."""
    triggers = {name: json.loads(each.get_raw_bindings()[0]) for name, each in FUNCTIONS.items()}
    assert {
        name: (each["route"], each["methods"])
        for name, each in triggers.items()
        if each["type"] == "httpTrigger"
    } == {name: (each.path, [each.method]) for name, each in ROUTES.items()}


OPEN_TO_ALL = {
    "health",
    "workspace_schema",
    "read_swagger",
    "read_static_file",
    "show_sign_in",
    "sign_in",
}


def test_what_is_open_to_all_is_named() -> None:
    """A route that asks nobody who they are stands here by name."""
    assert OPEN_TO_ALL >= {name for name, each in ROUTES.items() if each.is_open}


async def _handler() -> func.HttpResponse:
    """Do something."""
    return func.HttpResponse()


NO_RULES: list[tuple[str, frozenset[str]]] = [
    ("api/v1/workspaces/{workspace}/x", frozenset()),
    ("api/v1/workspaces/{workspace}/x", frozenset({"god"})),
    ("api/v1/workspaces/{workspace}/x", frozenset({ADMIN, "god"})),
    ("api/v1/x", frozenset({ADMIN})),
    ("api/v1/workspaces/{workspace}", frozenset(CARD_ROLES)),
]


@pytest.mark.parametrize(("path", "roles"), NO_RULES)
def test_a_route_without_a_rule_cannot_be(path: str, roles: frozenset[str]) -> None:
    """Nobody, unknown roles, roles without a workspace, an address that is taken: no app starts so."""
    with pytest.raises(ValueError, match=r"^x: "):
        add(Route("x", "GET", path, roles, _handler))
    assert "x" not in ROUTES


HAS_OWN_MODEL = re.compile(r"\b(?:row_)?query_of\(\s*(?:call\.)?request,\s*(\w+)")
TAKES_BODY = re.compile(r"\bbody_of\(\s*call,\s*(\w+)")


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_a_route_says_what_it_takes(route: Route) -> None:
    """The models that a handler reads are those that its route names: documents are made from them."""
    source = inspect.getsource(route.handler)
    assert {route.query.__name__} >= set(HAS_OWN_MODEL.findall(source))
    assert {route.body.__name__ if route.body else ""} >= set(TAKES_BODY.findall(source))
    assert route.text
