"""Runs a world through the real pipeline, without a Functions host between them and their messages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx

from dev.commands.demo import vendor_secrets
from dev.vendors.server import serving
from dev.worlds.world import CARDS, World
from shared import settings
from shared.domain.workspace import Workspace
from shared.pipeline.deliver import deliver
from shared.pipeline.evaluate import evaluate
from shared.pipeline.pull import enqueue_connection, pull
from shared.pipeline.services import Services, utc_now
from shared.store.queues import NOTIFY, PULL
from shared.store.store import Store
from tests.pipeline.memory import memory_store


@dataclass
class Queue:
    """Keeps what is sent until it is worked off."""

    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:
        """Keep a message; nothing here waits."""
        del delay
        self.messages.append((queue, message))


@dataclass
class Clock:
    """A clock by which a minute goes by with each round: to alerts, what is said within a second is one."""

    rounds: int = 0

    def __call__(self) -> datetime:
        """Give the time."""
        return utc_now() + timedelta(minutes=self.rounds)


@dataclass(frozen=True)
class Stage:
    """A world on stage: its workspace, and where its vendors are."""

    services: Services
    workspace: Workspace
    queue: Queue
    clock: Clock
    address: str

    async def round(self) -> None:
        """Pull everything once, evaluate when the round asks for it, and deliver what it tells."""
        self.clock.rounds += 1
        for connection in self.workspace.connections:
            await enqueue_connection(self.services, self.workspace, connection)
        await self.drain()

    async def drain(self) -> None:
        """Work off all messages."""
        while self.queue.messages:
            name, message = self.queue.messages.pop(0)
            if name == PULL:
                await pull(self.services, message["workspace"], message["connection"], message["stream"])
            elif name == NOTIFY:
                await deliver(self.services, message["workspace"], message["delivery"])
            else:
                await evaluate(self.services, message["workspace"])

    def arrived(self) -> list[dict[str, str]]:
        """Give what the simulated Teams and Graph were sent."""
        found: list[dict[str, str]] = httpx.get(f"{self.address}/inbox.json").raise_for_status().json()
        return found

    async def readings(self) -> dict[str, dict[str, Any]]:
        """Give the readings by card, with their rows."""
        found = {}
        store = self.services.store.readings
        for card in CARDS:
            reading = await store.latest(self.workspace.id, card)
            if reading is not None:
                rows = await store.rows(self.workspace.id, card, reading["rows_of"] or "")
                found[card] = reading | {"rows": rows}
        return found


@asynccontextmanager
async def staged(world: World, store: Store) -> AsyncIterator[Stage]:
    """Serve a world's vendors while the block runs."""
    queue = Queue()
    store = replace(store, queues=queue)
    with serving(world.accounts) as address:
        secret = partial(settings.secret, environment=vendor_secrets(address))
        clock = Clock()
        services = Services(store, clock, secret, is_local=True)
        workspace = Workspace.model_validate(world.at(address))
        await store.workspaces.put(workspace)
        yield Stage(services, workspace, queue, clock, address)


async def readings_of(world: World) -> dict[str, dict[str, Any]]:
    """Pull everything once, evaluate when the round asks for it, and give the readings by card."""
    async with staged(world, memory_store()) as stage:
        await stage.round()
        return await stage.readings()
