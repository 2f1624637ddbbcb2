"""A bench over a store of one's own in memory, with the fake vendors in place of the real sources."""

from collections.abc import AsyncIterator

import pytest

from shared import sources
from shared.pipeline import gather
from shared.store.account import StorageAccount
from shared.store.store import open_store
from tests.pipeline.bench import Bench
from tests.pipeline.memory import Watch, memory_store


@pytest.fixture
async def bench(storage: StorageAccount, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """Give a bench with one workspace, `shop`; each page is stored by itself, and tests come between them."""
    monkeypatch.setattr(gather, "LONGEST_SECONDS", 0.0)
    async with open_store(storage) as store:
        made = Bench(store)
        monkeypatch.setattr(sources, "SOURCES", made.sources)
        await made.workspace()
        yield made


@pytest.fixture
def watch() -> Watch:
    """Give what is asked of the storage behind `empty_bench`."""
    return Watch()


@pytest.fixture
def empty_bench(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a bench that has no workspace yet; other tasks wait while it asks the store."""
    made = Bench(memory_store(watch))
    monkeypatch.setattr(sources, "SOURCES", made.sources)
    return made
