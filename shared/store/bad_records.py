"""Quarantined records: which one, and why; never the record itself. They stay until they are read well.

Table `badrecords`. PartitionKey: workspace|connection|stream. RowKey: record id.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.errors import BadRecord
from shared.store.segments import StreamName
from shared.store.tables import Entity, Table, key

LONGEST_ID = 100
"""So that it fits into a key, whatever has to be written otherwise in it."""
MOST_SHOWN = 20
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One record in quarantine."""

    id: str
    fields: tuple[str, ...]
    """The names of the fields that are wrong, as the vendor or the file calls them."""
    why: str
    first_seen_at: datetime
    last_seen_at: datetime
    place: str
    """Where it stands in the quarantine of its stream."""


class BadRecords:
    """The quarantine of all streams."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def put(self, stream: StreamName, bad: Sequence[BadRecord], run: str, now: datetime) -> None:
        """Note bad records; the same one again keeps the date on which it was first seen."""
        rows = {_row(each.record_id): each for each in bad}
        if not rows:
            return
        known: dict[str, datetime] = {}
        async for entity in self._table.between(stream.partition, min(rows), f"{max(rows)}!"):
            known[entity["RowKey"]] = entity.get("first_seen_at") or entity["seen_at"]
        await self._table.put_all(
            {
                "PartitionKey": stream.partition,
                "RowKey": row,
                "record_id": each.record_id[:LONGEST_ID].encode("utf-8", "replace").decode(),
                "fields": "\n".join(each.fields[:_MOST_FIELDS])[:2_000],
                "why": each.why[:1_000],
                "run": run,
                "first_seen_at": known.get(row, now),
                "seen_at": now,
            }
            for row, each in rows.items()
        )

    async def release(self, stream: StreamName, ids: Collection[str]) -> None:
        """Take records out that have been read well meanwhile, or that are gone."""
        wanted = {_row(each) for each in ids}
        async for entity in self._table.between(stream.partition, select=["RowKey"]):
            if entity["RowKey"] in wanted:
                await self._table.delete(stream.partition, entity["RowKey"])

    async def release_beginning(self, stream: StreamName, beginning: str) -> None:
        """Take records out whose id begins so."""
        last = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        found = self._table.between(stream.partition, beginning, last, select=["RowKey"])
        for row in [entity["RowKey"] async for entity in found]:
            await self._table.delete(stream.partition, row)

    async def settle(self, stream: StreamName, run: str, *, is_full: bool) -> int:
        """Count what is in quarantine when a run ends; a full run has read again all that is older."""
        count = 0
        async for entity in self._table.between(stream.partition, select=["RowKey", "run"]):
            if is_full and entity["run"] != run:
                await self._table.delete(stream.partition, entity["RowKey"])
            else:
                count += 1
        return count

    async def drop(self, stream: StreamName, before: datetime) -> int:
        """Drop what nobody has met since an instant; give how many."""
        found = self._table.between(stream.partition, select=["RowKey", "seen_at"])
        old = [entity["RowKey"] async for entity in found if entity["seen_at"] < before]
        for row in old:
            await self._table.delete(stream.partition, row)
        return len(old)

    async def page(
        self, stream: StreamName, after: str | None = None, size: int = MOST_SHOWN
    ) -> list[Quarantined]:
        """Give the records in quarantine, from behind a place on if one is given, in a lasting order."""
        found: list[Quarantined] = []
        async for entity in self._table.between(stream.partition, after or ""):
            if entity["RowKey"] != after:
                found.append(_quarantined(entity))
            if len(found) == size:
                break
        return found


def _row(record_id: str) -> str:
    return key(record_id[:LONGEST_ID])


def _quarantined(entity: Entity) -> Quarantined:
    return Quarantined(
        id=entity["record_id"],
        fields=tuple(each for each in str(entity.get("fields", "")).split("\n") if each),
        why=entity["why"],
        first_seen_at=entity.get("first_seen_at") or entity["seen_at"],
        last_seen_at=entity["seen_at"],
        place=entity["RowKey"],
    )
