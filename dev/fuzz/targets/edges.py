"""Requests before anyone asks what they mean: addresses, headers, bodies, cookies, forms and credentials."""

import asyncio
import base64
import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock
from urllib.parse import quote, urlsplit

import azure.functions as func
import httpx

from dev.fuzz.choices import Choices
from dev.fuzz.spoiling import ODD_TEXTS, spoiled_json
from dev.fuzz.target import Target, hold, hold_refusal
from functions import bodies, cookies, requests
from functions.exception_requests import Change
from functions.problems import Problem
from shared.access.directory import Directory
from shared.access.keys import by_key
from shared.access.principal import by_principal
from shared.access.refused import Refused, TooManyGroups
from shared.access.signing_keys import SigningKeys
from shared.access.tokens import by_token
from shared.alerting.channels import flow
from shared.errors import RetryLater
from shared.sources.addresses import is_name

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
_TENANT = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"
_DIRECTORY = Directory(
    tenant=_TENANT, audiences=("api://tieout",), clients=frozenset(), access='{"roles":{}}'
)
_HEADERS = ("content-type", "content-encoding", "cookie", "x-forwarded-for", "x-forwarded-proto", "if-match")
_VALUES = (
    *("application/json", "application/json; charset=utf-8", 'application/json;charset="x', "gzip", "br"),
    *(
        "tieout=" + "a" * 43,
        "tieout=; tieout=x",
        "__Host-tieout=" + "b" * 43,
        "https",
        "203.0.113.9:443",
        "[::1]:80",
    ),
)


def _request(choices: Choices) -> func.HttpRequest:
    query = "&".join(
        f"{quote(choices.text(8))}={choices.pick((choices.text(), '%ff', '%00', '%ed%a0%80', '+', '&', '%'))}"
        for _ in range(choices.below(4))
    )
    headers = {
        choices.pick(_HEADERS): choices.pick((*_VALUES, *ODD_TEXTS[:20], choices.text()))
        for _ in range(choices.below(4))
    }
    body = choices.pick((b"", b"{}", b'{"action":"comment","text":"x"}', choices.take(60)))
    body = gzip.compress(body, mtime=0) if choices.chance(4) else body
    return func.HttpRequest(
        method="POST", url=f"https://x.example/api/v1/w?{query}", headers=headers, params={}, body=body
    )


def _run_requests(data: bytes) -> None:
    request = _request(Choices(data))
    token = cookies.token_of(request)
    hold(len(token) in {0, 43}, "len(token) in {0, 43}")
    try:
        requests.check(request)
        body = requests.body_of(request, 10_000)
        change = bodies.read(body, Change)
    except Problem as problem:
        hold_refusal(problem.status)
    else:
        again = Change.model_validate_json(change.model_dump_json())
        hold(change == again, "a body is read as another")


def _run_callers(data: bytes) -> None:
    choices = Choices(data)
    claims: Any = {
        "auth_typ": "aad",
        "role_typ": "roles",
        "claims": [
            {"typ": name, "val": choices.text(8)} for name in ("roles", "oid", "tid", "azp", "scp", "groups")
        ],
    }
    text = json.dumps(spoiled_json(choices, claims)).encode()
    principal = base64.b64encode(text).decode() if not choices.chance(4) else choices.text()
    part = choices.pick(({"alg": "RS256", "kid": "a"}, {"alg": "none"}, {"alg": "RS256", "kid": ["a"]}))
    header = base64.urlsafe_b64encode(json.dumps(spoiled_json(choices, part)).encode()).decode().rstrip("=")
    token = choices.pick(
        (f"{header}.{header}.AAAA", choices.text(), f"{header}..", f"{header}.e30.", "." * 9)
    )
    headers = {
        "x-ms-client-principal": principal,
        "authorization": choices.pick(("Bearer ", "bearer\t", "Basic ", "")) + token,
        "x-api-key": choices.pick(
            (choices.text(), "tk-acme-00000000." + "a" * 43, "tk-" + "a" * 90 + "-00000000.x")
        ),
    }
    with suppress(Refused, TooManyGroups):
        caller = by_principal(headers, _DIRECTORY, is_vouched_for=True)
        hold(caller is None or caller.name, "a caller without a name")
    with suppress(Refused, RetryLater):
        hold(asyncio.run(by_token(headers, _DIRECTORY, _KEYS, NOW)) is None, "an unsigned token is taken")
    with suppress(Refused):
        hold(asyncio.run(by_key(headers, _NO_KEYS, NOW)) is None, "a key that is not there is taken")


_NO_KEYS: Any = SimpleNamespace(get=AsyncMock(return_value=None))


def _keys_of_tenant(_: httpx.Request) -> httpx.Response:
    key = {"kty": "RSA", "kid": "a", "e": "AQAB", "n": base64.urlsafe_b64encode(b"\xc3" * 256).decode()}
    return httpx.Response(200, json={"keys": [key]})


_KEYS = SigningKeys(httpx.MockTransport(_keys_of_tenant))
_PLACES = (
    "https://prod-01.westeurope.logic.azure.com/workflows/x?sig=y",
    "https://a.environment.api.powerplatform.com:443/x",
    "https://logic.azure.com@evil.example/",
    "https://evil.example#.logic.azure.com",
    "https://127.0.0.1/.logic.azure.com",
    "http://localhost:1/",
)


def _run_addresses(data: bytes) -> None:
    choices = Choices(data)
    address = choices.pick((*_PLACES, choices.text(80)))
    for _ in range(choices.below(4)):
        at = choices.below(len(address) + 1)
        part = choices.pick((*"@:/\\#?%.[]", "%2e", "//", "\u3002", "..", "0x7f", choices.text(3)))
        address = address[:at] + part + address[at + choices.below(2) :]
    if flow.refused(address, ()):
        return
    # Who reads it otherwise than httpx, which sends, must read the same host.
    for host in (httpx.URL(address).raw_host.decode(), urlsplit(address).hostname or ""):
        hold(any(host.endswith(f".{each}") or host == each for each in flow.HOSTS), f"{host} is called")
        hold(is_name(host), "is_name(host)")
    hold(httpx.URL(address).scheme == "https", "httpx.URL(address).scheme == 'https'")
    hold(
        httpx.URL(str(httpx.URL(address))).host == httpx.URL(address).host,
        "httpx.URL(str(httpx.URL(address))).host == httpx.URL(address",
    )


REQUESTS = Target("requests", "a request is read in one way, or refused with a 4xx", _run_requests)
CALLERS = Target("callers", "credentials that nobody gave open nothing, and break nothing", _run_callers)
ADDRESSES = Target("addresses", "what is called for a flow lies at an allowed host", _run_addresses)
