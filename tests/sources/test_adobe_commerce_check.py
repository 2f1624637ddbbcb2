"""What is found before the first pull, and how Adobe Commerce's refusals are borne."""

import httpx
import pytest

from dev.vendors import adobe_commerce
from dev.vendors.facts import Account
from shared.domain.workspace import FieldMap
from shared.errors import RetryLater
from shared.sources.adobe_commerce import SOURCE, signal
from shared.sources.adobe_commerce_check import check
from shared.sources.pace import Signal
from shared.sources.source import Finding, Probe
from tests.sources.shop import Answers, Bench, busy_account, customer

PAAS = Bench(source=SOURCE, vendor=adobe_commerce, options={})
SAAS = Bench(source=SOURCE, vendor=adobe_commerce, options={"flavour": "saas", "ims_org": "X@AdobeOrg"})


async def found(bench: Bench, answers: Answers, fields: FieldMap | None = None) -> tuple[Finding, ...]:
    """Give what the check finds."""
    client, connection, options = bench.client(answers)
    async with client:
        return await check(Probe(client, connection, options, fields or FieldMap()))


@pytest.mark.parametrize("bench", [PAAS, SAAS], ids=["paas", "saas"])
async def test_nothing_is_found_where_nothing_is_missing(bench: Bench) -> None:
    """A connection that can read all of its lists has no findings."""
    account = busy_account()
    account.customers.append(customer(9, fields={"vat_no": "GB123456789"}))
    assert await found(bench, account, FieldMap(vat_field="vat_no")) == ()


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/orders", "Magento_Sales::actions_view"),
        ("/creditmemos", "Magento_Sales::sales_creditmemo"),
        ("/customers/search", "Magento_Customer::manage"),
        ("/company/", "Magento_Company::index"),
    ],
)
@pytest.mark.parametrize("status", [401, 403])
async def test_a_missing_resource_is_named(path: str, resource: str, status: int) -> None:
    """A list that the integration may not read is told by the resource that it needs."""

    def answer(request: httpx.Request) -> httpx.Response:
        is_denied = request.url.path.endswith(path)
        return httpx.Response(status if is_denied else 200, json={"items": [], "total_count": 0})

    [finding] = await found(PAAS, httpx.MockTransport(answer))
    assert (finding.what, finding.is_fatal) == (f"resource {resource}", True)


async def test_missing_companies_are_told_by_the_option() -> None:
    """A shop without the B2B module is told to say so."""
    [finding] = await found(PAAS, Account(has_b2b=False))
    assert (finding.what, finding.is_fatal) == ("options.has_companies", False)


async def test_a_missing_attribute_costs_only_itself() -> None:
    """An attribute of the field map that customers lack is named; what is built in is read instead."""
    [finding] = await found(PAAS, busy_account(), FieldMap(vat_field="vat_no"))
    assert (finding.what, finding.is_fatal) == ("customer attribute vat_no", False)


async def test_a_list_that_refuses_a_plain_query_is_named() -> None:
    """A 400 or 404 where neither should be is told with its list."""
    answer = httpx.MockTransport(lambda _: httpx.Response(400, json={"message": "no"}))
    assert {each.what for each in await found(PAAS, answer)} == {
        "/orders",
        "/creditmemos",
        "/customers/search",
        "/company/",
    }


async def test_a_refusal_by_fastly_slows_the_connection_down() -> None:
    """After a 429 a call goes out every five seconds at most: who goes on is kept waiting for an hour."""
    answer = httpx.MockTransport(lambda _: httpx.Response(429, headers={"Retry-After": "7"}))
    client, _, _ = PAAS.client(answer)
    async with client:
        assert client.pace.limit.parallel == 2
        with pytest.raises(RetryLater) as raised:
            await client.get("/orders")
        assert client.pace.limit.per_second == 0.2
    assert raised.value.seconds == 7
    assert signal(httpx.Response(429)) == Signal(0, capacity=1, per_second=0.2, lasts=3600)
    assert signal(httpx.Response(200)) is None
