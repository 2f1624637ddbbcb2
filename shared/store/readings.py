"""Readings and their rows: typed columns for people with a storage browser, the whole beside them.

Table `readings`. PartitionKey: workspace|card, RowKey: `at|{evaluation}` for history; a reading is written
when it differs from the one before (docs/adr/0011). PartitionKey: workspace, RowKey: `latest|{card}` for each
card's last one, and `standing` for how the evaluations since then found these: so one request reads them all.
Table `rows`. PartitionKey: workspace|card|evaluation for the open rows, and with `|settled` behind it for the
settled ones. RowKey: page number (row_pages.py); `pages` says how many, and is written after any of them.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from shared.store.columns import PARTS, pack, unpack
from shared.store.kept import Kept
from shared.store.row_pages import PAGE, Page, digested, packed
from shared.store.stored_rows import StoredRows
from shared.store.tables import Conflict, Entity, Table, key

SETTLED = "settled"
_STANDING = "standing"
_ONCE_LATEST = "latest"
"""Where an earlier release put a card's last reading, in the partition of its history."""

_SECOND = timedelta(seconds=1)
_COLUMNS = (
    "value",
    "unit",
    "currency",
    "status",
    "as_of",
    "window_start",
    "window_end",
    "row_count",
    "stood_until",
    "workspace_version",
)

Document = dict[str, Any]


def named(as_of: datetime) -> str:
    """Give the name of the evaluation at an instant: the names sort as the instants do."""
    return as_of.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


@dataclass(frozen=True, slots=True)
class Mark:
    """That a reading still stands: of which evaluation it is, and what the last one would have said anew."""

    evaluation: str
    published_at: str
    asked: Document
    """The instants of asking: `as_of`, `inputs` and their like, in place of the reading's own."""
    status: str = ""
    rows_digest: str = ""
    """With its status, what tells the reading from another of the same second; "" where that is not known."""

    def is_of(self, reading: Document) -> bool:
        """Say whether it is this reading that still stands."""
        if (self.evaluation, self.published_at) != (reading["evaluation"], reading.get("published_at", "")):
            return False
        told = reading["status"], reading.get("rows_digest") or ""
        return not self.status or (self.status, self.rows_digest) == told


@dataclass(frozen=True, slots=True)
class Standing:
    """The marks of a workspace's cards."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    etag: str = ""

    def shown(self, reading: Document) -> Document:
        """Give a reading as it stands now; as it was published where the mark is another's."""
        mark = self.marks.get(reading["card"])
        return reading | mark.asked if mark and mark.is_of(reading) else reading


@dataclass(frozen=True, slots=True)
class Pages:
    """Rows as they are stored, and a digest that changes with any of them."""

    entities: Sequence[Page]
    digest: str


