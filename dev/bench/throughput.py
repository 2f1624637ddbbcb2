"""How many records a second go from a vendor's answers into the store, by our own work alone."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from dev.bench.account import START, account
from dev.bench.recorded import Recorded
from dev.bench.setups import NAME, SETUPS, access, connection
from dev.vendors.server import application
from shared.domain.workspace import Workspace
from shared.pipeline.pull import pull
from shared.pipeline.services import Services
from shared.sources.http import Access, VendorClient
from shared.store.account import StorageAccount
from shared.store.segments import StreamName
from shared.store.store import Store, open_store

CLOCK = START.replace(tzinfo=UTC) + timedelta(days=20_000)
PASSES = 3
"""The best of so many counts: whatever else runs on the machine only ever takes time."""
FLAT, NESTED = 20_000, 7_000
"""Records a second to reach: of customers and documents, and of orders with all that is in them."""


@dataclass(frozen=True)
class Measured:
    """A stream that is measured."""

    kind: str
    stream: str
    page: int
    """Records a page, as the vendor gives them."""
    target: int = FLAT
    rows: int = 10_000


STREAMS = (
    Measured("shopify", "orders", 100, NESTED, rows=4_000),
    Measured("bigcommerce", "customers", 250),
    Measured("adobe_commerce", "orders", 300, NESTED, rows=4_000),
    Measured("business_central", "customers", 1_000),
    Measured("business_central", "invoices", 1_000),
    Measured("finance_operations", "customers", 1_000),
    Measured("dataverse", "accounts", 1_000),
    Measured("sage_intacct", "customers", 1_000),
    Measured("sage_intacct", "invoices", 1_000),
)


@dataclass(frozen=True)
class Throughput:
    """What pulling one stream cost."""

    kind: str
    stream: str
    records: int
    cpu_seconds: float
    """Of this process: reading JSON, building records, compressing and sending segments."""
    seconds: float
    target: int

    @property
    def per_second(self) -> float:
        """Give the records a second of our own work."""
        return self.records / self.cpu_seconds

    @property
    def has_passed(self) -> bool:
        """Say whether the target is met."""
        return self.per_second >= self.target


@asynccontextmanager
async def opened(connection_string: str) -> AsyncIterator[Store]:
    """Open a store of one's own."""
    names = StorageAccount(connection_string=connection_string, prefix=f"b{uuid4().hex[:12]}")
    async with open_store(names) as store:
        yield store


async def services(store: Store, kind: str, page_size: int, transport: httpx.AsyncBaseTransport) -> Services:
    """Give an app whose one workspace is connected to a vendor behind this transport."""
    to = connection(kind, page_size)
    secrets = {name: f"env:{name}" for name in SETUPS[kind].secrets}
    document = {
        "id": kind.replace("_", "-"),
        "name": kind,
        "time_zone": "Europe/London",
        "reporting_currency": "GBP",
        "connections": [{**to.model_dump(), "secrets": secrets}],
    }
    await store.workspaces.put(Workspace.model_validate(document))

    def connect(_: Access, name: str) -> VendorClient:
        return VendorClient(access(to), name=name, transport=transport, sleep=_no_sleep)

    async def secret(reference: str) -> str:
        return SETUPS[kind].secrets[reference.removeprefix("env:")]

    return Services(store, _clock, secret, connect)


async def _no_sleep(_: float) -> None:
    """Pass over what the vendor's limit asks to wait."""


def _clock() -> datetime:
    return CLOCK


async def measure(connection_string: str, measured: Measured, rows: int, target: int) -> Throughput:
    """Pull a stream with what its vendor answered at hand, some times, and give the best."""
    vendor = account(rows, is_distinct=True)
    transport = Recorded(httpx.ASGITransport(app=application({"acc": vendor})))
    async with opened(connection_string) as store:
        app = await services(store, measured.kind, measured.page, transport)
        await _pull(app, measured)
        passes = [await _pull(app, measured) for _ in range(PASSES)]
    best = min(passes, key=lambda each: each.cpu_seconds)
    return replace(best, target=target)


async def _pull(app: Services, measured: Measured) -> Throughput:
    """Pull everything anew."""
    name = StreamName(measured.kind.replace("_", "-"), NAME, measured.stream)
    checkpoint = await app.store.checkpoints.load(name)
    if checkpoint.sequence:
        await app.store.checkpoints.change(name, settings="")
    cpu, wall = time.process_time(), time.perf_counter()
    await pull(app, name.workspace, name.connection, name.stream)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    run = (await app.store.segments.runs(name))[-1]
    return Throughput(measured.kind, measured.stream, run.records, cpu, wall, measured.target)


def as_json(found: list[Throughput]) -> list[dict[str, Any]]:
    """Give the figures for machines."""
    return [{**asdict(each), "per_second": each.per_second, "has_passed": each.has_passed} for each in found]
