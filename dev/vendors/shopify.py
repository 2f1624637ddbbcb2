"""A simulated Shopify: the Admin GraphQL API 2026-10 and its token endpoint."""

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dev.vendors.facts import Account, ShopOrder
from dev.vendors.shopify_graphql import Key, QueryError, connection, execute
from dev.vendors.shopify_render import Shop, gid, shop_of
from dev.vendors.vendor import Refused, endpoint

SECRETS = {
    "access_token": "shpat_invented0000000000000000000000",
    "client_id": "invented-client-id",
    "client_secret": "shpss_invented0000000000000000000000",
}
_GRANTED = "shpua_invented0000000000000000000000"
_TOKENS = frozenset({SECRETS["access_token"], _GRANTED})
_SCOPES = ("read_orders", "read_all_orders", "read_customers", "read_companies")
_LARGEST_BUCKET, _RESTORED_A_SECOND = 2000.0, 100.0

_TERM = re.compile(r"updated_at:(>=|<=|>|<)(?:'([^']*)'|\"([^\"]*)\"|(\S+))")
_DAY = len("2026-11-01")
_SECONDS_A_DAY = 86_400


@endpoint
async def graphql(request: Request, account: Account) -> Response:
    """Answer a query, or say in Shopify's way why not."""
    if request.headers.get("X-Shopify-Access-Token") not in _TOKENS:
        message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        raise Refused(JSONResponse({"errors": message}, status_code=401))
    body = await request.json()
    headers = {"X-Shopify-API-Version": request.path_params["version"]}
    try:
        data, cost = execute(body["query"], body.get("variables") or {}, _root(account, request))
    except QueryError as error:
        told = {"message": str(error), "extensions": {"code": error.code}}
        return JSONResponse({"errors": [told], "extensions": _cost(1)}, headers=headers)
    return JSONResponse({"data": data, "extensions": _cost(cost)}, headers=headers)


@endpoint
async def access_token(request: Request, _: Account) -> Response:
    """Grant a token for the client's credentials."""
    raw = await request.body()
    is_json = request.headers.get("Content-Type", "").startswith("application/json")
    form = await request.json() if is_json else {name: got[0] for name, got in parse_qs(raw.decode()).items()}
    wanted = {"grant_type": "client_credentials", **{n: SECRETS[n] for n in ("client_id", "client_secret")}}
    if {name: form.get(name) for name in wanted} != wanted:
        return JSONResponse({"error": "invalid_client", "error_description": "Refused"}, status_code=400)
    return JSONResponse({"access_token": _GRANTED, "scope": ",".join(_SCOPES), "expires_in": 86399})


def _cost(points: int) -> dict[str, Any]:
    throttle = {
        "maximumAvailable": _LARGEST_BUCKET,
        "currentlyAvailable": max(0, int(_LARGEST_BUCKET) - points),
        "restoreRate": _RESTORED_A_SECOND,
    }
    return {"cost": {"requestedQueryCost": points, "actualQueryCost": points, "throttleStatus": throttle}}


def _root(account: Account, request: Request) -> dict[str, Any]:
    """Give the root object; abandoned checkouts are no orders at Shopify."""
    shop = shop_of(account)
    orders = [order for order in account.orders if order.state != "abandoned"]

    def find(kind: str, number: int) -> dict[str, Any] | None:
        known: dict[str, tuple[Iterable[Any], Callable[[Any], dict[str, Any]]]] = {
            "Order": (orders, shop.order),
            "Refund": (account.refunds, shop.refund),
            "Customer": (account.customers, shop.customer),
            "Company": (account.companies, shop.company),
        }
        facts, render = known.get(kind, ((), shop.customer))
        return next((render(fact) for fact in facts if fact.id == number), None)

    def node(id: str) -> dict[str, Any] | None:  # noqa: A002 - the argument's name at Shopify
        kind, _, number = id.removeprefix("gid://shopify/").partition("/")
        return find(kind, int(number)) if number.isdigit() else None

    name = request.path_params["account"]
    return {
        "__typename": "QueryRoot",
        "shop": {
            "__typename": "Shop",
            "id": gid("Shop", 1),
            "name": name,
            "myshopifyDomain": f"{name}.myshopify.com",
            "currencyCode": account.local_currency,
            "ianaTimezone": "Europe/London",
            "taxesIncluded": True,
            "plan": {"publicDisplayName": "Shopify Plus", "shopifyPlus": True},
        },
        "currentAppInstallation": {"accessScopes": [{"handle": scope} for scope in _SCOPES]},
        "orders": _list(orders, shop.order, _updated_order(shop), by_day=False),
        "customers": _list(account.customers, shop.customer, _updated, by_day=True),
        "companies": _list(account.companies, shop.company, _updated, by_day=False),
        "order": node,
        "customer": node,
        "company": node,
        "refund": node,
        "node": node,
        "nodes": lambda ids: [node(each) for each in ids],
    }


def _updated(fact: Any) -> datetime:
    return fact.updated_at  # type: ignore[no-any-return] # facts with a time of change


def _updated_order(shop: Shop) -> Callable[[ShopOrder], datetime]:
    return shop.updated


def _list(
    facts: Iterable[Any],
    render: Callable[[Any], dict[str, Any]],
    updated: Callable[[Any], datetime],
    *,
    by_day: bool,
) -> Callable[..., dict[str, Any]]:
    def resolve(
        first: int | None = None,
        after: str | None = None,
        query: str | None = None,
        sortKey: str = "ID",  # noqa: N803 - the argument's name at Shopify
    ) -> dict[str, Any]:
        low, high = _bounds(query or "", by_day=by_day)
        found: list[tuple[Key, Any]] = []
        for fact in facts:
            when = int(updated(fact).timestamp())
            if low <= when < high:
                found.append(((when if sortKey == "UPDATED_AT" else 0, fact.id), fact))
        return connection(sorted(found, key=itemgetter(0)), render, first=first, after=after)

    return resolve


def _bounds(query: str, *, by_day: bool) -> tuple[float, float]:
    """Read the search as seconds, the second bound exclusive; Shopify takes both as inclusive.

    A bound without quotes is cut to its day, as some saw it at Shopify.
    """
    low, high = -math.inf, math.inf
    for sign, single, double, bare in _TERM.findall(query):
        bound = (single or double or bare[:_DAY])[: _DAY if by_day else None]
        start = datetime.fromisoformat(bound)
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        if sign.startswith(">"):
            low = max(low, start.timestamp())
        else:
            high = min(high, start.timestamp() + (_SECONDS_A_DAY if len(bound) == _DAY else 1))
    return low, high


ROUTES = [
    Route("/shopify/{account}/admin/api/{version}/graphql.json", graphql, methods=["POST"]),
    Route("/shopify/{account}/admin/oauth/access_token", access_token, methods=["POST"]),
]
