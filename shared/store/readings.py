"""Readings and their rows: typed columns for people with a storage browser, the whole beside them.

Table `readings`. PartitionKey: workspace|card. RowKey: `latest`, and `at|{evaluation}` for history.
Table `rows`. PartitionKey: workspace|card|evaluation. RowKey: page number; `pages` says how many.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.store.columns import halves, pack, unpack
from shared.store.tables import Table, key

PAGE = 500
"""The most rows of a stored page."""

_COLUMNS = ("value", "unit", "currency", "status", "as_of", "window_start", "window_end", "row_count")

Document = dict[str, Any]


class Readings:
    """The readings of all cards."""

    def __init__(self, readings: Table, rows: Table) -> None:
        self._readings = readings
        self._rows = rows

    async def publish(self, reading: Document, rows: Sequence[Document] | None) -> None:
        """Publish a reading with its rows: the rows first, so that no reading points at nothing.

        Publishing the same evaluation again writes the same entities. None, for a reading that points to
        the rows of an earlier one, leaves all rows as they are: with a pinned clock both have one name.
        """
        workspace, card, evaluation = reading["workspace"], reading["card"], reading["evaluation"]
        if rows is not None:
            await self._put_rows(key(workspace, card, evaluation), rows)
        packed = pack(reading)
        if packed is None:
            raise ValueError("a reading is larger than an entity")
        columns = {name: str(reading[name]) for name in _COLUMNS if reading.get(name) is not None}
        entity = {"PartitionKey": key(workspace, card), **columns, **packed}
        await self._readings.put({**entity, "RowKey": f"at|{evaluation}"})
        await self._readings.put({**entity, "RowKey": "latest"})

    async def latest(self, workspace: str, card: str) -> Document | None:
        """Give a card's last reading, if it has one."""
        entity = await self._readings.get(key(workspace, card), "latest")
        return None if entity is None else unpack(entity)

    async def at(self, workspace: str, card: str, evaluation: str) -> Document | None:
        """Give a card's reading of one evaluation, if it is kept."""
        entity = await self._readings.get(key(workspace, card), f"at|{evaluation}")
        return None if entity is None else unpack(entity)

    async def rows(self, workspace: str, card: str, evaluation: str) -> list[Document]:
        """Give all rows of a reading, in the order in which they were published."""
        partition = key(workspace, card, evaluation)
        entity = await self._rows.get(partition, "pages")
        if entity is None:
            return []
        found: list[Document] = []
        for number in range(entity["pages"]):
            page = await self._rows.get(partition, f"{number:06}")
            if page is None:
                raise LookupError(f"page {number} of {card} {evaluation} is missing")
            found += unpack(page)
        return found

    async def _put_rows(self, partition: str, rows: Sequence[Document]) -> None:
        pages = list(_paged(rows))
        await self._rows.put_all(
            {"PartitionKey": partition, "RowKey": f"{number:06}", **page} for number, page in enumerate(pages)
        )
        await self._rows.put({"PartitionKey": partition, "RowKey": "pages", "pages": len(pages)})


def _paged(rows: Sequence[Document]) -> Iterable[dict[str, bytes]]:
    pending: list[Sequence[Document]] = [rows[start : start + PAGE] for start in range(0, len(rows), PAGE)]
    while pending:
        page = pending.pop(0)
        packed = pack(page)
        if packed is None:
            pending[:0] = halves(page)
        else:
            yield packed
