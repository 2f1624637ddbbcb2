"""Nothing of a person and no secret is told: not in any log line, and not in what a problem says."""

import json
import logging
from typing import Any

import pytest

from shared.pipeline import evaluate
from shared.pipeline.services import Services
from shared.store.store import Store
from tests.functions.app import (
    ABSENT,
    GAP,
    OPERATOR_KEY,
    add_workspace,
    call,
    customer,
    document,
    order,
    publish,
)
from tests.functions.conftest import KeyFor

EMAIL, NAME, PHONE = "zoe.marked@example.com", "Zoe Markedname", "+447700900999"
SECRET = "a-marked-secret-9f31c2"
MARKS = (EMAIL, NAME, PHONE, SECRET, "zoe.marked", "Markedname")
JSON = {"Content-Type": "application/json"}

BODIES: list[tuple[str, str, Any]] = [
    ("PUT", "/workspaces/acme", document(name=NAME, owner=EMAIL)),
    ("PUT", "/workspaces/acme", document(time_zone=NAME)),
    ("PUT", "/workspaces/acme", document(connections=[{"name": "shop", "kind": SECRET}])),
    ("PUT", "/workspaces/acme", document(recipients={"finance": {"email": [NAME]}})),
    ("PUT", "/workspaces/acme", document(recipients={"finance": {"hooks": [f"https://{SECRET}.example"]}})),
    ("PUT", "/workspaces/acme", f'{{"id": "{EMAIL}", '.encode()),
    ("POST", "/workspaces/acme/keys", {"name": NAME, "roles": [SECRET]}),
    ("POST", "/workspaces/acme/decisions", {"kind": EMAIL, "identity": f"email:{EMAIL}"}),
    (
        "POST",
        "/workspaces/acme/decisions",
        {"kind": "alias", "identity": f"email:{EMAIL}", "connection": "shop", "number": PHONE, "why": NAME},
    ),
    ("PATCH", "/workspaces/acme/exceptions/x", {"action": "assign", "assignee": EMAIL}),
    ("POST", "/workspaces/acme/exceptions/x/comments", {"comment": f"{NAME} {PHONE}"}),
    ("POST", "/workspaces/acme/exceptions/bulk", {"ids": [EMAIL], "change": {"action": NAME}}),
    ("POST", "/workspaces/acme/privacy/export", {"by": "email", "value": NAME}),
    ("POST", "/workspaces/acme/privacy/export", {"by": "email", "value": EMAIL}),
    ("POST", "/workspaces/acme/privacy/erase", {"by": "phone", "value": EMAIL}),
    ("POST", "/workspaces/acme/privacy/erase", {"by": "email", "value": EMAIL}),
]
QUERIES = [
    f"/workspaces/acme/cards/{GAP}/rows?q={EMAIL}&sort={NAME}",
    f"/workspaces/acme/cards/{GAP}/rows?assignee={EMAIL}",
    f"/workspaces/acme/cards/{GAP}/rows?page_token={SECRET}",
    f"/workspaces/acme/cards/{ABSENT}/rows?entity={EMAIL}",
    f"/workspaces/acme/cards/{ABSENT}/rows?min_age_days={PHONE}",
    f"/workspaces/acme/exceptions?state={EMAIL}",
    f"/workspaces/acme/audit?since={NAME}",
]


@pytest.fixture
async def logged(store: Store, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Give what is logged, from the most talkative level on, over a workspace with marked people."""
    await add_workspace(store)
    await publish(store, [order("SH-1", name=NAME, evidence={"email": EMAIL})])
    await publish(store, [customer(NAME, email=EMAIL, match_value=EMAIL)], card=ABSENT)
    caplog.set_level(logging.DEBUG, logger="tieout")
    caplog.set_level(logging.INFO)
    return caplog


def _told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give the marks that were logged, in whatever part of a record."""
    text = "\n".join(f"{each.getMessage()} {each.args} {each.exc_text}" for each in caplog.records)
    return [mark for mark in MARKS if mark.casefold() in text.casefold()]


@pytest.mark.parametrize(("method", "target", "body"), BODIES)
async def test_no_body_is_repeated(
    logged: pytest.LogCaptureFixture, method: str, target: str, body: Any
) -> None:
    """Whatever a body holds, the log tells none of it, and a problem names fields and never values."""
    answer = await call(method, target, OPERATOR_KEY, body, JSON)
    assert answer.status < 500
    assert [] == _told(logged)
    if answer.status >= 400:
        said = {name: value for name, value in answer.json.items() if name != "instance"}
        assert [] == [mark for mark in MARKS if mark in json.dumps(said)]


@pytest.mark.parametrize("target", QUERIES)
async def test_no_query_is_repeated(logged: pytest.LogCaptureFixture, target: str) -> None:
    """Nor does a query, whose values are people's names as often."""
    answer = await call("GET", target.replace(" ", "%20").replace("+", "%2B"), OPERATOR_KEY)
    assert answer.status < 500
    assert [] == _told(logged)
    if answer.status >= 400:
        assert [] == [mark for mark in MARKS if mark in answer.body.decode()]


@pytest.mark.parametrize("key", [SECRET, f"tk-acme-00000000.{SECRET}", f"tk-acme-00000000.{'x' * 43}"])
async def test_no_key_is_repeated(logged: pytest.LogCaptureFixture, key: str) -> None:
    """A key that is wrong is a key all the same."""
    for headers in ({"x-api-key": key}, {"Authorization": f"Bearer {key}"}, {"x-ms-client-principal": key}):
        answer = await call("GET", "/workspaces/acme", headers=headers)
        assert 401 == answer.status
        assert key.encode() not in answer.body
    assert [] == _told(logged)


async def test_a_new_key_is_told_to_its_maker_alone(
    logged: pytest.LogCaptureFixture, key_for: KeyFor
) -> None:
    """The secret stands in one answer and in no log line."""
    admin = await key_for("admin")
    made = await call("POST", "/workspaces/acme/keys", admin, {"name": "a flow", "roles": ["finance"]})
    text = "\n".join(each.getMessage() for each in logged.records)
    for key in (admin, made.json["key"]):
        assert key.partition(".")[2] not in text


async def test_what_breaks_tells_nobody(
    logged: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that quotes what was read is logged by its type and places alone, and answered by an id."""

    async def broken(*_: Any, **__: Any) -> None:
        raise ValueError(f"{NAME} <{EMAIL}> {SECRET}")

    monkeypatch.setattr("functions.rows.row_states", broken)
    answer = await call("GET", f"/workspaces/acme/cards/{GAP}/rows", OPERATOR_KEY)
    assert 500 == answer.status
    assert [] == [mark for mark in MARKS if mark in answer.body.decode()]
    assert [] == _told(logged)
    assert answer.json["request_id"] in logged.text


async def test_an_evaluation_tells_nobody(logged: pytest.LogCaptureFixture, store: Store) -> None:
    """What an upload and an evaluation log are counts, ids and seconds."""
    log = {"name": "log", "kind": "connector_log"}
    await add_workspace(store, connections=[*document()["connections"], log])
    rows = f"{EMAIL},{NAME},{PHONE}\r\n"
    await call(
        "POST",
        "/workspaces/acme/sources/log/records",
        OPERATOR_KEY,
        f"id,started_at,error\r\n1,{NAME},{EMAIL}\r\n{rows}".encode(),
        {"Content-Type": "text/csv"},
    )
    await call("POST", "/workspaces/acme/evaluate", OPERATOR_KEY)
    await evaluate.evaluate(Services(store), "acme")
    assert any("evaluate" in each.getMessage() for each in logged.records)
    assert [] == _told(logged)
