"""The table clients of an account in memory: what the store uses of azure.data.tables.aio."""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from typing import Any

from azure.core import MatchConditions
from azure.core.async_paging import AsyncItemPaged, AsyncPageIterator
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableEntity, UpdateMode
from azure.data.tables._serialize import (  # what it makes of parameters is its own
    _parameter_filter_substitution,
)

from dev.faults.storage.account import Account
from dev.faults.storage.changes import Asked, Change, apply, apply_all, change, transaction
from dev.faults.storage.errors import refusal
from dev.faults.storage.filters import Filter, read
from dev.faults.storage.limits import PAGE, check_key
from dev.faults.storage.operations import Client, Faults, Operation, done
from dev.faults.storage.rows import Kept, Token

_EVERYTHING = Filter(lambda _: True)


class TableService(Client):
    """All tables of an account."""

    def __init__(self, account: Account, faults: Faults) -> None:
        self._account = account
        self._faults = faults

    def get_table_client(self, table_name: str, **_: Any) -> "Table":
        """Give the client of a table, whether or not there is one."""
        return Table(self._account, self._faults, table_name)

    async def create_table(self, table_name: str, **_: Any) -> "Table":
        """Make a table; raises ResourceExistsError."""
        client = self.get_table_client(table_name)
        await client.create_table()
        return client

    async def create_table_if_not_exists(self, table_name: str, **_: Any) -> "Table":
        """Make a table where there is none."""
        with suppress(ResourceExistsError):
            await self.create_table(table_name)
        return self.get_table_client(table_name)

    async def delete_table(self, table_name: str, **_: Any) -> None:
        """Delete a table; one that is not there is fine."""
        await self.get_table_client(table_name).delete_table()


