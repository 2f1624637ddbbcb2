"""The store's own traps: limits, dates, archived orders, checkouts, deletions, refunds that come late."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from dev.vendors import bigcommerce
from dev.vendors.bigcommerce_requests import QUOTA
from dev.vendors.facts import Account
from shared.domain.records import CommerceCustomer, Order, Refund
from shared.domain.workspace import FieldMap
from shared.errors import SourceError
from shared.sources.bigcommerce import SOURCE
from shared.sources.bigcommerce_keys import ORDERS_REACH
from shared.sources.bigcommerce_paging import B2B_LIMIT
from shared.sources.http import VendorClient
from shared.sources.pace import Pace
from shared.sources.source import KeyPage, Pull
from tests.sources.shop import START, UNTIL, Bench, answering, at, busy_account, customer, order, refund

BENCH = Bench(source=SOURCE, vendor=bigcommerce, options={"store_hash": "abc123", "has_b2b_edition": False})
WHOLE = Bench(source=SOURCE, vendor=bigcommerce, options={"store_hash": "abc123"})


@dataclass(slots=True)
class Clock:
    """A clock that sleeping moves on."""

    now: float = 0.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


async def timed(handle: Callable[[httpx.Request], httpx.Response], clock: Clock, stream: str) -> int:
    """Read a stream by this clock; give the number of pages."""
    _, connection, options = BENCH.client(Account(), page_size=1)
    access = SOURCE.access(connection, options, bigcommerce.SECRETS)
    pace = Pace(access.limit, clock=clock, sleep=clock.sleep)
    transport = httpx.MockTransport(handle)
    async with VendorClient(access, name="shop", transport=transport, sleep=clock.sleep, pace=pace) as client:
        pull = Pull(client, connection, options, FieldMap(), START, UNTIL)
        return len([page async for page in BENCH.streams[stream].pages(pull)])


def customers_page(request: httpx.Request, total: int) -> dict[str, Any]:
    """Give a page of so many invented customers."""
    page, size = int(request.url.params["page"]), int(request.url.params["limit"])
    rows = [
        {"id": number, "date_created": "2026-04-01T09:00:00Z"}
        for number in range((page - 1) * size, min(page * size, total))
    ]
    return {"data": rows, "meta": {"pagination": {"total": total, "current_page": page}}}


@pytest.mark.parametrize(
    ("quota", "calls", "is_told"), [(150, 400, True), (450, 1_000, True), (150, 400, False)]
)
async def test_the_stores_window_is_used_and_never_overdrawn(
    quota: int, calls: int, *, is_told: bool
) -> None:
    """A long read spends what each window of 30 seconds allows, told or not, and is never refused."""
    clock, spent, refused = Clock(), {"window": -1, "count": 0}, list[float]()

    def serve(request: httpx.Request) -> httpx.Response:
        window = int(clock.now // 30)
        if window != spent["window"]:
            spent.update(window=window, count=0)
        left = quota - spent["count"]
        reset = {"X-Rate-Limit-Time-Reset-Ms": str(int((window + 1) * 30_000 - clock.now * 1000) + 1)}
        if not left:
            refused.append(clock.now)
            return httpx.Response(429, headers={"X-Rate-Limit-Requests-Left": "0", **reset})
        spent["count"] += 1
        counts = {"X-Rate-Limit-Requests-Left": str(left - 1), "X-Rate-Limit-Requests-Quota": str(quota)}
        headers = {**counts, **reset} if is_told else {}
        return httpx.Response(200, json=customers_page(request, calls), headers=headers)

    assert await timed(serve, clock, "customers") == calls
    assert refused == []
    assert clock.now <= 60 * 1.15


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"X-Rate-Limit-Requests-Left": "0", "X-Rate-Limit-Time-Reset-Ms": "12000"}, 12.0),
        ({"X-Requests-Remaining": "0 times", "X-Request-Window-Resets-After": "9.397 s"}, 9.397),
        ({}, 0.5),
    ],
    ids=["store", "b2b edition", "overload without headers"],
)
async def test_a_429_is_waited_out(headers: dict[str, str], least: float) -> None:
    """The wait is what the store's or B2B Edition's headers say; without any it grows by itself."""
    clock, answered = Clock(), list[float]()

    def serve(request: httpx.Request) -> httpx.Response:
        answered.append(clock.now)
        if len(answered) == 1:
            return httpx.Response(429, headers=headers)
        return httpx.Response(200, json=customers_page(request, 1))

    assert await timed(serve, clock, "customers") == 1
    assert len(answered) == 2
    assert least <= answered[1] <= least + 45


async def test_dates_are_read_as_instants() -> None:
    """RFC 2822 dates are compared as times, not as text, whatever their offset and summer time."""
    rows = [
        {
            "id": 1,
            "date_created": "Sun, 25 Oct 2026 02:30:00 +0200",
            "date_modified": "Wed, 01 Apr 2026 11:00:00 +0200",
        },
        {
            "id": 2,
            "date_created": "Sun, 25 Oct 2026 02:30:00 +0100",
            "date_modified": "Wed, 01 Apr 2026 09:00:00 +0000",
        },
    ]
    rest = {
        "status_id": 11,
        "default_currency_code": "GBP",
        "total_ex_tax": "1.0000",
        "total_inc_tax": "1.0000",
    }

    def once(request: httpx.Request) -> httpx.Response:
        is_first = request.url.params["min_id"] == "1" and "is_deleted" not in request.url.params
        return (
            httpx.Response(200, json=[{**row, **rest} for row in rows]) if is_first else httpx.Response(204)
        )

    found = await BENCH.records("orders", httpx.MockTransport(once), since=START)
    assert [(each.placed_at, each.updated_at) for each in found if isinstance(each, Order)] == [
        ("2026-10-25T00:30:00Z", "2026-04-01T09:00:00Z"),
        ("2026-10-25T01:30:00Z", "2026-04-01T09:00:00Z"),
    ]


@pytest.mark.parametrize("is_in_both", [False, True])
@pytest.mark.parametrize("size", [1, 250])
async def test_archived_orders_are_read_once(*, is_in_both: bool, size: int) -> None:
    """An archived order was sold all the same, whether the plain list holds it or not."""
    account = busy_account()
    account.orders[2] = replace(account.orders[2], is_archived=True)
    inner = BENCH.transport(account)

    async def mix(request: httpx.Request) -> httpx.Response:
        if is_in_both and "is_deleted" not in request.url.params and request.url.path.endswith("/orders"):
            plain = await BENCH.transport(busy_account()).handle_async_request(request)
            await plain.aread()
            rows = plain.json() if plain.content else []
            rows = [{**row, "is_deleted": row["id"] == 3} for row in rows]
            return httpx.Response(200, json=rows) if rows else httpx.Response(204)
        return await inner.handle_async_request(request)

    found = await BENCH.records("orders", httpx.MockTransport(mix), page_size=size)
    assert [each.id for each in found] == ["1", "2", "4", "5", "6", "7", "3"]
    assert {each.state for each in found if isinstance(each, Order)} == {"placed"}


async def test_an_abandoned_checkout_may_still_become_an_order() -> None:
    """A checkout that is paid later is the same id, changed: the next run reads it (decision 21)."""
    account = Account(orders=[order(1, state="abandoned")])
    (before,) = await BENCH.records("orders", account, until=at(5))
    account.orders[0] = replace(account.orders[0], state="placed", updated_at=at(6))
    (after,) = await BENCH.records("orders", account, since=at(5))
    assert isinstance(before, Order)
    assert isinstance(after, Order)
    assert (before.id, before.state, after.id, after.state) == ("1", "abandoned", "1", "placed")


async def test_an_order_is_in_the_currency_of_its_totals() -> None:
    """The currency shown to the buyer, and the store's own, are not the order's (B9)."""
    account = Account(orders=[order(1, currency="EUR", buyer_currency="USD")], local_currency="GBP")
    (found,) = await BENCH.records("orders", account)
    assert isinstance(found, Order)
    assert (found.currency, found.net) == ("EUR", 1_105_000)


async def test_credit_pays_and_discounts_are_taken_off_already() -> None:
    """Store credit and gift certificates are payments; totals are after discounts (REVGAP-22)."""
    plain, paid = order(1), order(2, paid_by_credit=Decimal(50), discount=Decimal(5))
    found = await BENCH.records("orders", Account(orders=[plain, paid]))
    assert [each.net for each in found if isinstance(each, Order)] == [1_105_000, 1_105_000]


async def test_a_refund_of_negative_tax_adds_up() -> None:
    """Tax on a refund may be below zero; net and tax still make the amount."""
    account = Account(refunds=[refund(1, net=Decimal("10.00"), tax=Decimal("-2.00"))])
    (found,) = await BENCH.records("refunds", account)
    assert isinstance(found, Refund)
    assert (found.gross, found.net, found.tax) == (80_000, 100_000, -20_000)


async def test_a_refund_that_shows_late_is_in_the_next_runs_overlap() -> None:
    """Refunds never change; one that the list shows late is found by the next run, which reaches back."""
    overlap = BENCH.streams["refunds"].overlap
    assert overlap >= timedelta(minutes=5)
    account = Account(refunds=[refund(1)])
    assert len(await BENCH.records("refunds", account, until=at(20))) == 1
    account.refunds.append(refund(18))
    found = await BENCH.records("refunds", account, since=at(20) - overlap, until=at(40))
    assert [each.id for each in found] == ["18"]


async def test_a_refund_does_not_need_its_order_to_change() -> None:
    """Whether a refund moves its order's time is nowhere said: refunds have a list of their own (B8)."""
    account = Account(orders=[order(7)], refunds=[refund(30)])
    assert len(await BENCH.records("refunds", account, since=at(20), until=at(40))) == 1
    assert await BENCH.records("orders", account, since=at(20), until=at(40)) == []


