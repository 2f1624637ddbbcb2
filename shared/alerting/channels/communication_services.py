"""Email by Azure Communication Services, for merchants without a mailbox for it.

https://learn.microsoft.com/rest/api/communication/email/email/send - signed with the resource's access key
(https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial).
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx

from shared.alerting.email import Email
from shared.errors import ConfigurationError
from shared.sources.http import Access, VendorClient
from shared.sources.pace import Limit

VERSION = "2023-03-31"
LIMIT = Limit(capacity=5, per_second=0.5, parallel=1)
"""Thirty messages a minute."""


class KeyAuth(httpx.Auth):
    """Signs a request's method, address, date, host and content with the resource's key."""

    requires_request_body = True

    def __init__(self, access_key: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        try:
            self._key = base64.b64decode(access_key, validate=True)
        except ValueError:
            raise ConfigurationError("the access_key of Communication Services is not base64") from None
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add date, hash and signature."""
        date = format_datetime(self._clock().astimezone(UTC), usegmt=True)
        content = base64.b64encode(hashlib.sha256(request.content).digest()).decode()
        target = request.url.raw_path.decode()
        signed = f"{request.method}\n{target}\n{date};{request.headers['host']};{content}"
        signature = base64.b64encode(hmac.digest(self._key, signed.encode(), "sha256")).decode()
        request.headers["x-ms-date"] = date
        request.headers["x-ms-content-sha256"] = content
        request.headers["Authorization"] = (
            f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}"
        )
        yield request


def access(endpoint: str, access_key: str) -> Access:
    """Say how a Communication Services resource is reached."""
    return Access(endpoint.rstrip("/"), KeyAuth(access_key), limit=LIMIT)


async def send(client: VendorClient, sender: str, to: str, email: Email, delivery: str) -> None:
    """Send an email; `delivery` names the operation, so that a repeat of it is known there."""
    body: dict[str, Any] = {
        "senderAddress": sender,
        "content": {"subject": email.subject, "html": email.html, "plainText": email.text},
        "recipients": {"to": [{"address": to}]},
        "userEngagementTrackingDisabled": True,
    }
    if email.attachments:
        body["attachments"] = [
            {
                "name": each.name,
                "contentType": each.content_type,
                "contentInBase64": base64.b64encode(each.content).decode(),
            }
            for each in email.attachments
        ]
    operation = f"{delivery[:8]}-{delivery[8:12]}-{delivery[12:16]}-{delivery[16:20]}-{delivery[20:32]}"
    await client.send(
        "POST",
        "/emails:send",
        params={"api-version": VERSION},
        headers={"Operation-Id": operation},
        json=body,
    )
