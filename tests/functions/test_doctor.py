"""The doctor over HTTP, and documents that are checked before they are saved."""

from typing import Any

import pytest

from functions import runtime
from shared import settings
from shared.errors import ConfigurationError
from shared.store.account import StorageAccount
from shared.store.store import Store
from tests.functions.app import OPERATOR_KEY, add_workspace, call, document, messages
from tests.functions.conftest import KeyFor


@pytest.fixture
def storage(emulated: StorageAccount) -> StorageAccount:
    """Give the account that the store is in: the doctor asks it what no store asks."""
    return emulated


async def test_the_operator_is_told_what_is_wrong(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thing that is wrong has its place and its remedy; a secret that is missing is among them."""
    monkeypatch.delenv("ACME_SHOP_TOKEN", raising=False)
    await add_workspace(store)
    answer = await call("GET", "/doctor", OPERATOR_KEY)
    assert (answer.status, answer.json["is_well"]) == (200, False)
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("secrets", "acme: connections.0.secrets.access_token") in [
        (each["area"], each["about"]) for each in answer.json["findings"]
    ]
    assert all(each["remedy"] for each in answer.json["findings"])
    assert OPERATOR_KEY not in answer.body.decode()


async def test_it_answers_while_the_store_is_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """All else says 503 then: the doctor says why, for the operator's key needs no store."""

    def account() -> Any:
        raise ConfigurationError("set AzureWebJobsStorage", "AzureWebJobsStorage")

    monkeypatch.setattr(settings, "storage_account", account)
    monkeypatch.setattr(runtime, "services", account)
    monkeypatch.setenv("TIEOUT_ADMIN_KEY", OPERATOR_KEY)
    answer = await call("GET", "/doctor", OPERATOR_KEY)
    assert answer.status == 200
    assert "AzureWebJobsStorage" in [each["about"] for each in answer.json["findings"]]
    assert (await call("GET", "/workspaces", OPERATOR_KEY)).status == 503


async def test_nobody_else_is_told(store: Store, key_for: KeyFor) -> None:
    """What is wrong with an app is told to its operator, and not to a workspace's administrator."""
    await add_workspace(store)
    assert (await call("GET", "/doctor", await key_for("admin", "owner"))).status == 403
    assert (await call("GET", "/doctor")).status == 401


async def test_a_document_is_checked_and_not_saved(store: Store) -> None:
    """What would change is named, each connection is checked, and nothing is kept."""
    await add_workspace(store)
    before = (await call("GET", "/workspaces/acme", OPERATOR_KEY)).json
    changed = document(name="Acme Presents")
    answer = await call("POST", "/workspaces/acme/check", OPERATOR_KEY, changed)
    assert (answer.status, answer.json["changes"], answer.json["is_new"]) == (200, "name", False)
    (shop,) = answer.json["connections"]
    assert "env:ACME_SHOP_TOKEN" in shop["problem"]
    assert not shop["has_passed"]
    assert before == (await call("GET", "/workspaces/acme", OPERATOR_KEY)).json


async def test_a_new_document_is_checked_before_its_workspace_is_there(store: Store) -> None:
    """The operator may check what is not there yet, and it still is not."""
    answer = await call("POST", "/workspaces/new/check", OPERATOR_KEY, document("new"))
    assert (answer.status, answer.json["is_new"]) == (200, True)
    assert await store.workspaces.get("new") is None


async def test_a_check_is_refused_where_a_save_would_be(store: Store, key_for: KeyFor) -> None:
    """An administrator cannot have a secret sent elsewhere by a check that they could not save."""
    await add_workspace(store)
    elsewhere = [document()["connections"][0] | {"base_url": "https://elsewhere.example"}]
    key = await key_for("admin")
    answer = await call("POST", "/workspaces/acme/check", key, document(connections=elsewhere))
    assert (answer.status, answer.json["errors"][0]["path"]) == (403, "connections.0.base_url")
    wrong = await call("POST", "/workspaces/acme/check", key, document(cards={"none": {}}))
    assert (wrong.status, wrong.json["errors"][0]["path"]) == (422, "cards.none")


async def test_a_pull_from_a_date_is_asked_for(store: Store) -> None:
    """The date is kept for the run that follows, and the log says who asked for it."""
    workspace = await add_workspace(store)
    target = "/workspaces/acme/sources/shop/pull"
    answer = await call("POST", f"{target}?since=2026-01-01T00:00:00Z", OPERATOR_KEY)
    assert answer.status == 202
    assert len(await messages(store, "pull")) == len(answer.json["streams"])
    kept = await store.checkpoints.of(workspace.id)
    assert {"2026-01-01"} == {str(each.is_to_be_read_since)[:10] for each in kept.values()}
    (entry, *_) = (await call("GET", "/workspaces/acme/audit", OPERATOR_KEY)).json["entries"]
    assert (entry["action"], entry["after"]) == ("pull_since", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "query", ["since=2999-01-01T00:00:00Z", "since=2026-01-01", "anew=true&since=2026-01-01T00:00:00Z"]
)
async def test_a_pull_from_no_date_is_refused(store: Store, query: str) -> None:
    """The future, a day without its zone, and a date beside everything are told as what they are."""
    await add_workspace(store)
    assert (await call("POST", f"/workspaces/acme/sources/shop/pull?{query}", OPERATOR_KEY)).status == 400
    assert {} == await store.checkpoints.of("acme")
