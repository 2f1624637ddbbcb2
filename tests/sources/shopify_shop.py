"""A small invented Shopify shop, and the ways to read it through the real client."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from starlette.applications import Starlette

from dev.vendors import shopify as vendor
from dev.vendors.facts import Account, Person, ShopCompany, ShopCustomer, ShopOrder, ShopRefund
from shared.domain.records import Record
from shared.domain.workspace import Connection, FieldMap
from shared.sources.http import VendorClient
from shared.sources.shopify import SOURCE, ShopifyOptions
from shared.sources.source import Finding, KeyPage, Page, Probe, Pull

BASE = "http://vendor/shopify/acc"
CONNECTION = Connection(name="shop", kind="shopify", base_url=BASE)
STATIC = {"access_token": vendor.SECRETS["access_token"]}
UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=30)
STREAMS = {stream.name: stream for stream in SOURCE.streams}

Handle = Callable[[httpx.Request], httpx.Response]


def at(day: int, hour: int = 9, second: int = 0) -> datetime:
    """Give a time in November 2026."""
    return datetime(2026, 11, day, hour, 0, second, tzinfo=UTC)


ANA = Person(
    first_name="Ana",
    last_name="Ruiz",
    email="Ana+Web@Example.com",
    phone="020 7946 0018",
    street="1 Highgate.",
    city="London",
    postcode="sw1a 1aa",
)
ACME = Person(
    first_name="Bo",
    last_name="Lind",
    company="Acme Trading Ltd.",
    email="buy@acme.example",
    phone="+44 20 7946 0020",
    street="2 Dockside",
    city="Hull",
    postcode="HU1 1AA",
)


def world() -> Account:
    """Give a small shop with one of each."""
    company = ShopCompany(
        id=7,
        name="Acme Trading Ltd.",
        created_at=at(1),
        updated_at=at(2),
        address=ACME,
        vat="GB 123 4567 89",
        account_reference="c 0042",
    )
    customers = [
        ShopCustomer(id=21, person=ANA, created_at=at(1), updated_at=at(3)),
        ShopCustomer(id=22, person=ACME, created_at=at(1), updated_at=at(4), company_id=7),
        ShopCustomer(
            id=23, person=Person(first_name="Cy"), created_at=at(1), updated_at=at(4), vat="IE1234567T"
        ),
    ]
    order = ShopOrder(
        id=1001,
        number="#1001",
        placed_at=at(3),
        updated_at=at(3, 10),
        buyer=ANA,
        net=Decimal("100.00"),
        tax=Decimal("20.00"),
        shipping=Decimal("4.99"),
        customer_id=21,
        tags=("vip", "web"),
    )
    orders = [
        order,
        replace(
            order, id=1002, number="#1002", buyer=ACME, customer_id=22, company_id=7, purchase_order="PO-9"
        ),
        replace(order, id=1003, number="#1003", state="cancelled", updated_at=at(4), customer_id=0),
        replace(order, id=1004, number="#1004", state="test", updated_at=at(5)),
        replace(order, id=1005, number="#1005", state="refunded", updated_at=at(6)),
        replace(order, id=1006, number="#1006", state="abandoned", updated_at=at(6)),
        replace(order, id=1007, number="#1007", buyer=replace(ANA, country="US"), currency="USD"),
    ]
    refund = ShopRefund(
        id=501, number="R1", order_id=1001, refunded_at=at(7), net=Decimal("10.00"), tax=Decimal("2.00")
    )
    refunds = [
        refund,
        replace(refund, id=502, order_id=1005, net=Decimal(100), tax=Decimal(20)),
        replace(refund, id=503, order_id=1001, net=Decimal(0), tax=Decimal(0)),
    ]
    return Account(companies=[company], customers=customers, orders=orders, refunds=refunds)


def shop(account: Account) -> httpx.AsyncBaseTransport:
    """Serve an account in process."""
    app = Starlette(routes=vendor.ROUTES)
    app.state.accounts = {"acc": account}
    return httpx.ASGITransport(app=app)


def client(
    transport: httpx.AsyncBaseTransport | Handle,
    secrets: dict[str, str] | None = None,
    waits: list[float] | None = None,
    **options: Any,
) -> tuple[VendorClient, ShopifyOptions]:
    """Give the real client, which notes its waits instead of waiting."""

    async def wait(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    chosen = ShopifyOptions(shop="acc", **options)
    access = SOURCE.access(CONNECTION, chosen, STATIC if secrets is None else secrets)
    served = transport if isinstance(transport, httpx.AsyncBaseTransport) else httpx.MockTransport(transport)
    return VendorClient(access, name="shop", transport=served, sleep=wait), chosen


async def read(  # noqa: PLR0913 - each is a setting of one read
    transport: httpx.AsyncBaseTransport | Handle,
    stream: str,
    *,
    since: datetime | None = None,
    until: datetime = UNTIL,
    cursor: str = "",
    fields: FieldMap | None = None,
    **settings: Any,
) -> list[Page]:
    """Read a stream through the real client to its last page."""
    reached, options = client(transport, **settings)
    async with reached:
        pull = Pull(reached, CONNECTION, options, fields or FieldMap(), since, until, cursor)
        return [page async for page in STREAMS[stream].pages(pull)]


async def sweep(
    transport: httpx.AsyncBaseTransport | Handle, stream: str, *, until: datetime = UNTIL, cursor: str = ""
) -> list[KeyPage]:
    """Read a stream's ids through the real client to their end."""
    reached, options = client(transport)
    keys = STREAMS[stream].keys
    assert keys is not None
    async with reached:
        pull = Pull(reached, CONNECTION, options, FieldMap(), None, until, cursor)
        return [page async for page in keys(pull)]


