"""A vendor that fails is out by itself: its cards are held and say why, everything else goes on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared import sources
from shared.errors import BadRecord, ConfigurationError, SourceError
from shared.pipeline import health
from shared.sources.source import Options
from shared.store.queues import EVALUATE, PULL
from tests.pipeline.bench import CARD, OTHER_CARD, Bench
from tests.pipeline.vendors import START, customer, order, source

FAILURES = {
    "source error": (SourceError("store answered 400 to GET /orders"), "store answered 400 to GET /orders"),
    "configuration": (ConfigurationError("store refused our credentials (401)"), "refused our credentials"),
    "nonsense": (KeyError("orders"), "store: the answer for orders cannot be understood (KeyError)"),
    "endless nesting": (RecursionError(), "cannot be understood (RecursionError)"),
    "bad record raised": (BadRecord("orders", "1", "odd"), "cannot be understood (BadRecord)"),
    "no words": (SourceError(), "SourceError"),
    "many words": (SourceError("no " * 50_000), "no no no"),
}


async def _full_round(bench: Bench) -> None:
    bench.orders.knows(*(order(number) for number in range(3)))
    bench.customers.knows(customer(0))
    assert await bench.round() == [PULL, PULL, PULL, EVALUATE]
    assert ((await bench.reading())["value"], (await bench.reading())["status"]) == (2, "attention")
    bench.clock.advance(minutes=15)


async def _assert_held(bench: Bench, why: str) -> None:
    reading = await bench.reading()
    assert reading["status"] == "held"
    assert any(why in each for each in reading["waiting_for"]), reading["waiting_for"]
    assert (reading["value"], reading["row_count"]) == (2, 2)
    assert reading["value_as_of"] < reading["as_of"]
    absent = {row["email"] for row in await bench.rows() if not row["is_settled"]}
    assert absent == {"buyer1@example.com", "buyer2@example.com"}


@pytest.mark.parametrize(("error", "why"), FAILURES.values(), ids=FAILURES)
async def test_a_failed_pull_holds_its_cards(bench: Bench, error: Exception, why: str) -> None:
    """A card keeps its value, date and rows while a pull fails, and says what it waits for (decision 15).

    The other connections are pulled meanwhile, and the next success clears the problem.
    """
    await _full_round(bench)
    bench.orders.trouble[0] = error
    bench.customers.knows(customer(1), since=bench.clock.now - timedelta(minutes=1))
    assert await bench.round() == [PULL, PULL, PULL, EVALUATE]
    checkpoint = await bench.checkpoint()
    assert why in checkpoint.problem
    assert (checkpoint.run, checkpoint.claimed_until) == ("", None)
    assert checkpoint.complete_until == START.replace(microsecond=0)
    await _assert_held(bench, why)
    assert sorted(await bench.seen("customers")) == ["C0", "C1"]

    bench.clock.advance(minutes=15)
    await bench.round()
    assert (await bench.checkpoint()).problem == ""
    reading = await bench.reading()
    assert (reading["value"], reading["status"], reading["waiting_for"]) == (1, "attention", [])


async def test_a_card_without_a_value_is_held_without_one(bench: Bench) -> None:
    """A first pull that fails leaves no value, and never a zero that looks like one."""
    bench.orders.trouble[0] = SourceError("out")
    await bench.round()
    reading = await bench.reading()
    assert (reading["status"], reading["value"], reading["value_as_of"]) == ("held", None, None)


def _without_token(bench: Bench) -> dict[str, Any]:
    bench.environment.clear()
    return {}


SETTINGS: dict[str, tuple[Callable[[Bench], dict[str, Any]], str]] = {
    "the environment lacks the secret": (_without_token, "the secret env:TOKEN is not set"),
    "the document lacks the secret": (
        lambda _: {"store": {"secrets": {}}},
        "store: secrets.token is missing",
    ),
    "the source cannot use the settings": (
        lambda bench: bench.environment.update(TOKEN="port:x") or {},
        "store: options must give an https address",
    ),
}


@pytest.mark.parametrize(("change", "why"), SETTINGS.values(), ids=SETTINGS)
async def test_wrong_settings_hold_the_cards(
    bench: Bench, change: Callable[[Bench], dict[str, Any]], why: str
) -> None:
    """A connection that is set up wrongly is out like one that fails, and says what to do."""
    await _full_round(bench)
    await bench.workspace(**change(bench))
    await bench.round()
    await _assert_held(bench, why)
    bench.environment["TOKEN"] = "vendor"
    await bench.workspace()
    bench.clock.advance(minutes=15)
    await bench.round()
    assert ((await bench.reading())["status"], (await bench.checkpoint()).problem) == ("attention", "")


class Strict(Options):
    """Options that a connection must have."""

    shop: str


async def test_options_that_cannot_be_read_hold_the_cards(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update that needs another option holds the cards of that connection and judges the others."""
    await _full_round(bench)
    shop, ledger = bench.sources
    strict = source("sage_intacct", *ledger.streams, options=Strict)
    monkeypatch.setattr(sources, "SOURCES", (shop, strict))
    with pytest.raises(ConfigurationError, match=r"ledger: options\.shop: Field required"):
        await bench.enqueue()
    await bench.pull("customers")
    assert await bench.drain() == [PULL, PULL, EVALUATE]
    await _assert_held(bench, "ledger: options.shop: Field required")
    assert (await bench.reading(OTHER_CARD))["status"] == "not_configured"
    workspace = await bench.workspace(ledger={"options": {"shop": "x"}})
    assert [each["problem"] for each in await health.health(bench.services, workspace)] == ["", ""]


