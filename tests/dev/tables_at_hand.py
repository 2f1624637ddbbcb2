"""The table clients that commands use, over the storage in memory: the app acts between any two entities."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from dev.faults.storage.account import Account, connect
from shared.store.account import StorageAccount

T = TypeVar("T")
Act = Callable[[str], Awaitable[None]]
"""What the app does when an entity of this table has been read."""
ANY_ACCOUNT = StorageAccount(connection_string="in memory")


async def rest(_: str) -> None:
    """Do nothing."""


class TablesAtHand:
    """All tables of an account, one entity a page."""

    def __init__(self, account: Account, loop: asyncio.AbstractEventLoop, act: Act = rest) -> None:
        self._tables, _ = connect(account)
        self._loop = loop
        self._act = act

    @contextmanager
    def opened(self, _: StorageAccount) -> Iterator["TablesAtHand"]:
        """Stand in the place of the client that an account's address opens."""
        yield self

    def get_table_client(self, name: str) -> "TableAtHand":
        """Give one table."""
        return TableAtHand(self._tables.get_table_client(name), name, self._done, self._act)

    def create_table_if_not_exists(self, name: str) -> "TableAtHand":
        """Make a table where there is none."""
        self._done(self._tables.create_table_if_not_exists(name))
        return self.get_table_client(name)

    def _done(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)


class TableAtHand:
    """One table."""

    def __init__(self, table: Any, name: str, done: Callable[[Any], Any], act: Act) -> None:
        self._table, self._name, self._done, self._act = table, name, done, act

    def list_entities(self, **options: Any) -> Iterator[Mapping[str, Any]]:
        """Give all entities."""
        return self._each(self._table.list_entities(**options | {"results_per_page": 1}))

    def query_entities(self, query_filter: str, **options: Any) -> Iterator[Mapping[str, Any]]:
        """Give those that match."""
        return self._each(self._table.query_entities(query_filter, **options | {"results_per_page": 1}))

    def _each(self, found: AsyncIterable[Any]) -> Iterator[Mapping[str, Any]]:
        entities = aiter(found)
        while (entity := self._done(anext(entities, None))) is not None:
            yield entity
            self._done(self._act(self._name))

    def get_entity(self, *names: str) -> Mapping[str, Any]:
        """Read one entity."""
        return self._done(self._table.get_entity(*names))

    def create_entity(self, entity: Mapping[str, Any]) -> None:
        """Write a new entity."""
        self._done(self._table.create_entity(entity))

    def update_entity(self, entity: Mapping[str, Any], **options: Any) -> None:
        """Change an entity."""
        self._done(self._table.update_entity(entity, **options))

    def upsert_entity(self, entity: Mapping[str, Any], **options: Any) -> None:
        """Write an entity, whatever is there."""
        self._done(self._table.upsert_entity(entity, **options))
