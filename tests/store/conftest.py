"""The real store on Azurite, kept apart for each test by its names."""

from collections.abc import AsyncIterator

import pytest
from azure.data.tables.aio import TableServiceClient

from shared.store.account import StorageAccount
from shared.store.store import Store, open_store
from shared.store.tables import Table, Tables


@pytest.fixture
async def store(emulated: StorageAccount) -> AsyncIterator[Store]:
    """Give a store of one's own."""
    async with open_store(emulated) as opened:
        yield opened


@pytest.fixture
async def table(azurite: str, storage_names: str) -> AsyncIterator[Table]:
    """Give an empty table of one's own."""
    async with TableServiceClient.from_connection_string(azurite) as service:
        yield await Tables(service, storage_names, set()).table("things")
