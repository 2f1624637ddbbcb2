"""Erasures of persons: their tombstones, and the walk through everything that is stored of a workspace.

Table `erasures`. PartitionKey: workspace. RowKey: the erasure's id. While it is under way it holds by what
the person is known; once it is done it holds hashes only.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shared.domain.erasure import Columns, Mask, Traces
from shared.store.columns import joined, pack, parted, unpack
from shared.store.exception_entities import WORKED
from shared.store.row_pages import in_one, rows_in
from shared.store.segment_format import PackedColumns, written
from shared.store.tables import Conflict, Entity, Table, key

PERSONS_STAND_IN = (
    "rows",
    "readings",
    "exceptions",
    "decisions",
    "alerts",
    "audit",
    "receipts",
    "badrecords",
)
"""The other tables that a person may stand in, in the order in which they are gone through."""

Revise = Callable[[dict[str, list[Any]]], dict[str, list[Any]] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One erasure, and the tombstone that it leaves."""

    id: str
    mask: Mask
    state: str
    """`under_way` or `done`."""
    phase: int = 0
    """How many of its steps have come to their end."""
    traces: Traces | None = None
    etag: str = ""


class _Decoded(Mapping[str, Sequence[Any]]):
    """The columns of a segment, each decoded once, when it is first asked for."""

    def __init__(self, content: bytes) -> None:
        self._packed = PackedColumns(content)
        self._columns: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        if name not in self._columns:
            self._columns[name] = self._packed[name]
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


