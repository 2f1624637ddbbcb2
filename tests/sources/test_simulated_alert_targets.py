"""The simulated Graph and Teams, where alerts go in tests and demonstrations."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from dev.vendors import entra, graph, teams

MAIL = {
    "message": {
        "subject": "10 customers are absent from Sage",
        "body": {"contentType": "HTML", "content": "<p>See the card.</p>"},
        "toRecipients": [{"emailAddress": {"address": "finance@acme.example"}}],
    },
    "saveToSentItems": False,
}
CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Absent"}]}
POST = {
    "type": "message",
    "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}],
}
GOOD = f"Bearer {entra.token('https://graph.microsoft.com/.default')}"
OTHER = f"Bearer {entra.token('https://api.businesscentral.dynamics.com/.default')}"
SIGNED = "/teams/alerts?sig=any"


def app() -> Starlette:
    """Give an application that takes mail and cards."""
    return Starlette(routes=[*graph.ROUTES, *teams.ROUTES])


async def sending(to: Starlette, url: str, body: Any, **options: Any) -> httpx.Response:
    """Post a body and give the answer."""
    transport = httpx.ASGITransport(app=to)
    async with httpx.AsyncClient(transport=transport, base_url="http://vendor") as client:
        return await client.post(url, json=body, **options)


async def test_a_mail_is_kept() -> None:
    """A valid message is taken with 202 and kept with the mailbox that sends it."""
    target = app()
    url = "/graph/v1.0/users/alerts@acme.example/sendMail"
    answer = await sending(target, url, MAIL, headers={"Authorization": GOOD})
    assert answer.status_code == 202
    assert target.state.sent_mail == [{"mailbox": "alerts@acme.example", **MAIL}]


@pytest.mark.parametrize(
    ("token", "body", "status"),
    [
        (OTHER, MAIL, 401),
        (GOOD, {}, 400),
        (GOOD, {"message": {**MAIL["message"], "toRecipients": []}}, 400),  # type: ignore[dict-item]
        (GOOD, {"message": {**MAIL["message"], "subject": "x" * 5_000_000}}, 413),  # type: ignore[dict-item]
    ],
    ids=["token", "shape", "recipients", "size"],
)
async def test_a_wrong_mail_is_refused(token: str, body: Any, status: int) -> None:
    """What Graph would not send is answered in its error shape, and not kept."""
    target = app()
    answer = await sending(
        target, "/graph/v1.0/users/a@b.example/sendMail", body, headers={"Authorization": token}
    )
    assert answer.status_code == status
    assert {"code", "message", "innerError"} == set(answer.json()["error"])
    assert not hasattr(target.state, "sent_mail")


async def test_a_card_is_kept() -> None:
    """A valid post is taken with 202 and kept with its workflow."""
    target = app()
    answer = await sending(target, SIGNED, POST)
    assert answer.status_code == 202
    assert target.state.teams_posts == [{"workflow": "alerts", **POST}]


@pytest.mark.parametrize(
    ("url", "body", "status"),
    [
        ("/teams/alerts", POST, 401),
        (SIGNED, {"text": "hello"}, 400),
        (SIGNED, {**POST, "attachments": [{"contentType": "text/html", "content": CARD}]}, 400),
        (SIGNED, {**POST, "summary": "x" * 28_672}, 413),
    ],
    ids=["signature", "shape", "content type", "size"],
)
async def test_a_wrong_card_is_refused(url: str, body: Any, status: int) -> None:
    """What a workflow would not take is answered in its error shape, and not kept."""
    target = app()
    answer = await sending(target, url, body)
    assert answer.status_code == status
    assert {"code", "message"} == set(answer.json()["error"])
    assert not hasattr(target.state, "teams_posts")
