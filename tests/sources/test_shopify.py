"""The Shopify source, run through the real client against the simulated shop."""

import json
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest

from dev.vendors import shopify as vendor
from dev.vendors.facts import Account
from shared.domain.records import CommerceCustomer, Company, Order, Refund
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError
from shared.sources import shopify_paging
from shared.sources.shopify import SOURCE, ShopifyOptions
from shared.sources.source import Page
from tests.sources.shopify_shop import (
    STATIC,
    STREAMS,
    UNTIL,
    at,
    busy,
    ids,
    read,
    records,
    shop,
    world,
)

DTC = Order(
    id="1001",
    number="#1001",
    placed_at="2026-11-03T09:00:00Z",
    state="placed",
    currency="GBP",
    gross=1_200_000,
    net=1_000_000,
    tax=200_000,
    shipping_net=49_900,
    customer_id="21",
    email="ana+web@example.com",
    phone="+442079460018",
    postcode="SW1A1AA",
    name="ana ruiz",
    street="1 highgate",
    store="acc",
    ship_to_country="GB",
    tags=("vip", "web"),
    updated_at="2026-11-07T09:00:00Z",
    display_name="Ana Ruiz",
    city="London",
    country="GB",
    url="https://admin.shopify.com/store/acc/orders/1001",
)
B2B = replace(
    DTC,
    id="1002",
    number="#1002",
    customer_id="22",
    company_id="7",
    is_b2b=True,
    email="buy@acme.example",
    vat="GB123456789",
    account_reference="C0042",
    phone="+442079460020",
    postcode="HU11AA",
    name="acme trading",
    street="2 dockside",
    updated_at="2026-11-03T10:00:00Z",
    display_name="Acme Trading Ltd.",
    company_name="Acme Trading Ltd.",
    city="Hull",
    purchase_order="PO-9",
    url="https://admin.shopify.com/store/acc/orders/1002",
)


async def test_orders_come_out_exact():
    """A consumer's and a company's order come out with every field, prices with or without tax inside."""
    got = {record.id: record for record in records(await read(shop(world()), "orders"))}
    assert got["1001"] == DTC
    assert got["1002"] == B2B
    dollars = got["1007"]
    assert isinstance(dollars, Order)
    assert (dollars.currency, dollars.shipping_net, dollars.ship_to_country) == ("USD", 49_900, "US")


async def test_no_state_is_left_out():
    """Test, cancelled and refunded orders are records, told by their state (an abandoned one is no order)."""
    got = [record for record in records(await read(shop(world()), "orders")) if isinstance(record, Order)]
    assert {each.id: each.state for each in got} == {
        "1001": "placed",
        "1002": "placed",
        "1003": "cancelled",
        "1004": "test",
        "1005": "refunded",
        "1007": "placed",
    }


async def test_refunds_come_out_exact_and_restocks_do_not():
    """A refund is the money that moved; one that moved none is no record (REVGAP-05)."""
    partial = Refund(
        id="501",
        order_id="1001",
        number="501",
        refunded_at="2026-11-07T09:00:00Z",
        currency="GBP",
        gross=120_000,
        net=100_000,
        tax=20_000,
    )
    full = replace(
        partial, id="502", number="502", order_id="1005", gross=1_200_000, net=1_000_000, tax=200_000
    )
    got = records(await read(shop(world()), "refunds"))
    assert sorted(got, key=lambda each: each.id) == [partial, full]


async def test_customers_come_out_exact():
    """A customer's keys are normalised; a place in a company makes it B2B (SAGE-ABS-23)."""
    ana, bo, cy = records(await read(shop(world()), "customers"))
    assert ana == CommerceCustomer(
        id="21",
        created_at="2026-11-01T09:00:00Z",
        email="ana+web@example.com",
        phone="+442079460018",
        postcode="SW1A1AA",
        name="ana ruiz",
        street="1 highgate",
        updated_at="2026-11-03T09:00:00Z",
        display_name="Ana Ruiz",
    )
    assert isinstance(bo, CommerceCustomer)
    assert (bo.is_b2b, bo.company_id, bo.account_reference, bo.name) == (True, "7", "C0042", "acme trading")
    assert cy == CommerceCustomer(
        id="23",
        created_at="2026-11-01T09:00:00Z",
        vat="IE1234567T",
        name="cy",
        updated_at="2026-11-04T09:00:00Z",
        display_name="Cy",
    )


