"""Who is told, in a workspace's document: what cannot be told is refused, and who may say where it goes."""

from typing import Any

import jsonschema
import pytest

from shared.pipeline.audit import LONGEST, parts_changed
from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, OPERATOR_KEY, Document, add_workspace, call, document
from tests.functions.conftest import KeyFor

MAIL: Document = {
    "sender": "tieout@acme.example",
    "tenant_id": "acme.example",
    "secrets": {"client_id": "env:MAIL_ID", "client_secret": "env:MAIL_SECRET"},
}
TOLD: Document = {
    "recipients": {
        "finance": {"email": ["ar@acme.example"], "teams": ["env:TEAMS"], "cards": [GAP]},
        "operations": {"hooks": ["env:HOOK"], "minimum_severity": "high"},
    },
    "notifications": {
        "dashboard_url": "https://tieout.acme.example/dashboard",
        "mail": MAIL,
        "hook_secret": "env:HOOK_SECRET",
        "quiet_hours": {"begins": "19:00", "ends": "07:00", "days": ["sunday"]},
        "digest": {"finance": {"days": ["monday"], "at": "08:00"}},
    },
}


def _changed(path: str, value: Any) -> Document:
    """Give the document with one part of it changed."""
    changed = document(**TOLD)
    *parents, last = path.split(".")
    part = changed = _copied(changed)
    for name in parents:
        part = part[name]
    part[last] = value
    return changed


def _copied(part: Any) -> Any:
    return {name: _copied(each) for name, each in part.items()} if isinstance(part, dict) else part


async def test_a_good_document_is_taken_and_fits_its_schema(store: Store) -> None:
    """Recipients, mail, quiet hours and digest are saved; the published schema knows them all."""
    assert 201 == (await call("PUT", "/workspaces/acme", OPERATOR_KEY, document(**TOLD))).status
    saved = await store.workspaces.get("acme")
    assert saved is not None
    assert ("ar@acme.example",) == saved[0].recipients["finance"].email
    validator = jsonschema.Draft202012Validator((await call("GET", "/workspaces/schema")).json)
    validator.validate(document(**TOLD))
    for path, value in (
        ("recipients.finance.colour", "red"),
        ("recipients.finance.minimum_severity", "bad"),
        ("notifications.mail.secrets", {"password": "env:X"}),
        ("notifications.digest.finance.days", ["someday"]),
    ):
        assert not validator.is_valid(_changed(path, value))


FAULTY: list[tuple[str, Any, str]] = [
    ("recipients.finance.cards", ["no_such_card"], "recipients.finance.cards.0"),
    ("recipients.operations.cards", [ABSENT, GAP], "recipients.operations.cards.1"),
    ("recipients.finance.email", ["nobody"], "recipients.finance.email.0"),
    ("recipients.finance.teams", ["https://acme.example/hook"], "recipients.finance.teams.0"),
    ("recipients.finance.teams", ["env:TIEOUT_ADMIN_KEY"], "recipients.finance.teams.0"),
    ("recipients.operations.hooks", ["env:AzureWebJobsStorage"], "recipients.operations.hooks.0"),
    ("notifications.hook_secret", "env:TIEOUT_ADMIN_KEY", "notifications.hook_secret"),
    ("notifications.hook_secret", None, "recipients.operations.hooks"),
    ("notifications.mail", None, "recipients.finance.email"),
    ("notifications.mail.secrets", {"client_id": "env:MAIL_ID"}, "notifications.mail"),
    (
        "notifications.mail.secrets",
        MAIL["secrets"] | {"client_secret": "env:AZURE_CLIENT_SECRET"},
        "notifications.mail.secrets.client_secret",
    ),
    ("notifications.mail.endpoint", "http://mail.acme.example", "notifications.mail.endpoint"),
    ("notifications.mail.token_url", "http://login.acme.example", "notifications.mail.token_url"),
    ("notifications.dashboard_url", "http://tieout.acme.example", "notifications.dashboard_url"),
    ("notifications.dashboard_url", "https://a:b@acme.example", "notifications.dashboard_url"),
]


