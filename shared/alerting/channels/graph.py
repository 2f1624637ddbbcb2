"""Email by Microsoft Graph, sent from a mailbox of the merchant's own.

https://learn.microsoft.com/graph/api/user-sendmail - application permission Mail.Send, which reaches every
mailbox unless Exchange confines it (RBAC for Applications).
"""

import base64
from typing import Any
from urllib.parse import quote

import httpx

from shared.alerting.email import Attachment, Email
from shared.sources.http import Access, VendorClient
from shared.sources.pace import Limit

ADDRESS = "https://graph.microsoft.com"
SCOPE = f"{ADDRESS}/.default"
LIMIT = Limit(capacity=4, per_second=0.5, parallel=1)
"""Thirty messages a minute for each mailbox."""


def access(auth: httpx.Auth, address: str = "") -> Access:
    """Say how Graph is reached, at another address than its own where one is given."""
    return Access(address or ADDRESS, auth, limit=LIMIT)


async def send(client: VendorClient, sender: str, to: str, email: Email) -> None:
    """Send an email from a mailbox, and keep it among what that mailbox sent.

    Graph takes one body: the HTML, of which Exchange makes plain text for who wants that.
    """
    message: dict[str, Any] = {
        "subject": email.subject,
        "body": {"contentType": "HTML", "content": email.html},
        "toRecipients": [{"emailAddress": {"address": to}}],
    }
    if email.attachments:
        message["attachments"] = [_file(each) for each in email.attachments]
    body = {"message": message, "saveToSentItems": True}
    await client.send("POST", f"/v1.0/users/{quote(sender)}/sendMail", json=body)


def _file(attachment: Attachment) -> dict[str, str]:
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": attachment.name,
        "contentType": attachment.content_type,
        "contentBytes": base64.b64encode(attachment.content).decode(),
    }
