"""The real store over an account in memory that keeps Azure's rules (dev/faults/storage)."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from dev.faults.storage.account import Account, connect
from dev.faults.storage.operations import Calm, Faults, Operation
from shared.pipeline.services import utc_now
from shared.store.store import Store, store_over
from shared.store.tables import Entity, Table

T = TypeVar("T")


class AtOnce(Calm):
    """Nothing goes wrong, and each operation is done before others go on: laws make thousands of them."""

    async def before(self, operation: Operation) -> None:
        """Do nothing."""


class Watch(AtOnce):
    """Keeps what is asked of the storage."""

    def __init__(self) -> None:
        self.asked: list[Operation] = []

    async def before(self, operation: Operation) -> None:
        """Keep what is asked."""
        self.asked.append(operation)


def memory_store(faults: Faults | None = None) -> Store:
    """Give an empty store; what goes wrong in it is said, or nothing does."""
    return _done(store_over(*connect(Account(utc_now), faults or AtOnce())))


def memory_table(faults: Faults | None = None) -> Table:
    """Give an empty table; what goes wrong in it is said, or nothing does."""
    account = Account(utc_now)
    account.make_table("table")
    tables, _ = connect(account, faults or AtOnce())
    return Table(tables.get_table_client("table"))


def entities(table: Table) -> dict[tuple[str, str], Entity]:
    """Give all that a table in memory has, by partition and row."""

    async def listed() -> list[Any]:
        return [each async for each in table._client.list_entities()]

    return {
        (each["PartitionKey"], each["RowKey"]): {**each, "etag": each.metadata["etag"]}
        for each in _done(listed())
    }


def _done(work: Coroutine[Any, Any, T]) -> T:
    """Do what keeps nobody waiting, without an event loop, as in a test that has none."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise RuntimeError("it waits for something")
