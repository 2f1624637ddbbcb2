"""Finance & Operations: pages, windows, companies, and answers that are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dev.vendors.facts import Account
from shared.errors import ConfigurationError, SourceError
from shared.sources.finance_operations import SOURCE
from shared.sources.source import Page
from tests.sources.finance_operations_books import BENCH, NOON, ORDER, busy_account, of_items
from tests.sources.shop import answering

GOOD: dict[str, dict[str, Any]] = {
    "customers": {"dataAreaId": "usmf", "CustomerAccount": "1"},
    "sales_orders": ORDER,
    "invoices": {
        "dataAreaId": "usmf",
        "InvoiceNumber": "1",
        "InvoiceDate": "2026-04-14T12:00:00Z",
        "TotalInvoiceAmount": 12.5,
    },
    "exchange_rates": {
        "FromCurrency": "EUR",
        "ToCurrency": "GBP",
        "StartDate": "2026-04-14T12:00:00Z",
        "ConversionFactor": "One",
        "Rate": 0.85,
    },
}

every_stream = pytest.mark.parametrize("stream", [stream.name for stream in SOURCE.streams])


@every_stream
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_page_size_does_not_change_what_is_read(stream: str, size: int) -> None:
    """Small pages give what one page gives, each record once, in the vendor's order."""
    found = await BENCH.records(stream, busy_account(), page_size=size)
    assert found == await BENCH.records(stream, busy_account())
    assert len({record.id for record in found}) == len(found) == 7


@every_stream
async def test_an_interrupted_run_goes_on_where_it_stopped(stream: str) -> None:
    """From each page's cursor the same rest is read as without the interruption."""
    whole = await BENCH.pages(stream, busy_account(), page_size=2)
    assert [page.cursor for page in whole].index("") == len(whole) - 1 > 2
    for index, page in enumerate(whole[:-1]):
        assert whole[index + 1 :] == await BENCH.pages(
            stream, busy_account(), page_size=2, cursor=page.cursor
        )


@every_stream
async def test_nothing_is_one_empty_page(stream: str) -> None:
    """An empty environment gives one empty page."""
    assert [Page(())] == await BENCH.pages(stream, Account())


@pytest.mark.parametrize("stream", ["invoices", "credit_memos"])
async def test_invoices_are_read_from_the_window_s_first_day_on(stream: str) -> None:
    """The first day is whole, and there is no last one: an invoice's date may lie ahead."""
    since = datetime(2026, 4, 17, 18, tzinfo=UTC)
    found = await BENCH.records(stream, busy_account(), since=since, until=since + timedelta(hours=1))
    days = {record.id.split("|")[2] for record in found}
    assert {f"2026-04-{day}" for day in range(17, 22)} == days


@pytest.mark.parametrize("stream", ["customers", "sales_orders"])
async def test_a_full_read_pays_no_heed_to_the_window(stream: str) -> None:
    """Entities without a time of change are read whole on each run."""
    assert len(await BENCH.records(stream, busy_account(), since=NOON, until=NOON)) == 7


@pytest.mark.parametrize("stream", ["customers", "sales_orders", "invoices", "credit_memos"])
async def test_only_the_companies_asked_for_are_read(stream: str) -> None:
    """Companies narrow what is read, together with a window."""
    found = await BENCH.records(stream, busy_account(), companies=("demf",), since=NOON)
    assert {"demf"} == {record.id.split("|")[0] for record in found}
    assert len(found) == 3


@every_stream
async def test_a_wrong_token_stops_with_what_to_do(stream: str) -> None:
    """A refused secret is a matter of settings, not of trying again."""
    with pytest.raises(ConfigurationError, match="secret"):
        await BENCH.pages(stream, busy_account(), secrets={"client_secret": "another"})


@every_stream
async def test_an_html_page_is_refused(stream: str) -> None:
    """A 200 answer with an error page is not an empty environment."""
    account = busy_account()
    account.is_broken = True
    with pytest.raises(SourceError, match="no JSON"):
        await BENCH.pages(stream, account)


@every_stream
@pytest.mark.parametrize("answer", [{"error": {"message": "no"}}, {"value": {}}, [1], "text"])
async def test_an_answer_of_another_shape_is_refused(stream: str, answer: Any) -> None:
    """JSON that is not OData's envelope is no data."""
    with pytest.raises(SourceError):
        await BENCH.pages(stream, answering(lambda _: answer))


@pytest.mark.parametrize(
    ("stream", "wrong", "why"),
    [
        ("customers", {"dataAreaId": None}, "dataAreaId"),
        ("customers", {"CustomerAccount": ""}, "CustomerAccount"),
        ("sales_orders", {"OrderTotalAmount": "much"}, "OrderTotalAmount"),
        ("sales_orders", {"OrderTotalAmount": 0, "AreTotalsCalculated": "No"}, "OrderTotalAmount"),
        ("sales_orders", {"OrderCreationDateTime": "much"}, "an amount or a time"),
        ("invoices", {"InvoiceDate": None, "TotalInvoiceAmount": None}, "InvoiceDate, TotalInvoiceAmount"),
        ("exchange_rates", {"ConversionFactor": "Dozen"}, "ConversionFactor"),
        ("exchange_rates", {"Rate": 0}, "Rate"),
    ],
)
async def test_a_bad_item_does_not_cost_the_others(stream: str, wrong: dict[str, Any], why: str) -> None:
    """What cannot be read is quarantined with the fields that are wrong, never their values.

    A total of zero that was never calculated says nothing about an order, so it is not read.
    """
    good = GOOD[stream]
    (page,) = await BENCH.pages(stream, of_items([good, {**good, **wrong}, good]))
    assert [len(page.records), len(page.bad)] == [2, 1]
    assert why in page.bad[0].why
    assert "much" not in str(page.bad[0])


async def test_an_item_that_is_no_object_is_quarantined() -> None:
    """Whatever stands in a page, what came in equals what went out and what was quarantined."""
    (page,) = await BENCH.pages("invoices", of_items(["text", GOOD["invoices"]]))
    assert [len(page.records), len(page.bad)] == [1, 1]
