"""A storage account as it is, seen from outside: nothing in it is made or changed by looking."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ResourceNotFoundError

from shared.store.account import StorageAccount
from shared.store.queues import ERASE, EVALUATE, FOLD, NOTIFY, PULL
from shared.store.store import clients

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

TABLES = (
    "alerts",
    "audit",
    "badrecords",
    "checkpoints",
    "decisions",
    "erasures",
    "exceptions",
    "hooks",
    "keys",
    "readings",
    "receipts",
    "rows",
    "segments",
    "sessions",
    "sweeps",
    "workspaces",
)
"""Those of the store; it makes them when it is first opened."""
QUEUES = (PULL, EVALUATE, NOTIFY, FOLD, ERASE)
POISON = "-poison"
"""What the host adds to a queue's name for messages that failed too often."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a queue."""

    messages: int
    """Roughly, as the service counts: those that are not due yet are among them."""
    oldest_at: datetime | None
    """When the first of those that are due was sent; None where none is."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in an account."""

    date: datetime | None
    """The service's own clock."""
    tables: frozenset[str]
    queues: Mapping[str, Waiting]
    """Those that are there, by name: a queue is made with its first message."""


async def inspect(account: StorageAccount) -> Inspection:
    """Look at an account; raises AzureError where it cannot be reached, or does not let us look."""
    dates: list[str] = []

    def note_date(response: Any) -> None:
        dates.append(response.http_response.headers.get("date", ""))

    async with AsyncExitStack() as stack:
        tables, queues = await clients(account, stack)
        found = {each.name async for each in tables.list_tables(raw_response_hook=note_date)}
        waiting = {}
        for name in (*QUEUES, *(f"{each}{POISON}" for each in QUEUES)):
            state = await _waiting(queues.get_queue_client(f"{account.prefix}{name}"))
            if state is not None:
                waiting[name] = state
    own = {name.removeprefix(account.prefix) for name in found if name.startswith(account.prefix)}
    return Inspection(
        parsedate_to_datetime(dates[0]) if dates and dates[0] else None, frozenset(own), waiting
    )


async def _waiting(queue: "QueueClient") -> Waiting | None:
    try:
        count = (await queue.get_queue_properties()).approximate_message_count or 0
        first = await queue.peek_messages(1) if count else []
    except ResourceNotFoundError:
        return None
    return Waiting(count, first[0].inserted_on if first else None)
