"""A store of its own for each test, behind the app as in production."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared import settings
from shared.access import issue
from shared.store.account import StorageAccount
from shared.store.store import Store, open_store
from tests.functions.app import OPERATOR_KEY

KeyFor = Callable[..., Awaitable[str]]


@pytest.fixture
async def store(storage: StorageAccount, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """Give the store that the app opens, with an operator's key in the settings."""
    monkeypatch.setattr(settings, "storage_account", lambda: storage)
    monkeypatch.setenv("TIEOUT_ADMIN_KEY", OPERATOR_KEY)
    for budget in ("TIEOUT_REQUESTS_PER_MINUTE", "TIEOUT_REFUSALS_PER_MINUTE"):
        monkeypatch.setenv(budget, "1000000")  # tests ask in one process, faster than people
    async with open_store(storage) as opened:
        yield opened


@pytest.fixture
def key_for(store: Store) -> KeyFor:
    """Give what makes a key: its roles, and which workspace's it is."""

    async def make(*roles: str, workspace: str = "acme", lives: timedelta = timedelta(days=1)) -> str:
        now = datetime.now(UTC)
        kept, key = issue(workspace, "a flow", roles, now, now + lives)
        await store.api_keys.put(kept)
        return key

    return make
