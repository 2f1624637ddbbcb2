"""How close a pull comes to the shortest time that a vendor's published limit allows."""

import asyncio
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from dev.bench.account import START, account
from dev.bench.setups import access, connection, source
from dev.vendors.enforced import Limiter
from dev.vendors.scaled_time import now, run
from dev.vendors.server import application
from shared.domain.workspace import Connection, FieldMap
from shared.errors import RetryLater
from shared.sources.http import Access, VendorClient
from shared.sources.pace import Pace
from shared.sources.source import Pull, Stream

SECONDS_A_CALL = 0.2
TARGET = 1.15
END = START + timedelta(days=1_000)
_NO_LIMIT = 10.0**9


@dataclass(frozen=True)
class Published:
    """What a vendor allows, made smaller for the bench at the same rate: windows are shorter, not denser."""

    text: str
    capacity: float
    seconds: float
    kind: str = "window"
    parallel: int = 1_000
    scale: float = 1.0
    rows: int = 150
    """Of each stream, one a page."""


PUBLISHED = {
    "shopify": Published("1,000 points, 100 a second", 1_000, 10, "bucket", rows=250),
    "bigcommerce": Published("150 calls in 30 s", 150, 30, "quota", scale=5),
    "adobe_commerce": Published("2 at once", _NO_LIMIT, 1, parallel=2),
    "business_central": Published("6,000 calls in 5 min, 5 at once", 6_000, 300, parallel=5, scale=50),
    "finance_operations": Published("1 at once", _NO_LIMIT, 1, parallel=1),
    "dataverse": Published("6,000 calls in 5 min, 52 at once", 6_000, 300, parallel=52, scale=50),
    "sage_intacct": Published("100,000 calls a month, 2 at once", 10**5 / 30, 86_400, "bucket", 2, scale=100),
    "sage_network": Published("none known", _NO_LIMIT, 1, parallel=4),
}


@dataclass(frozen=True)
class Ratio:
    """What a pull of all streams of a connection took, beside what it had to take."""

    kind: str
    limit: str
    calls: int
    seconds: float
    shortest: float
    ratio: float
    refused: int

    @property
    def has_passed(self) -> bool:
        """Say whether the target is met."""
        return self.ratio <= TARGET and self.refused == 0


def measure(kind: str, part: int = 1) -> Ratio:
    """Pull all streams of a vendor that enforces its limit, row by row, at the same time."""
    return run(_measure(kind, part))


async def _measure(kind: str, part: int) -> Ratio:
    published = PUBLISHED[kind]
    limiter = Limiter(
        capacity=published.capacity / published.scale,
        seconds=published.seconds / published.scale,
        kind=published.kind,
        parallel=published.parallel,
    )
    vendor = account(published.rows // part, log_subject="" if kind == "sage_network" else "customer")
    vendor.faults.limit, vendor.faults.seconds_a_call = limiter, SECONDS_A_CALL
    reached = _scaled(access(_connection(kind)), published.scale)
    transport = httpx.ASGITransport(app=application({"acc": vendor}))
    options = source(kind).options.model_validate(_connection(kind).options)
    streams = [each for each in source(kind).streams if each.is_offered(options)]
    async with VendorClient(reached, name=kind, transport=transport) as client:
        began = now()
        await asyncio.gather(*(_pull(client, kind, options, each, END) for each in streams))
    seconds, calls = now() - began, vendor.faults.calls
    at_once = min(limiter.parallel, reached.limit.parallel, len(streams))
    shortest = max(limiter.shortest(limiter.taken), calls * SECONDS_A_CALL / at_once)
    return Ratio(kind, published.text, calls, seconds, shortest, seconds / shortest, limiter.refused)


def _connection(kind: str) -> Connection:
    """Give a connection that reads row by row; B2B Edition, which counts its calls apart, is left out."""
    to = connection(kind, page_size=1)
    apart = {"has_b2b_edition": False} if kind == "bigcommerce" else {}
    return to.model_copy(update={"options": {**to.options, **apart}})


def _scaled(reached: Access, scale: float) -> Access:
    """Give the connection a budget of the same rate, with what stands for a day or a window made smaller."""
    limit = reached.limit
    window = None if limit.window is None else limit.window / scale
    scaled = replace(limit, capacity=limit.capacity / scale, window=window)
    return replace(reached, pace=Pace(scaled, name=reached.base_url, clock=now))


async def _pull(client: VendorClient, kind: str, options: Any, stream: Stream, until: datetime) -> None:
    """Read a stream to its end; a long wait is waited for here, and by the queue in the app."""
    cursor = ""
    while True:
        pull = Pull(client, connection(kind), options, FieldMap(), None, until, cursor)
        try:
            async with aclosing(stream.pages(pull)) as pages:  # type: ignore[type-var]
                async for page in pages:
                    cursor = page.cursor
        except RetryLater as wait:
            await asyncio.sleep(wait.seconds)
        else:
            return


def as_json(ratios: list[Ratio]) -> list[dict[str, Any]]:
    """Give the figures for machines."""
    return [{**asdict(each), "target": TARGET, "has_passed": each.has_passed} for each in ratios]
