"""Shopify: orders, refunds, customers and B2B companies through the Admin GraphQL API.

https://shopify.dev/docs/api/admin-graphql/2026-10. The app needs the scopes read_orders,
read_all_orders and read_customers.
"""

import re
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

import httpx
from pydantic import Field, field_validator

from shared.domain.records import CommerceCustomer, Company, Order, Refund
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError
from shared.sources import shopify_queries as queries
from shared.sources import shopify_records
from shared.sources.http import Access, HeaderAuth, TokenAuth
from shared.sources.pace import Limit
from shared.sources.read import records
from shared.sources.shopify_access import OwnField, check, check_history, own_fields
from shared.sources.shopify_keys import ORDERS_REACH, company_keys, customer_keys, order_keys
from shared.sources.shopify_nodes import CompanyNode, CustomerNode, OrderNode
from shared.sources.shopify_paging import Search, pages, whole
from shared.sources.shopify_refunds import refunds
from shared.sources.source import Options, Page, Pull, Source, Stream

TOKEN_HEADER = "X-Shopify-Access-Token"  # noqa: S105 - a header's name
OLDEST_VERSION = "2026-07"
"""The first with `Customer.taxSettings`."""
LIMIT = Limit(capacity=1_000, per_second=100)
"""Points that the smallest plan has, at least; each answer says what this store really has."""

_IS_LOCALIZED_FIELD = re.compile(r"TAX_[A-Z_]+").fullmatch


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

    @field_validator("api_version")
    @classmethod
    def _is_new_enough(cls, version: str) -> str:
        if version < OLDEST_VERSION:
            msg = f"must be {OLDEST_VERSION} or later"
            raise ValueError(msg)
        return version

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
    return Access(f"{shop}/admin/api/{options.api_version}", auth, limit=LIMIT)


async def orders(pull: Pull) -> AsyncIterator[Page]:
    """Read the orders changed in the window, whatever their state."""
    await check_history(pull)
    vat_field = pull.field_map.vat_field
    localized = vat_field if _IS_LOCALIZED_FIELD(vat_field) else ""
    convert = partial(shopify_records.order, shop=pull.options.shop, localized_field=localized)
    lists = ("shippingLines", "localizedFields") if localized else ("shippingLines",)
    variables = {"hasLocalizedField": bool(localized), "hasCompanies": pull.options.has_companies}
    async for rows in pages(pull, _search(pull, queries.ORDERS, is_counted=True, **variables)):
        full = [await whole(pull.client, node, *lists) for node in rows.nodes]
        good, bad = records("orders", full, OrderNode, convert, id_field="legacyResourceId")
        yield Page(good, rows.cursor, bad, remaining=rows.remaining)


async def customers(pull: Pull) -> AsyncIterator[Page]:
    """Read the customers changed in the window."""
    variables = {"hasCompanies": pull.options.has_companies, **_own_fields(pull)}
    size = pull.options.page_size or 100
    search = Search(queries.CUSTOMERS, size, variables, is_by_day=True, is_counted=True)
    async for rows in pages(pull, search):
        good, bad = records(
            "customers", rows.nodes, CustomerNode, shopify_records.customer, id_field="legacyResourceId"
        )
        yield Page(good, rows.cursor, bad, remaining=rows.remaining)


async def companies(pull: Pull) -> AsyncIterator[Page]:
    """Read the companies changed in the window, with all their locations."""
    async for rows in pages(pull, _search(pull, queries.COMPANIES)):
        full = [await whole(pull.client, node, "locations") for node in rows.nodes]
        good, bad = records("companies", full, CompanyNode, shopify_records.company)
        yield Page(good, rows.cursor, bad)


def _search(pull: Pull, query: str, *, is_counted: bool = False, **variables: Any) -> Search:
    own = {**variables, **_own_fields(pull)}
    return Search(query, pull.options.page_size or 25, own, is_counted=is_counted)


def _own_fields(pull: Pull) -> dict[str, Any]:
    """Ask for the merchant's own fields that the field map names as `namespace.key`.

    Other names are those of another platform of the same workspace.
    """
    asked: dict[str, Any] = {}
    named = {field.label: field for field in own_fields(pull.field_map)}
    for label in ("Vat", "Account"):
        field = named.get(label, OwnField(label, "", ""))
        prefix = label.lower()
        asked[f"{prefix}Namespace"], asked[f"{prefix}Key"] = field.namespace, field.key
        asked[f"has{label}Field"] = label in named
    return asked


SOURCE = Source(
    kind="shopify",
    title="Shopify",
    streams=(
        Stream(
            "orders",
            Order,
            orders,
            is_by_key=True,
            keys=order_keys,
            sweep_column="placed_at",
            sweep_reach=ORDERS_REACH,
        ),
        Stream("refunds", Refund, refunds),
        Stream("customers", CommerceCustomer, customers, is_by_key=True, keys=customer_keys),
        Stream(
            "companies",
            Company,
            companies,
            is_by_key=True,
            is_offered=lambda options: options.has_companies,
            keys=company_keys,
        ),
    ),
    access=access,
    options=ShopifyOptions,
    secrets=(),
    check=check,
)
