"""How Shopify lets us in and how fast: tokens, versions, scopes, points."""

import json
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from dev.vendors import shopify as vendor
from shared.domain.workspace import FieldMap
from shared.errors import ConfigurationError
from shared.sources.http import VendorClient
from shared.sources.pace import Pace
from shared.sources.shopify import LIMIT, SOURCE, ShopifyOptions
from shared.sources.source import Pull
from tests.sources.shopify_shop import (
    CONNECTION,
    SINCE,
    STATIC,
    STREAMS,
    UNTIL,
    Handle,
    answer,
    changing,
    findings,
    ids,
    page,
    read,
    shop,
    world,
)

PAIR = {name: vendor.SECRETS[name] for name in ("client_id", "client_secret")}


async def test_a_token_that_expires_in_mid_run_is_renewed_once():
    """A 401 costs one new token and no record."""
    inner, seen = shop(world()), list[str]()

    async def expire(request: httpx.Request) -> httpx.Response:
        seen.append("token" if request.url.path.endswith("access_token") else "query")
        if seen.count("query") == 2 and seen[-1] == "query":
            return httpx.Response(401, json={"errors": "[API] Invalid API key or access token"})
        return await inner.handle_async_request(request)

    got = await read(httpx.MockTransport(expire), "companies", secrets=PAIR, page_size=1)
    assert ids(got) == ["7"]
    got = await read(httpx.MockTransport(expire), "customers", secrets=PAIR, page_size=1)
    assert ids(got) == ["21", "22", "23"]
    assert seen.count("token") == 3


async def test_a_static_token_is_not_renewed():
    """A static token that is refused stays so: that is the operator's to change."""
    with pytest.raises(ConfigurationError, match="secrets"):
        await read(lambda _: httpx.Response(401), "companies", since=SINCE)


async def test_another_version_than_ours_is_refused():
    """Once our version has expired Shopify serves a newer one: nothing is read in it unseen."""

    def newer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=page(), headers={"X-Shopify-API-Version": "2027-10"})

    with pytest.raises(ConfigurationError, match="2026-10 and answered in 2027-10") as refused:
        await read(newer, "companies", since=SINCE)
    assert refused.value.path == "options.api_version"
    assert await read(newer, "companies", since=SINCE, api_version="2027-10")


def test_a_version_without_tax_settings_is_refused():
    """Before 2026-07 a customer's tax number could not be read."""
    with pytest.raises(ValidationError, match="2026-07 or later"):
        ShopifyOptions(shop="acc", api_version="2026-04")


async def test_a_field_that_is_denied_is_not_read_as_empty():
    """Data beside ACCESS_DENIED for one field is no data: the field's name is told to the operator."""
    denied = {
        "message": "Access denied for taxSettings field. Required access: `read_taxes` access scope.",
        "path": ["page", "nodes", 0, "taxSettings"],
        "extensions": {"code": "ACCESS_DENIED"},
    }
    with pytest.raises(ConfigurationError, match="taxSettings"):
        await read(answer({**page(), "errors": [denied]}), "customers", since=SINCE)


@pytest.mark.parametrize("status", [402, 403, 423])
async def test_a_frozen_or_locked_shop_is_out(status: int):
    """A shop that does not pay, or is locked, is not asked again and again."""
    calls: list[int] = []

    def frozen(_: httpx.Request) -> httpx.Response:
        calls.append(status)
        return httpx.Response(status)

    with pytest.raises(Exception, match=str(status)):
        await read(frozen, "companies", since=SINCE)
    assert len(calls) == 1