async def test_a_form_field_of_an_account_carries_the_vat_number() -> None:
    """A merchant's own form field is found by the name that the field map gives (GEN-12)."""
    account = Account(customers=[customer(3, fields={"Tax ID": "DE136695976"})])
    (found,) = await BENCH.records("customers", account, fields=FieldMap(vat_field="Tax ID"))
    assert isinstance(found, CommerceCustomer)
    assert found.vat == "DE136695976"
    asked = Account(orders=[order(1, fields={"Tax ID": "DE136695976"})])
    (bought,) = await BENCH.records("orders", asked, fields=FieldMap(vat_field="Tax ID"))
    assert isinstance(bought, Order)
    assert bought.vat == "DE136695976"


async def sweep(stream: str, answers: Account | httpx.AsyncBaseTransport, **given: Any) -> list[KeyPage]:
    """Read a stream's ids to their end."""
    keys = WHOLE.streams[stream].keys
    assert keys is not None
    async with WHOLE.pulling(answers, **given) as pull:
        return [page async for page in keys(pull)]


SWEPT = ("orders", "customers", "companies", "members")


@pytest.mark.parametrize("stream", SWEPT)
@pytest.mark.parametrize("size", [2, 250])
async def test_a_sweep_names_what_is_there(stream: str, size: int) -> None:
    """A sweep's ids are those of the records, without what was deleted; it goes on from any cursor."""
    account = busy_account()
    pages = await sweep(stream, account, page_size=size)
    ids = [each for page in pages for each in page.ids]
    assert sorted(ids) == sorted(each.id for each in await WHOLE.records(stream, account))
    for index, page in enumerate(pages[:-1]):
        assert await sweep(stream, account, page_size=size, cursor=page.cursor) == pages[index + 1 :]
    for facts in (account.orders, account.customers, account.companies):
        del facts[3]
    assert len({each for page in await sweep(stream, account, page_size=size) for each in page.ids}) == 6


