"""What asks for work: messages of before and after, those that fail, requests, and what it costs."""

import json
import logging
import timeit
from pathlib import Path

import pytest
from opentelemetry.trace import StatusCode

from functions import invocations
from shared import telemetry
from shared.cards import CARDS
from shared.pipeline import evaluate
from shared.store.store import Store
from tests.functions.app import OPERATOR_KEY, add_workspace, call, function, messages
from tests.functions.conftest import store
from tests.telemetry.conftest import Listener
from tests.telemetry.journey import Message, Timer

__all__ = ["store"]
ROOT = Path(__file__).parents[2]
SENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("traceparent", [{}, {"traceparent": ""}, {"traceparent": "no such thing"}])
async def test_a_message_without_a_parent_begins_an_operation(
    store: Store, listener: Listener, traceparent: dict[str, str]
) -> None:
    """Messages that an earlier release sent, or an app that tells nobody, are read as ever."""
    await add_workspace(store)
    await function("evaluate")(Message(json.dumps({"workspace": "acme"} | traceparent).encode()))
    [span] = listener.named("evaluate")
    assert span.parent is None
    assert await store.readings.latest("acme", "revenue_gap_detailed_breakdown") is not None


async def test_a_message_goes_on_with_the_operation_that_sent_it(store: Store, listener: Listener) -> None:
    """Its work, and each card that it judges, is part of what was begun elsewhere."""
    await add_workspace(store)
    await function("evaluate")(Message(json.dumps({"workspace": "acme", "traceparent": SENT}).encode()))
    told = [span.context for span in listener.spans]
    assert len(told) > len(CARDS)
    assert {0x0AF7651916CD43DD8448EB211C80319C} == {each.trace_id for each in told if each}


async def test_without_a_listener_messages_are_what_they_were(store: Store) -> None:
    """Nothing is added to a message where nobody listens."""
    await add_workspace(store)
    await function("evaluate_catch_up")(Timer())
    [asked] = await messages(store, "evaluate")
    assert {"workspace", "asked"} == set(asked)


async def test_a_request_begins_the_operation_of_what_it_asks_for(store: Store, listener: Listener) -> None:
    """Who asks for an evaluation finds it by the request's operation; a caller's own id is not taken over."""
    await add_workspace(store)
    answer = await call(
        "POST", "/workspaces/acme/evaluate", OPERATOR_KEY, headers={"traceparent": SENT, "Content-Type": "x"}
    )
    assert 202 == answer.status
    [span] = listener.named("ask_for_evaluation")
    assert span.context is not None
    assert span.parent is None
    assert {"function": "ask_for_evaluation", "outcome": "202"} == span.attributes
    [asked] = await messages(store, "evaluate")
    assert asked["traceparent"].split("-")[1] == f"{span.context.trace_id:032x}"
    await function("evaluate")(Message(json.dumps(asked).encode()))
    [evaluated] = listener.named("evaluate")
    assert evaluated.parent is not None
    assert evaluated.parent.span_id == span.context.span_id


@pytest.mark.parametrize(("dequeue_count", "outcome"), [(1, "again"), (4, "again"), (5, "poison")])
@pytest.mark.usefixtures("store")
async def test_a_message_that_fails_is_told_of(
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    dequeue_count: int,
    outcome: str,
) -> None:
    """The log says whether it comes again or goes to the poison queue, with the places, and no message."""

    async def broken(*_: object) -> None:
        raise ValueError("zoe.marked@example.com")

    monkeypatch.setattr(evaluate, "evaluate", broken)
    with pytest.raises(ValueError, match="zoe"), caplog.at_level(logging.INFO):
        await function("evaluate")(Message(b'{"workspace": "acme"}', dequeue_count))
    [span] = listener.named("evaluate")
    assert StatusCode.ERROR == span.status.status_code
    [line] = [json.loads(each.message) for each in caplog.records if each.name == "tieout"]
    assert ("broke", "evaluate", dequeue_count, outcome == "poison", "ValueError") == tuple(
        line[name] for name in ("step", "queue", "dequeue_count", "is_last", "error")
    )
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == line["operation"]
    told = listener.collected()
    assert {frozenset({("queue", "evaluate"), ("outcome", outcome)}): 1} == told["tieout.messages"]
    assert {frozenset({("queue", "evaluate")}): dequeue_count} == told["tieout.message.dequeues"]
    assert "zoe" not in caplog.text + span.to_json()


async def test_a_message_that_cannot_be_read_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """It fails before anything is opened; what it says is not repeated."""
    with pytest.raises(ValueError, match=r"^the message 17 is not a PullMessage$"):
        await function("pull")(Message(b'{"workspace": "zoe@example.com"}', 5))
    [line] = [json.loads(each.message) for each in caplog.records if each.name == "tieout"]
    assert ("broke", "pull", True) == (line["step"], line["queue"], line["is_last"])
    assert "zoe" not in caplog.text


def test_a_message_is_tried_as_often_as_the_host_does() -> None:
    """What counts as the last time is what host.json says."""
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
    assert invocations.MOST_DEQUEUES == host["extensions"]["queues"]["maxDequeueCount"]


def test_no_line_is_left_out_of_the_sample() -> None:
    """Alerts from outside count the lines of the log, so the host must not send some of them only."""
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
    sampling = host["logging"]["applicationInsights"]["samplingSettings"]
    assert {"Request", "Exception", "Trace"} == set(sampling["excludedTypes"].split(";"))
    assert "telemetryMode" not in host


def test_off_it_costs_next_to_nothing() -> None:
    """A span and a measure take microseconds where nobody listens: a page takes milliseconds."""

    def work() -> None:
        with telemetry.span("work", workspace="acme"):
            telemetry.measure("page", records=3, bad_records=0)

    assert min(timeit.repeat(work, number=1_000, repeat=5)) / 1_000 < 0.000_05
