"""The one way out: what is tried again, what is final, and how tokens are kept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError, RetryLater, SourceError, TieoutError
from shared.sources.http import (
    ATTEMPTS,
    LONGEST_PAUSE,
    Access,
    HeaderAuth,
    TokenAuth,
    VendorClient,
    backoff,
    retry_after,
)

URL = "http://vendor/acc"
FINE = httpx.Response(200, json={"fine": True})

Handler = Callable[[httpx.Request], httpx.Response]


def client(handle: Handler, slept: list[float], auth: httpx.Auth | None = None) -> VendorClient:
    """Give a client that answers from a function and only notes its pauses."""

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return VendorClient(Access(URL, auth), name="shop", transport=httpx.MockTransport(handle), sleep=sleep)


def answering(*answers: httpx.Response | Exception) -> Handler:
    """Give these answers in turn, the last one for ever."""
    left = [*answers]

    def handle(_: httpx.Request) -> httpx.Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return handle


async def asked(handle: Handler, auth: httpx.Auth | None = None) -> tuple[Any, list[float], int]:
    """Give the answer to one request, the pauses it took, and the calls it counted."""
    slept: list[float] = []
    async with client(handle, slept, auth) as vendor:
        answer = await vendor.get("/orders")
        return answer, slept, vendor.calls


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_passing_failure_is_tried_again(status: int) -> None:
    """What may pass is tried again after a pause, and each try is counted."""
    answer, slept, calls = await asked(answering(httpx.Response(status), httpx.Response(status), FINE))
    assert answer == {"fine": True}
    assert calls == 3
    assert 0.5 <= slept[0] <= 1.5
    assert 1 <= slept[1] <= 3


async def test_an_unreachable_vendor_is_tried_again() -> None:
    """A connection that fails is as good as an answer that does."""
    answer, _, calls = await asked(answering(httpx.ConnectError("no route"), FINE))
    assert (answer, calls) == ({"fine": True}, 2)


@pytest.mark.parametrize("failure", [httpx.Response(503), httpx.ReadTimeout("slow")])
async def test_a_lasting_failure_is_left_for_later(failure: httpx.Response | Exception) -> None:
    """After five tries the queue decides when to go on."""
    slept: list[float] = []
    async with client(answering(failure), slept) as vendor:
        with pytest.raises(RetryLater) as caught:
            await vendor.get("/orders")
        assert vendor.calls == ATTEMPTS
    assert len(slept) == ATTEMPTS - 1
    assert caught.value.seconds == LONGEST_PAUSE


async def test_a_pause_is_as_long_as_the_vendor_asks() -> None:
    """Retry-After in seconds is obeyed to the second."""
    throttled = httpx.Response(429, headers={"Retry-After": "7"})
    _, slept, _ = await asked(answering(throttled, FINE))
    assert slept == [7.0]


async def test_a_pause_may_be_asked_for_by_date() -> None:
    """Retry-After as an HTTP date is obeyed too."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    _, [slept], _ = await asked(answering(httpx.Response(503, headers={"Retry-After": date}), FINE))
    assert 20 < slept <= 30


async def test_a_long_pause_is_left_for_later() -> None:
    """A pull does not wait by itself for longer than a minute."""
    throttled = httpx.Response(429, headers={"Retry-After": "61"})
    with pytest.raises(RetryLater) as caught:
        await asked(answering(throttled, FINE))
    assert caught.value.seconds == 61


@given(
    st.dictionaries(
        st.sampled_from(["Retry-After", "X-IA-Throttle-Limit-Retry-After"]),
        st.text(st.characters(codec="ascii", exclude_categories=["Cc"])),
    )
)
def test_any_header_is_a_wait_or_none(headers: dict[str, str]) -> None:
    """A wait is never negative, and what cannot be read is none."""
    wait = retry_after(httpx.Response(429, headers=headers))
    assert wait is None or wait >= 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "Tue, 14 Apr 2020 09:30:00 GMT"}, 0.0),
        ({"Retry-After": "Tue, 14 Apr 2020 09:30:00 -0000"}, 0.0),
        ({"X-IA-Hour-Rate-Limit-Retry-After": "40", "Retry-After": "2"}, 40.0),
    ],
)
def test_waits(headers: dict[str, str], expected: float | None) -> None:
    """Of several limits the longest counts, and a moment past is no wait."""
    assert retry_after(httpx.Response(429, headers=headers)) == expected


def test_each_pause_is_about_twice_the_last() -> None:
    """Pauses grow, with jitter around 1, 2, 4 and 8 seconds."""
    for attempt, middle in enumerate((1, 2, 4, 8), start=1):
        assert middle / 2 <= backoff(attempt) <= middle * 3 / 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, ConfigurationError),
        (403, ConfigurationError),
        (400, SourceError),
        (404, SourceError),
        (302, SourceError),
        (410, SourceError),
    ],
)
async def test_a_final_answer_is_not_tried_again(status: int, error: type[TieoutError]) -> None:
    """Refused credentials are the operator's, other refusals take the source out, at the first try."""
    slept: list[float] = []
    async with client(answering(httpx.Response(status, text="hunter2")), slept) as vendor:
        with pytest.raises(error, match=r"shop .*/acc/orders") as caught:
            await vendor.get("/orders", params={"email": "ana@example.com"})
        assert vendor.calls == 1
    assert "hunter2" not in str(caught.value)
    assert "ana" not in str(caught.value)


async def test_a_page_of_html_is_no_answer() -> None:
    """A proxy's error page with status 200 takes the source out."""
    with pytest.raises(SourceError, match="no JSON"):
        await asked(answering(httpx.Response(200, html="<p>Bad gateway</p>")))


async def test_an_empty_answer_is_none() -> None:
    """An answer without a body, 204 say, is None."""
    assert (await asked(answering(httpx.Response(204))))[0] is None


async def test_money_is_never_a_float() -> None:
    """Numbers come as int and Decimal."""
    answer, _, _ = await asked(answering(httpx.Response(200, content=b'{"a": 19.90, "b": 3}')))
    assert repr(answer) == "{'a': Decimal('19.90'), 'b': 3}"


async def test_an_address_that_is_none_is_a_setting_to_mend() -> None:
    """A malformed address is the operator's, and is not tried again."""
    slept: list[float] = []
    async with client(answering(FINE), slept) as vendor:
        with pytest.raises(ConfigurationError):
            await vendor.get("http://vendor:port/")


async def test_fixed_headers_go_with_every_request() -> None:
    """A key in a header is sent as it is."""
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Api-Key"])
        return FINE

    await asked(handle, HeaderAuth({"Api-Key": "k"}))
    assert seen == ["k"]


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
