"""Tables as the store uses them: point reads, ordered ranges, and writes checked against Azure's limits.

Limits: https://learn.microsoft.com/azure/storage/tables/scalability-targets
"""

import json
import re
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from azure.core import MatchConditions
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import EdmType, EntityProperty, TableTransactionError, UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient
from pybase64 import b64decode

Entity = dict[str, Any]

BATCH = 100
MOST_PROPERTIES = 252
LONGEST_STRING = 32_768
MOST_BYTES = 65_536
LARGEST_ENTITY = 1_048_576
LARGEST_KEY = 1_024
LARGEST_TRANSACTION = 4 * LARGEST_ENTITY - MOST_BYTES
"""What is sent in one transaction, with room left for its frame."""
EARLIEST = datetime(1601, 1, 1, tzinfo=UTC)
"""The first instant of an Edm.DateTime."""
_CONFLICTS = frozenset({404, 409, 412})
"""What a transaction answers where an entity is missing, there already, or has changed."""
_INT32 = 2**31
_FORBIDDEN = re.compile(r"[/\\#?=\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_UNTYPED = {"Accept": "application/json;odata=nometadata"}
"""Has the answer not say which properties are bytes: the library would decode them, slowly."""
_SENT_AGAIN: dict[str, Any] = {"retry_on_methods": frozenset({"POST"})}
"""The library sends no POST again, not even over a connection that the other side has let go of meanwhile.

All of ours may be: they write the same once more, or know by their mark that they have.
"""


class Conflict(Exception):
    """Someone else changed the entity since it was read, or it exists already."""


def key(*parts: str) -> str:
    """Join parts into a partition or row key; what Azure forbids in keys is written `=XX`.

    Order ids contain `#`, so this is no formality. Different parts give different keys; halves of a
    character, which JSON can carry and UTF-8 cannot, are written `=XXXX`.
    """
    return "|".join(
        _FORBIDDEN.sub(lambda mark: f"={ord(mark[0]):02X}", part).replace("|", "=7C") for part in parts
    )


def check(entity: Mapping[str, Any]) -> None:
    """Raise ValueError for an entity that Azure would refuse."""
    if len(entity) - 2 > MOST_PROPERTIES:
        raise ValueError(f"an entity has at most {MOST_PROPERTIES} properties")
    total = 4
    for name, value in entity.items():
        size = _size(value)
        total += 8 + 2 * len(name) + size
        if name in {"PartitionKey", "RowKey"}:
            if _FORBIDDEN.search(value.replace("=", "")) or 2 * _units(value) > LARGEST_KEY:
                raise ValueError(f"{name} has a forbidden character or is longer than {LARGEST_KEY} bytes")
        elif not _NAME.fullmatch(name):
            raise ValueError(f"{name} is no property name")
        if isinstance(value, str) and _units(value) > LONGEST_STRING:
            raise ValueError(f"{name} is longer than {LONGEST_STRING} characters")
        if isinstance(value, bytes) and len(value) > MOST_BYTES:
            raise ValueError(f"{name} is longer than {MOST_BYTES} bytes")
        if isinstance(value, datetime) and value < EARLIEST:
            raise ValueError(f"{name} is before {EARLIEST:%Y-%m-%d}")
    if total > LARGEST_ENTITY:
        raise ValueError(f"an entity has at most {LARGEST_ENTITY} bytes, not {total}")


def _size(value: Any) -> int:
    if isinstance(value, str):
        return 2 * _units(value) + 4
    return len(value) + 4 if isinstance(value, bytes) else 8


def _units(text: str) -> int:
    """Count as Azure does, in UTF-16: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _sent(entity: Mapping[str, Any]) -> int:
    """Estimate the bytes of an entity in a transaction: JSON, base64, its address and its frame."""
    total = 1_000 + 9 * (len(entity["PartitionKey"]) + len(entity["RowKey"]))
    for name, value in entity.items():
        total += 2 * len(name) + 64
        if isinstance(value, bytes):
            total += 4 * len(value) // 3
        elif isinstance(value, str):
            total += len(json.dumps(value))
    return total


def _typed(entity: Mapping[str, Any]) -> Entity:
    """Say which integers need 64 bits: the library takes 32 for granted."""
    return {
        name: EntityProperty(value, EdmType.INT64)
        if isinstance(value, int) and not isinstance(value, bool) and not -_INT32 <= value < _INT32
        else value
        for name, value in entity.items()
    }


def _plain(entity: Mapping[str, Any]) -> Entity:
    plain = {
        name: value.value if isinstance(value, EntityProperty) else _utc(value)
        for name, value in entity.items()
    }
    plain["etag"] = getattr(entity, "metadata", {}).get("etag", "")
    return plain


def _decoded(entity: Mapping[str, Any], binary: Collection[str]) -> Entity:
    return {
        name: b64decode(value, validate=True) if name in binary and isinstance(value, str) else value
        for name, value in entity.items()
    }


def _utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _operation(entity: Entity, etag: str | None) -> tuple[Any, ...]:
    if etag is None:
        return "upsert", entity, {"mode": UpdateMode.REPLACE}
    if not etag:
        return "create", entity, {"response_preference": "return-no-content"}
    conditions = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
    return "update", entity, {"mode": UpdateMode.REPLACE, **conditions}


class Table:
    """One table."""

    def __init__(self, client: TableClient) -> None:
        self._client = client

    async def get(self, partition: str, row: str, select: list[str] | None = None) -> Entity | None:
        """Read one entity with its `etag`, or None; with `select` only these properties of it."""
        try:
            return _plain(await self._client.get_entity(partition, row, select=select))
        except ResourceNotFoundError:
            return None

    async def put(self, entity: Mapping[str, Any]) -> None:
        """Write an entity, whatever was there."""
        check(entity)
        await self._client.upsert_entity(_typed(entity), mode=UpdateMode.REPLACE)

    async def replace(self, entity: Mapping[str, Any], etag: str) -> str:
        """Write an entity that has not changed since `etag`; "" means that there is none yet.

        Gives the new etag. Raises Conflict. The client sends a write again where the answer was lost, and
        then meets the first one as a conflict: a mark made anew for each call tells it from another's.
        """
        entity = {**entity, "mark": uuid4().hex}
        check(entity)
        try:
            if etag:
                answer = await self._client.update_entity(
                    _typed(entity),
                    mode=UpdateMode.REPLACE,
                    etag=etag,
                    match_condition=MatchConditions.IfNotModified,
                )
            else:
                answer = await self._client.create_entity(_typed(entity), **_SENT_AGAIN)
        except (ResourceModifiedError, ResourceExistsError):
            there = await self.get(entity["PartitionKey"], entity["RowKey"])
            if there is None or there.get("mark") != entity["mark"]:
                raise Conflict from None
            return str(there["etag"])
        except ResourceNotFoundError:
            if not etag:  # it is the table that is missing
                raise
            raise Conflict from None
        return str(answer["etag"])

    async def put_all(self, entities: Iterable[Mapping[str, Any]]) -> None:
        """Write entities of one partition in transactions of at most 100 entities and 4 MiB."""
        batch: list[tuple[str, Entity, dict[str, Any]]] = []
        weight = 0
        for entity in entities:
            check(entity)
            size = _sent(entity)
            if batch and (len(batch) == BATCH or weight + size > LARGEST_TRANSACTION):
                await self._client.submit_transaction(batch, **_SENT_AGAIN)
                batch, weight = [], 0
            batch.append(("upsert", _typed(entity), {"mode": UpdateMode.REPLACE}))
            weight += size
        if batch:
            await self._client.submit_transaction(batch, **_SENT_AGAIN)

    async def change_together(self, changes: Sequence[tuple[Mapping[str, Any], str | None]]) -> None:
        """Write up to 100 entities of one partition: all of them, or none.

        Each says what it asks of its etag: that the entity has not changed since, "" that there is none
        yet, None nothing; the first must ask. An entity of nothing but its keys is deleted. Raises Conflict
        where one does not hold. A repeated write of one's own is known by its mark, as in `replace`.
        """
        mark = uuid4().hex
        (first, asked), *_ = changes
        if asked is None:
            raise ValueError("the first change must say what it asks of the etag")
        operations: list[Any] = []
        for entity, etag in changes:
            if entity.keys() <= {"PartitionKey", "RowKey"}:
                operations.append(("delete", entity))
                continue
            marked = {**entity, "mark": mark}
            check(marked)
            operations.append(_operation(_typed(marked), etag))
        try:
            await self._client.submit_transaction(operations, **_SENT_AGAIN)
        except TableTransactionError as error:
            if error.status_code not in _CONFLICTS:
                raise
            there = await self.get(first["PartitionKey"], first["RowKey"])
            if there is None or there.get("mark") != mark:
                raise Conflict from None

    async def delete(self, partition: str, row: str) -> None:
        """Delete an entity; one that is not there is fine."""
        await self._client.delete_entity(partition, row)

    async def between(
        self,
        partition: str,
        first: str = "",
        last: str = "",
        select: list[str] | None = None,
        binary: Collection[str] = (),
    ) -> AsyncIterator[Entity]:
        """Give a partition's entities from `first` up to and without `last`, in the order of their keys.

        Who names the properties that are bytes gets nothing else but texts and numbers, and no etag, in half
        the time.
        """
        query = "PartitionKey eq @partition"
        parameters = {"partition": partition}
        if first:
            query += " and RowKey ge @first"
            parameters["first"] = first
        if last:
            query += " and RowKey lt @last"
            parameters["last"] = last
        untyped: dict[str, Any] = {"headers": _UNTYPED} if binary else {}
        found = self._client.query_entities(query, parameters=parameters, select=select, **untyped)
        async for entity in found:
            yield _decoded(entity, binary) if binary else _plain(entity)

    async def across(self, name: str) -> AsyncIterator[Entity]:
        """Give all entities of the partitions that begin with a name, whole, in the order of their keys."""
        query = "PartitionKey eq @name or ( PartitionKey ge @first and PartitionKey lt @last )"
        parameters = {"name": name, "first": f"{name}|", "last": f"{name}}}"}
        async for entity in self._client.query_entities(query, parameters=parameters):
            yield _plain(entity)


class Tables:
    """All tables of one storage account, made when they are first used."""

    def __init__(self, service: TableServiceClient, prefix: str, made: set[str]) -> None:
        self._service = service
        self._prefix = prefix
        self._made = made

    async def table(self, name: str) -> Table:
        """Give a table; it is made where it is missing."""
        full = f"{self._prefix}{name}"
        if full not in self._made:
            await self._service.create_table_if_not_exists(full)
            self._made.add(full)
        return Table(self._service.get_table_client(full))
