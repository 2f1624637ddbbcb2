"""The keys by which a tenant signs its tokens: read once a day, and for a key not seen before.

While the directory cannot be reached, the keys that we have go on serving.
https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

import httpx

from shared.errors import RetryLater
from shared.sources.loops import PerLoop

LOGIN = "https://login.microsoftonline.com"
TIMEOUT = httpx.Timeout(5.0)
"""Somebody waits for the answer."""
STALE_AFTER = 86_400.0
ASK_EVERY = 60.0
"""Seconds between two questions: tokens of made-up keys must not make us ask more often."""


class SigningKeys:
    """One tenant's keys, kept from one request to the next."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport, self._clock = transport, clock
        self._tenant = ""
        self._keys: Mapping[str, Any] = {}
        self._read_at = self._asked_at = float("-inf")
        self._lock = PerLoop(asyncio.Lock)

    async def key(self, tenant: str, key_id: str) -> Any | None:
        """Give a key of a tenant, None for one that it does not have.

        Raises RetryLater where no keys can be had.
        """
        if not self._is_known(tenant, key_id):
            async with self._lock():
                if not self._is_known(tenant, key_id):
                    await self._renew(tenant)
        if not self._keys:
            raise RetryLater("the keys of Microsoft Entra cannot be had", ASK_EVERY)
        return self._keys.get(key_id)

    def _is_known(self, tenant: str, key_id: str) -> bool:
        is_fresh = self._clock() - self._read_at < STALE_AFTER
        return tenant == self._tenant and key_id in self._keys and is_fresh

    async def _renew(self, tenant: str) -> None:
        """Read the keys, at most once in a while; what we have stays where that fails."""
        if tenant != self._tenant:
            self._tenant, self._keys, self._asked_at = tenant, {}, float("-inf")
        if self._clock() - self._asked_at < ASK_EVERY:
            return
        self._asked_at = self._clock()
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, transport=self._transport) as http:
                response = await http.get(f"{LOGIN}/{tenant}/discovery/v2.0/keys")
            found = _keys(response.raise_for_status().json())
        except (httpx.HTTPError, ValueError):
            return
        if found:
            self._keys, self._read_at = found, self._clock()


def _keys(document: Any) -> dict[str, Any]:
    """Give the RSA keys of a key set by their ids.

    https://www.rfc-editor.org/rfc/rfc7517#section-5
    """
    # Imported here: it takes 100 ms that few starts need.
    jwt: Any = import_module("jwt")

    listed = document.get("keys") if isinstance(document, dict) else None
    found = {}
    for each in listed if isinstance(listed, list) else []:
        if not isinstance(each, dict) or each.get("kty") != "RSA" or each.get("use", "sig") != "sig":
            continue
        with suppress(jwt.PyJWTError):  # one that cannot be read costs the others nothing
            found[str(each.get("kid", ""))] = jwt.PyJWK.from_dict(each, "RS256")
    return found
