"""Shopify: orders, refunds, customers and B2B companies through the Admin GraphQL API.

https://shopify.dev/docs/api/admin-graphql/2026-10. The app needs the scopes read_orders,
read_all_orders and read_customers.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from pydantic import Field, field_validator

from shared.domain.records import CommerceCustomer, Company, Order, Refund
from shared.domain.workspace import Connection
from shared.errors import BadRecord, ConfigurationError, SourceError
from shared.sources import shopify_queries as queries
from shared.sources import shopify_records
from shared.sources.http import Access, HeaderAuth, TokenAuth, VendorClient
from shared.sources.read import records
from shared.sources.shopify_graphql import TooCostlyError, ask
from shared.sources.shopify_nodes import CompanyNode, CustomerNode, OrderNode, RefundNode
from shared.sources.shopify_paging import Search, pages, whole
from shared.sources.source import Options, Page, Pull, Source, Stream

TOKEN_HEADER = "X-Shopify-Access-Token"  # noqa: S105 - a header's name
VISIBLE_WITHOUT_ALL_ORDERS = timedelta(days=60)
REFUNDS_AT_ONCE = 10


class ShopifyOptions(Options):
    """A Shopify connection's options."""

    shop: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    """The store's name: `acme` of acme.myshopify.com."""
    api_version: str = Field(default="2026-10", pattern=r"^\d{4}-\d{2}$")
    has_companies: bool = True
    """The store sells to companies (Shopify Plus), and the app may read them."""
    has_all_orders: bool = True
    """The app may read all orders; false accepts that those older than 60 days are not seen."""
    page_size: int | None = Field(default=None, ge=1, le=100)
    """Rows asked for at once; not given, it is 100 for customers and 25 for all else."""

    @field_validator("shop", mode="before")
    @classmethod
    def _name_only(cls, shop: Any) -> Any:
        return shop.strip().lower().removesuffix(".myshopify.com") if isinstance(shop, str) else shop


def access(connection: Connection, options: Any, secrets: Mapping[str, str]) -> Access:
    """Reach the store by the app's client id and secret where given, else by its access token.

    Raises ConfigurationError with the path of the secret that is missing.
    """
    shop = connection.base_url.rstrip("/") or f"https://{options.shop}.myshopify.com"
    auth: httpx.Auth
    if secrets.get("client_id") and secrets.get("client_secret"):
        token_url = connection.token_url or f"{shop}/admin/oauth/access_token"
        form = {
            "grant_type": "client_credentials",
            "client_id": secrets["client_id"],
            "client_secret": secrets["client_secret"],
        }
        auth = TokenAuth(
            partial(httpx.Request, "POST", token_url, data=form),
            name=connection.name,
            header=TOKEN_HEADER,
            prefix="",
        )
    elif secrets.get("access_token"):
        auth = HeaderAuth({TOKEN_HEADER: secrets["access_token"]})
    else:
        given = [name for name in ("client_id", "client_secret") if secrets.get(name)]
        lacking = {"client_id": "client_secret", "client_secret": "client_id"}
        name = lacking[given[0]] if given else "access_token"
        msg = f"{connection.name} needs the secret access_token, or client_id and client_secret"
        raise ConfigurationError(msg, f"secrets.{name}")
    return Access(f"{shop}/admin/api/{options.api_version}", auth)


async def orders(pull: Pull) -> AsyncIterator[Page]:
    """Read the orders changed in the window, whatever their state."""
    await _check_history(pull)
    convert = partial(shopify_records.order, shop=pull.options.shop)
    search = _search(pull, queries.ORDERS, hasCompanies=pull.options.has_companies)
    async for nodes, cursor in pages(pull, search):
        full = [await whole(pull.client, node, "shippingLines") for node in nodes]
        good, bad = records("orders", full, OrderNode, convert, id_field="legacyResourceId")
        yield Page(good, cursor, bad)


async def refunds(pull: Pull) -> AsyncIterator[Page]:
    """Read the refunds of the orders changed in the window.

    Shopify has no list of refunds; one that moved no money (a restock, an edit) is no record.
    """
    await _check_history(pull)
    async for nodes, cursor in pages(pull, _search(pull, queries.REFUNDED_ORDERS)):
        ids: list[str] = []
        unread: list[BadRecord] = []
        for node in nodes:
            found, bad = await _refund_ids(pull.client, node)
            ids += found
            unread += bad
        full = [
            await whole(pull.client, node, "refundLineItems", "refundShippingLines", "orderAdjustments")
            for node in await _refund_nodes(pull.client, ids)
        ]
        good, bad_refunds = records(
            "refunds", full, RefundNode, shopify_records.refund, id_field="legacyResourceId"
        )
        moved = tuple(each for each in good if isinstance(each, Refund) and each.gross)
        yield Page(moved, cursor, (*unread, *bad_refunds))