class Readings:
    """The readings of all cards."""

    def __init__(self, readings: Table, rows: Table, kept: Kept | None = None) -> None:
        self._readings = readings
        self._rows = rows
        self.kept = Kept() if kept is None else kept

    async def publish(self, reading: Document, rows: Iterable[Document] | None) -> None:
        """Publish a reading with its rows: the rows first, so that no reading points at nothing.

        Publishing the same evaluation again writes the same entities. None, for a reading that points to
        the rows of an earlier one, leaves all rows as they are: with a pinned clock both have one name.
        """
        if rows is not None:
            where = reading["workspace"], reading["card"], reading["evaluation"]
            await self.keep_rows(*where, pages_of(rows))
        entity = _entity(reading)
        await self._readings.put({**entity, "RowKey": f"at|{reading['evaluation']}"})
        last = {"PartitionKey": key(reading["workspace"]), "RowKey": _latest_row(reading["card"])}
        await self._readings.put({**entity, **last})

    async def close(self, reading: Document, last: Document) -> None:
        """Note how the last evaluation found a reading that another is going to replace."""
        entity = _entity(reading | {"stood": last, "stood_until": last["as_of"]})
        await self._readings.put({**entity, "RowKey": f"at|{reading['evaluation']}"})

    async def latest(self, workspace: str, card: str) -> Document | None:
        """Give a card's reading as the last evaluation found it, if it has one."""
        reading, standing = await asyncio.gather(self.stored(workspace, card), self.standing(workspace))
        return None if reading is None else standing.shown(reading)

    async def latest_of(self, workspace: str, cards: Sequence[str]) -> list[Document | None]:
        """Give the readings of several cards as the last evaluation found them, in the same order."""
        there = self._readings.between(key(workspace), _latest_row(""), f"{_STANDING}~", binary=PARTS)
        entities = {each["RowKey"]: each async for each in there}
        standing = _standing(entities.get(_STANDING))
        found = await asyncio.gather(
            *(self._last_in(entities.get(_latest_row(card)), workspace, card) for card in cards)
        )
        return [None if reading is None else standing.shown(reading) for reading in found]

    async def stored(self, workspace: str, card: str) -> Document | None:
        """Give a card's last reading as it was published, if it has one."""
        entity = await self._readings.get(key(workspace), _latest_row(card))
        return await self._last_in(entity, workspace, card)

    async def _last_in(self, entity: Entity | None, workspace: str, card: str) -> Document | None:
        """Give the last reading of an entity; where there is none, what an earlier release stored."""
        entity = entity or await self._readings.get(key(workspace, card), _ONCE_LATEST)
        return None if entity is None else unpack(entity)

    async def standing(self, workspace: str) -> Standing:
        """Give how the last evaluation found the readings of a workspace."""
        return _standing(await self._readings.get(key(workspace), _STANDING))

    async def stand(self, workspace: str, standing: Standing) -> None:
        """Note how an evaluation found the readings; where another has meanwhile, that one's stays."""
        marks = {
            card: {name: getattr(mark, name) for name in Mark.__dataclass_fields__}
            for card, mark in standing.marks.items()
        }
        contents = pack(marks)
        if contents is None:
            raise ValueError("what stands is larger than an entity")
        with suppress(Conflict):
            await self._readings.replace(
                {"PartitionKey": key(workspace), "RowKey": _STANDING, **contents}, standing.etag
            )

    async def at(self, workspace: str, card: str, evaluation: str) -> Document | None:
        """Give a card's reading of one evaluation as it was published, if it is kept.

        `stood` is how the last evaluation found it, once another has replaced it.
        """
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

    async def rows(self, workspace: str, card: str, evaluation: str, *part: str) -> list[Document]:
        """Give all rows of a reading, in the order in which they were published."""
        return [row async for page in self.pages(workspace, card, evaluation, *part) for row in page]

    async def pages(
        self, workspace: str, card: str, evaluation: str, *part: str
    ) -> AsyncIterator[list[Document]]:
        """Give the rows of a reading a page at a time; raises LookupError for a page that is gone."""
        async for page in (await self.stored_rows(workspace, card, evaluation, *part)).pages():
            yield page

    async def stored_rows(self, workspace: str, card: str, evaluation: str, *part: str) -> StoredRows:
        """Give the rows of a reading, to be read as a query needs them."""
        partition = key(workspace, card, evaluation, *part)
        return StoredRows(self._rows, partition, await self._rows.get(partition, "pages"), self.kept)

    async def has_rows(self, workspace: str, card: str, evaluation: str, *part: str) -> bool:
        """Say whether rows of an evaluation are kept, be it none at all."""
        return await self._rows.get(key(workspace, card, evaluation, *part), "pages") is not None

    async def keep_rows(self, workspace: str, card: str, evaluation: str, pages: Pages, *part: str) -> None:
        """Keep the rows of an evaluation: the pages first, then how many there are."""
        partition = key(workspace, card, evaluation, *part)
        await self._rows.put_all(
            {"PartitionKey": partition, "RowKey": f"{number:06}", **page}
            for number, page in enumerate(pages.entities)
        )
        await self._rows.put({"PartitionKey": partition, "RowKey": "pages", "pages": len(pages.entities)})

    async def drop_before(self, workspace: str, card: str, moment: datetime) -> int:
        """Drop the readings that another had replaced before an instant, with their rows; give how many.

        The one that stood then stays, and so do rows that a reading which stays points to.
        """
        partition = key(workspace, card)
        entity = await self._readings.get(key(workspace), _latest_row(card))
        last = await self._last_in(entity, workspace, card)
        if entity is not None:
            await self._readings.delete(partition, _ONCE_LATEST)
        old = [
            each["RowKey"].removeprefix("at|")
            async for each in self._readings.between(
                partition, "at|", f"at|{named(moment + _SECOND)}", ["RowKey"]
            )
        ][:-1]
        if not old or last is None:
            return 0
        kept = {last["rows_of"]}
        first = f"at|{old[-1]}~"
        async for each in self._readings.between(partition, first, "at}"):
            kept.add(unpack(each).get("rows_of"))
        for evaluation in old:
            for part in ((), (SETTLED,)) if evaluation not in kept else ():
                await self._drop_rows(key(workspace, card, evaluation, *part))
            await self._readings.delete(partition, f"at|{evaluation}")
        return len(old)

    async def versions(self, workspace: str, card: str) -> set[str]:
        """Give the names of the workspace's documents that the readings of a card were evaluated with."""
        found = self._readings.between(key(workspace, card), "at|")
        every = [unpack(entity) async for entity in found]
        if last := await self.stored(workspace, card):
            every.append(last)
        return {str(each.get("workspace_version", "")) for each in every}

    async def _drop_rows(self, partition: str) -> None:
        # How many there are goes first: what is left of them is then read by nobody.
        await self._rows.delete(partition, "pages")
        async for entity in self._rows.between(partition, select=["RowKey"]):
            await self._rows.delete(partition, entity["RowKey"])


def _latest_row(card: str) -> str:
    return f"latest|{key(card)}"


def _standing(entity: Entity | None) -> Standing:
    if entity is None:
        return Standing()
    marks = {card: Mark(**mark) for card, mark in unpack(entity).items()}
    return Standing(marks, str(entity.get("etag", "")))


def pages_of(rows: Iterable[Document]) -> Pages:
    """Pack rows page by page, so that they never stand beside a second copy of all."""
    entities: list[Page] = []
    digest = hashlib.sha256()
    left = iter(rows)
    while page := list(islice(left, PAGE)):
        for each in packed(page):
            entities.append(each)
            for content in digested(each):
                digest.update(content)
    return Pages(entities, digest.hexdigest()[:32])


def _entity(reading: Document) -> dict[str, Any]:
    contents = pack(reading)
    if contents is None:
        raise ValueError("a reading is larger than an entity")
    columns = {name: str(reading[name]) for name in _COLUMNS if reading.get(name) is not None}
    return {"PartitionKey": key(reading["workspace"], reading["card"]), **columns, **contents}
