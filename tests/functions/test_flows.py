"""What Power Automate does: it polls for what is new, and has flows called when a card alerts."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.domain.alerts import Alert, AlertKey
from shared.domain.events import Event, event_document, event_id
from shared.domain.hooks import MOST_HOOKS
from shared.pipeline import flows
from shared.pipeline.services import Services
from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, add_workspace, call
from tests.functions.conftest import KeyFor

CALLBACK = "https://prod-01.westeurope.logic.azure.com/workflows/1/run?sig=invented"
ADDRESS = "/workspaces/acme/flows/alerts"
HOOKS = "/workspaces/acme/hooks"
MESSAGE: dict[str, Any] = {
    "workspace": "acme",
    "card": ABSENT,
    "title": "A card",
    "heading": "A card is past its threshold",
    "kind": "opened",
    "severity": "high",
    "subset": "",
    "entity": "",
    "value": "11",
    "opened_at": "2026-04-12T03:00:00Z",
    "number": 1,
    "row_count": 11,
    "what": "Customers who are absent.",
    "todo": "Create them.",
    "links": {},
}


async def _tell(store: Store, number: int, card: str = ABSENT, *roles: str) -> None:
    message = MESSAGE | {"card": card, "number": number}
    event = Event(
        number=number,
        made_at="2026-04-12T03:00:00Z",
        cards=(card,),
        roles=roles or ("finance",),
        message=message,
    )
    alert = Alert(key=AlertKey(card, str(number)))
    await store.alerts.save("acme", [(alert, "")], event=event)


def _next(answer: Any) -> str:
    split = urlsplit(answer.headers["Location"])
    assert split.netloc == "tieout.example"
    return f"{split.path.removeprefix('/api/v1')}?{split.query}"


async def test_the_first_poll_gives_where_to_go_on(store: Store, key_for: KeyFor) -> None:
    """What was told before a flow was switched on does not start it; what comes after does, once."""
    await add_workspace(store)
    key = await key_for("finance")
    await _tell(store, 1)
    first = await call("GET", ADDRESS, key)
    assert (202, b"") == (first.status, first.body)
    assert first.headers["Retry-After"] == "60"
    assert 202 == (await call("GET", _next(first), key)).status
    await _tell(store, 2)
    await _tell(store, 3)
    second = await call("GET", _next(first), key)
    assert 200 == second.status
    assert 2 == len({each["id"] for each in second.json})
    assert 202 == (await call("GET", _next(second), key)).status


async def test_polls_stop_at_the_walls_of_cards(store: Store, key_for: KeyFor) -> None:
    """A flow hears of what its key may see, and of one card where it asks for one."""
    await add_workspace(store)
    finance, marketing = await key_for("finance"), await key_for("marketing")
    start = await call("GET", ADDRESS, finance)
    await _tell(store, 1, ABSENT, "finance")
    await _tell(store, 2, GAP, "finance", "marketing")
    assert [ABSENT, GAP] == [each["card"] for each in (await call("GET", _next(start), finance)).json]
    assert [GAP] == [each["card"] for each in (await call("GET", _next(start), marketing)).json]
    asked = await call("GET", f"{_next(start)}&card={GAP}", finance)
    assert [GAP] == [each["card"] for each in asked.json]
    assert 202 == (await call("GET", _next(asked), finance)).status
    assert 400 == (await call("GET", f"{ADDRESS}?since=nonsense", finance)).status


async def test_a_hook_is_made_and_removed(store: Store, key_for: KeyFor) -> None:
    """201 says where to remove it; its address is shown to nobody, not even in the log."""
    await add_workspace(store)
    key, admin = await key_for("finance"), await key_for("admin")
    made = await call("POST", HOOKS, key, {"callback_url": CALLBACK})
    assert 201 == made.status
    listed, log = await call("GET", HOOKS, key), await call("GET", "/workspaces/acme/audit", admin)
    assert [made.json] == listed.json["hooks"]
    assert all(b"sig" not in each.body for each in (made, listed, log))
    assert ["make"] == [each["action"] for each in log.json["entries"] if each["subject"] == "hook"]
    target = urlsplit(made.headers["Location"]).path.removeprefix("/api/v1")
    other = await key_for("marketing")
    assert 404 == (await call("DELETE", target, other)).status
    assert [] == (await call("GET", HOOKS, other)).json["hooks"]
    assert 204 == (await call("DELETE", target, key)).status
    assert 404 == (await call("DELETE", target, key)).status


@pytest.mark.parametrize(
    "address",
    [
        "http://prod-01.westeurope.logic.azure.com/workflows/1",
        "https://example.com/",
        "https://logic.azure.com.example.com/",
        "https://evil-logic.azure.com@127.0.0.1/",
        "https://169.254.169.254/metadata",
        "https://[::1]/",
        "https://localhost/",
        "https://user:secret@a.logic.azure.com/",
        "https://a.logic.azure.com:8443/",
        "https://2130706433/",
        "file:///etc/passwd",
        "nonsense",
    ],
)
async def test_a_hook_leads_to_power_automate_only(store: Store, key_for: KeyFor, address: str) -> None:
    """A callback elsewhere is refused by name, and not repeated."""
    await add_workspace(store)
    answer = await call("POST", HOOKS, await key_for("finance"), {"callback_url": address})
    assert 422 == answer.status
    assert ["callback_url"] == [each["path"] for each in answer.json["errors"]]
    assert address.encode() not in answer.body


async def test_the_operator_may_allow_more_hosts(
    store: Store, key_for: KeyFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TIEOUT_CALLBACK_HOSTS adds hosts, and what lies below them."""
    await add_workspace(store)
    monkeypatch.setenv("TIEOUT_CALLBACK_HOSTS", "flows.example.com, other.example")
    key = await key_for("finance")
    made = await call("POST", HOOKS, key, {"callback_url": "https://eu.flows.example.com/1"})
    assert (201, "eu.flows.example.com") == (made.status, made.json["host"])
    assert 422 == (await call("POST", HOOKS, key, {"callback_url": "https://flows.example.org/"})).status


