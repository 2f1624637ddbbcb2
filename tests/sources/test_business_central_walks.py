"""Business Central: pages, companies, windows, and answers that are refused."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from dev.vendors.facts import Account
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, SourceError
from shared.pipeline.jobs import jobs_of
from shared.sources.business_central import SOURCE
from shared.sources.source import Page
from tests.builders import workspace
from tests.sources.business_central_books import BENCH, COMPANIES, NOON, busy_account
from tests.sources.shop import answering

TOTALS = {"totalAmountExcludingTax": 1.5, "totalTaxAmount": 0, "totalAmountIncludingTax": 1.5}
LINE = {"quantity": 1, "shippedQuantity": 0, "invoicedQuantity": 0}
GOOD: dict[str, dict[str, Any]] = {
    "customers": {"id": "1", "number": "C-1"},
    "sales_orders": {"id": "1", **TOTALS, "salesOrderLines": [LINE]},
    "invoices": {"id": "1", **TOTALS, "salesInvoiceLines": []},
    "credit_memos": {"id": "1", **TOTALS, "salesCreditMemoLines": []},
    "approvals": {"id": "1", "documentNumber": "SO-1"},
    "exchange_rates": {
        "id": "1",
        "currencyCode": "EUR",
        "exchangeRateAmount": 1,
        "relationalExchangeRateAmount": 0.85,
    },
    "connector_log": {"id": "1", "status": "Failed", "startedAt": "2026-04-14T12:00:00Z"},
}

every_stream = pytest.mark.parametrize("stream", [stream.name for stream in SOURCE.streams])


def of_one_company(items: list[Any]) -> httpx.MockTransport:
    """Give an environment with one company, whose every entity set holds these items."""
    company = {"id": "1", "name": "CRONUS"}

    def tell(request: httpx.Request) -> Any:
        path = request.url.path
        special = {
            "companies": [company],
            "customerPrivacy": [],
            "orderCommerceIds": [],
            "invoiceCommerceIds": [],
            "creditMemoCommerceIds": [],
            "postedApprovalEntries": [],
            "$count": None,
            "companyInformation": [{"id": "1", "currencyCode": "GBP"}],
        }
        return {"value": special.get(path.rpartition("/")[2], items)}

    return answering(tell)


@every_stream
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_page_size_does_not_change_what_is_read(stream: str, size: int) -> None:
    """Small pages give what one page of each company gives, each record once."""
    found = await BENCH.records(stream, busy_account(), page_size=size)
    assert found == await BENCH.records(stream, busy_account())
    assert len({record.id for record in found}) == len(found) == 7


@every_stream
async def test_an_interrupted_run_goes_on_where_it_stopped(stream: str) -> None:
    """From each page's cursor the same rest is read as without the interruption."""
    whole = await BENCH.pages(stream, busy_account(), page_size=2)
    assert [page.cursor for page in whole].index("") == len(whole) - 1 > 2
    for index, page in enumerate(whole[:-1]):
        rest = await BENCH.pages(stream, busy_account(), page_size=2, cursor=page.cursor)
        assert whole[index + 1 :] == rest


@every_stream
async def test_nothing_is_an_empty_page(stream: str) -> None:
    """A company without records gives an empty page of each entity set."""
    pages = await BENCH.pages(stream, Account())
    assert [Page(())] * len(pages) == [replace(page, cursor="") for page in pages]
    assert [page.cursor for page in pages].index("") == len(pages) - 1


@pytest.mark.parametrize("stream", ["customers", "invoices", "credit_memos", "approvals", "connector_log"])
async def test_a_window_holds_its_start_and_not_its_end(stream: str) -> None:
    """Neighbouring windows part the changes: none is read twice, none is lost."""
    minutes = [NOON + timedelta(minutes=minute) for minute in (0, 3, 5, 60)]
    counts = [
        len(await BENCH.records(stream, busy_account(), since=since, until=until))
        for since, until in pairwise(minutes)
    ]
    assert counts == [2, 2, 3]


@pytest.mark.parametrize("stream", ["sales_orders", "exchange_rates"])
async def test_a_full_read_pays_no_heed_to_the_window(stream: str) -> None:
    """What leaves no trace when it goes is read whole on each run."""
    assert len(await BENCH.records(stream, busy_account(), since=NOON, until=NOON)) == 7


