"""The host's own routes, all behind the master key: its state, and running a function by hand.

https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json import JSONDecodeError
from time import monotonic
from typing import Any

import azure.functions as func
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.host.functions import Function
from dev.host.invocation import Invoke
from dev.host.keys import ADMIN, Keys, given_key
from dev.host.timers import request as timer_request
from shared.ncrontab import Schedule

_log = logging.getLogger("host")


@dataclass(frozen=True)
class Admin:
    """Answers below `/admin`."""

    functions: Mapping[str, Function]
    """By name, in lower case."""
    schedules: Mapping[str, Schedule]
    keys: Keys
    invoke: Invoke
    started: float = field(default_factory=monotonic)
    running: set[asyncio.Task[None]] = field(default_factory=set)

    async def answer(self, request: Request) -> Response:
        """Answer one request: 401 without the master key, 404 where there is nothing."""
        if not self.keys.permit(given_key(request.headers, request.query_params), ADMIN):
            return Response(status_code=401)
        match request.method, request.scope["path"].strip("/").split("/")[1:]:
            case "GET", ["host", "status"]:
                uptime = int((monotonic() - self.started) * 1000)
                return JSONResponse({"id": "local", "state": "Running", "processUptime": uptime})
            case "POST", ["functions", name]:
                return await self._run(request, self.functions.get(name.lower()))
        return Response(status_code=404)

    async def _run(self, request: Request, function: Function | None) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return Response(status_code=415)
        try:
            given = (await request.json()).get("input") or ""
        except (JSONDecodeError, AttributeError):
            return Response(status_code=400)
        if function is None:
            return Response(status_code=404)
        task = asyncio.create_task(self._call(function, given))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return Response(status_code=202)

    async def _call(self, function: Function, given: Any) -> None:
        if function.kind == "httpTrigger":
            _log.error("an HTTP function is run by a request", extra={"function": function.name})
            return
        value: Any = func.QueueMessage(body=str(given))
        if function.kind == "timerTrigger":
            value = timer_request(self.schedules[function.name], None, datetime.now(UTC))
        with suppress(Exception):  # the boundary of one run; invoke has logged it
            await self.invoke(function, value)
