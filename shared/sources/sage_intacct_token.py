"""The access token of a Sage Intacct company: one for all who read it.

A second authorization of the same user voids the first (REST-2102), so the pulls of a process share one, and
where another process asked for one, the answer is to wait rather than to ask for credentials.
"""

from functools import lru_cache

import httpx

from shared.errors import RetryLater
from shared.sources.http import TokenAuth

_VOIDED = b"REST-2102"
_PAUSE = 30.0
_COMPANIES = 256


class CompanyToken(TokenAuth):
    """Adds the company's token; one that was voided is replaced once, by whoever notices first."""

    async def _refused(self, response: httpx.Response, token: str) -> None:
        """Let the next call get another token; say so where somebody else keeps voiding ours."""
        if _VOIDED in await response.aread():
            msg = f"{self._name}: another worker's authorization keeps voiding ours"
            raise RetryLater(msg, _PAUSE)
        if self._token == token:
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
