"""Access tokens: fetched once, renewed in time, and once where one is refused."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count

import httpx
import pytest

from shared.errors import ConfigurationError, RetryLater, SourceError, TieoutError
from shared.sources.http import TIMEOUT, Access, TokenAuth, VendorClient
from tests.sources.answers import URL, client


class TokenVendor:
    """A vendor that counts the tokens it gives, and takes those that it says."""

    def __init__(self, takes: Callable[[int], bool], answers: Iterator[httpx.Response] | None = None) -> None:
        self.given = count(1)
        self.last = 0
        self.takes = takes
        self.answers = answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a token request with the next token, any other by its token."""
        if request.url.path == "/token":
            self.last = next(self.given)
            if self.answers:
                return next(self.answers)
            return httpx.Response(200, json={"access_token": f"t{self.last}", "expires_in": 3600})
        number = int(request.headers["Authorization"].removeprefix("Bearer t"))
        return httpx.Response(200 if self.takes(number) else 401, json={"token": number})


def token_auth() -> TokenAuth:
    """Give an auth that asks the vendor's own token address."""
    return TokenAuth(lambda: httpx.Request("POST", "http://vendor/token"), name="shop")


async def test_one_token_serves_many_requests() -> None:
    """A token is fetched once and used until it ends."""
    vendor = TokenVendor(lambda _: True)
    async with client(vendor, [], token_auth()) as shop:
        answers = [await shop.get("/orders") for _ in range(5)]
    assert answers == [{"token": 1}] * 5


async def test_a_refused_token_is_renewed_once() -> None:
    """A token that ended early is replaced within the same request."""
    vendor = TokenVendor(lambda number: number == 2)
    async with client(vendor, [], token_auth()) as shop:
        assert await shop.get("/orders") == {"token": 2}
        assert await shop.get("/orders") == {"token": 2}
    assert vendor.last == 2


async def test_a_token_that_is_never_taken_is_a_setting_to_mend() -> None:
    """A second refusal is final: the app may not read this."""
    vendor = TokenVendor(lambda _: False)
    async with client(vendor, [], token_auth()) as shop:
        with pytest.raises(ConfigurationError):
            await shop.get("/orders")
    assert vendor.last == 2


async def test_a_spent_token_is_renewed_in_time() -> None:
    """A token counts as spent before its end, so that it does not end on the way."""
    spent = httpx.Response(200, json={"access_token": "t1", "expires_in": 60})
    fresh = httpx.Response(200, json={"access_token": "t2", "expires_in": 3600})
    vendor = TokenVendor(lambda _: True, iter([spent, fresh]))
    async with client(vendor, [], token_auth()) as shop:
        assert [await shop.get("/orders") for _ in range(3)] == [{"token": 1}, {"token": 2}, {"token": 2}]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"error": "invalid_client"}), ConfigurationError),
        (httpx.Response(401, json={}), ConfigurationError),
        (httpx.Response(503), RetryLater),
        (httpx.Response(429, headers={"Retry-After": "9"}), RetryLater),
        (httpx.Response(200, json={"token": "t1"}), SourceError),
        (httpx.Response(200, json=[]), SourceError),
        (httpx.Response(200, html="<p>Sign in</p>"), SourceError),
    ],
)
async def test_no_token_no_pull(answer: httpx.Response, error: type[TieoutError]) -> None:
    """Why there is no token decides what to do next."""
    vendor = TokenVendor(lambda _: True, iter([answer] * 9))
    async with client(vendor, [], token_auth()) as shop:
        with pytest.raises(error):
            await shop.get("/orders")


async def test_a_token_is_not_waited_for_for_ever() -> None:
    """The token request has the same time-out as any other: httpx gives none to a request made outside it."""
    waits = []

    def answer(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"])
        return TokenVendor(lambda _: True)(request)

    async with client(answer, [], token_auth()) as shop:
        await shop.get("/orders")
    assert waits == [TIMEOUT.as_dict()] * 2


class SlowTokenVendor(TokenVendor):
    """Takes its time, so that requests meet."""

    async def slowly(self, request: httpx.Request) -> httpx.Response:
        """Answer a moment later."""
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return self(request)


@pytest.mark.parametrize("first", [1, 2])
async def test_requests_that_meet_share_one_new_token(first: int) -> None:
    """Whether there is none yet or the vendor dropped it, one request renews the token and all use it."""
    vendor = SlowTokenVendor(lambda number: number >= first)
    access = Access(URL, token_auth())
    transport = httpx.MockTransport(vendor.slowly)
    async with (
        VendorClient(access, name="orders", transport=transport) as one,
        VendorClient(access, name="customers", transport=transport) as two,
    ):
        answers = await asyncio.gather(*(each.get("/orders") for each in (one, two, one, two)))
    assert answers == [{"token": first}] * 4
    assert vendor.last == first


def test_a_token_outlives_an_event_loop() -> None:
    """The next call of the process uses the token that the last one got."""
    vendor, auth = SlowTokenVendor(lambda _: True), token_auth()

    async def main() -> None:
        transport = httpx.MockTransport(vendor.slowly)
        async with VendorClient(Access(URL, auth), name="shop", transport=transport) as shop:
            await asyncio.gather(shop.get("/orders"), shop.get("/orders"))

    asyncio.run(main())
    asyncio.run(main())
    assert vendor.last == 1
