"""What we send and what the simulated Shopify answers, against Shopify's own schema 2026-10."""

import gzip
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLResolveInfo,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    build_client_schema,
    graphql_sync,
    parse,
    validate,
)

from shared.domain.workspace import FieldMap
from shared.sources import shopify_queries as queries
from shared.sources.shopify_graphql import ask
from tests.contracts import needs_contracts, read_contract
from tests.sources.shopify_shop import STREAMS, client, read, shop, world

pytestmark = needs_contracts


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    """Give Shopify's schema."""
    introspection = json.loads(gzip.decompress(read_contract("shopify/admin_2026-10.json.gz")))
    return build_client_schema(introspection.get("data", introspection), assume_valid=True)


@pytest.mark.parametrize("query", queries.ALL)
def test_every_query_is_valid(schema: GraphQLSchema, query: str):
    """Every query that is ever sent is valid for the version that we ask for."""
    assert validate(schema, parse(query)) == []


@pytest.mark.parametrize("query", queries.ALL)
def test_no_query_uses_what_is_deprecated(schema: GraphQLSchema, query: str):
    """No query asks for a field that Shopify is about to take away."""
    assert validate(schema, parse(query), [NoDeprecatedCustomRule]) == []


@pytest.mark.parametrize("stream", STREAMS)
async def test_simulated_answers_are_well_typed(schema: GraphQLSchema, stream: str):
    """Each simulated answer to a stream's queries is one that the schema allows."""
    exchanged: list[tuple[dict[str, Any], dict[str, Any]]] = []
    inner = shop(world())

    async def note(request: httpx.Request) -> httpx.Response:
        response = await inner.handle_async_request(request)
        exchanged.append((json.loads(request.content), json.loads(await response.aread())))
        return httpx.Response(response.status_code, json=exchanged[-1][1])

    await read(httpx.MockTransport(note), stream)
    assert exchanged
    for asked, answered in exchanged:
        check(schema, asked["query"], asked["variables"], answered["data"])


OWNERS = {
    "shippingLines": "gid://shopify/Order/1001",
    "localizedFields": "gid://shopify/Order/1001",
    "transactions": "gid://shopify/Refund/501",
    "refundLineItems": "gid://shopify/Refund/501",
    "refundShippingLines": "gid://shopify/Refund/501",
    "orderAdjustments": "gid://shopify/Refund/501",
    "locations": "gid://shopify/Company/7",
}


@pytest.mark.parametrize("name", queries.REST)
async def test_simulated_nested_lists_are_well_typed(schema: GraphQLSchema, name: str):
    """Each simulated rest of a nested list is one that the schema allows."""
    reached, _ = client(shop(world()))
    async with reached:
        variables = {"id": OWNERS[name], "after": None}
        data = await ask(reached, queries.REST[name], variables)
    assert data["owner"]["rest"]["pageInfo"]["hasNextPage"] is False
    check(schema, queries.REST[name], variables, data)


SHOP = "{ shop { id name myshopifyDomain currencyCode ianaTimezone taxesIncluded plan { shopifyPlus } } }"


async def test_the_simulated_shop_is_well_typed(schema: GraphQLSchema):
    """The simulated shop tells about itself as the schema allows."""
    reached, _ = client(shop(world()))
    async with reached:
        data = await ask(reached, SHOP, {})
    assert data["shop"]["myshopifyDomain"] == "acc.myshopify.com"
    check(schema, SHOP, {}, data)


def check(schema: GraphQLSchema, query: str, variables: dict[str, Any], data: dict[str, Any]) -> None:
    """Let the schema's own types read the answer, and expect all of it back."""
    result = graphql_sync(
        schema, query, root_value=data, variable_values=variables, field_resolver=_by_response_key
    )
    assert result.errors is None
    assert result.data == data


def _by_response_key(source: Any, info: GraphQLResolveInfo, **_: Any) -> Any:
    return source[info.path.key]


KEYS = {"first": 250, "query": "id:>0"}
DEFINED = {"namespace": "custom", "key": "vat", "hasCompanies": True}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        *((query, KEYS) for query in queries.KEYS.values()),
        (queries.DEFINITIONS, DEFINED),
        (queries.INSTALLATION, {}),
    ],
)
async def test_simulated_ids_and_checks_are_well_typed(
    schema: GraphQLSchema, query: str, variables: dict[str, Any]
):
    """Each simulated answer to a sweep or a check is one that the schema allows."""
    reached, _ = client(shop(world()))
    async with reached:
        check(schema, query, variables, await ask(reached, query, variables))


@pytest.mark.parametrize("vat_field", ["custom.vat", "TAX_CREDENTIAL_IT"])
async def test_simulated_own_fields_are_well_typed(schema: GraphQLSchema, vat_field: str):
    """An order with the merchant's own fields is one that the schema allows."""
    account = world()
    account.orders[0] = replace(account.orders[0], fields={"custom.vat": "x", "TAX_CREDENTIAL_IT": "y"})
    seen: list[dict[str, Any]] = []
    inner = shop(account)

    async def note(request: httpx.Request) -> httpx.Response:
        response = await inner.handle_async_request(request)
        seen.append(
            {"asked": json.loads(request.content), "data": json.loads(await response.aread())["data"]}
        )
        return httpx.Response(200, json={"data": seen[-1]["data"]})

    await read(httpx.MockTransport(note), "orders", fields=FieldMap(vat_field=vat_field))
    for each in seen:
        check(schema, each["asked"]["query"], each["asked"]["variables"], each["data"])
