"""The Sage Network source, run through the real client against the simulated sync log."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from dev.vendors import sage_network as vendor
from dev.vendors.facts import Account, SyncLogEntry
from shared.domain.records import SyncAttempt
from shared.domain.workspace import Connection, FieldMap
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.sources.http import VendorClient
from shared.sources.sage_network import SOURCE, SageNetworkOptions
from shared.sources.source import Page, Pull

NIGHT = datetime(2026, 4, 14, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
[STREAM] = SOURCE.streams

World = Account | Callable[[httpx.Request], httpx.Response]


def run(number: int, **changes: Any) -> SyncLogEntry:
    """Give a run that starts an hour after the one before, and takes ten minutes."""
    started_at = NIGHT + number * HOUR
    known = SyncLogEntry(
        id=f"run-{number}",
        subject="",
        reference="",
        state="succeeded",
        started_at=started_at,
        finished_at=started_at + HOUR / 6,
    )
    return replace(known, **changes)


def about(number: int, reference: str, **changes: Any) -> SyncLogEntry:
    """Give what a run says about a customer."""
    entry = replace(run(number), id=f"{number}-{reference}", subject="customer", reference=reference)
    return replace(entry, **{"started_at": entry.started_at + HOUR / 12, "state": "failed", **changes})


@asynccontextmanager
async def pulling(world: World, size: int = 500, key: str = "", **changes: Any) -> AsyncIterator[Pull]:
    """Give a pull against the simulated vendor, or against a function in its place."""
    options = SageNetworkOptions(page_size=size)
    connection = Connection(name="log", kind=SOURCE.kind, base_url="http://vendor/sage_network/acc")
    transport: httpx.AsyncBaseTransport
    if isinstance(world, Account):
        app = Starlette(routes=vendor.ROUTES)
        app.state.accounts = {"acc": world}
        transport = httpx.ASGITransport(app=app)
    else:
        transport = httpx.MockTransport(world)
    access = SOURCE.access(connection, options, {"api_key": key or vendor.SECRETS["api_key"]})
    async with VendorClient(access, name=connection.name, transport=transport) as client:
        window = {"since": None, "until": NIGHT + 30 * HOUR, **changes}
        yield Pull(client=client, connection=connection, options=options, field_map=FieldMap(), **window)


async def pages(world: World, **changes: Any) -> list[Page]:
    """Give all pages of the log."""
    async with pulling(world, **changes) as pull:
        return [page async for page in STREAM.pages(pull)]


def all_of(found: list[Page]) -> list[Any]:
    """Give the records of all pages."""
    return [record for page in found for record in page.records]


def answering(body: Any) -> Callable[[httpx.Request], httpx.Response]:
    """Give a vendor that says this to everything."""
    return lambda _: httpx.Response(200, json=body)


async def test_a_run_and_the_customers_it_refused() -> None:
    """A run tells when the connector ran, and its details which customers failed and why (SAGE-CM-05)."""
    refused = about(
        0, " trd-0871", error="Customer not created.", error_field="VAT registration number", error_code="E1"
    )
    skipped = about(0, "TRD-0872", state="skipped", error="Nothing to change")
    inserted = about(0, "TRD-0873", state="succeeded")
    [page] = await pages(Account(sync_log=[run(0), refused, skipped, inserted]))
    times = {"started_at": "2026-04-14T02:00:00Z", "finished_at": "2026-04-14T02:10:00Z"}
    whole = SyncAttempt(id="run-0", subject="", reference="", state="succeeded", **times)
    failed = SyncAttempt(
        id="run-0| trd-0871",
        subject="customer",
        reference="TRD-0871",
        state="failed",
        error_field="VAT registration number",
        error="Customer not created. Field 'VAT registration number'.",
        **times,
    )
    passed_over = SyncAttempt(
        id="run-0|TRD-0872",
        subject="customer",
        reference="TRD-0872",
        state="skipped",
        error="Nothing to change",
        **times,
    )
    assert {whole, failed, passed_over} == set(page.records)


@pytest.mark.parametrize(
    ("known", "finished_at", "error"),
    [
        ("succeeded", "2026-04-14T02:10:00Z", ""),
        ("failed", "2026-04-14T02:10:00Z", "No answer"),
        ("running", "", ""),
        ("skipped", "2026-04-14T02:10:00Z", ""),
    ],
)
async def test_run_states(known: str, finished_at: str, error: str) -> None:
    """Only a finished run has an end, and only a failed one an error."""
    [record] = all_of(await pages(Account(sync_log=[run(0, state=known, error="No answer")])))
    assert (record.state, record.finished_at, record.error) == (known, finished_at, error)


async def test_a_customer_belongs_to_the_run_it_was_tried_in() -> None:
    """What is logged between two runs belongs to the earlier one."""
    log = [run(0), run(1), about(0, "A", started_at=NIGHT + HOUR / 2), about(1, "B")]
    found = all_of(await pages(Account(sync_log=log)))
    assert {record.id for record in found} == {"run-0", "run-0|A", "run-1", "run-1|B"}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Field 'Tax ID' is empty", "Tax ID"),
        ('The field "taxId" is empty', "taxId"),
        ("Missing mandatory field: customerGroup", "customerGroup"),
        ("The required field Term.Id is empty", "Term.Id"),
        ("A field is required", ""),
        ("Duplicate key", ""),
    ],
)
async def test_a_text_may_name_its_field(text: str, field: str) -> None:
    """Failures can be grouped by the field that their text names (SAGE-CM-12)."""
    [_, record] = all_of(await pages(Account(sync_log=[run(0), about(0, "A", error=text)])))
    assert record.error_field == field


async def test_orders_in_the_details_are_no_customers() -> None:
    """What the details say of other entities is left out."""
    order = about(0, "SO-1", subject="order")
    assert len(all_of(await pages(Account(sync_log=[run(0), order])))) == 1


def busy() -> Account:
    """Give seven runs with two refused customers each."""
    return Account(
        sync_log=[each for n in range(7) for each in (run(n), about(n, "A"), about(n, "B", state="skipped"))]
    )


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
async def test_small_pages_read_the_same_as_one(size: int) -> None:
    """The size of pages changes nothing in what is read."""
    found = await pages(busy(), size=size)
    assert set(all_of(found)) == set(all_of(await pages(busy())))
    assert len(found) == -(-7 // size)


@pytest.mark.parametrize("size", [1, 3])
async def test_a_pull_resumes_from_each_cursor(size: int) -> None:
    """A pull that goes on at a page's cursor reads the rest, at the size that it began with."""
    whole = await pages(busy(), size=size)
    for done, page in enumerate(whole[:-1], start=1):
        assert await pages(busy(), size=500, cursor=page.cursor) == whole[done:]


