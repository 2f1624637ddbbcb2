"""The Shopify source against answers that Shopify gives seldom, or should not give."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from dev.vendors.facts import Account
from shared.domain.records import Company, Refund
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.sources.source import Page
from tests.sources.shopify_shop import (
    SINCE,
    STREAMS,
    answer,
    at,
    busy,
    failure,
    ids,
    page,
    read,
    records,
    shop,
    world,
)


async def test_a_broken_vendor_is_out():
    """HTML instead of JSON puts the source out, not the whole run."""
    with pytest.raises(SourceError, match="no JSON"):
        await read(shop(Account(is_broken=True)), "orders")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, SourceError),
        ([], SourceError),
        ({"data": None}, SourceError),
        ({"data": {}}, SourceError),
        ({"data": {"page": {"nodes": None}}}, SourceError),
        (failure("UNDEFINED_FIELD"), SourceError),
        (failure("", page()["data"]), SourceError),
        (failure("MAX_COST_EXCEEDED"), SourceError),
        (failure("ACCESS_DENIED", page()["data"]), ConfigurationError),
        (failure("SHOP_INACTIVE"), ConfigurationError),
        (failure("THROTTLED"), RetryLater),
        (failure("INTERNAL_SERVER_ERROR"), RetryLater),
        (page(more="same"), SourceError),
        ({"data": {"page": {"nodes": [], "pageInfo": {"hasNextPage": True}}}}, SourceError),
    ],
)
async def test_answers_that_cannot_be_right(body: Any, error: type[Exception]):
    """An answer that is not complete is never taken for one; the error says what to do next."""
    with pytest.raises(error):
        await read(answer(body), "companies", since=SINCE)


async def test_a_page_that_comes_again_is_refused():
    """A page that repeats under a new cursor ends the read instead of going on for ever."""
    node = {"updatedAt": "2026-11-01T00:00:00Z"}
    bodies = [page(node, more="a"), page(node, more="b"), page(node, more="c")]
    with pytest.raises(SourceError, match="twice"):
        await read(answer(*bodies), "companies", since=SINCE)


async def test_throttling_waits_as_long_as_points_need():
    """A throttled query waits until it can be paid, then goes on where it was."""
    waits: list[float] = []
    throttle = {"maximumAvailable": 2000.0, "currentlyAvailable": 100, "restoreRate": 50.0}
    cost = {"requestedQueryCost": 600, "actualQueryCost": None, "throttleStatus": throttle}
    throttled = {**failure("THROTTLED"), "extensions": {"cost": cost}}
    got = await read(answer(throttled, page()), "companies", since=SINCE, waits=waits)
    assert (got, waits) == ([Page(())], [10.0])


@pytest.mark.parametrize("stream", STREAMS)
async def test_a_query_that_costs_too_much_is_asked_for_less(stream: str):
    """Too costly a query is halved until it is allowed, and nothing is lost."""
    account, sizes = busy(), list[int]()
    inner = shop(account)

    async def limit(request: httpx.Request) -> httpx.Response:
        variables = json.loads(request.content)["variables"]
        sizes.append(variables.get("first") or len(variables.get("ids", ())))
        if sizes[-1] > 3:
            return httpx.Response(200, json=failure("MAX_COST_EXCEEDED"))
        return await inner.handle_async_request(request)

    limited = await read(httpx.MockTransport(limit), stream, page_size=10)
    assert ids(limited) == ids(await read(inner, stream))
    assert 10 in sizes


async def test_a_bad_record_does_not_cost_the_others():
    """A record that cannot be read is named, without its values, and the rest is kept."""

    async def spoil(request: httpx.Request) -> httpx.Response:
        response = await inner.handle_async_request(request)
        body = json.loads(await response.aread())
        nodes = body["data"].get("page", {}).get("nodes", [])
        for node in nodes:
            if node["legacyResourceId"] == "1001":
                node["totalPriceSet"]["shopMoney"]["amount"] = "a secret"
            if node["legacyResourceId"] == "1002":
                node["updatedAt"] = "a secret"
            if node["legacyResourceId"] == "1003":
                del node["shippingLines"]["pageInfo"]
        return httpx.Response(200, json=body)

    inner = shop(world())
    (got,) = await read(httpx.MockTransport(spoil), "orders")
    assert {each.id for each in got.records} == {"1004", "1005", "1007"}
    assert {each.record_id for each in got.bad} == {"1001", "1002", "1003"}
    assert not any("secret" in str(each) for each in got.bad)


async def test_a_backfill_needs_all_orders():
    """Sixty days of orders are not taken for all of them, unless the operator says so."""

    async def forbid(request: httpx.Request) -> httpx.Response:
        if b"accessScopes" in request.content:
            scopes = [{"handle": "read_orders"}]
            return httpx.Response(200, json={"data": {"currentAppInstallation": {"accessScopes": scopes}}})
        return await inner.handle_async_request(request)

    inner = shop(world())
    with pytest.raises(ConfigurationError, match="read_all_orders"):
        await read(httpx.MockTransport(forbid), "orders")
    assert await read(httpx.MockTransport(forbid), "orders", since=SINCE)
    assert await read(httpx.MockTransport(forbid), "orders", has_all_orders=False)


def site(vat: str = "", external_id: str = "") -> dict[str, Any]:
    """Give a company location."""
    return {"externalId": external_id or None, "taxSettings": {"taxRegistrationId": vat or None}}


def listing(*nodes: Any, more: str = "") -> dict[str, Any]:
    """Give a nested list, with a cursor if there is more."""
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": bool(more), "endCursor": more or None}}


COMPANY = {
    "id": "gid://shopify/Company/7",
    "name": "Acme",
    "externalId": "C-1",
    "createdAt": "2026-11-01T00:00:00Z",
    "updatedAt": "2026-11-02T00:00:00Z",
    "mainContact": None,
    "locations": listing(site(), more="a"),
}


async def test_nested_lists_are_read_to_their_end():
    """A company's VAT number and account are found at whichever location has the number, however far."""
    rests = [listing(site(), more="b"), listing(site(), site("DE136695976", "C-9"), site("DE1"))]
    bodies = [page(COMPANY), *({"data": {"owner": {"rest": rest}}} for rest in rests)]
    (company,) = records(await read(answer(*bodies), "companies", since=SINCE))
    assert isinstance(company, Company)
    assert (company.vat, company.account_reference) == ("DE136695976", "C-9")


