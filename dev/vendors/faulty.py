"""Lets an account's faults happen to its answers, in front of every simulated vendor."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from dev.vendors.facts import Account
from dev.vendors.faults import Faults
from dev.vendors.throttles import THROTTLES, cost_of, told

Handle = Callable[[Account], Awaitable[Response]]

_CHANGED = ("updated_at", "modified_at", "refunded_at", "requested_at", "started_at")
_WAIT = 2.0
"""Seconds that a planned throttle asks for."""
_OF_A_LIST = ("object", "query")
"""What names a list in a request's body, where its address does not."""
_SERVER_ERRORS = (500, 502, 503, 504)


class _Cut(Response):
    """Breaks off in the middle of its body, as a connection does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's own form
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


async def answered(request: Request, account: Account, handle: Handle) -> Response:
    """Answer a request as the account's faults have it."""
    faults, kind = account.faults, request.url.path.split("/")[1]
    if "token" in request.url.path.rpartition("/")[2] or "/token/" in request.url.path:
        return await handle(account)
    limit = faults.limit
    if limit is not None:
        limit.under_way += 1
    try:
        await asyncio.sleep(faults.seconds_a_call)
        fault, _, variant = faults.next_fault().partition(":")
        if fault and (wrong := _wrong(kind, fault, int(variant or 0), faults.calls)) is not None:
            return wrong
        response = await handle(_visible(account))
        if fault == "cut":
            return _Cut(bytes(response.body), response.status_code, response.headers)
        if fault == "malformed":
            return Response(bytes(response.body)[:-1], response.status_code, _kept(response))
        if faults.is_stuck:
            return await _stuck(request, faults, response)
        return response if limit is None else _limited(kind, faults, response)
    finally:
        if limit is not None:
            limit.under_way -= 1


def _wrong(kind: str, fault: str, variant: int, call: int) -> Response | None:
    """Give the answer of a fault, or raise it; None for one that happens to a good answer."""
    if fault == "timeout":
        raise httpx.ReadTimeout("the simulated vendor does not answer")
    if fault == "reset":
        raise httpx.ReadError("the simulated vendor hung up")
    if fault == "throttle":
        return THROTTLES[kind][variant](_WAIT)
    if fault == "server_error":
        return HTMLResponse("<html>Server error</html>", _SERVER_ERRORS[call % len(_SERVER_ERRORS)])
    if fault == "expired_token":
        return Response(status_code=401)
    if fault == "html":
        return HTMLResponse("<html>Just a moment</html>")
    return None


async def _stuck(request: Request, faults: Faults, response: Response) -> Response:
    """Give what the list was first answered with, whatever page is asked for now."""
    body = await request.body()
    asked: Any = json.loads(body) if body else {}
    name = " ".join([request.url.path, *(str(asked[part]) for part in _OF_A_LIST if part in asked)])
    kept = (response.status_code, dict(response.headers), bytes(response.body))
    status, headers, content = faults.first_answers.setdefault(name, kept)
    return Response(content, status, headers)


def _limited(kind: str, faults: Faults, response: Response) -> Response:
    """Count a call by the published limit: answer it with the vendor's count, or refuse it."""
    limit, body = faults.limit, bytes(response.body)
    if limit is None or response.status_code >= httpx.codes.BAD_REQUEST:
        return response
    if not limit.take(cost_of(kind, body)):
        return THROTTLES[kind][0](limit.wait())
    headers, body = told(kind, limit, body)
    lowered = {name.lower(): value for name, value in headers.items()}
    return Response(body, response.status_code, {**_kept(response), **lowered})


def _kept(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "content-length"}


def _visible(account: Account) -> Account:
    """Give the account without the rows that cannot be seen yet."""
    if not account.faults.late:
        return account
    seen = account.faults.clock() - account.faults.late
    lists = {each.name: getattr(account, each.name) for each in fields(account)}
    visible: dict[str, Any] = {
        name: [row for row in rows if _changed(row) is None or _changed(row) <= seen]
        for name, rows in lists.items()
        if isinstance(rows, list)
    }
    return replace(account, **visible)


def _changed(row: Any) -> Any:
    times = (getattr(row, name, None) for name in _CHANGED)
    return next((time for time in times if isinstance(time, datetime)), None)
