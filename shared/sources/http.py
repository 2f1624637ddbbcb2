"""The one way out to vendors: tokens, retries, budgets, and errors told apart by what to do next."""

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

import httpx

from shared import telemetry
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.sources.addresses import origin, place
from shared.sources.loops import PerLoop
from shared.sources.outgoing import outgoing_from
from shared.sources.pace import UNLIMITED, Limit, Pace, Signal
from shared.sources.retry_after import retry_after, seconds_of

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
ATTEMPTS = 5
LONGEST_PAUSE = 60.0
"""Seconds that a pull waits by itself; a longer wait is left to the queue."""

_WORTH_ANOTHER_TRY = frozenset({408, 429, *range(500, 600)})
"""Also Cloudflare's 520 to 524, which several vendors stand behind."""

# They would log whole addresses, headers and forms: a query may name a customer, a form a secret.
for _chatty in ("httpx", "httpcore", "msal", "urllib3", "requests_oauthlib", "oauthlib"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Access:
    """How a connection is reached: where, and what proves who we are."""

    base_url: str
    auth: httpx.Auth | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    limit: Limit = UNLIMITED
    """What the vendor allows this connection."""
    signal: Callable[[httpx.Response], Signal | None] = field(default=lambda _: None)
    """Reads the vendor's own count from an answer's headers."""
    pace: Pace | None = None
    """The budget that all clients of the connection share; where there is none, each has its own."""


class VendorClient:
    """Sends requests to one connection and gives parsed JSON, numbers as int and Decimal.

    Waits and tries again where the vendor asks for it, up to `ATTEMPTS` times and
    `LONGEST_PAUSE` seconds a wait; then raises RetryLater. Raises ConfigurationError where
    credentials or addresses are refused, SourceError for answers that cannot be right.
    """

    def __init__(
        self,
        access: Access,
        *,
        name: str,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self.pace = pace or access.pace or Pace(access.limit, name=name, sleep=sleep)
        self._signal = access.signal
        self.base_url = httpx.URL(access.base_url)
        self.calls = 0
        self._http = httpx.AsyncClient(
            base_url=access.base_url,
            auth=access.auth,
            headers={"Accept": "application/json", **access.headers},
            timeout=TIMEOUT,
            transport=transport or outgoing_from(self.base_url),
            follow_redirects=False,
            event_hooks={"request": [self._refuse_plain]},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, url: str, **options: Any) -> Any:
        """Get a resource; see `request`."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Any) -> Any:
        """Post to a resource; see `request`."""
        return await self.request("POST", url, **options)

    async def request(self, method: str, url: str, **options: Any) -> Any:
        """Send a request and give the parsed JSON of a 2xx answer, None for an empty one.

        `options` are those of `httpx.AsyncClient.request`, and `cost` as `send` has it.
        """
        return parse_json(await self.send(method, url, **options), self.name)

    async def send(
        self,
        method: str,
        url: str,
        *,
        cost: float = 1.0,
        tolerated: Collection[int] = (),
        pace: Pace | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send a request and give the whole 2xx answer, for what stands in its headers.

        `cost` is what the vendor's limit counts it for; `tolerated` are statuses whose answers the caller
        reads itself; `pace` is the budget that pays, where it is not the connection's main one.
        """
        pace = pace or self.pace
        for attempt in range(1, ATTEMPTS + 1):
            is_spent = False
            try:
                async with pace.turn(cost, LONGEST_PAUSE) as turn:
                    self.calls += 1
                    response = await self._request(method, url, options)
            except (httpx.InvalidURL, httpx.UnsupportedProtocol):
                raise ConfigurationError(f"{self.name}: its address is not valid") from None
            except httpx.RequestError as error:
                reason, wait = f"cannot be reached ({type(error).__name__})", None
            else:
                if (signal := self._signal(response)) is not None:
                    pace.learn(signal, turn)
                if response.is_success or response.status_code in tolerated:
                    return response
                self._refuse_final(response)
                reason, wait = f"answered {response.status_code}", retry_after(response)
                is_spent = response.status_code == httpx.codes.TOO_MANY_REQUESTS
            if attempt == ATTEMPTS:
                msg = f"{self.name} {reason}, {ATTEMPTS} times"
                raise RetryLater(msg, wait or LONGEST_PAUSE)
            await self.pause(backoff(attempt) if wait is None else wait, reason, is_spent=is_spent, pace=pace)
        raise AssertionError  # the loop returns or raises

    async def _request(self, method: str, url: str, options: dict[str, Any]) -> httpx.Response:
        """Send a request once. Its address is told nobody: it may name a customer, or be a secret."""
        outcome = "unreachable"
        with telemetry.span("call", to=self.name, method=method) as marks:
            try:
                response = await self._http.request(method, url, **options)
                outcome = str(response.status_code)
            finally:
                marks["outcome"] = outcome
                telemetry.measure("call", outcome=outcome)
        return response

    async def pause(
        self, seconds: float, reason: str, *, is_spent: bool = False, pace: Pace | None = None
    ) -> None:
        """Wait as the vendor asks, and let all pulls of the connection wait with us.

        `is_spent` where the vendor says that its limit is used up. Raises RetryLater where the wait is too
        long for a pull.
        """
        pace = pace or self.pace
        # Of an address that a reason names nothing is told: it would make a series of each page.
        telemetry.measure("pause", seconds=seconds, outcome=reason.partition(" to ")[0])
        if seconds > LONGEST_PAUSE:
            pace.hold(seconds, is_spent=is_spent)
            msg = f"{self.name} {reason} and asks to wait {seconds:.0f} s"
            raise RetryLater(msg, seconds)
        await pace.rest(seconds, is_spent=is_spent)

    async def _refuse_plain(self, request: httpx.Request) -> None:
        """Send nothing over plain HTTP, unless to the very place that the operator named so."""
        if request.url.scheme != "https" and origin(request.url) != origin(self.base_url):
            raise SourceError(f"{self.name}: nothing is sent to {request.url.host} but over https")

    def _refuse_final(self, response: httpx.Response) -> None:
        """Raise for the answers that no other try will change."""
        status = response.status_code
        if status in _WORTH_ANOTHER_TRY:
            return
        if status in {401, 403}:
            msg = (
                f"{self.name} refused our credentials ({status}): check that the secrets are current "
                f"and that the app may read {self._told(response.request.url)}"
            )
            raise ConfigurationError(msg)
        what = f"{response.request.method} {self._told(response.request.url)}"
        raise SourceError(f"{self.name} answered {status} to {what}")

    def _told(self, url: httpx.URL) -> str:
        """Give an address as a message may say it: of one that was given whole the path may be a secret."""
        return "its address" if url == self.base_url else place(url)


def backoff(attempt: int) -> float:
    """Give the seconds to wait after the n-th failure: about 1, 2, 4, 8, with jitter."""
    return float(2 ** (attempt - 1)) * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing


def parse_json(response: httpx.Response, name: str) -> Any:
    """Parse an answer's JSON, fractions as Decimal; None for an empty body.

    Raises SourceError for what is no JSON, an HTML error page say.
    """
    if not response.content.strip():
        return None
    try:
        return json.loads(response.content, parse_float=Decimal)
    except (ValueError, RecursionError):
        kind = response.headers.get("Content-Type", "no content type")
        msg = f"{name} answered {response.status_code} with a body that is no JSON ({kind})"
        raise SourceError(msg) from None


class HeaderAuth(httpx.Auth):
    """Proves who we are by fixed headers."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers."""
        request.headers.update(self._headers)
        yield request


class TokenAuth(httpx.Auth):
    """Proves who we are by an OAuth 2.0 access token (RFC 6749, section 4.4, client credentials).

    Gets the token through the same client, renews it in time, and once more on a 401.
    Raises ConfigurationError where the token is refused, RetryLater where it is not to be had now.
    """

    EARLY = 120.0
    """Seconds before its end at which a token counts as spent."""

    requires_response_body = True

    def __init__(
        self,
        token_request: Callable[[], httpx.Request],
        *,
        name: str,
        header: str = "Authorization",
        prefix: str = "Bearer ",
    ) -> None:
        self._token_request = token_request
        self._name, self._header, self._prefix = name, header, prefix
        self._token, self._expires = "", 0.0
        self._renewing = PerLoop(asyncio.Lock)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the token; on a 401 get a new one, unless another request did meanwhile, and try once more."""
        refused = ""
        for is_last in (False, True):
            async with self._renewing():
                is_spent = time.monotonic() > self._expires - self.EARLY
                if is_spent or self._token in {"", refused}:
                    asked = self._token_request()
                    # Made outside the client, it would have no time-out, and one hung call stops all pulls.
                    asked.extensions.update(request.extensions)
                    answer = yield asked
                    await answer.aread()
                    self._keep(answer)
                refused = self._token
            request.headers[self._header] = self._prefix + refused
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            if is_last:
                await self._refused(response, refused)

    async def _refused(self, response: httpx.Response, token: str) -> None:
        """Take note that even a fresh token was refused; a vendor may mean something by it."""

    def _keep(self, answer: httpx.Response) -> None:
        if answer.status_code in _WORTH_ANOTHER_TRY:
            msg = f"{self._name}: the token address answered {answer.status_code}"
            raise RetryLater(msg, retry_after(answer) or LONGEST_PAUSE)
        if not answer.is_success:
            msg = f"{self._name} refused the client id or secret ({answer.status_code})"
            raise ConfigurationError(msg)
        body = parse_json(answer, self._name)
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise SourceError(f"{self._name}: the token address gave no access_token")
        self._token = token
        self._expires = time.monotonic() + (seconds_of(str(body.get("expires_in"))) or 300)