@pytest.mark.parametrize("stream", ["customers", "sales_orders", "exchange_rates"])
async def test_only_the_companies_asked_for_are_read(stream: str) -> None:
    """A record carries the name of its company (GEN-12)."""
    found: list[Any] = await BENCH.records(stream, busy_account(), companies=(COMPANIES[1],))
    assert [COMPANIES[1]] * 4 == [record.company for record in found]


async def test_a_company_that_is_not_shown_stops_with_what_to_do() -> None:
    """A misspelt company, or one that went out of sight, is no empty one: not even in a full read."""
    account = busy_account()
    for stream in ("customers", "sales_orders"):
        with pytest.raises(ConfigurationError, match="no company named CRONOS"):
            await BENCH.pages(stream, account, companies=("CRONOS", COMPANIES[0]))


def test_another_company_reads_all_streams_anew() -> None:
    """A company that is added is not read from the last run on only: the settings are others."""

    def marks(*companies: str) -> set[str]:
        options = {"tenant_id": "t", "companies": list(companies)}
        connection = Connection(name="ledger", kind=SOURCE.kind, options=options)
        return {job.settings for job in jobs_of(workspace(connections=[connection]), connection)}

    assert len(marks(COMPANIES[0]) | marks(*COMPANIES)) == 2


async def test_an_environment_without_companies_is_not_an_empty_ledger() -> None:
    """An app without permissions sees no company, which would make every customer absent."""
    with pytest.raises(ConfigurationError, match="permission sets"):
        await BENCH.pages("customers", answering(lambda _: {"value": []}))


@pytest.mark.parametrize("position", ["0", "g"])
async def test_a_company_that_is_created_anew_during_a_run_is_read(position: str) -> None:
    """From the cursor of a company that has gone all are read, wherever the new one sorts."""
    account = busy_account()
    whole = await BENCH.pages("customers", account)
    assert [replace(page, remaining=None) for page in whole] == await BENCH.pages(
        "customers", account, cursor=f"{position}|customers|http://vendor/gone"
    )


@every_stream
async def test_a_wrong_token_stops_with_what_to_do(stream: str) -> None:
    """A token for another service is a matter of settings, not of trying again."""
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
@pytest.mark.parametrize("answer", [{"error": {"message": "no"}}, {"value": {}}, [1], "text", None])
async def test_an_answer_of_another_shape_is_refused(stream: str, answer: Any) -> None:
    """JSON that is not OData's envelope is no data."""
    with pytest.raises(SourceError):
        await BENCH.pages(stream, answering(lambda _: answer))


@pytest.mark.parametrize(
    ("stream", "wrong", "why"),
    [
        ("customers", {"number": None}, "number"),
        ("customers", {"lastModifiedDateTime": "much"}, "an amount or a time"),
        ("sales_orders", {"totalTaxAmount": "much"}, "totalTaxAmount"),
        ("sales_orders", {"salesOrderLines": None}, "salesOrderLines"),
        ("sales_orders", {"salesOrderLines": [{**LINE, "quantity": None}]}, "salesOrderLines.0.quantity"),
        ("invoices", {"totalAmountExcludingTax": None}, "totalAmountExcludingTax"),
        ("credit_memos", {"totalAmountIncludingTax": "much"}, "totalAmountIncludingTax"),
        ("approvals", {"dateTimeSentForApproval": "much"}, "an amount or a time"),
        ("exchange_rates", {"exchangeRateAmount": 0}, "exchangeRateAmount"),
        ("connector_log", {"startedAt": "0001-01-01T00:00:00Z", "status": []}, "startedAt, status"),
    ],
)
async def test_a_bad_item_does_not_cost_the_others(stream: str, wrong: dict[str, Any], why: str) -> None:
    """What cannot be read is quarantined with the fields that are wrong, never their values."""
    good = GOOD[stream]
    page, *_ = await BENCH.pages(stream, of_one_company([good, {**good, **wrong}, good, "text"]))
    assert [len(page.records), len(page.bad)] == [2, 2]
    assert why in page.bad[0].why
    assert "much" not in str(page.bad[0])


async def test_a_privacy_page_that_cannot_be_read_stops_the_stream() -> None:
    """One that cannot be read might be one that must not be shown (REVGAP-32)."""

    def tell(request: httpx.Request) -> Any:
        is_company = request.url.path.endswith("/companies")
        return {"value": [{"id": "1", "name": "CRONUS"} if is_company else {"privacyBlocked": True}]}

    with pytest.raises(SourceError, match="customerPrivacy"):
        await BENCH.pages("customers", answering(tell))