async def customers(pull: Pull) -> AsyncIterator[Page]:
    """Read the customers changed in the window."""
    variables = {"hasCompanies": pull.options.has_companies}
    search = Search(queries.CUSTOMERS, pull.options.page_size or 100, variables, is_by_day=True)
    async for nodes, cursor in pages(pull, search):
        good, bad = records(
            "customers", nodes, CustomerNode, shopify_records.customer, id_field="legacyResourceId"
        )
        yield Page(good, cursor, bad)


async def companies(pull: Pull) -> AsyncIterator[Page]:
    """Read the companies changed in the window, with all their locations."""
    async for nodes, cursor in pages(pull, _search(pull, queries.COMPANIES)):
        full = [await whole(pull.client, node, "locations") for node in nodes]
        good, bad = records("companies", full, CompanyNode, shopify_records.company)
        yield Page(good, cursor, bad)


def _search(pull: Pull, query: str, **variables: Any) -> Search:
    return Search(query, pull.options.page_size or 25, variables)


async def _check_history(pull: Pull) -> None:
    """Refuse to take 60 days of orders for all of them (the scope read_all_orders)."""
    is_recent = pull.since is not None and pull.until - pull.since <= VISIBLE_WITHOUT_ALL_ORDERS
    if pull.cursor or is_recent or not pull.options.has_all_orders:
        return
    data = await ask(pull.client, queries.SCOPES, {})
    try:
        scopes = {scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]}
    except (KeyError, TypeError):
        msg = f"{pull.client.name} did not tell the app's scopes"
        raise SourceError(msg) from None
    if "read_all_orders" not in scopes:
        msg = (
            f"{pull.client.name} shows the app only orders of the last 60 days: grant it the scope "
            "read_all_orders, or accept that by the option has_all_orders: false"
        )
        raise ConfigurationError(msg, "options.has_all_orders")


async def _refund_ids(client: VendorClient, order: Any) -> tuple[list[str], list[BadRecord]]:
    """List an order's refunds; the list has no pages, so a full one is asked for at its largest."""
    order_id = str(order.get("legacyResourceId", "")) if isinstance(order, dict) else ""
    try:
        ids = [str(refund["id"]) for refund in order["refunds"]]
        if len(ids) >= queries.REFUNDS_LISTED:
            data = await ask(client, queries.REFUNDS_OF_ORDER, {"id": order["id"]})
            ids = [str(refund["id"]) for refund in data["order"]["refunds"]]
    except (KeyError, TypeError):
        return [], [BadRecord("refunds", order_id, "the order's list of refunds cannot be read")]
    if len(ids) >= queries.REFUNDS_LISTED_AT_MOST:
        return ids, [BadRecord("refunds", order_id, "the order has more refunds than Shopify lists")]
    return ids, []


async def _refund_nodes(client: VendorClient, ids: Sequence[str]) -> list[Any]:
    """Read refunds by id, some at once; fewer where that costs too much."""
    nodes: list[Any] = []
    size = REFUNDS_AT_ONCE
    while len(nodes) < len(ids):
        asked = list(ids[len(nodes) : len(nodes) + size])
        try:
            answer = (await ask(client, queries.REFUNDS, {"ids": asked})).get("nodes")
        except TooCostlyError:
            if size == 1:
                raise
            size //= 2
            continue
        if not isinstance(answer, list) or len(answer) != len(asked) or None in answer:
            msg = f"{client.name} lists refunds that it does not give"
            raise SourceError(msg)
        nodes += answer
    return nodes


SOURCE = Source(
    kind="shopify",
    title="Shopify",
    streams=(
        Stream("orders", Order, orders),
        Stream("refunds", Refund, refunds),
        Stream("customers", CommerceCustomer, customers),
        Stream("companies", Company, companies, is_offered=lambda options: options.has_companies),
    ),
    access=access,
    options=ShopifyOptions,
    secrets=(),
)