class Table:
    """One table."""

    def __init__(self, account: Account, faults: Faults, table_name: str) -> None:
        self._account = account
        self._faults = faults
        self.table_name = table_name

    async def create_table(self, **_: Any) -> None:
        """Make the table; raises ResourceExistsError."""
        asked = Operation("create_table", self.table_name)
        await done(self._faults, asked, lambda: self._account.make_table(self.table_name))

    async def delete_table(self, **_: Any) -> None:
        """Delete the table; one that is not there is fine."""
        asked = Operation("delete_table", self.table_name)
        with suppress(ResourceNotFoundError):
            await done(self._faults, asked, lambda: self._account.drop_table(self.table_name))

    async def get_entity(
        self, partition_key: str, row_key: str, *, select: list[str] | str | None = None, **_: Any
    ) -> TableEntity:
        """Read one entity; raises ResourceNotFoundError."""
        asked = Operation("get", self.table_name, partition_key, row_key)
        found = await done(self._faults, asked, lambda: self._found(partition_key, row_key))
        return _given(found, _names(select))

    async def create_entity(self, entity: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        """Write a new entity; raises ResourceExistsError."""
        if not {"PartitionKey", "RowKey"} <= entity.keys():
            raise ValueError("PartitionKey and RowKey must be present in an entity")
        return await self._change(change("create", entity))

    async def upsert_entity(
        self, entity: Mapping[str, Any], mode: UpdateMode = UpdateMode.MERGE, **_: Any
    ) -> Mapping[str, Any]:
        """Write an entity, whatever was there."""
        return await self._change(change("upsert", entity, mode))

    async def update_entity(
        self,
        entity: Mapping[str, Any],
        mode: UpdateMode = UpdateMode.MERGE,
        *,
        etag: str | None = None,
        match_condition: MatchConditions | None = None,
        **_: Any,
    ) -> Mapping[str, Any]:
        """Change an entity; raises ResourceNotFoundError and ResourceModifiedError."""
        return await self._change(change("update", entity, mode, etag, match_condition))

    async def delete_entity(
        self,
        *args: Any,
        etag: str | None = None,
        match_condition: MatchConditions | None = None,
        **keys: Any,
    ) -> None:
        """Delete an entity, given whole or by its keys; one that is not there is fine."""
        if args and isinstance(args[0], Mapping):
            entity = args[0]
        else:
            named = (keys.get("partition_key"), keys.get("row_key"))
            partition, row = (*args, *(each for each in named if each is not None))
            entity = keys.get("entity") or {"PartitionKey": partition, "RowKey": row}
        with suppress(ResourceNotFoundError):
            await self._change(change("delete", entity, etag=etag, match_condition=match_condition))

    async def submit_transaction(self, operations: Iterable[Asked], **_: Any) -> list[Mapping[str, Any]]:
        """Do all or none; raises TableTransactionError."""
        changes = transaction(operations)
        if not changes:
            return []
        asked = Operation("transaction", self.table_name, changes[0].partition, changes[0].row)
        etags = await done(self._faults, asked, lambda: apply_all(self._account, self.table_name, changes))
        return [{"etag": etag} for etag in etags]

    def query_entities(
        self,
        query_filter: str,
        *,
        parameters: dict[str, Any] | None = None,
        select: list[str] | str | None = None,
        results_per_page: int | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> AsyncItemPaged[TableEntity]:
        """Give the entities that match, page by page; bytes as base64 where no types are asked for."""
        text = _parameter_filter_substitution(parameters, query_filter)
        untyped = (headers or {}).get("Accept", "").endswith("odata=nometadata")
        return self._pages(text, select, results_per_page, untyped=untyped)

    def list_entities(
        self, *, select: list[str] | str | None = None, results_per_page: int | None = None, **_: Any
    ) -> AsyncItemPaged[TableEntity]:
        """Give all entities, page by page."""
        return self._pages("", select, results_per_page)

    async def _change(self, sent: Change) -> Mapping[str, Any]:
        asked = Operation(sent.verb, self.table_name, sent.partition, sent.row)
        etag = await done(self._faults, asked, lambda: apply(self._account, self.table_name, sent))
        return {"etag": etag}

    def _found(self, partition: str, row: str) -> Kept:
        check_key(partition)
        check_key(row)
        found = self._account.rows(self.table_name).get(partition, row)
        if found is None:
            raise refusal(404, "ResourceNotFound")
        return found

    def _page(self, text: str, token: Token | None, most: int | None) -> tuple[list[Kept], Token | None]:
        wanted = read(text) if text else _EVERYTHING
        size = min(self._account.page(), PAGE if most is None else most)
        return self._account.rows(self.table_name).page(wanted, token, size)

    def _pages(
        self, text: str, select: list[str] | str | None, most: int | None, *, untyped: bool = False
    ) -> AsyncItemPaged[TableEntity]:
        names = _names(select)

        async def page(token: Token | None) -> tuple[list[Kept], Token | None]:
            return await done(
                self._faults, Operation("query", self.table_name), lambda: self._page(text, token, most)
            )

        async def given(page: tuple[list[Kept], Token | None]) -> tuple[Any, AsyncIterator[TableEntity]]:
            found, token = page
            entities: Any = [_given(each, names) for each in found]
            if untyped:
                entities = [_untyped(each) for each in entities]
            return token, entities

        return AsyncItemPaged(page, given, page_iterator_class=AsyncPageIterator)


def _untyped(entity: TableEntity) -> TableEntity:
    entity.update({name: b64encode(value).decode() for name, value in entity.items() if type(value) is bytes})
    return entity


def _names(select: list[str] | str | None) -> list[str] | None:
    names = select.split(",") if isinstance(select, str) else select
    return [name.strip() for name in names] if names else None


def _given(kept: Kept, names: list[str] | None) -> TableEntity:
    """Give an entity as it is read; what is selected and not there is None.

    The etag stands in the time stamp: who selects others only, has none.
    """
    if names is None:
        entity = TableEntity(kept.values)
        # The library gives no other way to it.
        entity._metadata = {"etag": kept.etag, "timestamp": kept.changed_at}  # noqa: SLF001
        return entity
    return TableEntity({name: kept.values.get(name) for name in names})