class Erasures:
    """The erasures of all workspaces, and the tables that persons stand in."""

    def __init__(self, erasures: Table, segments: Table, *others: Table) -> None:
        self._erasures = erasures
        self._segments = segments
        self._others = others

    async def of(self, workspace: str) -> list[Erasure]:
        """Give a workspace's erasures."""
        return [_erasure(entity) async for entity in self._erasures.between(key(workspace))]

    async def get(self, workspace: str, erasure_id: str) -> Erasure | None:
        """Give one erasure, if there is one."""
        entity = await self._erasures.get(key(workspace), key(erasure_id))
        return None if entity is None else _erasure(entity)

    async def save(self, workspace: str, erasure: Erasure) -> Erasure:
        """Save an erasure that nobody changed since it was read; raises Conflict."""
        traces = erasure.traces.as_json() if erasure.traces else None
        packed = pack({"known": sorted(erasure.mask.known), "traces": traces})
        if packed is None:
            raise ValueError("the traces of one person are larger than an entity")
        entity = {
            "PartitionKey": key(workspace),
            "RowKey": key(erasure.id),
            "salt": erasure.mask.salt,
            "erased_at": erasure.mask.erased_at,
            "state": erasure.state,
            "phase": erasure.phase,
            **packed,
        }
        await self._erasures.replace(entity, erasure.etag)
        saved = await self.get(workspace, erasure.id)
        return saved or erasure

    async def segments(self, workspace: str) -> AsyncIterator[tuple[str, str, str, Columns]]:
        """Give all segments: connection, stream, row key of the keys, and key columns.

        Also those of runs that were replaced, or never committed.
        """
        async for entity in self._segments.across(key(workspace)):
            if entity["RowKey"].startswith("keys|"):
                _, connection, stream = entity["PartitionKey"].split("|")
                yield connection, stream, entity["RowKey"], _Decoded(joined(entity))

    async def columns(self, workspace: str, connection: str, stream: str, row: str) -> dict[str, list[Any]]:
        """Give all columns of a segment, keys and details."""
        return (await self._pair(key(workspace, connection, stream), row))[2]

    async def revise(self, workspace: str, connection: str, stream: str, row: str, revise: Revise) -> bool:
        """Rewrite a segment where `revise` gives other columns; say whether it did.

        Details go first: until the keys are written, they say whose record it is.
        """
        while True:
            keys, details, columns = await self._pair(key(workspace, connection, stream), row)
            revised = revise(columns)
            if keys is None or revised is None:
                return False
            try:
                for entity in (details, keys):
                    if entity is not None:
                        names = PackedColumns(joined(entity))
                        await self._put(entity, parted(written({name: revised[name] for name in names})))
            except Conflict:
                continue
            return True

    async def _pair(self, partition: str, row: str) -> tuple[Entity | None, Entity | None, dict[str, Any]]:
        keys = await self._segments.get(partition, row)
        details = await self._segments.get(partition, row.replace("keys|", "details|", 1))
        columns = {
            name: column
            for entity in (keys, details)
            if entity is not None
            for name, column in PackedColumns(joined(entity)).items()
        }
        return keys, details, columns

    async def _put(self, entity: Entity, packed: Mapping[str, bytes] | None) -> None:
        if packed is None:
            raise ValueError("a masked segment is larger than an entity")
        plain = {
            name: value
            for name, value in entity.items()
            if not (name.startswith("part") and name[4:].isdigit())
            and name not in {"etag", "mark", "digests"}
        }
        # Nor does a digest of what stood there stay.
        await self._segments.replace({**plain, **packed}, entity["etag"])

    async def documents(self, workspace: str, step: int) -> AsyncIterator[tuple[Table, Entity, Any]]:
        """Give everything of one of the other tables: its table, its columns, and what is packed in it."""
        table = self._others[step]
        async for entity in table.across(key(workspace)):
            yield table, entity, _packed_in(entity)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Give all tables that it works on, its own first, then the segments."""
        return self._erasures, self._segments, *self._others

    @property
    def steps(self) -> tuple[str, ...]:
        """Give the names of the other tables, in the order in which they are gone through."""
        return PERSONS_STAND_IN[: len(self._others)]


def shown(entity: Entity, document: Any) -> dict[str, Any]:
    """Give an entity as one document: its columns, and what is packed in it."""
    named = () if document is None else (("document", document),)
    return {
        name: value
        for name, value in (*entity.items(), *named)
        if not isinstance(value, bytes) and name not in {*_OF_STORE, "PartitionKey"}
    }


def text_of(entity: Entity, document: Any) -> str:
    """Give all texts of an entity in one, to look for something in it."""
    return json.dumps(shown(entity, document), ensure_ascii=False, default=str)


def repacked(entity: Entity, columns: Mapping[str, Any], document: Any) -> Entity:
    """Give an entity with other columns and contents; raises ValueError where it would be too large."""
    packed = {} if document is None else in_one(document) if _is_of_rows(entity) else pack(document)
    if packed is None:
        raise ValueError("a masked entity is larger than the store takes")
    plain = {name: value for name, value in entity.items() if not isinstance(value, bytes)} | {**columns}
    return {name: value for name, value in plain.items() if name not in _OF_STORE} | {**packed}


def is_head(table: str, entity: Entity) -> bool:
    """Say whether an entity is one by which readers know the version of what they keep of a table.

    It stands behind what it is the head of.
    """
    return bool(_HEADS.get(table) == entity["RowKey"])


def _packed_in(entity: Entity) -> Any:
    if _is_of_rows(entity):
        return rows_in(entity)
    if "part00" in entity:
        with suppress(ValueError):
            return unpack(entity)
    return None


def _is_of_rows(entity: Entity) -> bool:
    return "layout" in entity


_HEADS = {"rows": "pages", "exceptions": WORKED}
_OF_STORE = frozenset({"etag", "mark", "layout"})
"""What the store says of an entity, and of what is packed in it."""


def _erasure(entity: Entity) -> Erasure:
    document = unpack(entity)
    return Erasure(
        id=str(entity["RowKey"]),
        mask=Mask(str(entity["salt"]), str(entity["erased_at"]), frozenset(document["known"])),
        state=str(entity["state"]),
        phase=int(entity["phase"]),
        traces=None if document["traces"] is None else Traces.of(document["traces"]),
        etag=str(entity["etag"]),
    )