async def test_a_page_that_repeats_is_an_error(bench: Bench) -> None:
    """A cursor that comes again would read for ever: it ends the run as the vendor's error."""
    bench.orders.knows(*(order(number) for number in range(5)))

    async def loop() -> None:
        bench.orders.page_size = -2

    bench.orders.trouble[4] = loop
    await bench.pull()
    assert (await bench.checkpoint()).problem == "store: orders gave the same page twice"
    assert await bench.seen() == {}


async def test_a_stream_that_breaks_off_is_an_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that end without saying so are not taken for all pages."""
    bench.orders.knows(*(order(number) for number in range(5)))
    whole = bench.orders.pages

    async def broken(pull: Any) -> Any:
        async for page in whole(pull):
            if page.cursor:
                yield page

    monkeypatch.setattr(bench.orders, "pages", broken)
    monkeypatch.setattr(sources, "SOURCES", bench.sources)
    await bench.pull()
    assert (await bench.checkpoint()).problem == "store: orders ended without its last page"
    assert await bench.seen() == {}


async def test_a_broken_store_is_nobodys_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where our own storage fails, the queue tries again; no vendor is blamed and nothing is lost."""
    bench.orders.knows(*(order(number) for number in range(5)))
    write = bench.store.segments._table.replace

    async def fails(*_: Any) -> None:
        raise ConnectionError

    async def breaks() -> None:
        monkeypatch.setattr(bench.store.segments._table, "replace", fails)

    bench.orders.trouble[2] = breaks
    with pytest.raises(ConnectionError):
        await bench.pull()
    checkpoint = await bench.checkpoint()
    assert (checkpoint.problem, checkpoint.claimed_until, checkpoint.run_cursor) == ("", None, "2")
    monkeypatch.setattr(bench.store.segments._table, "replace", write)
    await bench.pull()
    assert len(await bench.seen()) == 5
    assert bench.orders.given == ["O0", "O1", "O2", "O3", "O2", "O3", "O4"]


async def test_bad_records_are_counted_and_shown(bench: Bench) -> None:
    """A bad record costs nobody else: it is counted, and shown with its id and why."""
    bench.orders.knows(*(order(number) for number in range(3)))
    bench.orders.bad = {
        0: [BadRecord("orders", "#7/1", "no date")],
        2: [BadRecord("orders", "#8", "no total")],
    }
    await bench.round()
    workspace = await bench.workspace()
    store, ledger = await health.health(bench.services, workspace)
    orders, companies = store["streams"]
    assert (orders["records"], orders["bad_records"], companies["bad_records"]) == (3, 2, 0)
    assert [(each["id"], each["why"]) for each in orders["bad_record_samples"]] == [
        ("#7/1", "no date"),
        ("#8", "no total"),
    ]
    assert [each["problem"] for each in ledger["streams"]] == [""]
    used = {each["stream"]: each for each in (await bench.reading(CARD))["inputs"]}
    assert used["orders"]["bad_records"] == 2


async def test_a_bad_record_stays_bad_until_it_is_read_well(bench: Bench) -> None:
    """A quiet round does not make a quarantined record vanish; reading it well does."""
    bench.orders.knows(*(order(number) for number in range(3)))
    bench.orders.bad = {0: [BadRecord("orders", "O9", "no date")]}
    await bench.pull()
    bench.orders.bad = {}
    bench.clock.advance(hours=1)
    await bench.pull()
    assert 1 == (await bench.checkpoint()).bad_records
    bench.orders.knows(order(9), since=bench.clock.now)
    bench.clock.advance(hours=1)
    await bench.pull()
    assert 0 == (await bench.checkpoint()).bad_records