async def test_a_run_that_changes_meanwhile_hides_no_other() -> None:
    """Where the count tells that pages have shifted, reading begins again."""
    account = busy()
    found: list[Page] = []
    async with pulling(account, size=2) as pull:
        async for page in STREAM.pages(pull):
            if not found:
                account.sync_log[0] = run(0, finished_at=NIGHT + 99 * HOUR)
            found.append(page)
    assert {f"run-{n}" for n in range(7)} <= {record.id for record in all_of(found)}


async def test_a_log_that_never_rests_is_left_for_later() -> None:
    """A pull does not begin again for ever."""
    total = iter(range(50, 1000))

    def handle(_: httpx.Request) -> httpx.Response:
        count = next(total)
        row = {"syncRequestId": f"r{count}", "created": "2026-04-14", "modified": "2026-04-14"}
        return httpx.Response(200, json={"records": [row], "totalCount": count})

    with pytest.raises(RetryLater):
        await pages(handle, size=1)


async def test_the_window_is_half_open() -> None:
    """A run that ended at `since` is read, one that ended at `until` is left to the next pull."""
    runs = [run(n) for n in range(4)]
    window = {"since": runs[1].finished_at, "until": runs[3].finished_at}
    found = all_of(await pages(Account(sync_log=runs), **window))
    assert [record.id for record in found] == ["run-1", "run-2"]


async def test_nothing_is_one_empty_page() -> None:
    """An empty log is a page without records and without a cursor."""
    assert await pages(Account()) == [Page(())]


async def test_a_wrong_key_is_a_setting_to_mend() -> None:
    """A key that the vendor does not know stops the pull."""
    with pytest.raises(ConfigurationError):
        await pages(Account(), key="wrong")


async def test_a_broken_vendor_is_out() -> None:
    """A page of HTML with status 200 is no answer."""
    with pytest.raises(SourceError):
        await pages(Account(is_broken=True))


ROW = {"syncRequestId": "r", "created": "2026-04-14T02:00:00Z", "modified": "2026-04-14T02:10:00Z"}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"records": []},
        {"records": [ROW], "totalCount": 0},
        {"records": [ROW], "totalCount": 2},
        {"records": [ROW, ROW], "totalCount": 4},
    ],
    ids=["nothing", "list", "no count", "too many", "too few", "comes again"],
)
async def test_nonsense_is_no_finding(body: Any) -> None:
    """An answer that cannot be right takes the source out."""
    with pytest.raises(SourceError):
        await pages(answering(body), size=2)


async def test_one_bad_run_costs_no_other() -> None:
    """A run that cannot be read is named; null details and single texts are read."""
    good = {**ROW, "details": {"Company": {"errors": {"A": "Duplicate key"}, "skips": None}}}
    bad = {**ROW, "syncRequestId": "s", "created": None, "modified": "yesterday at noon"}
    [page] = await pages(answering({"records": [good, bad], "totalCount": 2}))
    assert [record.error for record in all_of([page])] == ["", "Duplicate key"]
    assert [str(each) for each in page.bad] == ["sync_log s: cannot be read: modified"]
