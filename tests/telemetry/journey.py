"""A world that goes through the real functions, over real queues, with everything listened to."""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import azure.functions as func
import pytest
from azure.core.exceptions import ResourceNotFoundError

from dev.commands.demo import vendor_secrets
from dev.vendors.server import serving
from dev.worlds.gifts_sage import gifts_sage
from dev.worlds.world import World
from shared import settings
from shared.domain.workspace import Workspace
from shared.pipeline import pull
from shared.store.account import StorageAccount
from shared.store.queues import StorageQueues
from shared.store.store import Store, open_store
from tests.functions.app import function
from tests.telemetry.conftest import Listener

QUEUES = ("pull", "evaluate", "notify")


class Timer(func.TimerRequest):
    """A timer that comes in time."""

    @property
    def past_due(self) -> bool:
        """Say that it does."""
        return False


class Message(func.QueueMessage):
    """A message as the host hands it over: sent a while ago, and taken for the n-th time."""

    def __init__(self, body: bytes, dequeue_count: int = 1, age: float = 30.0) -> None:
        super().__init__(id="17", body=body)
        self._count, self._sent_at = dequeue_count, datetime.now(UTC) - timedelta(seconds=age)

    @property
    def dequeue_count(self) -> int:
        """Give how often it was taken."""
        return self._count

    @property
    def insertion_time(self) -> datetime:
        """Give when it was sent."""
        return self._sent_at


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.exc_text or ''}")


@dataclass
class Journey:
    """What came of it."""

    world: World
    listener: Listener
    secrets: dict[str, str]
    address: str = ""
    bodies: list[str] = field(default_factory=list)
    """The messages, as they stood in the queues."""
    lines: list[str] = field(default_factory=list)
    metrics: dict[str, dict[frozenset[tuple[str, Any]], float]] = field(default_factory=dict)

    def total(self, metric: str, **attributes: str) -> float:
        """Add up a metric over the series that have these attributes."""
        wanted = set(attributes.items())
        return sum(value for series, value in self.metrics.get(metric, {}).items() if wanted <= series)


@contextmanager
def logged() -> Iterator[list[str]]:
    """Give the lines that are logged while the block runs, of whoever writes them."""
    root, handler = logging.getLogger(), _Lines()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


async def travelled(storage: str, prefix: str, listener: Listener) -> Journey:
    """Let the timers come once, and work off every message, each page of a pull by a message of its own."""
    world = gifts_sage()
    world.document["recipients"] = {
        "finance": {"email": ["finance@larkspur.example"], "teams": ["env:DEMO_TEAMS_CHANNEL"]}
    }
    shop, _, ledger = world.document["connections"]
    world.document["connections"] = [shop, ledger]
    shop["options"]["page_size"] = 100
    account = StorageAccount(connection_string=storage, prefix=prefix)
    with serving(world.accounts) as address, pytest.MonkeyPatch.context() as patch, logged() as lines:
        journey = Journey(world, listener, vendor_secrets(address), address)
        for name, value in (journey.secrets | {"AZURE_FUNCTIONS_ENVIRONMENT": "Development"}).items():
            patch.setenv(name, value)
        patch.setattr(settings, "storage_account", lambda: account)
        patch.setattr(pull, "pull", partial(pull.pull, budget_seconds=0.0))
        async with open_store(account) as store:
            await store.workspaces.put(Workspace.model_validate(world.at(address)))
            for kind in ("shopify", "sage_intacct"):
                await function(f"pull_{kind}")(Timer())
            await _work_off(store, journey)
            await function("evaluate_catch_up")(Timer())
        journey.metrics = listener.collected()
        journey.lines = list(lines)
    return journey


async def _work_off(store: Store, journey: Journey) -> None:
    """Hand each message to its function, until none is left."""
    is_busy = True
    while is_busy:
        is_busy = False
        for queue in QUEUES:
            for body in await _taken(store, queue):
                is_busy = True
                journey.bodies.append(body.decode())
                await function(queue)(Message(body))


async def _taken(store: Store, queue: str) -> list[bytes]:
    """Take what waits in a queue."""
    queues = store.queues
    assert isinstance(queues, StorageQueues)
    client = queues._service.get_queue_client(f"{queues._prefix}{queue}")
    found = []
    try:
        async for message in client.receive_messages(max_messages=32):
            found.append(base64.b64decode(message.content))
            await client.delete_message(message)
    except ResourceNotFoundError:
        return []
    return found
