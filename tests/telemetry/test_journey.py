"""From the timer to the delivery, through the real functions: one operation, each metric, nobody's name."""

import asyncio
import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan

from shared.telemetry.metrics import METRICS
from tests.telemetry.conftest import listening
from tests.telemetry.journey import Journey, travelled

CARD = "ecom_customers_absent_from_sage"
TROUBLE = {"tieout.vendor.throttle", "tieout.pull.problems", "tieout.bad_records"}
"""What is measured only where something goes wrong."""


@pytest.fixture(scope="module")
def journey(azurite: str) -> Iterator[Journey]:
    """Give one journey, for all tests to look at."""
    with listening() as listener:
        yield asyncio.run(travelled(azurite, f"t{uuid4().hex[:12]}", listener))


def _id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def _ancestors(journey: Journey, span: ReadableSpan) -> list[ReadableSpan]:
    """Give the spans that a span stands in, up to the one that began it all."""
    known = {_id(each): each for each in journey.listener.spans}
    found = [span]
    while (parent := found[-1].parent) is not None:
        found.append(known[parent.span_id])
    return found


def _operation(span: ReadableSpan) -> str:
    context = span.get_span_context()
    assert context is not None
    return f"{context.trace_id:032x}"


def test_a_message_to_people_belongs_to_the_timer_that_began_it(journey: Journey) -> None:
    """One operation id from the timer to the post to Teams, by the pull, the evaluation and the delivery."""
    posts = [
        each
        for each in journey.listener.named("call")
        if (each.attributes or {}).get("to") == "teams (env:DEMO_TEAMS_CHANNEL)"
    ]
    assert posts
    for post in posts:
        *steps, timer = _ancestors(journey, post)
        names = [each.name for each in steps]
        assert ["call", "send", "notify", "evaluate", "pull"] == names[:5]
        assert set(names[5:]) <= {"pull"}
        assert timer.name.startswith("pull_")
        assert {_operation(timer)} == {_operation(each) for each in steps}


def test_a_long_pull_goes_on_in_its_operation(journey: Journey) -> None:
    """Each message of a pull is a child of the one that sent it, and all have the timer's id."""
    orders = [
        each
        for each in journey.listener.named("run")
        if (each.attributes or {}).get("stream") == "orders"
        and (each.attributes or {}).get("connection") == "web-shop"
    ]
    assert len(orders) > 2
    depth = [len(_ancestors(journey, each)) for each in orders]
    assert sorted(set(depth)) == depth
    [timer] = journey.listener.named("pull_shopify")
    assert {_operation(timer)} == {_operation(each) for each in orders}


def test_the_log_is_found_by_the_operation(journey: Journey) -> None:
    """Each step's line carries the id that its spans have."""
    known = {_operation(each) for each in journey.listener.spans}
    lines = [json.loads(line) for line in journey.lines if line.startswith('{"step"')]
    assert len(lines) > 20
    assert {line["operation"] for line in lines} <= known
    [told] = {line["operation"] for line in lines if line["step"] == "deliver"}
    assert told in {line["operation"] for line in lines if line["step"] == "commit"}


def test_messages_carry_ids_and_no_payload(journey: Journey) -> None:
    """Beside the ids there is the name of the span that sent it, when it was asked for, and nothing else."""
    known = {"workspace", "connection", "stream", "delivery", "asked", "traceparent"}
    assert journey.bodies
    assert all(set(json.loads(body)) <= known for body in journey.bodies)
    assert all("traceparent" in json.loads(body) for body in journey.bodies)


def test_each_metric_says_what_happened(journey: Journey) -> None:
    """The sums are those of the world: what its vendors had, what the card lists, what people got."""
    shop = {"workspace": "gifts-sage", "connection": "web-shop", "kind": "shopify"}
    committed = [json.loads(line) for line in journey.lines if line.startswith('{"step": "commit"')]
    assert all(line["calls"] > 0 for line in committed)
    read = {(line["connection"], line["stream"]): line["records"] for line in committed}
    assert read["web-shop", "orders"] == journey.total("tieout.pull.records", **shop, stream="orders") > 500
    assert sum(read.values()) == journey.total("tieout.pull.records")
    assert len(read) == journey.total("tieout.pull.commits") == len(journey.metrics["tieout.pull.lag"])
    assert journey.total("tieout.pull.rate", **shop, stream="orders") > 0
    assert journey.total("tieout.pull.seconds", **shop) > 0
    card = {"workspace": "gifts-sage", "card": CARD}
    assert 27 == journey.total("tieout.card.rows", **card) == journey.total("tieout.card.cases", **card)
    assert 21 == journey.total("tieout.card.cases", **card, reason="new_dtc_email_only")
    assert 0 == journey.total("tieout.card.held", **card)
    assert journey.total("tieout.evaluation.seconds", workspace="gifts-sage") > 0
    assert 2 == journey.total("tieout.deliveries")
    assert 1 == journey.total("tieout.deliveries", channel="teams", outcome="sent")
    assert 1 == journey.total("tieout.vendor.calls", channel="teams", outcome="202")
    ledger = {"workspace": "gifts-sage", "connection": "intacct", "kind": "sage_intacct"}
    assert sum(line["calls"] for line in committed) == sum(
        journey.total("tieout.vendor.calls", **each) for each in (shop, ledger)
    )


def test_each_queue_and_the_store_are_measured(journey: Journey) -> None:
    """How many messages, how old, how often taken; and what the storage account is asked for."""
    handled = len(journey.bodies)
    assert handled == journey.total("tieout.messages", outcome="done") == journey.total("tieout.messages")
    assert handled == journey.total("tieout.message.dequeues")
    assert handled * 30 <= journey.total("tieout.message.age") < handled * 60
    assert journey.total("tieout.store.transactions", function="pull") > handled
    assert journey.total("tieout.store.transactions", function="evaluate") > 10


def test_every_metric_is_there_and_none_besides(journey: Journey) -> None:
    """Only what tells of trouble is missing where there was none."""
    assert {metric.name for metric in METRICS} - TROUBLE == set(journey.metrics)


def test_attributes_are_the_few_that_are_declared(journey: Journey) -> None:
    """A series more is money more: nothing is cut by what a record or a request brings."""
    declared = {metric.name: {*metric.attributes, metric.by} for metric in METRICS}
    for name, series in journey.metrics.items():
        assert all(dict(attributes).keys() <= declared[name] for attributes in series), name
    given = {name for span in journey.listener.spans for name in span.attributes or {}}
    assert given == {
        *("function", "workspace", "connection", "stream", "kind", "card", "channel", "outcome"),
        *("to", "method"),
    }


def test_nobody_is_named_and_no_secret_told(journey: Journey) -> None:
    """No span, metric or log line holds a person's name or email, an order, an address or a secret."""
    buyers = [order.buyer for account in journey.world.accounts.values() for order in account.orders]
    known = [f"{each.first_name} {each.last_name}" for each in buyers]
    known += [text for each in buyers for text in (each.email, each.phone, each.company, each.street)]
    persons = {text for text in known if text.strip()}
    assert len(persons) > 500
    told = "\n".join(
        [
            *journey.lines,
            *journey.bodies,
            *(each.to_json() for each in journey.listener.spans),
            *(str(series) for metric in journey.metrics.values() for series in metric),
        ]
    ).casefold()
    told_to = {"finance@larkspur.example", "owner@larkspur.example", journey.address}
    secrets = {value for value in journey.secrets.values() if value}
    assert [] == [text for text in persons | secrets | told_to if text.casefold() in told]
