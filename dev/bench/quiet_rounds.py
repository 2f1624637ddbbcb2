"""What a round costs in which no vendor has anything new: transactions of the storage account, and money."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from azure.core.pipeline.transport import AioHttpTransport

from shared import ncrontab, sources
from shared.domain.workspace import Workspace
from shared.pipeline import evaluate, pull
from shared.pipeline.asking import Asked
from shared.pipeline.services import Services
from shared.sources import SOURCES
from shared.sources.http import Access
from shared.sources.source import KeyPage, Options, Page, Pull, Source, Stream
from shared.store.account import StorageAccount
from shared.store.queues import PULL
from shared.store.store import Store, open_store

KINDS = tuple(each for each in SOURCES if each.form is None)
TARGET = 200
"""Transactions of a connection in a round in which nothing changed, with the evaluation after it."""
A_MESSAGE = 3
"""What a message of a queue takes: to send it, to receive it, to delete it."""
PRICE = 0.00036 / 10_000
"""Dollars a transaction of Table Storage; a list price, locally redundant.

https://azure.microsoft.com/pricing/details/storage/tables/
"""
PRICE_OF_MESSAGES = 0.004 / 10_000
"""Dollars a transaction of a queue. https://azure.microsoft.com/pricing/details/storage/queues/"""
MONTH = timedelta(days=30)
_START = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class QuietRound:
    """What one round of a connection cost."""

    kind: str
    streams: int
    transactions: int
    messages: int
    rounds: int
    """In a month of 30 days, by the source's own schedule."""

    @property
    def all_transactions(self) -> int:
        """Give those of tables and of queues."""
        return self.transactions + A_MESSAGE * self.messages

    @property
    def dollars(self) -> float:
        """Give what a month of such rounds costs."""
        messages = A_MESSAGE * self.messages * PRICE_OF_MESSAGES
        return self.rounds * (self.transactions * PRICE + messages)

    @property
    def has_passed(self) -> bool:
        """Say whether the target is met."""
        return self.all_transactions < TARGET

    def as_json(self) -> dict[str, Any]:
        """Give it for machines."""
        return {**asdict(self), "dollars": self.dollars, "has_passed": self.has_passed}


async def measure(connection_string: str, kind: Source) -> QuietRound:
    """Let a connection with all of the kind's streams be read twice, and give what the second round cost."""
    names = StorageAccount(connection_string=connection_string, prefix=f"q{uuid4().hex[:12]}")
    with patch.object(sources, "SOURCES", (_quiet(kind),)):
        async with open_store(names) as store:
            await store.workspaces.put(_workspace(kind))
            rounds = _Rounds(store, kind.kind)
            await rounds.run()
            with _counted() as sent:
                messages = await rounds.run()
    return QuietRound(
        kind.kind, len(kind.streams), sum(sent), messages, _in_a_month(sources.POLLED[kind.kind])
    )


class _Rounds:
    """An app whose clock and queues are in this process."""

    def __init__(self, store: Store, kind: str) -> None:
        self._kind, self._now = kind, _START
        self._sent: list[tuple[str, dict[str, Any]]] = []
        self._services = Services(replace(store, queues=self), clock=lambda: self._now)

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:  # noqa: ARG002 - as all queues
        """Keep a message."""
        self._sent.append((queue, message))

    async def run(self) -> int:
        """Let the timer come, and work everything off; give how many messages that took."""
        self._now += timedelta(minutes=15)
        await pull.enqueue_kind(self._services, self._kind)
        count = 0
        while self._sent:
            queue, message = self._sent.pop(0)
            count += 1
            self._now += timedelta(seconds=1)
            work: Callable[..., Awaitable[None]] = pull.pull if queue == PULL else _evaluate
            await work(self._services, *message.values())
        return count


async def _evaluate(services: Services, workspace: str, asked: dict[str, Any]) -> None:
    await evaluate.evaluate(services, workspace, Asked(**asked))


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Count what goes to the storage account while the block runs."""
    sent, send = [0], AioHttpTransport.send

    async def counted(transport: AioHttpTransport, request: Any, **options: Any) -> Any:
        sent[0] += 1
        return await send(transport, request, **options)

    with patch.object(AioHttpTransport, "send", counted):
        yield sent


def _quiet(source: Source) -> Source:
    """Give a source with all its streams, at whose vendor nothing ever changes."""

    def quiet(stream: Stream) -> Stream:
        keys = None if stream.keys is None else _no_keys
        return replace(stream, pages=_nothing, keys=keys, is_offered=lambda _: True)

    return replace(
        source,
        streams=tuple(quiet(each) for each in source.streams),
        options=Options,
        secrets=(),
        access=lambda _connection, _options, _secrets: Access("https://vendor.example"),
        check=None,
    )


async def _nothing(_: Pull) -> AsyncIterator[Page]:
    yield Page(())


async def _no_keys(_: Pull) -> AsyncIterator[KeyPage]:
    yield KeyPage(())


def _workspace(source: Source) -> Workspace:
    document = {
        "id": "quiet",
        "name": "Quiet",
        "time_zone": "Europe/London",
        "reporting_currency": "GBP",
        "connections": [{"name": "store", "kind": source.kind}],
    }
    return Workspace.model_validate(document)


def _in_a_month(schedule: str) -> int:
    """Count how often a schedule comes."""
    at, count = _START, 0
    read = ncrontab.parse(schedule)
    while (at := read.next_after(at)) <= _START + MONTH:
        count += 1
    return count
