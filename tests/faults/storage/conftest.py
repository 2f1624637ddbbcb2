"""An account in memory, and the emulator that it is held to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from dev.faults.storage.account import Account, connect


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    now: datetime = field(default_factory=lambda: datetime(2026, 4, 14, 9, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now

    async def go_on(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Both:
    """The clients of the account in memory, then those of the emulator."""

    clock: Clock
    account: Account
    tables: tuple[TableServiceClient, TableServiceClient]
    queues: tuple[QueueServiceClient, QueueServiceClient]


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def account(clock: Clock) -> Account:
    """Give an empty account in memory."""
    return Account(clock)


@pytest.fixture
async def both(azurite: str, clock: Clock, account: Account) -> AsyncIterator[Both]:
    """Give an account in memory, and one of the emulator."""
    tables, queues = connect(account)
    async with (
        TableServiceClient.from_connection_string(azurite) as real_tables,
        QueueServiceClient.from_connection_string(azurite) as real_queues,
    ):
        yield Both(clock, account, (tables, real_tables), (queues, real_queues))