async def findings(
    transport: httpx.AsyncBaseTransport | Handle, fields: FieldMap | None = None, **options: Any
) -> dict[str, Finding]:
    """Check the connection; give what is missing, by its name."""
    reached, chosen = client(transport, **options)
    assert SOURCE.check is not None
    async with reached:
        found = await SOURCE.check(Probe(reached, CONNECTION, chosen, fields or FieldMap()))
    return {each.what: each for each in found}


def changing(inner: httpx.AsyncBaseTransport, change: Callable[[Any], None]) -> httpx.MockTransport:
    """Give a shop whose answers are changed on their way."""

    async def serve(request: httpx.Request) -> httpx.Response:
        response = await inner.handle_async_request(request)
        body = json.loads(await response.aread())
        change(body)
        return httpx.Response(response.status_code, json=body)

    return httpx.MockTransport(serve)


def records(pages: list[Page]) -> list[Record]:
    """Give all pages' records in order."""
    return [record for page in pages for record in page.records]


def ids(pages: list[Page]) -> list[str]:
    """Give all pages' record ids in order."""
    return [record.id for record in records(pages)]


def busy() -> Account:
    """Give a shop with many of each, several changed within the same second."""
    account = world()
    order, company, customer, refund = (
        account.orders[0],
        account.companies[0],
        account.customers[0],
        account.refunds[0],
    )
    changed = [at(8, 9, index // 3) for index in range(11)]
    return Account(
        orders=[replace(order, id=1 + i, number=f"#{i}", updated_at=when) for i, when in enumerate(changed)],
        companies=[replace(company, id=1 + i, updated_at=when) for i, when in enumerate(changed)],
        customers=[replace(customer, id=1 + i, updated_at=when) for i, when in enumerate(changed)],
        refunds=[replace(refund, id=100 + i, order_id=1 + i // 2) for i in range(11)],
    )


def answer(*bodies: Any) -> Handle:
    """Give these bodies one after another, the last one again and again."""
    left = list(bodies)
    return lambda _: httpx.Response(200, json=left.pop(0) if len(left) > 1 else left[0])


def failure(code: str, data: Any = None) -> dict[str, Any]:
    """Give an answer with an error of that code."""
    return {"data": data, "errors": [{"message": "told", "extensions": {"code": code}}]}


def page(*nodes: Any, more: str = "") -> dict[str, Any]:
    """Give a page of nodes, with a cursor if there is more."""
    info = {"hasNextPage": bool(more), "endCursor": more or None}
    return {"data": {"page": {"nodes": list(nodes), "pageInfo": info}}}
