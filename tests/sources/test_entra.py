"""Tokens from Entra: asked for as msal does, renewed on a refusal, and errors that say what to check."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.vendors import entra
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, RetryLater
from shared.sources.entra import EntraAuth, entra_auth

TENANT = "b2d1f0f7-2d0e-4a0d-8a6f-7c5d8d1e4c19"
SCOPE = "https://api.businesscentral.dynamics.com/.default"


@contextmanager
def listening(app: Starlette) -> Iterator[str]:
    """Serve an application on a free port, since msal sends for itself."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                sleep(0.005)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def auth(address: str, scope: str = SCOPE, **changes: str) -> httpx.Auth:
    """Give the proof of a connection whose tokens come from this address."""
    connection = Connection(name="ledger", kind="business_central", token_url=f"{address}/entra")
    client = {**entra.SECRETS, **changes}
    return entra_auth(connection, TENANT, client["client_id"], client["client_secret"], scope)


async def ask(address: str, proof: httpx.Auth) -> int:
    """Give the status of an answer of the API."""
    async with httpx.AsyncClient(auth=proof, base_url=address) as client:
        return (await client.get("/api")).status_code


async def test_msal_gets_tokens_from_a_listening_server() -> None:
    """A token is kept while it serves, renewed once on a 401, and refusals say what to check."""
    seen: list[str] = []
    issued: list[str] = []
    statuses = iter([200, 200, 401, 200, 401, 401])

    async def api(request: Request) -> Response:
        seen.append(request.headers["Authorization"])
        return Response(status_code=next(statuses))

    async def issue(request: Request) -> Response:
        issued.append(request.url.path)
        return await entra.issue(request)

    discovery, token = entra.ROUTES
    routes = [discovery, Route(token.path, issue, methods=["POST"]), Route("/api", api)]
    with listening(Starlette(routes=routes)) as address:
        proof = auth(address)
        assert [await ask(address, proof), await ask(address, proof)] == [200, 200]
        assert [f"/entra/{TENANT}/oauth2/v2.0/token"] == issued
        assert await ask(address, proof) == 200
        assert [len(seen), len(issued)] == [4, 2]
        assert await ask(address, proof) == 401
        assert [len(seen), len(issued)] == [6, 3]
        assert all(entra.is_valid(header, SCOPE) for header in seen)
        with pytest.raises(ConfigurationError, match=r"AADSTS7000215.*client_secret") as refused:
            await ask(address, auth(address, client_secret="not~the.secret"))
        assert "not~the.secret" not in str(refused.value)
        with pytest.raises(ConfigurationError, match=r"AADSTS700016.*client_id"):
            await ask(address, auth(address, client_id="another"))
        with pytest.raises(ConfigurationError, match="check tenant_id and token_url"):
            await ask(address, auth(f"{address}/elsewhere"))


async def test_a_token_address_that_does_not_answer_is_asked_later() -> None:
    """Trouble on the way is no matter of settings."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(RetryLater, match="ledger: Microsoft Entra cannot be reached"):
            await ask(address, auth(address))


@pytest.mark.parametrize(
    ("answer", "kind", "why"),
    [
        ({"error": "temporarily_unavailable"}, RetryLater, "not available now"),
        ({"error": "server_error", "error_description": "AADSTS90033: wait"}, RetryLater, "not available"),
        (
            {"error": "invalid_client", "error_description": "AADSTS7000222: gone"},
            ConfigurationError,
            "expired",
        ),
        ({"error": "invalid_request", "error_description": "private"}, ConfigurationError, "client_secret$"),
        ({}, ConfigurationError, "no access_token"),
    ],
)
def test_a_refusal_tells_what_to_do_next(answer: dict[str, str], kind: type[Exception], why: str) -> None:
    """Passing trouble is waited for; the rest names its code, never Entra's whole text."""
    proof = auth("http://nowhere.example")
    assert isinstance(proof, EntraAuth)
    with pytest.raises(kind, match=why) as refused:
        proof._read(answer)
    assert "private" not in str(refused.value)


@pytest.mark.parametrize(
    ("header", "prefix", "is_valid"),
    [
        (f"Bearer {entra.token(SCOPE)}", "", True),
        (f"Bearer {entra.token(SCOPE)}", "https://api.businesscentral", True),
        (f"Bearer {entra.token(SCOPE)}", "https://graph", False),
        (f"Basic {entra.token(SCOPE)}", "", False),
        (f"Bearer {entra.token(SCOPE)}0", "", False),
        ("Bearer simulated..", "", False),
        ("Bearer", "", False),
        ("", "", False),
    ],
)
def test_the_simulation_lets_in_its_own_tokens_only(header: str, prefix: str, is_valid: bool) -> None:  # noqa: FBT001 - an expected figure
    """A token is good for the scope that it was asked for."""
    assert is_valid == entra.is_valid(header, prefix)


@pytest.mark.parametrize(
    ("change", "status", "number"),
    [
        ({"grant_type": "password"}, 400, 70003),
        ({"client_id": "another"}, 400, 700016),
        ({"client_secret": "another"}, 401, 7000215),
        ({"scope": "User.Read"}, 400, 70011),
    ],
)
async def test_the_simulation_refuses_as_entra_does(change: dict[str, str], status: int, number: int) -> None:
    """An error carries its number in its text and beside it."""
    form = {"grant_type": "client_credentials", "scope": SCOPE, **entra.SECRETS, **change}
    transport = httpx.ASGITransport(app=Starlette(routes=entra.ROUTES))
    async with httpx.AsyncClient(transport=transport, base_url="http://vendor") as client:
        answer = await client.post(f"/entra/{TENANT}/oauth2/v2.0/token", data=form)
    assert (status, [number]) == (answer.status_code, answer.json()["error_codes"])
    assert answer.json()["error_description"].startswith(f"AADSTS{number}: ")
