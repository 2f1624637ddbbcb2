"""What a page shows and changes, asked of the app's own routes in process.

A page has no way to the data but this one, so every wall and every rule holds for it as for a program, and
a page and the interface cannot say two things.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

import azure.functions as func

from functions import http, routes
from functions.dashboard.visit import Visit
from functions.http import BASE, Call
from functions.routes import Route

_PART = re.compile(r"\\\{(\w+)\\\}")


async def ask(
    visit: Visit,
    method: str,
    target: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Give the JSON that a route answers to the visitor, None where it answers nothing.

    `target` is its address behind `/api/v1`, with its query. Raises Problem as the route does.
    """
    found = (await answer_of(visit, method, target, body, headers)).get_body()
    return json.loads(found) if found else None


async def answer_of(
    visit: Visit,
    method: str,
    target: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    """Give what a route answers to the visitor, with its headers; raises Problem as the route does."""
    address = f"/{BASE}{target}"
    split = urlsplit(address)
    route, parts = _found(method, split.path.removeprefix("/"))
    request = func.HttpRequest(
        method,
        urljoin(visit.request.url, address),
        headers={**({} if body is None else {"content-type": "application/json"}), **(headers or {})},
        params=dict(parse_qsl(split.query, keep_blank_values=True)),
        route_params=parts,
        body=b"" if body is None else json.dumps(body).encode(),
    )
    return await http.answered(route, Call(request, visit.services, visit.everywhere))


def _found(method: str, path: str) -> tuple[Route, dict[str, str]]:
    for pattern, route in _patterns():
        if route.method == method and (match := pattern.fullmatch(path)):
            return route, {name: unquote(value) for name, value in match.groupdict().items()}
    raise LookupError(f"no route {method} {path}")


@cache
def _patterns() -> list[tuple[re.Pattern[str], Route]]:
    """Give the routes in the order in which they are tried: the more literal, the earlier."""
    every = [each for each in routes.ROUTES.values() if not (each.is_page or each.is_open)]
    every.sort(key=lambda each: len(each.parts))
    return [(re.compile(_PART.sub(r"(?P<\1>[^/]+)", re.escape(each.path))), each) for each in every]