async def test_a_sweep_of_orders_is_bounded_and_keeps_archived_ones() -> None:
    """Orders of the last sixty days are swept; an archived one is not a deleted one."""
    stream = WHOLE.streams["orders"]
    assert (stream.sweep_column, stream.sweep_reach) == ("placed_at", ORDERS_REACH)
    account = busy_account()
    old = replace(account.orders[0], placed_at=UNTIL - ORDERS_REACH - timedelta(minutes=2))
    account.orders[:2] = [old, replace(account.orders[1], is_archived=True)]
    ids = {each for page in await sweep("orders", account) for each in page.ids}
    assert ids == {"2", "3", "4", "5", "6", "7"}


async def test_a_sweep_that_cannot_be_whole_is_refused() -> None:
    """A row without an id would look like a deletion."""
    with pytest.raises(SourceError, match="has no id"):
        await sweep(
            "customers",
            answering(lambda _: {"data": [{}], "meta": {"pagination": {"total": 1, "current_page": 1}}}),
        )


@pytest.mark.parametrize("stream", ["orders", "refunds", "customers", "companies", "members"])
async def test_progress_is_counted_down(stream: str) -> None:
    """Each page of a first read says how many rows are still to come."""
    pages = await WHOLE.pages(stream, busy_account(), page_size=3)
    assert [page.remaining for page in pages if page.cursor][:2] == [4, 1]
    assert pages[-1].remaining is None


async def test_what_the_store_and_b2b_edition_allow_is_learnt() -> None:
    """Both tell their limits, in units of their own; each is a budget by itself."""
    for stream, other in (("customers", B2B_LIMIT.capacity), ("members", 150)):
        async with WHOLE.pulling(Account()) as pull:
            _ = [page async for page in WHOLE.streams[stream].pages(pull)]
            store, b2b = pull.client.pace, pull.client.pace.beside(B2B_LIMIT)
            learnt, untouched = (b2b, store) if stream == "members" else (store, b2b)
            assert (learnt.limit.capacity, untouched.limit.capacity) == (QUOTA, other)