async def test_without_a_vat_number_the_company_is_its_first_location():
    """The company's own account stands in where its location has none."""
    body = page({**COMPANY, "locations": listing(site(), site("", "C-9"))})
    (company,) = records(await read(answer(body), "companies", since=SINCE))
    assert isinstance(company, Company)
    assert (company.vat, company.account_reference) == ("", "C-1")


async def test_a_nested_list_that_does_not_go_on_is_refused():
    """A nested list that promises more and gives no new cursor ends the read."""
    same = {"data": {"owner": {"rest": listing(site(), more="a")}}}
    with pytest.raises(SourceError, match="no new cursor"):
        await read(answer(page(COMPANY), same), "companies", since=SINCE)


async def test_an_owner_that_is_gone_is_refused():
    """The rest of a list whose owner is gone is not taken for the end."""
    with pytest.raises(SourceError):
        await read(answer(page(COMPANY), {"data": {"owner": None}}), "companies", since=SINCE)


async def test_many_refunds_of_one_order_are_all_read():
    """An order's list of refunds has no pages; a full one is asked for again at its largest."""
    account = world()
    refunds = [replace(account.refunds[0], id=600 + index) for index in range(25)]
    account.refunds[:] = refunds
    assert ids(await read(shop(account), "refunds")) == [str(each.id) for each in refunds]


