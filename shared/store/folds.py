"""What the exceptions of a card stand at: the last evaluation that they were brought to, and what it found.

Beside the exceptions, in their partition. RowKey: `folded` the evaluation, and whether steps are under way
that it does not know of; `folded|{pages}|{number}` what it found open.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import uuid4

from shared.store.columns import pack, unpack
from shared.store.tables import Conflict, Table

FOLDED_IDS = 10_000
"""Open exceptions that are noted in one entity."""


@dataclass(frozen=True, slots=True)
class Folded:
    """The evaluation that the exceptions of a card stand at, and what it found open."""

    evaluation: str = ""
    """"" for none yet."""
    open: Mapping[str, str] = field(default_factory=dict)
    """When each open case came up, by its id."""
    is_under_way: bool = False
    """Steps were begun and not seen to their end: only the exceptions themselves tell what is open."""
    pages: str = field(default="", compare=False)
    """Where `open` is kept; "" for what is not kept yet."""
    etag: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class StandsAt:
    """What the exceptions of a card stand at, without what was found open."""

    evaluation: str = ""
    """"" for none yet."""
    version: str = ""
    """Changes with each fold; "" where none is finished."""


class Folds:
    """The folds of all cards, each named by the partition of its exceptions."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def of(self, partition: str) -> Folded:
        """Give what the exceptions of a card stand at."""
        pointer = await self._table.get(partition, "folded")
        if pointer is None:
            return Folded()
        found: dict[str, str] = {}
        pages = pointer["pages"]
        async for page in self._table.between(partition, f"folded|{pages}|", f"folded|{pages}}}"):
            found |= unpack(page)
        return Folded(pointer["evaluation"], found, pointer["is_under_way"], pages, pointer["etag"])

    async def at(self, partition: str) -> StandsAt:
        """Give the evaluation that the exceptions of a card stand at, and its version."""
        pointer = await self._table.get(partition, "folded")
        if pointer is None:
            return StandsAt()
        version = "" if pointer["is_under_way"] else str(pointer["etag"])
        return StandsAt(str(pointer["evaluation"]), version)

    async def begin(self, partition: str, folded: Folded) -> Folded:
        """Note that steps are under way: should their end never be noted, the next one finds that out.

        Raises Conflict where another has begun or ended since `folded` was read.
        """
        etag = await self._point(partition, replace(folded, is_under_way=True))
        return replace(folded, etag=etag)

    async def end(self, partition: str, folded: Folded) -> None:
        """Note what the exceptions of a card stand at: seen whole or not at all.

        Raises Conflict where another has begun or ended since `folded` was read or begun.
        """
        pages = folded.pages or uuid4().hex
        items = [] if folded.pages else list(folded.open.items())
        for start in range(0, len(items), FOLDED_IDS):
            packed = pack(dict(items[start : start + FOLDED_IDS])) or {}
            row = f"folded|{pages}|{start:08}"
            await self._table.put({"PartitionKey": partition, "RowKey": row, **packed})
        await self._point(partition, replace(folded, pages=pages, is_under_way=False))
        if not folded.pages:
            await self._drop_all_but(partition, pages)

    async def doubt(self, partition: str) -> None:
        """Note that steps were taken which the fold may not know of: the next one looks at all exceptions."""
        while True:
            pointer = await self._table.get(partition, "folded")
            if pointer is None:
                return
            known = {name: pointer[name] for name in ("evaluation", "pages", "etag")}
            with suppress(Conflict):
                await self._point(partition, Folded(is_under_way=True, **known))
                return

    async def _point(self, partition: str, folded: Folded) -> str:
        pointer = {name: getattr(folded, name) for name in ("evaluation", "is_under_way", "pages")}
        where = {"PartitionKey": partition, "RowKey": "folded"}
        return await self._table.replace(where | pointer, folded.etag)

    async def _drop_all_but(self, partition: str, pages: str) -> None:
        async for page in self._table.between(partition, "folded|", "folded}", ["RowKey"]):
            if not page["RowKey"].startswith(f"folded|{pages}|"):
                await self._table.delete(partition, page["RowKey"])
