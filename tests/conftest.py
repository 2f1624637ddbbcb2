"""What many tests need: one Azurite for each process of tests, and names that no other test uses."""

import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import settings

from dev import azurite as emulator
from dev.faults.storage.account import Account, connect
from shared.pipeline.services import utc_now
from shared.store import store
from shared.store.account import StorageAccount

# The same examples in every run, and no limit of time for one: a slow machine is no fault.
settings.register_profile("tieout", derandomize=True, deadline=None)
settings.load_profile("tieout")


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """Give the connection string of a running Azurite."""
    with emulator.running(progress=lambda line: sys.stderr.write(f"{line}\n")) as address:
        yield address.connection_string


@pytest.fixture
def storage_names() -> str:
    """Give a prefix for this test's tables and queues: lower-case letters and digits, a letter first."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def emulated(azurite: str, storage_names: str) -> StorageAccount:
    """Give a storage account in the emulator, for tests of the clients and of what only it answers."""
    return StorageAccount(connection_string=azurite, prefix=storage_names)


@pytest.fixture
def storage(storage_names: str, monkeypatch: pytest.MonkeyPatch) -> StorageAccount:
    """Give a storage account in memory, opened as any: it keeps Azure's rules, in a tenth of the time.

    tests/faults/storage holds it to what the emulator answers.
    """
    account = Account(utc_now)

    async def clients(*_: object) -> object:
        return connect(account)

    monkeypatch.setattr(store, "clients", clients)
    return StorageAccount(connection_string=f"in memory {storage_names}", prefix=storage_names)
