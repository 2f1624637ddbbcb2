"""The way out of an instance: to the simulated vendors and channels of the same process, through trouble."""

import asyncio
import hashlib
from collections.abc import Mapping

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dev.faults.simulation import clock
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.instance import CRASHES, Death, Instance
from dev.faults.simulation.journal import Taken
from dev.faults.simulation.world import VENDORS
from dev.faults.simulation.wrong import CHANNELS, OUTSIDE
from dev.vendors.facts import Account

_TIMEOUT = 60.0
_OK = 300


async def _take(_: Request) -> Response:
    return Response(status_code=200)


def application(accounts: Mapping[str, Account]) -> Starlette:
    """Give the application that serves these vendors, and the channels."""
    routes: list[BaseRoute] = [route for vendor in VENDORS for route in vendor.ROUTES]
    app = Starlette(routes=[*routes, Route("/hook", _take, methods=["POST"])])
    app.state.accounts = accounts
    return app


class Wire(httpx.AsyncBaseTransport):
    """Carries the requests of one instance."""

    def __init__(self, ground: Ground, instance: Instance) -> None:
        self._ground = ground
        self._instance = instance
        self._vendors = httpx.ASGITransport(application(ground.accounts))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request there and its answer back."""
        ground, instance = self._ground, self._instance
        parts = request.url.path.split("/")
        target = parts[1] if parts[1] in CHANNELS else parts[2]
        instance.check()
        await asyncio.sleep(ground.call_seconds())
        instance.check()
        about = OUTSIDE if target in CHANNELS else ""
        met = {each.kind for each in ground.armed.met(CRASHES, about)}
        if "crash_before" in met:
            self._die(target, "dies before the call")
        if clock.seconds() < ground.out_until.get(target, 0.0):
            ground.trace.add(f"i{instance.number}", target, "cannot be reached")
            raise httpx.ConnectError("the simulated network is down")
        fault = self._channel_fault(target) if target in CHANNELS else ""
        if fault in {"429", "500", "404"}:
            ground.trace.add(f"i{instance.number}", target, fault)
            return httpx.Response(int(fault), headers={"Retry-After": "70"} if fault == "429" else {})
        if fault == "reset":
            raise httpx.ReadError("the simulated channel hung up")
        response = await self._answer(request, target)
        if target in CHANNELS and response.status_code < _OK:
            is_lost = fault in {"lost", "cut"} or "crash_after" in met
            ground.journal.taken.append(Taken(clock.seconds(), _delivery(request), instance.number, is_lost))
        if "crash_after" in met:
            self._die(target, "dies after the call")
        if fault == "lost":
            await asyncio.sleep(_TIMEOUT)
            raise httpx.ReadTimeout("the simulated answer is lost")
        if fault == "cut":
            raise httpx.RemoteProtocolError("the simulated answer breaks off")
        await asyncio.sleep(ground.call_seconds())
        instance.check()
        return response

    async def _answer(self, request: httpx.Request, target: str) -> httpx.Response:
        try:
            response = await self._vendors.handle_async_request(request)
        except httpx.RequestError as error:
            self._ground.trace.add(
                f"i{self._instance.number}", target, request.url.path, type(error).__name__
            )
            raise
        self._ground.trace.add(f"i{self._instance.number}", target, request.url.path, response.status_code)
        return response

    def _channel_fault(self, target: str) -> str:
        for each in self._ground.armed.met({f"channel {target}"}):
            return each.target.partition(" ")[2]
        return ""

    def _die(self, target: str, words: str) -> None:
        self._ground.trace.add(f"i{self._instance.number}", target, words)
        self._instance.die()
        raise Death


def _delivery(request: httpx.Request) -> str:
    """Give what a delivery is known by at its receiver."""
    known = request.headers.get("tieout-delivery")
    return known or hashlib.sha256(request.content).hexdigest()
