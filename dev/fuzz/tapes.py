"""What each simulated vendor answers to a whole read of each stream, recorded once and played again."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

import httpx

from dev.bench.account import START, account
from dev.bench.setups import PULLED, access, connection, source, stream
from dev.fuzz.target import Broken
from dev.vendors.facts import Account
from dev.vendors.sage_intacct import SECRETS
from dev.vendors.scaled_time import now, run
from dev.vendors.server import application
from shared.domain.workspace import Connection, FieldMap
from shared.sources.http import VendorClient
from shared.sources.pace import Pace
from shared.sources.sage_intacct_session import company_session
from shared.sources.sage_intacct_token import company_token
from shared.sources.source import Page, Pull

ROWS = 4
UNTIL = START + timedelta(days=10)
MOST_CALLS = 300
GATEWAY = "sage_intacct by XML"
STREAMS: tuple[tuple[str, str], ...] = tuple(
    (kind, one.name)
    for each in PULLED
    for kind in (each.kind, *((GATEWAY,) if each.kind == "sage_intacct" else ()))
    for one in each.streams
)
"""Each kind of vendor and stream; one kind has two ways in."""


@dataclass(frozen=True)
class Recorded:
    """One answer of a vendor."""

    to: str
    """What it answers: a path, and of the gateway's one address the function that was called."""
    status: int
    kind: str
    """Its content type."""
    body: bytes

    def played(self) -> httpx.Response:
        """Give it as the client sees it."""
        return httpx.Response(self.status, headers={"content-type": self.kind}, content=self.body)


_FUNCTION = re.compile(rb"<function[^>]*><(\w+)")
Play = Callable[[int, Recorded], httpx.Response]


class Player(httpx.AsyncBaseTransport):
    """Plays a tape, as it is or spoiled: to each path its answers in turn, then the last one for ever."""

    def __init__(self, tape: Sequence[Recorded], play: Play) -> None:
        self._tape, self._play = tape, play
        self._places: dict[str, list[int]] = {}
        for place, each in enumerate(tape):
            self._places.setdefault(each.to, []).append(place)
        self.calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise Broken(f"{MOST_CALLS} calls and no end")
        left = self._places.get(_asked(request, await request.aread()))
        if not left:
            return httpx.Response(404, json={})
        place = left.pop(0) if len(left) > 1 else left[0]
        return self._play(place, self._tape[place])


def _asked(request: httpx.Request, body: bytes) -> str:
    function = _FUNCTION.search(body)
    return request.url.path + (function[1].decode() if function else "")


class _Recorder(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.tape: list[Recorded] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = _asked(request, await request.aread())
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        kind = response.headers.get("content-type", "")
        self.tape.append(Recorded(asked, response.status_code, kind, body))
        return httpx.Response(response.status_code, headers=response.headers, content=body)


@cache
def tape_of(kind: str, name: str) -> tuple[Recorded, ...]:
    """Give what a vendor answers while a stream is read whole."""
    made: Account = account(ROWS, log_subject="" if kind == "sage_network" else "customer")
    recorder = _Recorder(httpx.ASGITransport(app=application({"acc": made})))
    read(kind, name, recorder)
    return tuple(recorder.tape)


def read(kind: str, name: str, transport: httpx.AsyncBaseTransport, cursor: str = "") -> list[Page]:
    """Read a stream as the pipeline does, without what the pipeline catches; pauses take no time."""
    for kept in (company_session, company_token):
        kept.cache_clear()  # else a token that one read was given would serve the next

    async def main() -> list[Page]:
        async with _pulling(kind, transport, cursor, None) as pull:
            of = stream(_plain(kind), name)
            async with aclosing(of.pages(pull)) as pages:  # type: ignore[type-var]
                return [page async for page in pages]

    return run(main())


def _plain(kind: str) -> str:
    return "sage_intacct" if kind == GATEWAY else kind


def _connection(kind: str) -> Connection:
    to = connection(_plain(kind), 2)
    if kind != GATEWAY:
        return to
    options = {**to.options, "api": "xml"}
    return to.model_copy(update={"options": options, "base_url": f"{to.base_url}/xml/xmlgw.phtml"})


@asynccontextmanager
async def _pulling(
    kind: str, transport: httpx.AsyncBaseTransport, cursor: str, since: datetime | None
) -> AsyncIterator[Pull]:
    to = _connection(kind)
    options = source(to.kind).options.model_validate(to.options)
    reached = access(to) if kind != GATEWAY else source(to.kind).access(to, options, SECRETS)
    reached = replace(reached, pace=Pace(reached.limit, name=to.name, clock=now))
    async with VendorClient(reached, name=to.name, transport=transport) as client:
        yield Pull(client, to, options, FieldMap(), since, UNTIL, cursor)