async def test_hooks_are_few(store: Store, key_for: KeyFor) -> None:
    """A workspace has at most so many hooks."""
    await add_workspace(store)
    key = await key_for("finance")
    for _ in range(MOST_HOOKS):
        assert 201 == (await call("POST", HOOKS, key, {"callback_url": CALLBACK})).status
    assert 409 == (await call("POST", HOOKS, key, {"callback_url": CALLBACK})).status


async def test_a_hook_ends_with_its_makers_key(store: Store, key_for: KeyFor) -> None:
    """Whose key is revoked is told nothing more."""
    await add_workspace(store)
    key = await key_for("finance")
    await call("POST", HOOKS, key, {"callback_url": CALLBACK})
    assert 1 == len(await flows.standing(Services(store), "acme"))
    await store.api_keys.delete("acme", key.partition(".")[0])
    assert [] == await flows.standing(Services(store), "acme")
    assert [] == await store.hooks.of("acme")


async def test_an_admin_alone_makes_no_hook(store: Store, key_for: KeyFor) -> None:
    """Who sees no card is called about none; a card that is hidden is no card."""
    await add_workspace(store)
    body = {"callback_url": CALLBACK}
    assert 403 == (await call("POST", HOOKS, await key_for("admin"), body)).status
    hidden = await call("POST", HOOKS, await key_for("finance"), body | {"card": "nonsense"})
    assert 422 == hidden.status


def test_an_event_names_nobody() -> None:
    """The mailbox of a recipient that is not reached is told by its first letter."""
    told = MESSAGE | {"subset": "ann@example.com", "heading": "Messages do not arrive: ann@example.com"}
    shown = event_document(told, "2026-04-12T03:00:00Z")
    assert ("a…@example.com", "Messages do not arrive: a…@example.com") == (shown["subset"], shown["heading"])


def test_two_messages_are_two_events() -> None:
    """The id of an event is its message's."""
    assert event_id(MESSAGE) != event_id(MESSAGE | {"number": 2})
