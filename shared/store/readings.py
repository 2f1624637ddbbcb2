"""Readings and their rows: typed columns for people with a storage browser, the whole beside them.

Table `readings`. PartitionKey: workspace|card. RowKey: `latest`, and `at|{evaluation}` for history.
Table `rows`. PartitionKey: workspace|card|evaluation. RowKey: page number; `pages` says how many.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.store.columns import halves, pack, unpack
from shared.store.tables import Table, key

PAGE = 500
"""The most rows of a stored page."""

_SECOND = timedelta(seconds=1)
_COLUMNS = ("value", "unit", "currency", "status", "as_of", "window_start", "window_end", "row_count")

Document = dict[str, Any]


def named(as_of: datetime) -> str:
    """Give the name of the evaluation at an instant: the names sort as the instants do."""
    return as_of.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


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

    async def between(self, workspace: str, card: str, after: datetime, until: datetime) -> list[Document]:
        """Give what the columns tell of a card's readings after an instant and up to another, in order."""
        partition = key(workspace, card)
        first, last = (f"at|{named(moment + _SECOND)}" for moment in (after, until))
        found = []
        async for entity in self._readings.between(partition, first, last, ["RowKey", *_COLUMNS]):
            point = {name: entity.get(name) for name in _COLUMNS}
            if point["unit"] != "money" and point["value"] is not None:
                point["value"] = int(point["value"])
            point["row_count"] = int(point["row_count"] or 0)
            found.append(point | {"evaluation": entity["RowKey"].removeprefix("at|")})
        return found

    async def rows(self, workspace: str, card: str, evaluation: str) -> list[Document]:
        """Give all rows of a reading, in the order in which they were published."""
        return [row async for page in self.pages(workspace, card, evaluation) for row in page]

    async def pages(self, workspace: str, card: str, evaluation: str) -> AsyncIterator[list[Document]]:
        """Give the rows of a reading a page at a time; raises LookupError for a page that is gone."""
        partition = key(workspace, card, evaluation)
        entity = await self._rows.get(partition, "pages")
        for number in range(entity["pages"] if entity else 0):
            page = await self._rows.get(partition, f"{number:06}")
            if page is None:
                raise LookupError(f"page {number} of {card} {evaluation} is missing")
            yield unpack(page)

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
