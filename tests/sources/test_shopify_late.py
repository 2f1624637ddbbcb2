"""What Shopify does not tell: deleted rows, refunds that changed no order, rows that come late."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from dev.vendors.facts import Account
from shared.domain.workspace import FieldMap
from shared.errors import SourceError
from shared.sources.shopify_keys import ORDERS_REACH
from shared.sources.source import KeyPage, Pull
from tests.sources.shopify_shop import (
    CONNECTION,
    STREAMS,
    UNTIL,
    answer,
    at,
    busy,
    client,
    ids,
    page,
    read,
    shop,
    sweep,
    world,
)

SWEPT = ("orders", "customers", "companies")


def found(pages: list[KeyPage]) -> list[str]:
    """Give all ids of a sweep."""
    return [each for page_ in pages for each in page_.ids]


@pytest.mark.parametrize("stream", SWEPT)
async def test_a_sweep_names_what_is_there(stream: str):
    """A sweep's ids are those of the records; what was deleted or merged away is not among them."""
    account = busy()
    assert sorted(found(await sweep(shop(account), stream))) == sorted(ids(await read(shop(account), stream)))
    for facts in (account.orders, account.customers, account.companies):
        del facts[3]
    left = found(await sweep(shop(account), stream))
    assert len(left) == 10
    assert "4" not in left


@pytest.mark.parametrize("stream", SWEPT)
async def test_a_sweep_of_many_goes_by_rising_ids(stream: str, monkeypatch: pytest.MonkeyPatch):
    """Small pages give what one page gives, and a sweep goes on from any cursor."""
    monkeypatch.setattr("shared.sources.shopify_keys.ROWS", 3)
    pages = await sweep(shop(busy()), stream)
    assert found(pages) == [str(number) for number in range(1, 12)]
    for index, each in enumerate(pages[:-1]):
        assert await sweep(shop(busy()), stream, cursor=each.cursor) == pages[index + 1 :]


async def test_a_sweep_of_orders_stays_within_what_every_app_sees():
    """Orders older than sixty days may be hidden and are not swept: hidden is not deleted."""
    account = world()
    edge = UNTIL - ORDERS_REACH
    assert timedelta(days=60) > ORDERS_REACH == STREAMS["orders"].sweep_reach
    assert STREAMS["orders"].sweep_column == "placed_at"
    account.orders[:2] = [
        replace(account.orders[0], placed_at=edge),
        replace(account.orders[1], placed_at=edge - timedelta(seconds=1)),
    ]
    got = found(await sweep(shop(account), "orders"))
    assert "1001" in got
    assert "1002" not in got


@pytest.mark.parametrize(
    "bodies",
    [
        [page({"id": "gid://shopify/Order/5"}, {"id": "gid://shopify/Order/4"})],
        [page({"id": "gid://shopify/Order/5"}, more="a"), page({"id": "gid://shopify/Order/4"})],
        [page({"id": "gid://shopify/Order/5"}, more="a"), page({"id": "gid://shopify/Order/5"}, more="b")],
        [page({"id": "gid://shopify/Order/none"})],
        [page(more="a")],
    ],
    ids=["unsorted", "backwards", "again", "no id", "nothing"],
)
async def test_a_sweep_that_cannot_be_whole_is_refused(bodies: list[dict[str, object]]):
    """Half a list of ids would look like deletions."""
    with pytest.raises(SourceError):
        await sweep(answer(*bodies), "orders")


def silent(created_day: int) -> Account:
    """Give a shop with a refund that did not move its order's time of change."""
    account = world()
    refund = replace(account.refunds[0], refunded_at=at(created_day, 22), is_silent=True)
    return replace(account, refunds=[refund])


async def test_a_refund_that_changed_no_order_is_found_within_a_day():
    """The first run after three in the morning looks through all refunded orders (REVGAP-12)."""
    account = silent(created_day=10)
    evening = await read(shop(account), "refunds", since=at(10, 21), until=at(10, 23))
    assert ids(evening) == []
    night = await read(shop(account), "refunds", since=at(11, 2), until=at(11, 4))
    assert ids(night) == ["501"]
    assert [bool(each.cursor) for each in night] == [True, False]
    assert (
        await read(shop(account), "refunds", since=at(11, 2), until=at(11, 4), cursor=night[0].cursor)
        == night[1:]
    )


async def test_old_refunds_are_not_read_again_each_night():
    """The nightly look reads refunds of the last days, not all there are."""
    assert ids(await read(shop(silent(created_day=5)), "refunds", since=at(11, 2), until=at(11, 4))) == []


async def test_after_an_outage_the_nightly_look_goes_back_further():
    """A run that begins a week ago looks for refunds since then."""
    assert ids(await read(shop(silent(created_day=5)), "refunds", since=at(4), until=at(11, 4))) == ["501"]


async def test_runs_of_a_day_hold_the_late_hour_once():
    """Windows that follow one another hold the late hour exactly once a day."""
    asked: list[bytes] = []
    inner = shop(world())

    async def note(request: httpx.Request) -> httpx.Response:
        asked.append(request.content)
        return await inner.handle_async_request(request)

    for hour in range(24):
        since = at(12, hour)
        await read(httpx.MockTransport(note), "refunds", since=since, until=since + timedelta(hours=1))
    assert sum(b"financial_status" in each for each in asked) == 1


async def test_a_row_that_comes_late_is_in_the_next_runs_overlap():
    """A row whose time lies before the last upper bound is read by the next run, which reaches back."""
    overlap = STREAMS["orders"].overlap
    assert overlap >= timedelta(minutes=5)
    account = world()
    late = replace(account.orders[0], id=9, updated_at=at(8) - timedelta(minutes=2))
    assert "9" not in ids(await read(shop(account), "orders", since=at(7), until=at(8)))
    account.orders.append(late)
    assert "9" in ids(await read(shop(account), "orders", since=at(8) - overlap, until=at(9)))


@pytest.mark.parametrize("stream", SWEPT)
async def test_a_row_changed_while_paging_costs_no_other_row(stream: str):
    """A row that moves to the end while it is read shifts no other one over a page's edge."""
    account, seen = busy(), list[str]()
    reached, options = client(shop(account), page_size=2)
    async with reached:
        pull = Pull(reached, CONNECTION, options, FieldMap(), None, UNTIL)
        async for each in STREAMS[stream].pages(pull):
            seen += [record.id for record in each.records]
            if len(seen) == 2:
                for facts in (account.orders, account.customers, account.companies):
                    facts[0] = replace(facts[0], updated_at=UNTIL + timedelta(days=1))
    assert sorted(seen, key=int) == [str(number) for number in range(1, 12)]
