"""Finance & Operations: what the vendor's pages warn of is met here, trap by trap."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dev.vendors import finance_operations as vendor
from dev.vendors.facts import Account
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, SourceError
from shared.pipeline.jobs import jobs_of
from shared.sources.finance_operations import LIMIT, SOURCE
from shared.sources.finance_operations_options import FinanceOperationsOptions
from tests.builders import workspace
from tests.sources.finance_operations_books import (
    BENCH,
    HOST,
    busy_account,
    credit_memo,
    customer,
    invoice,
    of_items,
    sales_order,
)
from tests.sources.microsoft import Recorder, applied, findings_of

every_stream = pytest.mark.parametrize("stream", [stream.name for stream in SOURCE.streams])
of_companies = pytest.mark.parametrize("stream", ["customers", "sales_orders", "invoices", "credit_memos"])


def test_one_call_at_a_time_and_no_count_of_calls() -> None:
    """Throttling looks at how busy the environment is: it is read serially, and waits when told."""
    reached = SOURCE.access(
        Connection(name="books", kind=SOURCE.kind), FinanceOperationsOptions(**HOST), vendor.SECRETS
    )
    assert reached.limit == LIMIT
    assert (LIMIT.parallel, LIMIT.capacity) == (1, float("inf"))


async def test_a_busy_environment_is_waited_for() -> None:
    """A 429 says how long to wait, and the same page is asked for again."""
    left = ["5", "3"]

    def answer(request: httpx.Request) -> httpx.Response | None:
        is_list = left and request.url.path.endswith("/CustomersV3")
        return httpx.Response(429, headers={"Retry-After": left.pop()}) if is_list else None

    account = busy_account()
    recorder = Recorder(BENCH.transport(account), answer)
    assert len(await BENCH.records("customers", recorder, companies=account.ledger_companies)) == 7


@pytest.mark.parametrize(
    "host",
    [
        "contoso.operations.dynamics.com",
        "contoso-uat.sandbox.operations.dynamics.com",
        "contoso.operations.eu.dynamics.com",
        "contoso-dev01.axcloud.dynamics.com",
    ],
)
def test_the_token_is_for_the_environment_s_own_host(host: str) -> None:
    """Sandboxes and regional hosts keep their own scope."""
    options = FinanceOperationsOptions(**{**HOST, "host": host})
    reached: Any = SOURCE.access(Connection(name="books", kind=SOURCE.kind), options, vendor.SECRETS)
    assert (reached.base_url, reached.auth._scope) == (f"https://{host}", f"https://{host}/.default")


@every_stream
async def test_every_read_goes_across_companies_in_a_fixed_order(stream: str) -> None:
    """Without cross-company only one company answers; without an order pages repeat and drop items."""
    recorder = Recorder(BENCH.transport(busy_account()))
    await BENCH.records(stream, recorder, page_size=2, companies=("usmf", "demf"))
    assert {each.url.params.get("cross-company") for each in recorder.requests} == {"true"}
    assert all(each.url.params["$orderby"] for each in recorder.requests)
    lists = [each for each in recorder.requests if not each.url.path.endswith("LegalEntities")]
    assert {each.headers["Prefer"] for each in lists} == {"odata.maxpagesize=2"}
    # What the server does not support is not used.
    for each in recorder.requests:
        condition = each.url.params.get("$filter", "")
        assert not any(word in condition for word in (" in ", "has ", "contains(", "DataEntities."))


@settings(max_examples=30)
@given(stream=st.sampled_from([stream.name for stream in SOURCE.streams]), size=st.integers(1, 8))
async def test_the_same_books_give_the_same_pages(stream: str, size: int) -> None:
    """Nothing tells what changed, so that all is read on each run: the same books are the same records."""
    first = await BENCH.pages(stream, busy_account(), page_size=size)
    assert first == await BENCH.pages(stream, busy_account(), page_size=size)
    assert [page.remaining for page in first[:-1]] == [7 - size * n for n in range(1, len(first))] or (
        stream in {"invoices", "credit_memos"}
    )


def _deleting(account: Account, after: int, number: str) -> Callable[[httpx.Request], None]:
    """Give what deletes a customer once so many pages of customers were answered."""
    seen: list[int] = []

    def answer(request: httpx.Request) -> None:
        if request.url.path.endswith("/CustomersV3"):
            seen.append(1)
        if len(seen) == after:
            account.ledger_customers[:] = [c for c in account.ledger_customers if c.number != number]

    return answer


@settings(max_examples=40)
@given(after=st.integers(1, 5), number=st.integers(1, 7), size=st.integers(1, 3))
async def test_a_deletion_while_paging_makes_nobody_absent(after: int, number: int, size: int) -> None:
    """A link passes over so many items: what slips through when one goes is seen by reading again."""
    account = busy_account()
    left = {
        f"{each.company}|{each.number}" for each in account.ledger_customers if each.number != str(number)
    }
    recorder = Recorder(BENCH.transport(account), _deleting(account, after, str(number)))
    pages = await BENCH.pages("customers", recorder, page_size=size, companies=account.ledger_companies)
    assert left <= set(applied({}, pages))
    cursors = [page.cursor for page in pages]
    assert len(set(cursors)) == len(cursors)
    assert cursors[-1] == ""


async def test_a_count_that_does_not_add_up_is_refused() -> None:
    """A set that counts more items than it ever gives is not read in part."""
    items = of_items([{"dataAreaId": "usmf", "CustomerAccount": "1"}], **{"@odata.count": 2})
    with pytest.raises(SourceError, match="counts more items of CustomersV3"):
        await BENCH.pages("customers", items)


async def test_a_server_that_does_not_count_is_believed() -> None:
    """The count is a guard, and not every answer has one."""
    (page,) = await BENCH.pages("customers", of_items([{"dataAreaId": "usmf", "CustomerAccount": "1"}]))
    assert (len(page.records), page.remaining) == (1, None)


@of_companies
async def test_a_company_that_drops_out_of_sight_stops_with_what_to_do(stream: str) -> None:
    """A company that is closed to the app's user is no empty one (decision 15)."""
    account = busy_account()
    with pytest.raises(ConfigurationError, match="no company frrt") as stopped:
        await BENCH.pages(stream, account, companies=("usmf", "frrt"))
    assert stopped.value.path == "companies"


