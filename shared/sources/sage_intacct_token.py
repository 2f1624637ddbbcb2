"""The access token of a Sage Intacct company: one for all who read it.

A second authorization of the same user voids the first (REST-2102), so the pulls of a process share one, and
where another process asked for one, the answer is to wait rather than to ask for credentials.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from functools import lru_cache

import httpx

from shared.errors import RetryLater
from shared.sources.http import TokenAuth
from shared.sources.loops import PerLoop

_VOIDED = b"REST-2102"
_PAUSE = 30.0
_COMPANIES = 256


class CompanyToken(TokenAuth):
    """Adds the company's token; one that was voided is replaced once, by whoever notices first."""

    def __init__(self, token_request: Callable[[], httpx.Request], *, name: str) -> None:
        super().__init__(token_request, name=name)
        self._renewing = PerLoop(asyncio.Lock)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the token; on a 401 take the newer one, or get one, and try once more."""
        for is_last in (False, True):
            async with self._renewing():
                if not self._token or time.monotonic() > self._expires - self.EARLY:
                    wanted = self._token_request()
                    # A request that is made here would otherwise wait for ever.
                    wanted.extensions.update(request.extensions)
                    answer = yield wanted
                    await answer.aread()
                    self._keep(answer)
                used = self._token
            request.headers[self._header] = self._prefix + used
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            if is_last and _VOIDED in await response.aread():
                msg = f"{self._name}: another worker's authorization keeps voiding ours"
                raise RetryLater(msg, _PAUSE)
            if self._token == used:
                self._token = ""


@lru_cache(maxsize=_COMPANIES)
def company_token(name: str, token_url: str, client_id: str, client_secret: str, username: str) -> TokenAuth:
    """Give the proof of who we are for a company, the same to all who ask in this process."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "username": username,
    }
    return CompanyToken(lambda: httpx.Request("POST", token_url, data=form), name=name)
