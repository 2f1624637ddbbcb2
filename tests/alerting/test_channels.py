"""The ways out: what is sent is what each vendor takes, over https, and never faster than it allows."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from dev.vendors import entra, graph, teams
from shared.alerting.channels import communication_services, hook
from shared.alerting.channels import graph as graph_channel
from shared.alerting.channels import teams as teams_channel
from shared.alerting.email import email_of
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.sources.http import Access, HeaderAuth, VendorClient
from shared.sources.pace import Pace
from tests.alerting.messages import DOCUMENT

WORKFLOW = "https://prod-01.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=invented"
NOW = datetime(2026, 4, 12, 17, tzinfo=UTC)


async def _no_sleep(_: float) -> None:
    """Let the time pass at once."""


def _client(access: Access, transport: httpx.AsyncBaseTransport) -> VendorClient:
    return VendorClient(access, name="channel", transport=transport, sleep=_no_sleep)


def _answering(status: int, **options: Any) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, **options)

    return httpx.MockTransport(answer), asked


async def test_a_card_reaches_the_workflow() -> None:
    """The simulated workflow takes the card, at an address that only its signature opens."""
    app = Starlette(routes=teams.ROUTES)
    access = teams_channel.access("http://127.0.0.1/teams/finance?sig=invented", is_local=True)
    async with _client(access, httpx.ASGITransport(app=app)) as client:
        await teams_channel.send(client, DOCUMENT)
    (posted,) = app.state.teams_posts
    assert "finance" == posted["workflow"]
    assert DOCUMENT["heading"] == posted["attachments"][0]["content"]["body"][0]["text"]


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        (WORKFLOW, True),
        ("https://x.environment.api.powerplatform.com/powerautomate/automations/1?sig=1", True),
        ("https://logic.azure.com.evil.example/workflows?sig=1", False),
        ("https://evillogic.azure.com/workflows?sig=1", False),
        ("https://hooks.example.com/teams", False),
        ("http://prod-01.logic.azure.com/workflows?sig=1", False),
        ("http://127.0.0.1/teams/x?sig=1", False),
        ("https://user:word@prod-01.logic.azure.com/workflows", False),
        ("no address", False),
    ],
)
def test_only_workflows_are_posted_to(address: str, is_fine: bool) -> None:  # noqa: FBT001 - a table's column
    """A Teams address is https and at Microsoft's workflow hosts; the refusal does not repeat it."""
    if is_fine:
        assert address == teams_channel.access(address).base_url
        return
    with pytest.raises(ConfigurationError) as raised:
        teams_channel.access(address)
    assert address not in str(raised.value)


async def test_mail_reaches_graph() -> None:
    """Simulated Graph takes the mail, for a token of its own, with the rows attached."""
    app = Starlette(routes=[*graph.ROUTES, *entra.ROUTES])
    transport = httpx.ASGITransport(app=app)
    form = {
        "grant_type": "client_credentials",
        "client_id": entra.SECRETS["client_id"],
        "client_secret": entra.SECRETS["client_secret"],
        "scope": graph_channel.SCOPE,
    }
    async with httpx.AsyncClient(transport=transport, base_url="http://vendors") as http:
        tenant = "/entra/contoso.example/oauth2/v2.0/token"
        token = (await http.post(tenant, data=form)).json()["access_token"]
    auth = HeaderAuth({"Authorization": f"Bearer {token}"})
    email = email_of(DOCUMENT, "finance", b"order,gap\r\n")
    async with _client(graph_channel.access(auth, "http://127.0.0.1/graph"), transport) as client:
        await graph_channel.send(client, "alerts@fern.example", "ann@example.com", email)
    (sent,) = app.state.sent_mail
    assert "alerts@fern.example" == sent["mailbox"]
    assert [{"emailAddress": {"address": "ann@example.com"}}] == sent["message"]["toRecipients"]
    (file,) = sent["message"]["attachments"]
    assert b"order,gap\r\n" == base64.b64decode(file["contentBytes"])


