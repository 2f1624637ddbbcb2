"""The store that calls work with is opened once in an event loop, and closed by its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from functions import runtime
from shared.store.account import StorageAccount


@dataclass
class _Opened:
    """Stands for what opens a store, and fails as often as it is told to."""

    failures: int = 0
    events: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, account: StorageAccount) -> AsyncIterator[object]:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.events.append(f"open {account.connection_string}")
        try:
            yield object()
        finally:
            await asyncio.sleep(0)
            self.events.append(f"close {account.connection_string}")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> _Opened:
    """Let the runtime open these in place of stores."""
    opened = _Opened()
    monkeypatch.setattr(runtime, "open_store", opened.open)
    monkeypatch.setenv("AzureWebJobsStorage", "one")
    return opened


async def _store() -> object:
    async with runtime.services() as services:
        return services.store


def test_calls_of_one_loop_share_a_store(opened: _Opened) -> None:
    """However many calls come at once, the store is opened once, and closed when the loop ends."""

    async def called() -> set[object]:
        return {*await asyncio.gather(*[_store() for _ in range(5)]), await _store()}

    assert 1 == len(asyncio.run(called()))
    assert ["open one", "close one"] == opened.events


def test_loops_share_nothing(opened: _Opened) -> None:
    """A connection belongs to its loop: the next loop opens its own."""
    asyncio.run(_store())
    asyncio.run(_store())

    assert ["open one", "close one", "open one", "close one"] == opened.events


def test_another_account_is_another_store(opened: _Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the settings name is what is opened, also when they have changed."""

    async def called() -> None:
        await _store()
        monkeypatch.setenv("AzureWebJobsStorage", "two")
        await _store()

    asyncio.run(called())

    assert ["open one", "open two"] == opened.events[:2]


def test_an_opening_that_failed_is_tried_again(opened: _Opened) -> None:
    """A store that was out of reach once is not out of reach for ever."""
    opened.failures = 1

    async def called() -> object:
        with pytest.raises(ConnectionError):
            await _store()
        return await _store()

    assert asyncio.run(called()) is not None
    assert "open one" == opened.events[0]
