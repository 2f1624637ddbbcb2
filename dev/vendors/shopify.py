"""A simulated Shopify: the Admin GraphQL API 2026-10 and its token endpoint."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dev.vendors.facts import Account
from dev.vendors.shopify_graphql import QueryError, execute
from dev.vendors.shopify_parts import gid
from dev.vendors.shopify_render import shop_of
from dev.vendors.shopify_search import Root
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
        **Root(orders, shop.order, shop.updated, lambda order: order.placed_at, shop.financial_status).fields(
            "orders"
        ),
        **Root(account.customers, shop.customer, lambda each: each.updated_at, is_by_day=True).fields(
            "customers"
        ),
        **Root(account.companies, shop.company, lambda each: each.updated_at).fields("companies"),
        "metafieldDefinitions": partial(_definitions, account),
        "order": node,
        "customer": node,
        "company": node,
        "refund": node,
        "node": node,
        "nodes": lambda ids: [node(each) for each in ids],
    }


def _definitions(
    account: Account,
    ownerType: str,  # noqa: N803 - the argument's name at Shopify
    namespace: str,
    key: str,
    first: int,
) -> dict[str, Any]:
    """Give the definition of a merchant's own field, where one of its owners has it."""
    owners: dict[str, Iterable[Any]] = {
        "ORDER": account.orders,
        "CUSTOMER": account.customers,
        "COMPANY": account.companies,
    }
    is_known = any(f"{namespace}.{key}" in each.fields for each in owners[ownerType])
    nodes = [{"__typename": "MetafieldDefinition", "id": gid("MetafieldDefinition", 1)}] if is_known else []
    return {"nodes": nodes[:first]}


ROUTES = [
    Route("/shopify/{account}/admin/api/{version}/graphql.json", graphql, methods=["POST"]),
    Route("/shopify/{account}/admin/oauth/access_token", access_token, methods=["POST"]),
]