async def test_communication_services_are_signed() -> None:
    """The signature is over method, target, date, host and content, by the resource's key."""
    key = base64.b64encode(b"an invented key of the resource").decode()
    transport, asked = _answering(202, json={"id": "1", "status": "Running"})
    access = communication_services.access("https://fern.communication.azure.com/", key)
    email = email_of(DOCUMENT, "finance", b"order,gap\r\n")
    async with _client(access, transport) as client:
        delivery = "0123456789abcdef0123456789abcdef"
        await communication_services.send(client, "alerts@fern.example", "ann@example.com", email, delivery)
    (request,) = asked
    hashed = base64.b64encode(hashlib.sha256(request.content).digest()).decode()
    date, host = request.headers["x-ms-date"], "fern.communication.azure.com"
    signed = f"POST\n/emails:send?api-version={communication_services.VERSION}\n{date};{host};{hashed}"
    digest = hmac.new(b"an invented key of the resource", signed.encode(), hashlib.sha256).digest()
    assert request.headers["Authorization"].endswith(f"Signature={base64.b64encode(digest).decode()}")
    assert "01234567-89ab-cdef-0123-456789abcdef" == request.headers["operation-id"]
    sent = json.loads(request.content)
    assert [{"address": "ann@example.com"}] == sent["recipients"]["to"]
    assert email.text == sent["content"]["plainText"]


def test_a_key_that_is_none_is_refused() -> None:
    """An access key that is not base64 is named, and not repeated."""
    with pytest.raises(ConfigurationError, match="access_key") as raised:
        communication_services.access("https://fern.communication.azure.com", "no key!")
    assert "no key!" not in str(raised.value)


async def test_a_hook_is_signed() -> None:
    """Who has the secret can tell that body and time are ours; a changed body is not."""
    transport, asked = _answering(200)
    async with _client(hook.access("https://hooks.example.com/tieout"), transport) as client:
        await hook.send(client, DOCUMENT, "a1", "invented", NOW)
    (request,) = asked
    assert "a1" == request.headers["tieout-delivery"]
    stamp, digest = (each.split("=")[1] for each in request.headers["tieout-signature"].split(","))
    signed = f"{stamp}.".encode() + request.content
    assert str(int(NOW.timestamp())) == stamp
    assert digest == hmac.new(b"invented", signed, hashlib.sha256).hexdigest()
    assert digest != hmac.new(b"invented", signed + b" ", hashlib.sha256).hexdigest()
    assert {"id": "a1", "message": DOCUMENT} == json.loads(request.content)
    with pytest.raises(ConfigurationError):
        hook.access("http://hooks.example.com/tieout")


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (429, {"Retry-After": "120"}, RetryLater),
        (503, {}, RetryLater),
        (401, {}, ConfigurationError),
        (404, {}, SourceError),
        (400, {}, SourceError),
    ],
)
async def test_what_comes_back_says_what_to_do(
    status: int, headers: dict[str, str], error: type[Exception]
) -> None:
    """A busy workflow is tried later, one that is gone is not; nothing that is raised tells the address."""
    transport, _ = _answering(status, headers=headers)
    async with _client(teams_channel.access(WORKFLOW), transport) as client:
        with pytest.raises(error) as raised:
            await teams_channel.send(client, DOCUMENT)
    assert "invented" not in str(raised.value)


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_no_error_tells_a_hooks_address(status: int) -> None:
    """The path of a hook's address is a secret like the rest: whoever has it can post."""
    transport, _ = _answering(status)
    async with _client(hook.access("https://hooks.example.com/services/invented"), transport) as client:
        with pytest.raises((ConfigurationError, RetryLater, SourceError)) as raised:
            await hook.send(client, DOCUMENT, "a1", "signed", NOW)
    assert "invented" not in str(raised.value)
    assert "hooks.example" not in str(raised.value)


async def test_a_workflow_is_posted_to_once_a_second() -> None:
    """Posts to one address are a second apart: faster ones would be taken and dropped."""
    now, waits = [0.0], list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    transport, _ = _answering(202)
    pace = Pace(teams_channel.LIMIT, clock=lambda: now[0], sleep=sleep)
    async with VendorClient(
        teams_channel.access(WORKFLOW), name="teams", transport=transport, pace=pace
    ) as client:
        for _ in range(4):
            await teams_channel.send(client, DOCUMENT)
    assert pytest.approx(3.0) == sum(waits)