async def test_companies_come_out_exact():
    """A company is seen at its location, with its main contact's mailbox (SAGE-CM-17)."""
    assert records(await read(shop(world()), "companies")) == [
        Company(
            id="7",
            state="active",
            created_at="2026-11-01T09:00:00Z",
            email="buy@acme.example",
            vat="GB123456789",
            account_reference="C0042",
            phone="+442079460020",
            postcode="HU11AA",
            name="acme trading",
            street="2 dockside",
            updated_at="2026-11-02T09:00:00Z",
            display_name="Acme Trading Ltd.",
            country="GB",
        )
    ]


async def test_a_store_without_companies_is_not_asked_about_them():
    """Without companies the stream is not offered, and orders and customers are nobody's."""
    assert not STREAMS["companies"].is_offered(ShopifyOptions(shop="acc", has_companies=False))
    got = {each.id: each for each in records(await read(shop(world()), "orders", has_companies=False))}
    assert isinstance(got["1002"], Order)
    assert not got["1002"].is_b2b


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("page_size", [1, 3, 11])
async def test_page_size_does_not_matter_and_every_cursor_resumes(stream: str, page_size: int):
    """Small pages give what one page gives, and a read resumed at any cursor gives the same rest."""
    account = busy()
    whole = await read(shop(account), stream)
    pages = await read(shop(account), stream, page_size=page_size)
    assert ids(pages) == ids(whole)
    assert pages[-1].cursor == ""
    for index, page in enumerate(pages[:-1]):
        rest = await read(shop(account), stream, page_size=page_size, cursor=page.cursor)
        assert rest == pages[index + 1 :]


@pytest.mark.parametrize("stream", ["orders", "customers", "companies"])
async def test_windows_are_half_open(stream: str):
    """Windows that touch give each record once: what changed at `since`, not what changed at `until`."""
    account = busy()
    cuts = [None, at(8, 9, 1), at(8, 9, 2), at(8, 9, 3), UNTIL]
    got = [
        ids(await read(shop(account), stream, since=since, until=until)) for since, until in pairwise(cuts)
    ]
    assert got == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], ["10", "11"]]


async def test_nothing_changed_is_one_empty_last_page():
    """An empty window gives one empty page, so that the watermark moves."""
    for stream in STREAMS:
        assert await read(shop(Account()), stream) == [Page(())]


@pytest.mark.parametrize("stream", ["orders", "customers"])
async def test_a_long_read_begins_new_searches(monkeypatch: pytest.MonkeyPatch, stream: str):
    """No search is paged deeper than its bound, no record is lost by that, and cursors still resume."""
    monkeypatch.setattr(shopify_paging, "CHAIN_ROWS", 4)
    account = busy()
    days = {"orders": account.orders, "customers": account.customers}[stream]
    days[:] = [replace(each, updated_at=at(1 + 2 * (each.id // 3))) for each in days]
    account.refunds.clear()
    deepest: list[int] = []
    inner = shop(account)

    async def count(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if "after" in body["variables"]:
            deepest.append(deepest[-1] + 2 if body["variables"]["after"] else 2)
        return await inner.handle_async_request(request)

    pages = await read(httpx.MockTransport(count), stream, page_size=2)
    assert sorted(set(ids(pages)), key=int) == [str(each.id) for each in days]
    assert max(deepest) <= 8
    for index, page in enumerate(pages[:-1]):
        rest = await read(inner, stream, page_size=2, cursor=page.cursor)
        assert rest == pages[index + 1 :]


async def test_client_credentials_get_a_token():
    """Client id and secret are exchanged for a token, which then opens the store."""
    pair = {name: vendor.SECRETS[name] for name in ("client_id", "client_secret")}
    assert ids(await read(shop(world()), "companies", secrets=pair)) == ["7"]


@pytest.mark.parametrize(
    "secrets",
    [{"access_token": "wrong"}, {"client_id": "wrong", "client_secret": "wrong"}, {}],
    ids=["token", "client", "none"],
)
async def test_wrong_secrets_stop_the_pull(secrets: dict[str, str]):
    """Wrong or missing secrets are the operator's to change."""
    with pytest.raises(ConfigurationError):
        await read(shop(world()), "orders", secrets=secrets)


def test_the_store_is_known_by_its_own_address():
    """Without an override the store's own address is used, however its name is written."""
    options = ShopifyOptions(shop="Acme.myshopify.com")
    access = SOURCE.access(Connection(name="shop", kind="shopify"), options, STATIC)
    assert access.base_url == "https://acme.myshopify.com/admin/api/2026-10"
