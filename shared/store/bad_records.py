"""Quarantined records: which one, and why; never the record itself.

Table `badrecords`. PartitionKey: workspace|connection|stream. RowKey: record id.
"""

from collections.abc import Sequence
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

    async def shown(self, stream: StreamName, run: str) -> list[dict[str, str]]:
        """Give some of the records that a run put into quarantine."""
        found = []
        async for entity in self._table.between(stream.partition):
            if entity["run"] == run:
                found.append({"id": entity["record_id"], "why": entity["why"]})
            if len(found) == MOST_SHOWN:
                break
        return found
