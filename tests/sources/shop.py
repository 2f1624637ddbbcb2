"""Invented shop facts, and a bench on which a source reads a simulated vendor."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

import httpx
from starlette.applications import Starlette

from dev.vendors.facts import Account, Person, ShopCompany, ShopCustomer, ShopOrder, ShopRefund
from shared.domain.records import Record
from shared.domain.workspace import Connection, FieldMap
from shared.sources.http import VendorClient
from shared.sources.source import Page, Pull, Source, Stream

START = datetime(2026, 4, 1, 9, tzinfo=UTC)
UNTIL = START + timedelta(days=30)
BUYER = Person(
    first_name="Ines",
    last_name="Made-Up",
    company="Invented Tools Ltd",
    email="Ines@Invented-Tools.example",
    phone="020 7946 0018",
    street="1 Nowhere Street",
    city="London",
    postcode="n1 9gu",
)

Answers = Account | httpx.AsyncBaseTransport


def at(minutes: int) -> datetime:
    """Give a moment so many minutes after the start."""
    return START + timedelta(minutes=minutes)


def order(number: int, /, **changes: Any) -> ShopOrder:
    """Give an order placed and changed `number` minutes after the start."""
    given = ShopOrder(
        id=number,
        number=str(number),
        placed_at=at(number),
        updated_at=at(number),
        buyer=BUYER,
        net=Decimal("110.50"),
        tax=Decimal("22.10"),
        shipping=Decimal("10.50"),
    )
    return replace(given, **changes)


def company(number: int, /, **changes: Any) -> ShopCompany:
    """Give a company changed `number` minutes after the start."""
    name = "Invented Tools Ltd"
    given = ShopCompany(id=number, name=name, created_at=START, updated_at=at(number), address=BUYER)
    return replace(given, **changes)


def customer(number: int, /, **changes: Any) -> ShopCustomer:
    """Give a customer changed `number` minutes after the start."""
    given = ShopCustomer(id=number, person=BUYER, created_at=START, updated_at=at(number))
    return replace(given, **changes)


def refund(number: int, /, **changes: Any) -> ShopRefund:
    """Give a refund of order 7, `number` minutes after the start."""
    net, tax = Decimal("10.10"), Decimal("2.02")
    given = ShopRefund(id=number, number=str(number), order_id=7, refunded_at=at(number), net=net, tax=tax)
    return replace(given, **changes)


def busy_account() -> Account:
    """Give an account with seven of everything, one a minute."""
    numbers = range(1, 8)
    return Account(
        orders=[order(number) for number in numbers],
        refunds=[refund(number) for number in numbers],
        customers=[customer(number, company_id=number) for number in numbers],
        companies=[company(number) for number in numbers],
    )


def answering(answer: Callable[[httpx.Request], Any]) -> httpx.MockTransport:
    """Give a vendor that answers each request with this JSON."""
    return httpx.MockTransport(lambda request: httpx.Response(200, json=answer(request)))


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A source and the simulated vendor that it reads."""

    source: Source
    vendor: ModuleType
    options: Mapping[str, Any]
    fields: FieldMap = field(default_factory=FieldMap)

    @property
    def streams(self) -> dict[str, Stream]:
        """The source's streams by name."""
        return {stream.name: stream for stream in self.source.streams}

    def transport(self, account: Account) -> httpx.AsyncBaseTransport:
        """Serve an account in process."""
        app = Starlette(routes=self.vendor.ROUTES)
        app.state.accounts = {"acc": account}
        return httpx.ASGITransport(app=app)

    def client(
        self, answers: Answers, secrets: Mapping[str, str] | None = None, **options: Any
    ) -> tuple[VendorClient, Connection, Any]:
        """Give the real client, pointed at the simulated vendor, its connection and its options."""
        root = f"http://vendor/{self.source.kind}/acc"
        tokens = f"{root}/ims/token/v3"
        connection = Connection(name="shop", kind=self.source.kind, base_url=root, token_url=tokens)
        parsed = self.source.options(**{**self.options, **options})
        access = self.source.access(connection, parsed, {**self.vendor.SECRETS, **(secrets or {})})
        transport = self.transport(answers) if isinstance(answers, Account) else answers
        client = VendorClient(access, name="shop", transport=transport, sleep=_no_sleep)
        return client, connection, parsed

    @asynccontextmanager
    async def pulling(  # noqa: PLR0913 - each is a setting of one pull
        self,
        answers: Answers,
        *,
        secrets: Mapping[str, str] | None = None,
        since: datetime | None = None,
        until: datetime = UNTIL,
        fields: FieldMap | None = None,
        cursor: str = "",
        **options: Any,
    ) -> AsyncIterator[Pull]:
        """Open a pull."""
        client, connection, parsed = self.client(answers, secrets, **options)
        async with client:
            field_map = self.fields if fields is None else fields
            yield Pull(client, connection, parsed, field_map, since, until, cursor)

    async def pages(self, stream: str, answers: Answers, **given: Any) -> list[Page]:
        """Read a stream to its end."""
        async with self.pulling(answers, **given) as pull:
            return [page async for page in self.streams[stream].pages(pull)]

    async def records(self, stream: str, answers: Answers, **given: Any) -> list[Record]:
        """Read a stream's records."""
        pages = await self.pages(stream, answers, **given)
        return [record for page in pages for record in page.records]


async def _no_sleep(_: float) -> None:
    """Pass over waiting, which is not what is tested."""