async def test_a_company_s_code_is_the_same_in_either_case() -> None:
    """Legal entities are listed in capitals, and items bear small letters."""
    assert len(await BENCH.records("customers", busy_account(), companies=("usmf", "demf"))) == 7


@pytest.mark.parametrize("companies", [[], ()])
def test_the_companies_are_named(companies: Any) -> None:
    """All that the app's user happens to see are not read."""
    with pytest.raises(ValidationError, match="name at least one company"):
        FinanceOperationsOptions(**{**HOST, "companies": companies})


def test_another_company_reads_all_streams_anew() -> None:
    """A company that is added is not read from the last run on only: the settings are others."""

    def marks(*companies: str) -> set[str]:
        connection = Connection(
            name="books", kind=SOURCE.kind, options={**HOST, "companies": list(companies)}
        )
        return {job.settings for job in jobs_of(workspace(connections=[connection]), connection)}

    assert len(marks("usmf") | marks("usmf", "demf")) == 2


async def test_numbers_are_unique_in_their_company_only() -> None:
    """The same number in two companies is two records, in every stream that companies have."""
    codes = ["usmf", "demf"]
    account = Account(
        ledger_companies=codes,
        ledger_customers=[customer(company=code) for code in codes],
        sales_orders=[sales_order(company=code) for code in codes],
        invoices=[invoice(company=code) for code in codes],
        credit_memos=[credit_memo(company=code) for code in codes],
    )
    for stream in ("customers", "sales_orders", "invoices", "credit_memos"):
        found = await BENCH.records(stream, account)
        assert [record.id.partition("|")[0] for record in found] == sorted(codes)


async def test_a_bad_record_is_named_as_its_good_one_would_be() -> None:
    """Else a record that is read well again would stay in quarantine."""
    item = {"dataAreaId": "usmf", "InvoiceNumber": "1", "InvoiceDate": "2026-04-14T12:00:00Z"}
    (page,) = await BENCH.pages("invoices", of_items([{**item, "TotalInvoiceAmount": None}]))
    assert [each.record_id for each in page.bad] == ["usmf|1|2026-04-14|"]


async def test_a_connection_that_lacks_nothing_says_nothing() -> None:
    """Each set is asked for one item, and the metadata of tens of megabytes is left alone."""
    recorder = Recorder(BENCH.transport(busy_account()))
    assert await findings_of(BENCH, recorder, companies=("usmf", "demf")) == {}
    assert {request.method for request in recorder.requests} == {"GET"}
    assert not [each for each in recorder.requests if "$metadata" in each.url.path]
    assert len(recorder.requests) <= 10


@pytest.mark.parametrize(
    ("lack", "what"),
    [
        ("CustomersV3", "entity set CustomersV3"),
        (
            "SalesOrderHeadersV2.CustomersOrderReference",
            "field CustomersOrderReference of SalesOrderHeadersV2",
        ),
        ("LegalEntities", "entity set LegalEntities"),
    ],
)
async def test_what_is_missing_is_named(lack: str, what: str) -> None:
    """A set and a field are called by their own names."""
    found = await findings_of(BENCH, replace(busy_account(), lacks=frozenset({lack})))
    assert [(each.what, each.is_fatal) for each in found.values()] == [(what, True)]


async def test_a_company_and_a_role_that_are_missing_are_named() -> None:
    """A company without a single customer is told, too: it may be one that the user cannot read."""
    account = replace(busy_account(), barred=frozenset({"ExchangeRates"}))
    account.ledger_companies.append("frrt")
    found = await findings_of(BENCH, account, companies=("usmf", "frrt", "none"))
    assert {name: each.is_fatal for name, each in found.items()} == {
        "company none": True,
        "permission to read ExchangeRates (prvReadExchangeRates)": True,
        "customers of company frrt": False,
        "customers of company none": False,
    }


async def test_a_stack_trace_is_never_repeated() -> None:
    """Errors come with the server's stack: neither it nor the message goes into ours."""
    inner = {"message": "for customer Ines", "stacktrace": "at Microsoft.Dynamics"}
    body = {"error": {"code": "", "message": "An error has occurred.", "innererror": inner}}
    recorder = Recorder(BENCH.transport(busy_account()), lambda _: httpx.Response(400, json=body))
    with pytest.raises(SourceError) as refused:
        await BENCH.pages("exchange_rates", recorder)
    assert "Ines" not in str(refused.value)
    assert "Microsoft.Dynamics" not in str(refused.value)
    found = await findings_of(BENCH, recorder)
    assert not [each for each in found.values() if "Ines" in each.message or "Dynamics" in each.message]
