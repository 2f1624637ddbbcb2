"""How Adobe Commerce is reached: addresses, secrets and options of both flavours."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from dev.vendors import adobe_commerce
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError
from shared.sources.adobe_commerce import SOURCE, AdobeCommerceOptions
from shared.sources.source import Page
from tests.sources.shop import Bench, at, busy_account

PAAS = Bench(source=SOURCE, vendor=adobe_commerce, options={})
SAAS = Bench(source=SOURCE, vendor=adobe_commerce, options={"flavour": "saas", "ims_org": "X@AdobeOrg"})
SECRETS = adobe_commerce.SECRETS


@pytest.mark.parametrize("name", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
async def test_the_signature_needs_all_four_secrets(name: str) -> None:
    """A signature made with any other secret is refused, and says to look at the secrets."""
    with pytest.raises(ConfigurationError, match="secrets"):
        await PAAS.pages("orders", busy_account(), secrets={name: "another"}, since=at(1))


@pytest.mark.parametrize(
    ("flavour", "name"),
    [("paas", "consumer_key"), ("paas", "access_token_secret"), ("saas", "client_secret")],
)
def test_a_missing_secret_is_named(flavour: str, name: str) -> None:
    """Each flavour asks for its own secrets, and says which one is missing."""
    connection = Connection(name="shop", kind="adobe_commerce", base_url="http://vendor")
    secrets = {key: value for key, value in SECRETS.items() if key != name}
    options = AdobeCommerceOptions.model_validate({"flavour": flavour, "ims_org": "X@AdobeOrg"})
    with pytest.raises(ConfigurationError, match=name) as raised:
        SOURCE.access(connection, options, secrets)
    assert raised.value.path == f"secrets.{name}"


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({}, "host"),
        ({"flavour": "saas", "host": "h", "ims_org": "o"}, "tenant"),
        ({"flavour": "saas", "host": "h", "tenant": "t"}, "ims_org"),
    ],
)
def test_a_missing_option_is_named(options: Mapping[str, Any], missing: str) -> None:
    """Each flavour says which option it needs to find its address."""
    connection = Connection(name="shop", kind="adobe_commerce")
    with pytest.raises(ConfigurationError, match=missing) as raised:
        SOURCE.access(connection, AdobeCommerceOptions(**options), SECRETS)
    assert raised.value.path == f"options.{missing}"


def test_addresses_follow_from_host_and_tenant() -> None:
    """PaaS is below /rest/all/V1; SaaS has no store code in its path but a header."""
    connection = Connection(name="shop", kind="adobe_commerce")
    paas = SOURCE.access(connection, AdobeCommerceOptions(host="shop.example"), SECRETS)
    assert paas.base_url == "https://shop.example/rest/all/V1"
    options = AdobeCommerceOptions(
        flavour="saas", host="na1.api.commerce.adobe.com", tenant="t1", ims_org="X@AdobeOrg"
    )
    saas = SOURCE.access(connection, options, SECRETS)
    assert saas.base_url == "https://na1.api.commerce.adobe.com/t1/V1"
    assert saas.headers["Store"] == "all"


async def test_a_token_is_asked_for_once() -> None:
    """SaaS gets one IMS token for all its requests, and no secret in any address."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        is_token = request.url.path.endswith("/ims/token/v3")
        body = {"access_token": "t", "expires_in": 3600} if is_token else {"items": [], "total_count": 0}
        return httpx.Response(200, content=json.dumps(body))

    async with SAAS.pulling(httpx.MockTransport(answer)) as pull:
        for stream in SOURCE.streams:
            assert [page async for page in stream.pages(pull)] == [Page(())]
    assert [url.endswith("/ims/token/v3") for url in seen] == [True, False, False, False, False]
    assert not any(secret in url for url in seen for secret in SECRETS.values())


@pytest.mark.parametrize("bounds", [0, 301])
def test_page_size_has_the_vendors_bound(bounds: int) -> None:
    """More than 300 rows a page would be answered with 400."""
    with pytest.raises(ValidationError, match="page_size"):
        AdobeCommerceOptions(page_size=bounds)


async def test_open_source_offers_no_companies() -> None:
    """An installation without the B2B module is not asked for companies."""
    offered = [
        stream.name
        for stream in SOURCE.streams
        if stream.is_offered(AdobeCommerceOptions(has_companies=False))
    ]
    assert offered == ["orders", "refunds", "customers"]
