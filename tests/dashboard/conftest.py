"""A store in memory behind the real app, a clock that tests move, and keys to sign in with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions import runtime
from shared.access import issue
from shared.access.rates import Rates
from shared.pipeline.services import Services
from shared.store.store import Store
from tests.dashboard.visitor import Browser
from tests.functions.app import OPERATOR_KEY
from tests.pipeline.memory import memory_store

KeyFor = Callable[..., Awaitable[str]]
Enter = Callable[..., Awaitable[Browser]]
NOW = datetime(2026, 4, 12, 9, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def forward(self, by: timedelta) -> None:
        """Let time go by."""
        self.now += by


class SentMessages(list[tuple[str, dict[str, Any]]]):
    """Queues that keep what they are sent."""

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:
        """Take a message."""
        self.append((queue, message | ({"delay": delay} if delay else {})))


@pytest.fixture
def clock() -> Clock:
    """Give the app's clock."""
    return Clock()


@pytest.fixture
def store(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Give the store that the app opens, with an operator's key in the settings."""
    kept = replace(memory_store(), queues=SentMessages())

    @asynccontextmanager
    async def services() -> AsyncIterator[Services]:
        yield Services(kept, clock=clock)

    monkeypatch.setattr(runtime, "services", services)
    monkeypatch.setattr(runtime, "RATES", Rates())
    monkeypatch.setenv("TIEOUT_ADMIN_KEY", OPERATOR_KEY)
    return kept


@pytest.fixture
def key_for(store: Store, clock: Clock) -> KeyFor:
    """Give what makes a key: its roles, and which workspace's it is."""

    async def make(*roles: str, workspace: str = "acme", lives: timedelta = timedelta(days=30)) -> str:
        kept, key = issue(workspace, "a person", roles, clock.now, clock.now + lives)
        await store.api_keys.put(kept)
        return key

    return make


@pytest.fixture
def enter(key_for: KeyFor) -> Enter:
    """Give what signs a new browser in with these roles, none for the operator's key."""

    async def signed_in(*roles: str, workspace: str = "acme", **headers: str) -> Browser:
        browser = Browser(headers=headers)
        key = await key_for(*roles, workspace=workspace) if roles else OPERATOR_KEY
        assert (await browser.sign_in(key)).status == 303
        return browser

    return signed_in
