"""What the tests of Microsoft's vendors share: sweeps, checks, and a store in memory."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import httpx

from shared.domain.records import Record
from shared.sources.source import Finding, Page, Probe
from tests.sources.shop import Answers, Bench


class Recorder(httpx.AsyncBaseTransport):
    """Passes requests on and keeps them; `answer` may answer one itself."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        answer: Callable[[httpx.Request], httpx.Response | None] = lambda _: None,
    ) -> None:
        self._inner, self._answer = inner, answer
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Keep a request, and answer it or pass it on."""
        self.requests.append(request)
        own = self._answer(request)
        return own if own is not None else await self._inner.handle_async_request(request)

    def paths(self) -> list[str]:
        """Give the last part of each address that was asked."""
        return [request.url.path.rpartition("/")[2] for request in self.requests]


async def keys_of(bench: Bench, stream: str, answers: Answers, **given: Any) -> list[str]:
    """Sweep a stream's ids."""
    keys = bench.streams[stream].keys
    assert keys is not None
    async with bench.pulling(answers, **given) as pull:
        return [each async for page in keys(pull) for each in page.ids]


async def findings_of(bench: Bench, answers: Answers, **given: Any) -> dict[str, Finding]:
    """Check a connection, and give what is missing by name."""
    check = bench.source.check
    assert check is not None
    async with bench.pulling(answers, **given) as pull:
        found = await check(Probe(pull.client, pull.connection, pull.options, pull.field_map))
    assert len({each.what for each in found}) == len(found)
    return {each.what: each for each in found}


async def pages_from(bench: Bench, stream: str, answers: Answers, token: str, **given: Any) -> list[Page]:
    """Read a stream from where its change feed goes on."""
    async with bench.pulling(answers, **given) as pull:
        return [page async for page in bench.streams[stream].pages(replace(pull, token=token))]


def applied(store: dict[str, Record], pages: Iterable[Page]) -> dict[str, Record]:
    """Give what a store holds after these pages: the last version of an id wins."""
    held = dict(store)
    for page in pages:
        for each in page.deleted:
            held.pop(each, None)
        held |= {record.id: record for record in page.records}
    return held
