"""What was answered to uploads, so that one that comes again is answered again and not taken twice.

Table `receipts`. PartitionKey: workspace|connection|stream. RowKey: `last`, and `key|` with the hash of the
key that a caller gave.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.store.columns import pack, unpack
from shared.store.segments import StreamName
from shared.store.tables import Table

KEPT = timedelta(days=7)
"""How long a caller's key stands for its upload."""
_LAST = "last"


@dataclass(frozen=True, slots=True)
class Receipt:
    """An upload's answer."""

    digest: str
    """What was sent, as a hash."""
    answer: dict[str, Any]
    received_at: datetime


class Receipts:
    """The receipts of all streams."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def get(self, stream: StreamName, caller_key: str = "") -> Receipt | None:
        """Give the receipt of a caller's key, or of the last upload."""
        entity = await self._table.get(stream.partition, _row(caller_key))
        if entity is None:
            return None
        return Receipt(entity["digest"], unpack(entity), entity["received_at"])

    async def put(self, stream: StreamName, receipt: Receipt, caller_key: str = "") -> None:
        """Keep a receipt as the last one and under the caller's key; old keys are let go."""
        entity = {
            "PartitionKey": stream.partition,
            "digest": receipt.digest,
            "received_at": receipt.received_at,
            **(pack(receipt.answer) or {}),
        }
        for row in {_row(caller_key), _LAST}:
            await self._table.put({**entity, "RowKey": row})
        await self.drop_keys(stream, receipt.received_at)

    async def drop_keys(self, stream: StreamName, now: datetime) -> int:
        """Let go of the keys that do not stand for their uploads any more; give how many."""
        found = self._table.between(stream.partition, "key|", "key}", select=["RowKey", "received_at"])
        old = [each["RowKey"] async for each in found if now - each["received_at"] > KEPT]
        for row in old:
            await self._table.delete(stream.partition, row)
        return len(old)


def _row(caller_key: str) -> str:
    return f"key|{hashlib.sha256(caller_key.encode()).hexdigest()}" if caller_key else _LAST
