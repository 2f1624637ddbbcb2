"""The one way out: what is tried again, what is final, where nothing is sent, and what errors say."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.vendors.scaled_time import now, run
from shared.errors import ConfigurationError, RetryLater, SourceError, TieoutError
from shared.sources.addresses import is_safe
from shared.sources.http import (
    ATTEMPTS,
    LONGEST_PAUSE,
    Access,
    HeaderAuth,
    VendorClient,
    backoff,
    retry_after,
)
from shared.sources.pace import Limit, Pace, Signal
from tests.sources.answers import FINE, URL, answering, asked, client


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


async def test_a_body_that_was_cut_is_asked_for_again() -> None:
    """A connection that breaks within an answer, or an answer that cannot be unpacked, is no answer."""
    broken = [httpx.RemoteProtocolError("incomplete"), httpx.DecodingError("cut"), httpx.ReadTimeout("")]
    for error in broken:
        assert (await asked(answering(error, FINE)))[0] == {"fine": True}


def test_a_refused_call_makes_the_other_pulls_wait() -> None:
    """A 429 teaches the shared budget: no other pull of the connection goes out before its time."""
    sent: list[float] = []

    def handle(_: httpx.Request) -> httpx.Response:
        sent.append(now())
        return FINE if len(sent) > 1 else httpx.Response(429, headers={"Retry-After": "7"})

    async def main() -> None:
        access = Access(URL, pace=Pace(Limit(2, 1), clock=now))
        transport = httpx.MockTransport(handle)
        async with (
            VendorClient(access, name="a", transport=transport) as one,
            VendorClient(access, name="b", transport=transport) as two,
        ):
            first = asyncio.create_task(one.get("/orders"))
            await asyncio.sleep(1)
            await asyncio.gather(first, two.get("/orders"), two.get("/orders"))

    run(main())
    assert pytest.approx([0, 7, 7, 8]) == sent


async def test_a_wait_too_long_for_one_pull_is_too_long_for_all() -> None:
    """Who asks after a vendor asked for an hour is sent back to the queue without a call."""
    async with client(answering(httpx.Response(429, headers={"Retry-After": "3600"})), []) as vendor:
        for _ in range(2):
            with pytest.raises(RetryLater) as caught:
                await vendor.get("/orders")
            assert caught.value.seconds == pytest.approx(3600, abs=60)
        assert vendor.calls == 1


def test_the_vendors_own_count_is_listened_to() -> None:
    """What an answer's headers tell of the vendor's count slows the next call."""
    told = httpx.Response(200, json={}, headers={"Left": "0"})

    async def main() -> float:
        access = Access(
            URL,
            signal=lambda answer: Signal(float(answer.headers["Left"])),
            pace=Pace(Limit(100, 2), clock=now),
        )
        async with VendorClient(access, name="shop", transport=httpx.MockTransport(lambda _: told)) as shop:
            await shop.get("/a")
            await shop.get("/b", cost=3)
            return now()

    assert pytest.approx(1.5) == run(main())


@pytest.mark.parametrize(
    ("address", "anywhere", "locally"),
    [
        ("https://acme.example/api", True, True),
        ("http://acme.example/api", False, False),
        ("http://127.0.0.1:8080/shopify/acc", False, True),
        ("http://localhost:7071", False, True),
        ("http://[::1]:7071", False, True),
        ("http://localhost.acme.example", False, False),
        ("http://169.254.169.254/metadata", False, False),
        ("https://user:secret@acme.example", False, False),
        ("ftp://acme.example", False, False),
        ("acme.example", False, False),
        ("https://", False, False),
        ("http://vendor:port", False, False),
        ("", False, False),
    ],
)
def test_secrets_go_out_over_https_only(address: str, *, anywhere: bool, locally: bool) -> None:
    """Plain HTTP is for vendors that are simulated on the same machine, and for nothing on Azure."""
    assert (anywhere, locally) == (is_safe(address, is_local=False), is_safe(address, is_local=True))


@pytest.mark.parametrize(
    "link", ["http://shop.example/next", "http://127.0.0.1/next", "http://other.example"]
)
async def test_no_link_leads_from_https_to_plain_http(link: str) -> None:
    """A vendor's next link, or a token's address, cannot make us send a secret in the clear."""
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return FINE

    transport = httpx.MockTransport(handle)
    access = Access("https://shop.example", HeaderAuth({"Key": "k"}))
    async with VendorClient(access, name="shop", transport=transport) as shop:
        with pytest.raises(SourceError, match="but over https"):
            await shop.get(link)
    assert sent == []


async def test_a_redirect_is_not_followed() -> None:
    """Where a vendor sends us elsewhere our secrets do not go along."""
    moved = httpx.Response(302, headers={"Location": "https://elsewhere.example/?token=hunter2"})
    with pytest.raises(SourceError, match="answered 302") as caught:
        await asked(answering(moved))
    assert "elsewhere" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/customers/ana@example.com/orders", "/acc/customers/\u2026/orders"),
        ("/accounts(email='ana%40example.com')", "/acc/accounts(email='\u2026')"),
        ("/V1/orders?email=ana@example.com", "/acc/V1/orders"),
    ],
)
async def test_an_error_names_nobody(path: str, told: str) -> None:
    """An address in an error is a path without query and without anybody's email."""
    for status in (403, 404):
        async with client(answering(httpx.Response(status)), []) as vendor:
            with pytest.raises(TieoutError) as caught:
                await vendor.get(path)
        assert str(caught.value).split()[-1] == told
        assert "ana" not in str(caught.value)
