"""A store in memory that keeps the promises of the real one, for laws that take thousands of writes."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from inspect import signature
from itertools import count
from typing import Any, get_type_hints

from shared.store.erasures import Erasures
from shared.store.events import Events
from shared.store.store import Store
from shared.store.tables import Conflict, Entity, check


class MemoryTable:
    """One table: ordered by row key, changed under etags, within Azure's limits."""

    def __init__(self) -> None:
        self._entities: dict[tuple[str, str], Entity] = {}
        self._etags = count(1)

    async def get(self, partition: str, row: str, select: list[str] | None = None) -> Entity | None:
        """Read one entity with its etag, or None; with `select` only these properties of it."""
        found = self._entities.get((partition, row))
        if found is None:
            return None
        return {name: found[name] for name in (*(select or found), "etag") if name in found}

    async def put(self, entity: Mapping[str, object]) -> None:
        """Write an entity, whatever was there."""
        check(entity)
        self._write(entity)

    async def replace(self, entity: Mapping[str, object], etag: str) -> str:
        """Write an entity that has not changed since; raises Conflict."""
        check(entity)
        self._expect(entity, etag)
        return self._write(entity)

    async def put_all(self, entities: Iterable[Mapping[str, object]]) -> None:
        """Write entities of one partition."""
        for entity in entities:
            await self.put(entity)

    async def change_together(self, changes: Sequence[tuple[Mapping[str, object], str | None]]) -> None:
        """Write all of these entities or none; raises Conflict."""
        for entity, etag in changes:
            if etag is not None:
                self._expect(entity, etag)
        for entity, _ in changes:
            if entity.keys() <= {"PartitionKey", "RowKey"}:
                self._entities.pop(_key(entity), None)
            else:
                await self.put(entity)

    async def delete(self, partition: str, row: str) -> None:
        """Delete an entity; one that is not there is fine."""
        self._entities.pop((partition, row), None)

    async def between(
        self,
        partition: str,
        first: str = "",
        last: str = "",
        select: list[str] | None = None,
        binary: Collection[str] = (),
    ) -> AsyncIterator[Entity]:
        """Give a partition's entities from `first` up to and without `last`, in order."""
        del binary  # here, bytes are bytes
        rows = sorted(row for at, row in self._entities if at == partition)
        for row in rows:
            if row >= first and (not last or row < last):
                found = self._entities.get((partition, row))
                if found is not None:
                    yield {name: found[name] for name in (select or found) if name in found}

    async def across(self, name: str) -> AsyncIterator[Entity]:
        """Give all entities of the partitions that begin with a name."""
        for at in sorted(self._entities):
            if at[0] == name or at[0].startswith(f"{name}|"):
                yield dict(self._entities[at])

    def _expect(self, entity: Mapping[str, object], etag: str) -> None:
        there = self._entities.get(_key(entity))
        if (there["etag"] if there else "") != etag:
            raise Conflict

    def _write(self, entity: Mapping[str, object]) -> str:
        etag = str(next(self._etags))
        self._entities[_key(entity)] = {**entity, "etag": etag}
        return etag


def _key(entity: Mapping[str, object]) -> tuple[str, str]:
    return str(entity["PartitionKey"]), str(entity["RowKey"])


def memory_store() -> Store:
    """Give an empty store; its queues are the test's to bring."""
    parts: dict[str, Any] = {}
    for name, kind in get_type_hints(Store).items():
        needed = [each for each in signature(kind).parameters.values() if each.default is each.empty]
        takes = 0 if name == "queues" else len(needed)
        parts[name] = kind(*(MemoryTable() for _ in range(takes))) if takes else None
    parts["events"] = Events(parts["alerts"]._table)  # they are written together, in one table
    owners = ("exceptions", "decisions", "alerts", "audit", "receipts", "bad_records")
    others = [parts["readings"]._rows, parts["readings"]._readings]
    others += [parts[name]._table for name in owners]
    parts["erasures"] = Erasures(MemoryTable(), parts["segments"]._table, *others)  # type: ignore[arg-type]
    return Store(**parts)
