"""Quarantined records: which one, and why; never the record itself. They stay until they are read well.

Table `badrecords`. PartitionKey: workspace|connection|stream. RowKey: record id.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from shared.errors import BadRecord
from shared.store.segments import StreamName
from shared.store.tables import Table, key

LONGEST_ID = 100
"""So that it fits into a key, whatever has to be written otherwise in it."""
MOST_SHOWN = 20


class BadRecords:
    """The quarantine of all streams."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def put(self, stream: StreamName, bad: Sequence[BadRecord], run: str, now: datetime) -> None:
        """Note bad records; the same one again only moves its date."""
        entities = {
            key(each.record_id[:LONGEST_ID]): {
                "PartitionKey": stream.partition,
                "RowKey": key(each.record_id[:LONGEST_ID]),
                "record_id": each.record_id[:LONGEST_ID].encode("utf-8", "replace").decode(),
                "why": each.why[:1_000],
                "run": run,
                "seen_at": now,
            }
            for each in bad
        }
        await self._table.put_all(entities.values())

    async def release(self, stream: StreamName, ids: Collection[str]) -> None:
        """Take records out that have been read well meanwhile."""
        wanted = {key(each[:LONGEST_ID]) for each in ids}
        async for entity in self._table.between(stream.partition, select=["RowKey"]):
            if entity["RowKey"] in wanted:
                await self._table.delete(stream.partition, entity["RowKey"])

    async def settle(self, stream: StreamName, run: str, *, is_full: bool) -> int:
        """Count what is in quarantine when a run ends; a full run has read again all that is older."""
        count = 0
        async for entity in self._table.between(stream.partition, select=["RowKey", "run"]):
            if is_full and entity["run"] != run:
                await self._table.delete(stream.partition, entity["RowKey"])
            else:
                count += 1
        return count

    async def shown(self, stream: StreamName) -> list[dict[str, str]]:
        """Give some of the records in quarantine."""
        found = []
        async for entity in self._table.between(stream.partition):
            found.append({"id": entity["record_id"], "why": entity["why"]})
            if len(found) == MOST_SHOWN:
                break
        return found