NIGHT = {"since": at(1, 12), "until": at(2, 2)}
"""A window without the hour at which late refunds are looked for."""


def refund(**parts: Any) -> dict[str, Any]:
    """Give a refund of 120.00 with these parts."""

    def bag(amount: str) -> dict[str, Any]:
        return {"shopMoney": {"amount": amount, "currencyCode": "GBP"}}

    lines = [{"totalTaxSet": bag(amount)} for amount in parts.get("lines", ())]
    shipping = [{"taxAmountSet": bag(amount)} for amount in parts.get("shipping", ())]
    adjustments = [{"taxAmountSet": bag(amount)} for amount in parts.get("adjustments", ())]
    return {
        "id": "gid://shopify/Refund/5",
        "legacyResourceId": "5",
        "createdAt": None,
        "processedAt": "2026-11-02T01:00:00+01:00",
        "order": {"id": "gid://shopify/Order/1"},
        "totalRefundedSet": bag("120.00"),
        "refundLineItems": listing(*lines),
        "refundShippingLines": listing(*shipping),
        "orderAdjustments": listing(*adjustments),
        "transactions": listing(*({"status": status} for status in parts.get("statuses", ("SUCCESS",)))),
    }


@pytest.mark.parametrize(
    ("parts", "tax"),
    [
        ({}, 0),
        ({"lines": ["10.00", "5.00"], "shipping": ["1.00"]}, 160_000),
        ({"adjustments": ["-2.00"]}, 20_000),
        ({"lines": ["10.00"], "adjustments": ["4.00"]}, 60_000),
        ({"lines": ["500.00"]}, 1_200_000),
    ],
)
async def test_a_refund_splits_into_net_and_tax(parts: dict[str, Any], tax: int):
    """Net and tax always add up to the money that moved, and neither is below zero."""
    order = {"id": "gid://shopify/Order/1", "legacyResourceId": "1", "updatedAt": "2026-11-02T00:00:00Z"}
    bodies = [page({**order, "refunds": [{"id": "gid://shopify/Refund/5"}]})]
    bodies.append({"data": {"nodes": [refund(**parts)]}})
    (got,) = records(await read(answer(*bodies), "refunds", **NIGHT))
    assert isinstance(got, Refund)
    assert (got.gross, got.tax, got.net) == (1_200_000, tax, 1_200_000 - tax)
    assert got.refunded_at == "2026-11-02T00:00:00Z"


@pytest.mark.parametrize(
    ("statuses", "is_record"),
    [
        ((), True),
        (("SUCCESS",), True),
        (("PENDING",), True),
        (("FAILURE", "SUCCESS"), True),
        (("FAILURE",), False),
        (("ERROR", "FAILURE"), False),
    ],
)
async def test_a_refund_that_failed_is_no_money_out(statuses: tuple[str, ...], *, is_record: bool):
    """A refund whose transactions all failed is named as gone; one that is still on its way is a refund."""
    order = {"id": "gid://shopify/Order/1", "legacyResourceId": "1", "updatedAt": "2026-11-02T00:00:00Z"}
    bodies = [page({**order, "refunds": [{"id": "gid://shopify/Refund/5"}]})]
    bodies.append({"data": {"nodes": [refund(statuses=statuses)]}})
    (got,) = await read(answer(*bodies), "refunds", **NIGHT)
    assert ([each.id for each in got.records], got.deleted) == (["5"], ()) if is_record else ([], ("5",))


async def test_a_refund_that_is_listed_and_not_given_is_refused():
    """As many refunds come as were asked for."""
    order = {"id": "gid://shopify/Order/1", "legacyResourceId": "1", "updatedAt": "2026-11-02T00:00:00Z"}
    listed = page({**order, "refunds": [{"id": "gid://shopify/Refund/5"}]})
    with pytest.raises(SourceError, match="does not give"):
        await read(answer(listed, {"data": {"nodes": [None]}}), "refunds", since=SINCE)
