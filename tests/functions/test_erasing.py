"""Erasing and exporting over HTTP: who may, what is answered, and that it stays within the workspace."""

import json

import azure.functions as func
import pytest

from shared.store.queues import ERASE
from shared.store.store import Store
from tests.functions.app import (
    ABSENT,
    OPERATOR_KEY,
    add_workspace,
    call,
    customer,
    function,
    messages,
    publish,
    rows_address,
)
from tests.functions.conftest import KeyFor

EMAIL = "ann.marked@example.com"
PERSON = {"by": "email", "value": " Ann.Marked@Example.com"}


@pytest.mark.parametrize("what", ["export", "erase"])
async def test_only_an_administrator_may(store: Store, key_for: KeyFor, what: str) -> None:
    """Neither reading all of a person nor erasing them is for the roles of cards."""
    await add_workspace(store)
    target = f"/workspaces/acme/privacy/{what}"
    for role in ("owner", "finance", "operations", "engineering", "marketing"):
        assert 403 == (await call("POST", target, await key_for(role), PERSON)).status
    assert (await call("POST", target, await key_for("admin"), PERSON)).status in {200, 202}


@pytest.mark.parametrize(
    "body",
    [{"by": "name", "value": "Ann"}, {"by": "email", "value": "Ann"}, {"by": "email"}, {"value": EMAIL}],
)
async def test_a_person_is_named_by_one_thing(store: Store, body: object) -> None:
    """What can be nobody's is refused by the field, before anything is looked for."""
    await add_workspace(store)
    answer = await call("POST", "/workspaces/acme/privacy/erase", OPERATOR_KEY, body)
    assert 422 == answer.status
    assert [] == await store.erasures.of("acme")


async def test_an_erasure_ends_with_its_second_message(store: Store) -> None:
    """The rows of one workspace lose the person; those of another, whatever its name, keep theirs."""
    await add_workspace(store)
    await add_workspace(store, "acme-2")
    for workspace in ("acme", "acme-2"):
        row = customer("Ann Marked", email=EMAIL, match_value=EMAIL)
        await publish(store, [row], card=ABSENT, workspace=workspace)
    given = await call("POST", "/workspaces/acme/privacy/export", OPERATOR_KEY, PERSON)
    assert 200 == given.status
    assert ["Ann Marked"] == [each["name"] for each in given.json["rows"]]
    begun = await call("POST", "/workspaces/acme/privacy/erase", OPERATOR_KEY, PERSON)
    assert 202 == begun.status
    asked = {"workspace": "acme", "erasure": begun.json["erasure"]}
    assert [asked] == await messages(store, ERASE)
    for _ in range(2):
        await function("erase")(func.QueueMessage(body=json.dumps(asked).encode()))
    [erasure] = await store.erasures.of("acme")
    assert ("done", None) == (erasure.state, erasure.traces)
    ours = await call("GET", rows_address(ABSENT), OPERATOR_KEY)
    assert EMAIL not in ours.body.decode()
    assert 1 == ours.json["total"]
    theirs = await store.readings.rows("acme-2", ABSENT, "20260412T010000Z")
    assert EMAIL in json.dumps(theirs)
