"""A workspace with a shop and a ledger over the real store, where the test is clock, queue and vendor."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shared import settings, sources
from shared.domain.records import Company, MasterCustomer, Order, Record
from shared.domain.snapshot import Table as Records
from shared.domain.workspace import Workspace
from shared.pipeline import evaluate as evaluating
from shared.pipeline import pull as pulling
from shared.pipeline.asking import Asked
from shared.pipeline.services import Services
from shared.sources.source import Source, Stream
from shared.store.checkpoints import Checkpoint
from shared.store.queues import EVALUATE, PULL
from shared.store.segments import Run, StreamName
from shared.store.store import Store
from tests.pipeline.vendors import START, Vendor, connect, customer, order, source

CARD = "ecom_customers_absent_from_sage"
OTHER_CARD = "ecom_customers_absent_from_d365"
ENVIRONMENT = {"TOKEN": "vendor"}
TYPES: dict[str, type[Record]] = {"orders": Order, "companies": Company, "customers": MasterCustomer}


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now

    def advance(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@dataclass
class Queues:
    """Queues that keep what is sent, with its delay, until the test takes it."""

    sent: list[tuple[str, dict[str, Any], float]] = field(default_factory=list)

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:
        """Keep a message."""
        self.sent.append((queue, message, delay))

    def take(self) -> list[tuple[str, dict[str, Any], float]]:
        """Give what was sent since the last time."""
        taken, self.sent = self.sent, []
        return taken

    def count(self, queue: str) -> int:
        """Count what waits in a queue."""
        return sum(each[0] == queue for each in self.sent)


class Bench:
    """What a test works with."""

    def __init__(self, store: Store) -> None:
        self.queues, self.clock = Queues(), Clock()
        self.environment = dict(ENVIRONMENT)
        self.store = replace(store, queues=self.queues)
        self.orders, self.companies, self.customers = Vendor(), Vendor(), Vendor()
        self.services = self.services_on(self.store)
        self._sweeps: dict[str, Any] = {}
        self._is_by_key = False

    @property
    def sources(self) -> tuple[Source, ...]:
        """Give the shop and the ledger as sources."""
        shop = (
            Stream("orders", Order, self.orders.pages, is_by_key=self._is_by_key, **self._sweeps),
            Stream("companies", Company, self.companies.pages, is_full_read=True),
        )
        return source("shopify", *shop), source(
            "sage_intacct", Stream("customers", MasterCustomer, self.customers.pages)
        )

    def sweep_orders(self, column: str = "", reach: timedelta | None = None, **often: float) -> None:
        """Let orders be swept, once a day if nothing else is said."""
        self._sweeps = {"keys": self.orders.keys, "sweep_column": column, "sweep_reach": reach}
        self._sweeps["sweep_every"] = timedelta(**often) if often else timedelta(days=1)
        sources.SOURCES = self.sources  # type: ignore[assignment] - the fixture puts it back

    def read_orders_by_key(self) -> None:
        """Let the pages of orders begin behind the last one's key."""
        self._is_by_key = True
        sources.SOURCES = self.sources  # type: ignore[assignment] - the fixture puts it back

    def services_on(self, store: Store) -> Services:
        """Give the services of an instance with this store."""
        secret = partial(settings.secret, environment=self.environment)
        return Services(store, self.clock, secret, partial(connect, tick=self._tick))

    def _tick(self) -> None:
        """Let a call to a vendor take a moment, as it does."""
        self.clock.advance(milliseconds=50)

    async def workspace(self, workspace_id: str = "shop", **changes: Any) -> Workspace:
        """Save a workspace; a change of `store` or `ledger` goes to that connection."""
        connections = [
            {
                "name": "store",
                "kind": "shopify",
                "secrets": {"token": "env:TOKEN"},
                **changes.pop("store", {}),
            },
            {"name": "ledger", "kind": "sage_intacct", "secrets": {"token": "env:TOKEN"}}
            | changes.pop("ledger", {}),
        ]
        document = {
            "id": workspace_id,
            "name": "Shop",
            "time_zone": "Europe/London",
            "reporting_currency": "GBP",
            "connections": connections,
            **changes,
        }
        saved = Workspace.model_validate(document)
        await self.store.workspaces.put(saved)
        return saved

    async def pull(
        self,
        stream: str = "orders",
        workspace_id: str = "shop",
        services: Services | None = None,
        budget: float = pulling.BUDGET_SECONDS,
    ) -> None:
        """Pull a stream as one message asks for it."""
        name = self.name(stream, workspace_id)
        await pulling.pull(services or self.services, workspace_id, name.connection, stream, budget)

    async def enqueue(self, *connections: str, workspace_id: str = "shop", is_anew: bool = False) -> None:
        """Ask for the pulls of these connections, or of all."""
        found = await self.store.workspaces.get(workspace_id)
        assert found
        for each in found[0].connections:
            if not connections or each.name in connections:
                await pulling.enqueue_connection(self.services, found[0], each, is_anew=is_anew)

    async def evaluate(self, workspace_id: str = "shop", asked: dict[str, Any] | None = None) -> None:
        """Evaluate as one message asks for it, of which is known or not when it was sent."""
        await evaluating.evaluate(self.services, workspace_id, Asked(**asked) if asked else None)

    async def drain(self, budget: float = pulling.BUDGET_SECONDS, most: int = 60) -> list[str]:
        """Work off the queues, in turn, each message at its time; give the queues of the messages."""
        done = []
        while self.queues.sent:
            queue, message, delay = self.queues.sent.pop(0)
            self.clock.advance(seconds=delay + 0.001)
            done.append(queue)
            assert len(done) <= most, "the messages never end"
            if queue == PULL:
                await self.pull(message["stream"], message["workspace"], budget=budget)
            else:
                assert queue == EVALUATE
                await self.evaluate(message["workspace"], message["asked"])
        return done

    async def round(self, *connections: str) -> list[str]:
        """Pull these connections, or all, and evaluate."""
        await self.enqueue(*connections)
        return await self.drain()

    async def filled(self) -> None:
        """Let the shop have six orders of six buyers, the ledger four of these; and read it all."""
        await self.workspace()
        self.orders.knows(*(order(number) for number in range(6)))
        self.customers.knows(*(customer(number) for number in range(4)))
        await self.round()

    def name(self, stream: str = "orders", workspace_id: str = "shop") -> StreamName:
        """Give a stream's name."""
        return StreamName(workspace_id, "ledger" if stream == "customers" else "store", stream)

    async def checkpoint(self, stream: str = "orders", workspace_id: str = "shop") -> Checkpoint:
        """Give where a stream stands."""
        return await self.store.checkpoints.load(self.name(stream, workspace_id))

    async def runs(self, stream: str = "orders", workspace_id: str = "shop") -> list[Run]:
        """Give the runs that count now."""
        return await self.store.segments.runs(self.name(stream, workspace_id))

    async def seen(self, stream: str = "orders", workspace_id: str = "shop") -> dict[str, dict[str, Any]]:
        """Give the records that are visible now, by id."""
        runs, record_type = await self.runs(stream, workspace_id), TYPES[stream]
        batches = await self.store.segments.batches(self.name(stream, workspace_id), record_type, runs)
        table = Records(record_type, batches)
        return {table["id"][row]: table.keys_of(row) for row in range(len(table))}

    async def reading(self, card: str = CARD) -> dict[str, Any]:
        """Give a card's latest reading."""
        latest = await self.store.readings.latest("shop", card)
        assert latest is not None
        return latest

    async def rows(self, card: str = CARD) -> list[dict[str, Any]]:
        """Give the rows that a card's latest reading shows."""
        reading = await self.reading(card)
        return await self.store.readings.rows("shop", card, reading["rows_of"])
