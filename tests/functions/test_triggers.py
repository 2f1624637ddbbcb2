"""Timers and queues: what runs when, and what a message must be."""

import json
from typing import Any

import azure.functions as func
import pytest

from shared import settings
from shared.sources import POLLED, SOURCES
from shared.store.store import Store
from tests.functions.app import FUNCTIONS, add_workspace, document, function, messages


def _trigger(name: str) -> dict[str, Any]:
    [trigger] = [
        binding
        for binding in map(json.loads, FUNCTIONS[name].get_raw_bindings())
        if binding["type"].endswith("Trigger")
    ]
    return dict(trigger)


class _Timer(func.TimerRequest):
    @property
    def past_due(self) -> bool:
        return False


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_every_source_has_its_timer(source: Any) -> None:
    """Each kind of source is asked for on its own schedule, and never at a start: instances come and go.

    What is sent to us is asked for by nobody.
    """
    if source.form is not None:
        assert f"pull_{source.kind}" not in FUNCTIONS
        return
    trigger = _trigger(f"pull_{source.kind}")
    assert settings.schedule(source.kind, POLLED[source.kind]) == trigger["schedule"]
    assert trigger["runOnStartup"] is False


def test_a_schedule_can_be_set() -> None:
    """A setting replaces a source's own schedule; an empty one does not."""
    assert settings.schedule("shopify", "x", {"TIEOUT_SCHEDULE_SHOPIFY": "0 0 * * * *"}) == "0 0 * * * *"
    assert settings.schedule("shopify", "x", {"TIEOUT_SCHEDULE_SHOPIFY": ""}) == "x"


@pytest.mark.parametrize("name", ["pull", "evaluate", "erase"])
def test_queues_are_those_that_the_pipeline_sends_to(name: str) -> None:
    """The function named like the queue listens to it, in the app's own storage."""
    trigger = _trigger(name)
    assert (name, "AzureWebJobsStorage") == (trigger["queueName"], trigger["connection"])


def test_no_two_functions_share_an_address() -> None:
    """A request reaches one function: method and route together are unique."""
    addresses = [
        (tuple(_trigger(name)["methods"]), _trigger(name)["route"])
        for name in FUNCTIONS
        if _trigger(name)["type"] == "httpTrigger"
    ]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'"acme"', b'{"workspace": "Acme Ltd"}', b"\xff"])
@pytest.mark.parametrize("name", ["pull", "evaluate"])
async def test_a_message_that_cannot_be_read_fails(name: str, body: bytes) -> None:
    """It fails before anything is opened, so that it ends in the poison queue, and is not repeated."""
    with pytest.raises(ValueError, match=r"^the message 17 is not a (Pull|Evaluate)Message$"):
        await function(name)(func.QueueMessage(id="17", body=body))


async def test_a_message_for_what_is_not_there_is_done(store: Store) -> None:
    """A workspace may be gone by the time its message comes: nothing to do is no failure."""
    pulled = func.QueueMessage(body=b'{"workspace":"gone","connection":"shop","stream":"orders"}')
    await function("pull")(pulled)
    await function("evaluate")(func.QueueMessage(body=b'{"workspace":"gone"}'))
    assert await store.workspaces.all() == []


async def test_an_evaluation_publishes_what_the_routes_show(store: Store) -> None:
    """A card that waits for its first pull is held, or not configured, and says so."""
    await add_workspace(store)
    await function("evaluate")(func.QueueMessage(body=b'{"workspace":"acme"}'))
    latest = await store.readings.latest("acme", "revenue_gap_detailed_breakdown")
    assert latest is not None
    assert latest["status"] == "not_configured"


@pytest.mark.parametrize(("dequeue_count", "evaluations"), [(1, 1), (2, 2)])
async def test_what_was_answered_since_is_passed_over_once(
    store: Store, dequeue_count: int, evaluations: int
) -> None:
    """A message that comes again is worked off all the same: its first try may have left half of its work."""
    await add_workspace(store)
    await function("evaluate")(func.QueueMessage(body=b'{"workspace":"acme"}'))
    body = b'{"workspace":"acme","asked":{"begun":0,"at":"2026-01-01T00:00:00Z"}}'
    again = func.queue.QueueMessage(id="17", body=body, dequeue_count=dequeue_count)  # type: ignore[no-untyped-call]
    await function("evaluate")(again)
    assert evaluations == (await store.checkpoints.evaluations("acme")).begun


async def test_a_timer_asks_for_every_connection_of_its_kind(store: Store) -> None:
    """GEN-11: all enabled workspaces with such a connection, and no other kind."""
    await add_workspace(store)
    await add_workspace(store, "other")
    await add_workspace(store, "asleep", enabled=False)
    await function("pull_shopify")(_Timer())
    await function("pull_bigcommerce")(_Timer())
    asked = await messages(store, "pull")
    assert {("acme", "shop"), ("other", "shop")} == {
        (each["workspace"], each["connection"]) for each in asked
    }
    assert len(asked) == 8


async def test_catching_up_asks_for_what_nobody_asked_for(store: Store) -> None:
    """A workspace without a reading is asked for."""
    await add_workspace(store, connections=document()["connections"])
    await function("evaluate_catch_up")(_Timer())
    assert ["acme"] == [each["workspace"] for each in await messages(store, "evaluate")]
