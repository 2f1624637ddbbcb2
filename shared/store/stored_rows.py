"""The rows of one evaluation, read as a query needs them: some columns of all, then some rows whole."""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any

from shared.store.kept import Kept
from shared.store.row_pages import (
    Document,
    block,
    column,
    column_in,
    column_of,
    row_of,
    rows_in,
    rows_in_column,
    sizes_in,
    values_in,
)
from shared.store.tables import Entity, Table

AT_ONCE = 16
"""Requests that are under way at the same time."""
TOGETHER = 25
"""Pages whose columns are read by one request."""
_LAYOUT = "layout"


class StoredRows:
    """Rows that are numbered from 0 in the order in which they were published."""

    def __init__(self, table: Table, partition: str, head: Entity | None, kept: Kept) -> None:
        self._table, self._partition, self._kept = table, partition, kept
        self._pages = int(head["pages"]) if head else 0
        # Whoever changes a page writes this entity after it: so what was read before is asked for no more.
        self._version = (partition, head["etag"] if head else "")
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def count(self) -> int:
        """Say how many rows there are; raises LookupError where a page is gone."""
        return sum(await self._counts())

    async def pages(self) -> AsyncIterator[list[Document]]:
        """Give all rows page by page; raises LookupError where a page is gone."""
        for number in range(self._pages):
            yield rows_in(await self._get(number))

    async def columns(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Give the values of some fields for all rows; None for what a row does not have.

        Raises LookupError where a page is gone.
        """
        found = await self._contents([*dict.fromkeys(names)])
        return {
            name: list(chain.from_iterable(values_in(each, name) for each in contents))
            for name, contents in found.items()
        }

    async def at(self, numbers: Sequence[int]) -> list[Document]:
        """Give rows by their numbers, in the order of these; raises LookupError where a page is gone."""
        firsts = [0, *accumulate(await self._counts())]
        wanted: dict[int, set[int]] = defaultdict(set)
        for number in numbers:
            page = bisect_right(firsts, number) - 1
            wanted[page].add(number - firsts[page])
        layouts = (await self._contents([_LAYOUT]))[_LAYOUT]
        read = (self._rows(page, layouts[page], inside) for page, inside in wanted.items())
        found: dict[int, Document] = {}
        for page, rows in zip(wanted, await asyncio.gather(*read), strict=True):
            found |= {firsts[page] + inside: row for inside, row in rows.items()}
        return [found[number] for number in numbers]

    async def _counts(self) -> list[int]:
        contents = await self._contents(["is_settled", _LAYOUT])
        return [rows_in_column(each, "is_settled") for each in contents["is_settled"]]

    async def _contents(self, names: Sequence[str]) -> dict[str, Sequence[bytes]]:
        """Give the columns of some fields as they are stored, page by page."""
        found = {name: self._kept.get((self._version, name)) for name in names}
        missing = [name for name, contents in found.items() if contents is None]
        if missing:
            for name, contents in (await self._read(missing)).items():
                found[name] = contents
                self._kept.keep((self._version, name), contents)
        return {name: found[name] or () for name in names}

    async def _read(self, names: Sequence[str]) -> dict[str, list[bytes]]:
        starts = range(0, self._pages, TOGETHER)
        read = await asyncio.gather(*(self._range(start, names) for start in starts))
        pages = [page for part in read for page in part]
        return {name: [page[name] for page in pages] for name in names}

    async def _range(self, start: int, names: Sequence[str]) -> list[dict[str, bytes]]:
        end = min(start + TOGETHER, self._pages)
        select = ["RowKey", _LAYOUT, *(column(name) for name in names if name != _LAYOUT)]
        first, last = f"{start:06}", f"{end:06}"
        async with self._limit:
            found = {
                each["RowKey"]: each
                async for each in self._table.between(self._partition, first, last, select)
            }
        return [await self._page(number, found.get(f"{number:06}"), names) for number in range(start, end)]

    async def _page(self, number: int, page: Entity | None, names: Sequence[str]) -> dict[str, bytes]:
        if page is None:
            raise self._gone(number)
        found = {name: column_in(page, name) for name in names if name != _LAYOUT}
        if None in found.values():
            rows = rows_in(await self._get(number))
            found |= {name: column_of(rows, name) for name, content in found.items() if content is None}
        known = {name: content for name, content in found.items() if content is not None}
        return {_LAYOUT: (page.get("layout") or "").encode(), **known}

    async def _rows(self, number: int, layout: bytes, insides: set[int]) -> Mapping[int, Document]:
        """Give some rows of a page by their places in it; a page without a layout has no blocks."""
        if not layout:
            rows = rows_in(await self._get(number))
            return {inside: rows[inside] for inside in insides}
        firsts = [0, *accumulate(sizes_in({"layout": layout}))]
        places = {inside: bisect_right(firsts, inside) - 1 for inside in insides}
        blocks = await self._blocks(number, sorted(set(places.values())))
        return {inside: row_of(blocks[at], inside - firsts[at]) for inside, at in places.items()}

    async def _blocks(self, number: int, wanted: Sequence[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for at in wanted:
            if contents := self._kept.get((self._version, number, at)):
                found[at] = contents[0]
        missing = [at for at in wanted if at not in found]
        if missing:
            page = await self._get(number, [block(at) for at in missing])
            for at in missing:
                found[at] = bytes(page[block(at)])
                self._kept.keep((self._version, number, at), [found[at]])
        return found

    async def _get(self, number: int, select: list[str] | None = None) -> Entity:
        async with self._limit:
            page = await self._table.get(self._partition, f"{number:06}", select)
        if page is None:
            raise self._gone(number)
        return page

    def _gone(self, number: int) -> LookupError:
        return LookupError(f"page {number} of {self._partition} is missing")
