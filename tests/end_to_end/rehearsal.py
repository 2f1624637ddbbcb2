"""Runs a world through the real pipeline on Azurite, without a Functions host between."""

from dataclasses import dataclass, field, replace
from typing import Any

from dev.commands.demo import vendor_secrets
from dev.vendors.server import serving
from dev.worlds.world import CARDS, World
from shared import settings
from shared.domain.workspace import Workspace
from shared.pipeline.evaluate import evaluate
from shared.pipeline.pull import enqueue_connection, pull
from shared.pipeline.services import Services
from shared.store.queues import PULL
from shared.store.store import StorageAccount, open_store


@dataclass
class Queue:
    """Keeps what is sent until it is worked off."""

    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:
        """Keep a message; nothing here waits."""
        del delay
        self.messages.append((queue, message))


async def readings_of(world: World, storage: str, prefix: str) -> dict[str, dict[str, Any]]:
    """Pull everything once, evaluate when the round asks for it, and give the readings by card."""
    secrets = vendor_secrets()
    async with open_store(StorageAccount(connection_string=storage, prefix=prefix)) as opened:
        queue = Queue()
        store = replace(opened, queues=queue)
        services = Services(store, secret=lambda reference: settings.secret(reference, secrets))
        with serving(world.accounts) as address:
            workspace = Workspace.model_validate(world.at(address))
            await store.workspaces.put(workspace)
            for connection in workspace.connections:
                await enqueue_connection(services, workspace, connection)
            while queue.messages:
                name, message = queue.messages.pop(0)
                if name == PULL:
                    await pull(services, message["workspace"], message["connection"], message["stream"])
                else:
                    await evaluate(services, message["workspace"])
        found = {}
        for card in CARDS:
            reading = await store.readings.latest(workspace.id, card)
            if reading is not None:
                rows = await store.readings.rows(workspace.id, card, reading["rows_of"] or "")
                found[card] = reading | {"rows": rows}
        return found
