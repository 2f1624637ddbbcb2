"""Hooks: a message as JSON, signed, to an address that the merchant named.

`tieout-signature: t={seconds since the epoch},v1={hex}`, where v1 is the HMAC-SHA256 of `{t}.{body}` by the
workspace's hook secret. Who takes a hook checks both, and refuses what is older than five minutes.
"""

import hmac
import json
from datetime import datetime
from typing import Any

from shared.errors import ConfigurationError
from shared.sources.addresses import is_safe
from shared.sources.http import Access, VendorClient
from shared.sources.pace import Limit

LIMIT = Limit(capacity=5, per_second=1, parallel=1)


def access(address: str, *, is_local: bool = False) -> Access:
    """Say how a hook is reached. Raises ConfigurationError for one that is not https."""
    if not is_safe(address, is_local=is_local):
        raise ConfigurationError("the address of a hook must be https")
    return Access(address, limit=LIMIT)


async def send(
    client: VendorClient, document: dict[str, Any], delivery: str, secret: str, now: datetime
) -> None:
    """Post a message; `delivery` is the same for the same message, so that a repeat can be known."""
    body = json.dumps({"id": delivery, "message": document}, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "tieout-delivery": delivery,
        "tieout-signature": signature(body, secret, int(now.timestamp())),
    }
    await client.send("POST", str(client.base_url), content=body, headers=headers)


def signature(body: bytes, secret: str, at: int) -> str:
    """Sign a body as of an instant."""
    digest = hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex()
    return f"t={at},v1={digest}"
