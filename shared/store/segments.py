"""Records in segments: append-only, columnar, and visible only once their run is committed.

Table `segments`. PartitionKey: workspace|connection|stream. RowKey: `run|{run}` for what was
committed, `keys|{run}|{number}` and `details|{run}|{number}` for up to 1,000 records each. A retry
writes the same entities; segments that no commit counts in are never read.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.records import Record, detail_columns, key_columns
from shared.domain.snapshot import Batch, columns_of
from shared.errors import BadRecord
from shared.store.columns import halves, pack, unpack
from shared.store.tables import Conflict, Entity, Table, key

RECORDS = 1_000
"""The most records of a segment."""


@dataclass(frozen=True, slots=True)
class StreamName:
    """Which stream of which connection of which workspace."""

    workspace: str
    connection: str
    stream: str

    @property
    def partition(self) -> str:
        """Give the partition that holds the stream's segments."""
        return key(self.workspace, self.connection, self.stream)


@dataclass(frozen=True, slots=True)
class Run:
    """One committed pull of a stream."""

    run: str
    segments: int
    records: int
    bad_records: int
    is_full: bool
    """It replaces all earlier runs."""
    until: datetime
    committed_at: datetime


class Segments:
    """The segments of all streams."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def write(  # noqa: PLR0913, PLR0917 - what names a segment, and what is in it
        self,
        stream: StreamName,
        run: str,
        first: int,
        record_type: type[Record],
        records: Sequence[Record],
        deleted: Sequence[str] = (),
        claim: int = 0,
    ) -> int:
        """Write a page's records as segments number `first` and on; give the next free number.

        Nothing of it is visible before the run is committed. Raises BadRecord for a record that is larger
        than an entity; the rest is to be written again without it. Raises Conflict where an instance that
        claimed the stream later has written the segment: a late writer changes nothing.
        """
        number = first
        pending: list[tuple[Sequence[str], Sequence[Record]]] = [
            *((part, ()) for part in _parts(deleted)),
            *(((), part) for part in _parts(records)),
        ]
        while pending:
            gone, rows = pending.pop(0)
            entities = self._entities(stream, run, number, record_type, rows, gone)
            if entities is None:
                if len(rows) == 1:
                    raise BadRecord(stream.stream, rows[0].id, "it is larger than an entity of the store")
                pending[:0] = [((), half) for half in halves(rows)]
                continue
            for entity in entities:
                await self._write({**entity, "claim": claim})
            number += 1
        return number

    async def _write(self, entity: Entity) -> None:
        """Write an entity, unless a later claim has: read and write are bound by the etag."""
        try:
            # It is new unless an earlier try of this page wrote it, so it is not looked for first.
            await self._table.replace(entity, "")
        except Conflict:
            there = await self._table.get(entity["PartitionKey"], entity["RowKey"])
            if there is None or there["claim"] > entity["claim"]:
                raise
            await self._table.replace(entity, there["etag"])

    async def commit(self, stream: StreamName, run: Run) -> None:
        """Make a run visible: one write, so it is seen whole or not at all."""
        await self._table.put(
            {
                "PartitionKey": stream.partition,
                "RowKey": f"run|{run.run}",
                "segments": run.segments,
                "records": run.records,
                "bad_records": run.bad_records,
                "is_full": run.is_full,
                "until": run.until,
                "committed_at": run.committed_at,
            }
        )

    async def runs(self, stream: StreamName, as_of: datetime | None = None) -> list[Run]:
        """Give the runs that count at an instant: the last full one and those after it, in order."""
        found: list[Run] = []
        async for entity in self._table.between(stream.partition, "run|", "run}"):
            run = Run(
                run=entity["RowKey"].split("|")[1],
                segments=entity["segments"],
                records=entity["records"],
                bad_records=entity["bad_records"],
                is_full=entity["is_full"],
                until=entity["until"],
                committed_at=entity["committed_at"],
            )
            if as_of is None or run.committed_at <= as_of:
                found = [run] if run.is_full else [*found, run]
        return found

    async def batches(
        self, stream: StreamName, record_type: type[Record], runs: Sequence[Run]
    ) -> list[Batch]:
        """Give the records of these runs, oldest first; details stay compressed until they are asked for."""
        if not runs:
            return []
        keys = await self._of(stream, "keys", runs)
        details = await self._of(stream, "details", runs) if detail_columns(record_type) else {}
        batches = []
        for run in runs:
            for number in range(run.segments):
                packed = unpack(keys[run.run, number])
                lazily = details.get((run.run, number), {})
                batches.append(
                    Batch(
                        stream.connection,
                        stream.stream,
                        packed["columns"],
                        lambda entity=lazily: unpack(entity),  # type: ignore[misc]
                        frozenset(packed["deleted"]),
                    )
                )
        return batches

    async def keys(
        self, stream: StreamName, runs: Sequence[Run]
    ) -> AsyncIterator[tuple[dict[str, list[Any]], list[str]]]:
        """Give each segment's key columns and tombstones, oldest first; only one is unpacked at a time."""
        if not runs:
            return
        counts = {run.run: run.segments for run in runs}
        first, last = f"keys|{runs[0].run}", f"keys|{runs[-1].run}}}"
        async for entity in self._table.between(stream.partition, first, last):
            _, run, number = entity["RowKey"].split("|")
            if int(number) < counts.get(run, 0):
                packed = unpack(entity)
                yield packed["columns"], packed["deleted"]

    async def _of(self, stream: StreamName, kind: str, runs: Sequence[Run]) -> dict[tuple[str, int], Entity]:
        found = {}
        first, last = f"{kind}|{runs[0].run}", f"{kind}|{runs[-1].run}}}"
        async for entity in self._table.between(stream.partition, first, last):
            _, run, number = entity["RowKey"].split("|")
            found[run, int(number)] = entity
        return found

    @staticmethod
    def _entities(  # noqa: PLR0913, PLR0917 - what names one segment
        stream: StreamName,
        run: str,
        number: int,
        record_type: type[Record],
        rows: Sequence[Record],
        deleted: Sequence[str],
    ) -> list[Entity] | None:
        keys = pack({"columns": columns_of(rows, key_columns(record_type)), "deleted": list(deleted)})
        names = detail_columns(record_type)
        details = pack(columns_of(rows, names)) if names else {}
        if keys is None or details is None:
            return None
        entities: list[Entity] = [
            {
                "PartitionKey": stream.partition,
                "RowKey": f"keys|{run}|{number:06}",
                "records": len(rows),
                **keys,
            }
        ]
        if names:
            entities.append(
                {"PartitionKey": stream.partition, "RowKey": f"details|{run}|{number:06}", **details}
            )
        return entities


def _parts(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + RECORDS] for start in range(0, len(items), RECORDS)]
