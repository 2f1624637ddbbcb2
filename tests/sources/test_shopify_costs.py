"""What a Shopify query is taken to cost, before and after Shopify has said it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from shared.sources import shopify_queries as queries
from shared.sources.http import Access, VendorClient
from shared.sources.pace import Limit, Pace, Turn
from shared.sources.shopify_graphql import MOST_POINTS, ask


class Listening(Pace):
    """A budget that keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__(Limit(capacity=1_000, per_second=100))
        self.asked: list[float] = []

    @asynccontextmanager
    async def turn(self, cost: float = 1.0, patience: float = 0.0) -> AsyncIterator[Turn]:  # noqa: ARG002 - as a budget has it
        """Note the cost and let the call out."""
        self.asked.append(cost)
        yield Turn(0.0, cost)


async def _asked(*rows: int, told: float | None = 37.0) -> list[float]:
    """Give what calls for so many rows were paid with, by an account whose Shopify tells this cost."""
    told_cost = {"cost": {"requestedQueryCost": told}} if told is not None else {}
    answer = {"data": {"page": {}}, "extensions": told_cost}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    pace = Listening()
    to = Access("https://shop.example/admin/api/2026-10")
    async with VendorClient(to, name="shop", transport=transport, pace=pace) as client:
        for first in rows:
            await ask(client, queries.CUSTOMERS, {"first": first})
    return pace.asked


async def test_a_first_query_is_paid_by_what_it_asks_for() -> None:
    """Few rows do not wait until a whole budget is there, and no query is taken to cost more than one may."""
    one, _, many = await _asked(1, 2, 1_000)
    assert 1 < one < MOST_POINTS / 10
    assert many == MOST_POINTS


async def test_the_next_one_is_paid_by_what_shopify_said() -> None:
    """The same query for as many rows costs what Shopify said; for more rows it is a query of its own."""
    first, second, other = await _asked(5, 5, 6)
    assert second == 37.0
    assert first != 37.0
    assert other > first


async def test_a_shopify_that_says_nothing_is_paid_by_the_estimate() -> None:
    """Where no cost is told, the estimate stays."""
    first, second = await _asked(5, 5, told=None)
    assert first == second
