"""Builders: a browser that visits the pages of the app, with its cookie."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import azure.functions as func

from dev.host.routes import compiled, decoded
from functions.forgeries import FORM
from tests.functions.app import FUNCTIONS, unpacked

HOST = "https://tieout.example"
_TRIGGERS = {name: json.loads(each.get_raw_bindings()[0]) for name, each in FUNCTIONS.items()}
_ENDPOINTS = sorted(
    (
        (compiled(trigger["route"]), trigger["methods"], name)
        for name, trigger in _TRIGGERS.items()
        if trigger["type"] == "httpTrigger"
    ),
    key=lambda endpoint: endpoint[0].precedence,
)


@dataclass(frozen=True)
class Seen:
    """What the browser got."""

    status: int
    headers: Mapping[str, str]
    text: str
    type: str

    @property
    def place(self) -> str:
        """Where it is sent to."""
        return self.headers.get("Location", "")

    @property
    def csrf_token(self) -> str:
        """The token that the page's forms carry."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.text)
        return found[1] if found else ""

    @property
    def words(self) -> str:
        """The text of the page, without its elements."""
        apart = " ".join(unescape(re.sub(r"<[^>]+>", " ", self.text)).split())
        return re.sub(r" ([.,;:])(?= |$)", r"\1", apart)


@dataclass
class Browser:
    """One browser: it keeps its cookie, and says what browsers say."""

    host: str = HOST
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, address: str, **headers: str) -> Seen:
        """Get a page."""
        return await self.send("GET", address, headers=headers)

    async def post(self, address: str, fields: Mapping[str, str], **headers: str) -> Seen:
        """Send a form."""
        given = {"content-type": FORM, "sec-fetch-site": "same-origin"} | headers
        return await self.send("POST", address, urlencode(fields).encode(), given)

    async def sign_in(self, key: str, place: str = "") -> Seen:
        """Sign in with a key."""
        return await self.post("/dashboard/sign-in", {"key": key, "next": place})

    async def send(
        self, method: str, address: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Seen:
        """Send a request as the host hands it over; header names may be written with `_`."""
        split = urlsplit(address)
        name, parts = _found(method, decoded(split.path.encode()))
        given = {"accept": "text/html", "cookie": self._cookie, **self.headers, **(headers or {})}
        request = func.HttpRequest(
            method,
            f"{self.host}{address}",
            headers={each.replace("_", "-"): value for each, value in given.items() if value},
            params=dict(parse_qsl(split.query)),
            route_params=parts,
            body=body,
        )
        response: func.HttpResponse = await FUNCTIONS[name].get_user_function()(request)
        self._keep(response.headers.get("Set-Cookie", ""))
        return Seen(response.status_code, response.headers, unpacked(response).decode(), response.mimetype)

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, header: str) -> None:
        if not header:
            return
        name, _, value = header.partition(";")[0].partition("=")
        if "Max-Age=0" in header:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


def _found(method: str, path: str) -> tuple[str, dict[str, Any]]:
    for template, methods, name in _ENDPOINTS:
        if method in methods and (parts := template.match(path)) is not None:
            return name, parts
    raise LookupError(f"{method} {path}")
