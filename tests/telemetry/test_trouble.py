"""What the metrics say where something goes wrong: late, throttled, failed, held, undelivered."""

import json
import logging

import httpx
import pytest

from shared import telemetry
from shared.domain.deliveries import Delivery
from shared.errors import BadRecord, RetryLater, SourceError
from shared.pipeline import deliver, evaluate
from shared.sources.http import Access, VendorClient
from shared.sources.pace import UNLIMITED, Pace
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.conftest import empty_bench, watch
from tests.pipeline.office import HOOK, Office
from tests.pipeline.vendors import order
from tests.telemetry.conftest import Listener

__all__ = ["empty_bench", "watch"]
ORDERS = {"workspace": "shop", "connection": "store", "kind": "shopify", "stream": "orders"}


async def _no_sleep(_: float) -> None:
    """Let the time pass at once."""


def _of(listener: Listener, metric: str) -> dict[str, float]:
    """Give a metric by outcome, or by the only attributes that it has."""
    told = listener.collected().get(metric, {})
    return {dict(series).get("outcome", ""): value for series, value in told.items()}


async def test_a_vendor_that_throttles_is_counted(listener: Listener) -> None:
    """Each wait that a vendor asks for, with its reason, for the connection that waits."""
    answers = [429, 429, 503, 200]

    def answer(_: httpx.Request) -> httpx.Response:
        status = answers.pop(0)
        return httpx.Response(status, json={}, headers={"Retry-After": "7"} if status == 429 else {})

    pace = Pace(UNLIMITED, sleep=_no_sleep)
    made = Access("https://shop.example")
    async with VendorClient(
        made, name="shop", transport=httpx.MockTransport(answer), sleep=_no_sleep, pace=pace
    ) as client:
        with telemetry.span("run", **ORDERS):
            await client.get("/orders?email=zoe@example.com")
    told = listener.collected()
    named = {name: ORDERS[name] for name in ("workspace", "connection", "kind")}
    throttles = told["tieout.vendor.throttle"]
    assert 14 == throttles[frozenset((named | {"outcome": "answered 429"}).items())]
    assert {"answered 429", "answered 503"} == {dict(series)["outcome"] for series in throttles}
    calls = {dict(series)["outcome"]: value for series, value in told["tieout.vendor.calls"].items()}
    assert {"429": 2, "503": 1, "200": 1} == calls
    assert ["429", "429", "503", "200"] == [
        (each.attributes or {})["outcome"] for each in listener.named("call")
    ]
    assert "zoe" not in "".join(each.to_json() for each in listener.spans)


async def test_a_vendor_that_is_not_there_is_counted(listener: Listener) -> None:
    """A call without an answer counts, too."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    pace = Pace(UNLIMITED, sleep=_no_sleep)
    client = VendorClient(
        Access("https://shop.example"), name="shop", transport=httpx.MockTransport(answer), pace=pace
    )
    with pytest.raises(RetryLater):
        await client.get("/orders")
    assert {"unreachable": 5} == _of(listener, "tieout.vendor.calls")


async def test_a_page_is_counted_with_its_bad_records(empty_bench: Bench, listener: Listener) -> None:
    """What came in is what is stored, and what went into quarantine."""
    bench = empty_bench
    await bench.workspace()
    bench.orders.knows(*(order(number) for number in range(5)))
    bench.orders.bad[2] = [BadRecord("orders", "O99", "no date")]
    await bench.pull()
    told = listener.collected()
    assert {frozenset(ORDERS.items()): 5} == told["tieout.pull.records"]
    assert {frozenset(ORDERS.items()): 1} == told["tieout.bad_records"]
    assert {frozenset(ORDERS.items()): 1} == told["tieout.pull.commits"]


async def test_a_pull_that_fails_or_waits_is_counted(empty_bench: Bench, listener: Listener) -> None:
    """A vendor that is out and one that asks to wait are told apart, and neither is a commit."""
    bench = empty_bench
    await bench.workspace()
    bench.orders.knows(order(1))
    bench.orders.trouble[0] = RetryLater("the shop is busy", 120)
    await bench.pull()
    bench.clock.advance(minutes=5)
    bench.orders.trouble[0] = SourceError("the shop answered nonsense")
    await bench.pull()
    told = listener.collected()
    assert {"waiting": 1, "failed": 1} == {
        dict(series)["outcome"]: value for series, value in told["tieout.pull.problems"].items()
    }
    assert "tieout.pull.commits" not in told


async def test_a_stream_that_falls_behind_is_seen_without_a_pull(
    empty_bench: Bench, listener: Listener
) -> None:
    """GEN-01: the lag grows with the clock, whoever has stopped pulling, told by a timer of its own."""
    bench = empty_bench
    await bench.filled()
    listener.collected()
    bench.clock.advance(minutes=40)
    await evaluate.catch_up(bench.services)
    lags = {
        dict(series)["stream"]: value for series, value in listener.collected()["tieout.pull.lag"].items()
    }
    assert {"orders", "companies", "customers"} == lags.keys()
    assert all(40 * 60 - 1 <= value < 41 * 60 for value in lags.values())


async def test_a_held_card_says_so_and_why(
    empty_bench: Bench, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    """It is 1 while it is held; the line says what it waits for, each thing once."""
    bench = empty_bench
    await bench.filled()
    assert 0 == _held(listener)
    bench.customers.trouble[0] = SourceError("the ledger answered 500")
    with caplog.at_level(logging.INFO):
        await bench.round()
    assert 1 == _held(listener)
    lines = [json.loads(each.message) for each in caplog.records if '"step": "evaluate"' in each.message]
    [line] = [line for line in lines if line["card"] == CARD]
    assert ["the last pull of customers of ledger failed: the ledger answered 500"] == line["waiting_for"]


def _held(listener: Listener) -> float:
    held = listener.collected()["tieout.card.held"]
    return held[frozenset({("workspace", "shop"), ("card", CARD)})]


async def test_a_delivery_that_fails_is_counted(listener: Listener) -> None:
    """By channel, and by what came of it: refused for good, waiting for the other side, or broken by us."""
    office = Office(statuses=[400, *[503] * 5])
    await office.store.workspaces.put(office.workspace)
    made = [
        Delivery(
            id=f"{number:032x}",
            channel="hook",
            recipient=HOOK,
            role="owner",
            message={"kind": "opened"},
            made_at="2026-04-14T12:00:00Z",
        )
        for number in range(3)
    ]
    await office.store.alerts.add_deliveries("shop", made)
    await deliver.deliver(office.services(), "shop", made[0].id)
    await deliver.deliver(office.services(), "shop", made[1].id)
    await deliver.note_poison(office.services(), "shop", made[2].id)
    told = listener.collected()
    assert {
        frozenset({("workspace", "shop"), ("channel", "hook"), ("outcome", outcome)}): 1
        for outcome in ("failed", "waiting", "broken")
    } == told["tieout.deliveries"]
    assert {"hook"} == {dict(series)["channel"] for series in told["tieout.vendor.calls"]}
