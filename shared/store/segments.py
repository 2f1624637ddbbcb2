"""Records in segments: append-only, columnar, and visible only once their run is committed.

Table `segments`. PartitionKey: workspace|connection|stream. RowKey: `run|{run}` for what was committed,
`keys|{run}|{number}` and `details|{run}|{number}` for up to 1,000 records each, 4,000 in what was folded, and
`base` (segment_runs). A retry writes the same entities; segments that no commit counts in are never read.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError

from shared.domain.newest import newest
from shared.domain.records import Record, detail_columns, key_columns
from shared.domain.snapshot import Batch, Columns, columns_of
from shared.domain.table import one_by_one
from shared.errors import BadRecord
from shared.store import segment_runs
from shared.store.columns import parted
from shared.store.segment_details import StoredDetails
from shared.store.segment_digests import SIZE, digests_of
from shared.store.segment_format import PackedColumns, written
from shared.store.segment_places import Place, SegmentsGone, StreamName, contents, ranges
from shared.store.segment_runs import Run, places_of
from shared.store.segment_standing import Refilled, halved
from shared.store.tables import Conflict, Entity, Table

__all__ = ["FOLDED_RECORDS", "NOT_READ", "RECORDS", "Run", "Segments", "SegmentsGone", "StreamName"]

RECORDS = 1_000
"""The most records of a segment that a pull writes."""
FOLDED_RECORDS = 4_000
"""The most records of a segment of what was folded: a column costs its reader about as much as two thousand
records of it, however few the segment has (docs/performance.md)."""
NOT_READ = (AzureError, SegmentsGone, TimeoutError)
"""What says that the store could not be read: nothing of what was to be found there."""
DELETED = "=deleted"
"""The column of tombstones; no field of a record has such a name."""


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
        *,
        has_digests: bool = False,
    ) -> int:
        """Write a page's records as segments number `first` and on; give the next free number.

        Nothing of it is visible before the run is committed. Raises BadRecord for a record that is larger
        than an entity; the rest is to be written again without it. Raises Conflict where an instance that
        claimed the stream later has written the segment: a late writer changes nothing. With `has_digests`
        it is told later, by `digests`, what these records were.
        """
        names = (*key_columns(record_type), *detail_columns(record_type))
        number = first
        for part in _parts(deleted):
            number = await self.write_columns(
                stream,
                run,
                number,
                record_type,
                dict.fromkeys(names, ()),
                claim,
                part,
                has_digests=has_digests,
            )
        for rows in _parts(records):
            number = await self.write_columns(
                stream, run, number, record_type, columns_of(rows, names), claim, has_digests=has_digests
            )
        return number

    async def write_columns(  # noqa: PLR0913, PLR0917 - what names a segment, and what is in it
        self,
        stream: StreamName,
        run: str,
        first: int,
        record_type: type[Record],
        columns: Columns,
        claim: int = 0,
        deleted: Sequence[str] = (),
        *,
        has_digests: bool = False,
    ) -> int:
        """Write the columns of some records as segment `first`, and more where they are large.

        Gives the next free number, and raises as `write` does.
        """
        number = first
        pending = [columns]
        while pending:
            rows = pending.pop(0)
            entities = self._entities(stream, run, number, record_type, rows, deleted)
            if entities is None:
                if len(rows["id"]) == 1:
                    raise BadRecord(stream.stream, rows["id"][0], "it is larger than an entity of the store")
                pending[:0] = halved(rows)
                continue
            if has_digests:
                # A tombstone counts as well: a run with one is longer than its records, and is not compared.
                names = (*key_columns(record_type), *detail_columns(record_type))
                entities[0]["digests"] = digests_of(rows, names) + digests_of({DELETED: deleted}, [DELETED])
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
        await segment_runs.commit(self._table, stream, run)

    async def is_committed(self, stream: StreamName, run: str) -> bool:
        """Say whether a run can be seen, or could before another replaced it."""
        return await segment_runs.is_committed(self._table, stream, run)

    async def runs(self, stream: StreamName, as_of: datetime | None = None) -> list[Run]:
        """Give the runs that count at an instant: the last full one and those after it, in order.

        Raises SegmentsGone for an instant before what is kept.
        """
        return await segment_runs.runs_at(self._table, stream, as_of)

    async def every_run(self, stream: StreamName) -> list[Run]:
        """Give all runs that are kept, replaced ones too, in order."""
        return await segment_runs.every_run(self._table, stream)

    async def drop_before(self, stream: StreamName, base: Run) -> int:
        """Remove all that was stored before a full run, and give how many entities that were.

        From the first step on, `runs` raises SegmentsGone for instants before `base`. A crash leaves what the
        same call removes.
        """
        return await segment_runs.drop_before(self._table, stream, base)

    async def batches(
        self, stream: StreamName, record_type: type[Record], runs: Sequence[Run]
    ) -> list[Batch]:
        """Give the records of these runs, oldest first; raises SegmentsGone.

        Columns stay compressed until they are asked for, and details stay in the store: they are read from
        another thread while this event loop goes on.
        """
        places = places_of(runs)
        distinct = {run.run for run in runs if run.is_distinct}
        stored = StoredDetails(self._table, stream, places)
        has_details = bool(detail_columns(record_type))
        batches = []
        async for part in contents(self._table, stream, "keys", ranges(places)):
            for place, content in part.items():
                keys = PackedColumns(content)
                batch = Batch(
                    stream.connection,
                    stream.stream,
                    keys,
                    stored.of(place) if has_details else dict,
                    deleted=frozenset(keys[DELETED]),
                    distinct_run=place.run if place.run in distinct else "",
                    size=keys.rows("id"),
                    together=stored.together if has_details else one_by_one,
                )
                batches.append(batch)
        return batches

    async def digests(self, stream: StreamName, run: Run) -> bytes | None:
        """Give the digests of a run's records, in order; None where they are not kept of all."""
        first, last = (Place(run.run, number).row("keys") for number in (0, run.segments))
        found = self._table.between(stream.partition, first, last, ["RowKey", "digests"])
        whole = b"".join([entity.get("digests") or b"" async for entity in found])
        return whole if len(whole) == SIZE * run.records else None

    async def copy(  # noqa: PLR0913, PLR0917 - what is copied, how much of it, and to where
        self, stream: StreamName, record_type: type[Record], run: Run, records: int, to: str, claim: int
    ) -> int:
        """Write the first records of a run as the first of another one, with digests.

        Gives the next free number; raises Conflict as `write` does, and SegmentsGone.
        """
        number, left = 0, records
        if not left:
            return number
        details = self._details(stream, record_type, places_of([run]))
        async with aclosing(details), aclosing(self.keys(stream, [run])) as segments:  # type: ignore[type-var]
            async for keys, _ in segments:
                rows = {**keys, **await anext(details)}
                cut = {name: column[:left] for name, column in rows.items() if name != DELETED}
                number = await self.write_columns(
                    stream, to, number, record_type, cut, claim, has_digests=True
                )
                left -= len(cut["id"])
                if not left:
                    break
        return number

    async def keys(
        self, stream: StreamName, runs: Sequence[Run]
    ) -> AsyncIterator[tuple[Columns, Sequence[str]]]:
        """Give each segment's key columns, decoded when asked for, and tombstones, oldest first."""
        async for part in contents(self._table, stream, "keys", ranges(places_of(runs))):
            for content in part.values():
                columns = PackedColumns(content)
                yield columns, columns[DELETED]

    async def standing(
        self, stream: StreamName, record_type: type[Record], runs: Sequence[Run]
    ) -> AsyncIterator[dict[str, list[Any]]]:
        """Give the columns, keys and details, of what stands of these runs, a segment of the fold at a time.

        They are what `write_columns` takes. Each id comes once, in its newest version, in the order in which
        `Table` has them; raises SegmentsGone.
        """
        batches = await self.batches(stream, record_type, runs)
        kept = newest(batches)
        refilled = Refilled((*key_columns(record_type), *detail_columns(record_type)), FOLDED_RECORDS)
        number = 0
        async for details in self._details(stream, record_type, places_of(runs)):
            for columns in refilled.add({**details, **batches[number].keys}, kept[number]):
                yield columns
            number += 1
        for columns in refilled.rest():
            yield columns

    async def _details(
        self, stream: StreamName, record_type: type[Record], places: Sequence[Place]
    ) -> AsyncIterator[dict[str, Any] | PackedColumns]:
        """Give the detail columns of each segment, in order."""
        if not detail_columns(record_type):
            for _ in places:
                yield {}
            return
        async for part in contents(self._table, stream, "details", ranges(places)):
            for content in part.values():
                yield PackedColumns(content)

    @staticmethod
    def _entities(  # noqa: PLR0913, PLR0917 - what names one segment
        stream: StreamName,
        run: str,
        number: int,
        record_type: type[Record],
        columns: Columns,
        deleted: Sequence[str],
    ) -> list[Entity] | None:
        keys = {name: columns[name] for name in key_columns(record_type)}
        contents_of = {"keys": {**keys, DELETED: deleted}}
        if names := detail_columns(record_type):
            contents_of["details"] = {name: columns[name] for name in names}
        entities: list[Entity] = []
        for kind, each in contents_of.items():
            parts = parted(written(each))
            if parts is None:
                return None
            row = Place(run, number).row(kind)
            entities.append({"PartitionKey": stream.partition, "RowKey": row, **parts})
        return entities


def _parts(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + RECORDS] for start in range(0, len(items), RECORDS)]