async def test_a_check_of_a_good_app_finds_nothing():
    """An app with all scopes on a store with companies has nothing missing; the check is one call."""
    calls: list[httpx.Request] = []
    inner = shop(world())

    async def count(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return await inner.handle_async_request(request)

    assert await findings(httpx.MockTransport(count)) == {}
    assert len(calls) == 1


def granted(*scopes: str, plus: bool = True) -> httpx.MockTransport:
    """Give a shop whose app has just these scopes."""

    def change(body: Any) -> None:
        body["data"]["currentAppInstallation"]["accessScopes"] = [{"handle": scope} for scope in scopes]
        body["data"]["shop"]["plan"]["shopifyPlus"] = plus

    return changing(shop(world()), change)


@pytest.mark.parametrize(
    ("scopes", "options", "missing"),
    [
        (("read_orders", "read_customers"), {}, {"scope read_all_orders"}),
        (("read_orders", "read_customers"), {"has_all_orders": False}, set()),
        (("read_orders", "read_all_orders"), {}, {"scope read_customers", "scope read_companies"}),
        (("read_orders", "read_all_orders"), {"has_companies": False}, {"scope read_customers"}),
        (("read_customers", "read_all_orders", "read_companies"), {}, {"scope read_orders"}),
    ],
)
async def test_missing_scopes_are_named(scopes: tuple[str, ...], options: dict[str, Any], missing: set[str]):
    """Each scope that is missing is named before the first pull, with what follows from it."""
    found = await findings(granted(*scopes), **options)
    assert set(found) == missing
    assert all(each.is_fatal for each in found.values())


async def test_a_plan_without_companies_is_told_and_not_fatal():
    """Companies are Shopify Plus's: another plan is told, and which option to set."""
    all_scopes = granted("read_orders", "read_all_orders", "read_customers", plus=False)
    found = await findings(all_scopes)
    assert {name: each.is_fatal for name, each in found.items()} == {"option has_companies": False}
    assert await findings(all_scopes, has_companies=False) == {}


async def test_own_fields_that_nobody_defined_are_named():
    """A metafield that the field map names and no record has is told before the first pull (GEN-12)."""
    account = world()
    account.customers[0] = replace(account.customers[0], fields={"custom.vat": "DE136695976"})
    known, unknown = FieldMap(vat_field="custom.vat"), FieldMap(account_reference_field="custom.nothing")
    assert await findings(shop(account), fields=known) == {}
    found = await findings(shop(account), fields=unknown)
    assert {name: each.is_fatal for name, each in found.items()} == {"metafield custom.nothing": False}
    assert await findings(shop(account), fields=FieldMap(vat_field="VAT Number")) == {}


@dataclass(slots=True)
class Clock:
    """A clock that sleeping moves on."""

    now: float = 0.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def metered(clock: Clock, requested: int, actual: int, throttled: list[float]) -> Handle:
    """Give a shop that charges what a query asks for, gives back what it did not use, and throttles."""
    most, restored, account = 2_000.0, 100.0, {"level": 2_000.0, "at": 0.0}
    left = iter(range(59, -1, -1))

    def serve(_: httpx.Request) -> httpx.Response:
        level = min(most, account["level"] + (clock.now - account["at"]) * restored)
        is_paid = level + 1e-6 >= requested  # fractions do not add up to the hair
        account.update(level=level - actual if is_paid else level, at=clock.now)
        status = {
            "maximumAvailable": most,
            "currentlyAvailable": int(account["level"]),
            "restoreRate": restored,
        }
        cost = {"cost": {"requestedQueryCost": requested, "throttleStatus": status}}
        if not is_paid:
            throttled.append(clock.now)
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return httpx.Response(200, json={"errors": [error], "extensions": cost})
        number = next(left)
        node = {"legacyResourceId": str(number), "updatedAt": f"2026-11-01T00:00:{number:02}Z"}
        more = str(number) if number else ""
        return httpx.Response(200, json={**page(node, more=more), "extensions": cost})

    return serve


@pytest.mark.parametrize(("requested", "actual"), [(412, 412), (900, 300), (50, 50)])
async def test_points_are_used_and_never_overdrawn(requested: int, actual: int):
    """A long read is never throttled and takes at most 15 % longer than the points allow."""
    clock, throttled = Clock(), list[float]()
    access = SOURCE.access(CONNECTION, ShopifyOptions(shop="acc"), STATIC)
    assert access.limit == LIMIT
    pace = Pace(access.limit, clock=clock, sleep=clock.sleep)
    transport = httpx.MockTransport(metered(clock, requested, actual, throttled))
    client = VendorClient(access, name="shop", transport=transport, sleep=clock.sleep, pace=pace)
    async with client:
        pull = Pull(client, CONNECTION, ShopifyOptions(shop="acc"), FieldMap(), SINCE, UNTIL)
        got = [each async for each in STREAMS["companies"].pages(pull)]
    shortest = max(0.0, (59 * actual + requested - 2_000) / 100)
    assert (len(got), throttled) == (60, [])
    assert clock.now <= shortest * 1.15 + (requested - actual) / 100 + 1


async def test_progress_is_counted_down():
    """Where Shopify counts a list, each page says how many rows are still to come."""
    account = world()
    account.customers[:] = [replace(account.customers[0], id=number) for number in range(1, 8)]
    got = await read(shop(account), "customers", page_size=3)
    assert [each.remaining for each in got] == [4, 1, None]
    resumed = await read(shop(account), "customers", page_size=3, cursor=got[0].cursor)
    assert [each.remaining for each in resumed] == [1, None]


async def test_the_count_is_asked_for_once():
    """Only a read's first page asks for the count, and without the usual limit of 10,000."""
    asked: list[bool] = []
    inner = shop(world())

    async def note(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        asked.append(body["variables"].get("isCounted", False))
        assert "limit: null" in body["query"]
        return await inner.handle_async_request(request)

    await read(httpx.MockTransport(note), "customers", page_size=1)
    assert asked == [True, False, False]