@pytest.mark.parametrize(("path", "value", "fault"), FAULTY)
async def test_what_could_not_be_told_is_refused(store: Store, path: str, value: Any, fault: str) -> None:
    """422 with the path: a message that reaches nobody, or leaves in the clear, is not saved."""
    answer = await call("PUT", "/workspaces/acme", OPERATOR_KEY, _changed(path, value))
    assert (422, [fault]) == (answer.status, [each["path"] for each in answer.json["errors"]])
    assert await store.workspaces.get("acme") is None


OUTREACH: list[tuple[str, Any, str]] = [
    ("recipients.finance.teams", ["env:ANOTHER"], "recipients.finance.teams.0"),
    ("recipients.operations.hooks", ["env:HOOK", "env:ACME_SHOP_TOKEN"], "recipients.operations.hooks.1"),
    ("recipients.operations.hooks", ["env:HOOK_SECRET"], "recipients.operations.hooks.0"),
    ("notifications.hook_secret", "env:ACME_SHOP_TOKEN", "notifications.hook_secret"),
    ("notifications.dashboard_url", "https://elsewhere.example", "notifications.dashboard_url"),
    ("notifications.mail.endpoint", "https://elsewhere.example", "notifications.mail.endpoint"),
    ("notifications.mail.token_url", "https://elsewhere.example", "notifications.mail.token_url"),
    ("notifications.mail.tenant_id", "elsewhere.example", "notifications.mail.tenant_id"),
    ("notifications.mail.sender", "boss@acme.example", "notifications.mail.sender"),
    (
        "notifications.mail.secrets",
        MAIL["secrets"] | {"client_id": "env:ANOTHER"},
        "notifications.mail.secrets",
    ),
]


@pytest.mark.parametrize(("path", "value", "fault"), OUTREACH)
async def test_only_the_operator_says_where_messages_go(
    store: Store, key_for: KeyFor, path: str, value: Any, fault: str
) -> None:
    """An administrator brings in no address and no secret, and sends as nobody else."""
    await add_workspace(store, **TOLD)
    changed = _changed(path, value)
    refused = await call("PUT", "/workspaces/acme", await key_for("admin"), changed)
    assert (403, [fault]) == (refused.status, [each["path"] for each in refused.json["errors"]])
    assert 200 == (await call("PUT", "/workspaces/acme", OPERATOR_KEY, changed)).status


ADMINISTERED: list[tuple[str, Any]] = [
    ("recipients.finance.email", ["cfo@acme.example"]),
    ("recipients.finance.cards", []),
    ("recipients.finance.teams", []),
    ("recipients.finance.teams", ["env:HOOK"]),
    ("recipients.owner", {"hooks": ["env:HOOK"]}),
    ("recipients", {}),
    ("notifications.quiet_hours", None),
    ("notifications.show_names", False),
    ("notifications.digest", {}),
    ("notifications.dashboard_url", ""),
]


@pytest.mark.parametrize(("path", "value"), ADMINISTERED)
async def test_all_else_is_the_administrators(store: Store, key_for: KeyFor, path: str, value: Any) -> None:
    """Who is told, of what, when, with or without names, over addresses that are there already."""
    await add_workspace(store, **TOLD)
    key = await key_for("admin")
    assert 200 == (await call("PUT", "/workspaces/acme", key, _changed(path, value))).status


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"name": "A"}, {"name": "B"}, "name"),
        ({"name": "A"}, {"name": "A"}, ""),
        ({"cards": {}}, {"cards": {"x": {"threshold": "5"}}}, "cards.x.threshold"),
        ({"list": [{"name": "n", "at": 1}]}, {"list": [{"name": "n", "at": 2}]}, "list.n.at"),
        ({"list": [{"id": "n"}]}, {"list": []}, "list.n.id"),
        ({"mail": None}, {"mail": {"sender": "s"}}, "mail.sender"),
        ({"texts": ["a"]}, {"texts": ["b"]}, "texts"),
        ({"a": {"b": {"c": {"d": 1}}}}, {"a": {"b": {"c": {"d": 2}}}}, "a.b.c"),
    ],
)
def test_changed_parts_are_named(before: Document, after: Document, expected: str) -> None:
    """What changed is named by its path, three steps deep; what stands there is never said."""
    assert expected == parts_changed(before, after)


def test_many_changed_parts_fit_an_entry() -> None:
    """However many parts change, an entry of the log stays small."""
    many = {f"part{number:04}": number for number in range(1_000)}
    assert LONGEST + 1 == len(parts_changed({}, many))
