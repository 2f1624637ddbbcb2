"""A simulated Sage Intacct company, and what reads it."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from starlette.applications import Starlette

from dev.vendors import sage_intacct as vendor
from dev.vendors.facts import (
    Account,
    LedgerCreditMemo,
    LedgerCustomer,
    LedgerInvoice,
    LedgerSalesOrder,
    Person,
)
from shared.domain.workspace import Connection, FieldMap
from shared.sources.http import VendorClient
from shared.sources.sage_intacct import SOURCE, SageIntacctOptions
from shared.sources.source import Page, Pull

NOON = datetime(2026, 4, 14, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STREAMS = {stream.name: stream for stream in SOURCE.streams}
OPTIONS = SageIntacctOptions(username="tieout@acme")
BY_XML = OPTIONS.model_copy(update={"api": "xml"})
_ROOTS = {"rest": "http://vendor/sage_intacct/acc", "xml": "http://vendor/sage_intacct/acc/xml/xmlgw.phtml"}


def customer(number: str = "C-00019", **changes: Any) -> LedgerCustomer:
    """Give an entity's customer."""
    known = LedgerCustomer(
        number=number,
        name="Brindle & Co Ltd.",
        address=Person(
            email="Accounts@Brindle.example",
            phone="020 7946 0018",
            street="1 Mill Lane",
            city="Leeds",
            postcode="LS1 4AB",
        ),
        created_at=NOON - timedelta(days=90),
        modified_at=NOON,
        company="E100",
        vat="GB 123 4567 89",
    )
    return replace(known, **changes)


def order(**changes: Any) -> LedgerSalesOrder:
    """Give a released order of the top level."""
    known = LedgerSalesOrder(
        number="SO-1001",
        reference="#10044128",
        customer_number="C-00019",
        customer_name="Brindle & Co Ltd.",
        ordered_on=date(2026, 4, 10),
        modified_at=NOON,
        net=Decimal(100),
        tax=Decimal(20),
        shipped_on=date(2026, 4, 12),
    )
    return replace(known, **changes)


def invoice(**changes: Any) -> LedgerInvoice:
    """Give an entity's invoice in a foreign currency."""
    known = LedgerInvoice(
        number="INV-7",
        reference="#10044128",
        order_number="SO-1001",
        customer_number="C-00019",
        customer_name="Brindle & Co Ltd.",
        posted_on=date(2026, 4, 12),
        modified_at=NOON,
        net=Decimal(100),
        tax=Decimal(20),
        currency="EUR",
        company="E100",
    )
    return replace(known, **changes)


def memo(**changes: Any) -> LedgerCreditMemo:
    """Give a credit memo against an invoice."""
    known = LedgerCreditMemo(
        number="CM-3",
        reference="",
        customer_number="C-00019",
        customer_name="Brindle & Co Ltd.",
        posted_on=date(2026, 4, 13),
        modified_at=NOON,
        net=Decimal("10.50"),
        tax=Decimal("2.10"),
        invoice_number="INV-7",
    )
    return replace(known, **changes)


World = (
    Account
    | Callable[[httpx.Request], httpx.Response]
    | Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]
)


@asynccontextmanager
async def pulling(
    world: World,
    options: SageIntacctOptions = OPTIONS,
    secrets: dict[str, str] = vendor.SECRETS,
    name: str = "intacct",
    **changes: Any,
) -> AsyncIterator[Pull]:
    """Give a pull against the simulated vendor, or against a function in its place."""
    connection = Connection(name=name, kind=SOURCE.kind, base_url=_ROOTS[options.api])
    transport: httpx.AsyncBaseTransport
    if isinstance(world, Account):
        app = Starlette(routes=vendor.ROUTES)
        app.state.accounts = {"acc": world}
        transport = httpx.ASGITransport(app=app)
    else:
        transport = httpx.MockTransport(world)
    access = SOURCE.access(connection, options, secrets)
    async with VendorClient(access, name=connection.name, transport=transport) as client:
        window = {"since": None, "until": NOON + timedelta(days=1), "field_map": FieldMap(), **changes}
        yield Pull(client=client, connection=connection, options=options, **window)


async def pages(world: World, stream: str = "customers", **changes: Any) -> list[Page]:
    """Give all pages of a stream."""
    async with pulling(world, **changes) as pull:
        return [page async for page in STREAMS[stream].pages(pull)]


async def by_xml(world: World, stream: str = "customers", **changes: Any) -> list[Page]:
    """Give all pages of a stream as the gateway gives them."""
    return await pages(world, stream, **{"options": BY_XML, **changes})


def all_of(found: list[Page]) -> list[Any]:
    """Give the records of all pages."""
    return [record for page in found for record in page.records]


def answering(
    body: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Callable[[httpx.Request], httpx.Response]:
    """Give a vendor that hands out a token, and this answer to everything else."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth2/token"):
            return httpx.Response(200, json={"access_token": "any", "expires_in": 3600})
        return httpx.Response(status, json=body, headers=headers)

    return handle
