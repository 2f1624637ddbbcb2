"""The rows that a request shows: stored ones with how they stand now, or those of a past instant."""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Protocol

from functions.row_queries import WORK, Row
from shared.pipeline.as_of import Recomputed
from shared.pipeline.reading import settled_rows
from shared.pipeline.row_states import RowStates
from shared.store.row_pages import PAGE
from shared.store.stored_rows import StoredRows

_NO_WORK = dict.fromkeys(WORK, "")


class View(Protocol):
    """Rows that are numbered from 0; each of its functions raises LookupError where a page is gone."""

    async def columns(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Give the values of some fields for all rows."""

    async def at(self, numbers: Sequence[int]) -> list[Row]:
        """Give rows by their numbers, in the order of these."""

    def pages(self) -> AsyncIterator[list[Row]]:
        """Give all rows page by page."""


class StoredView:
    """The rows of a reading, the open ones before the settled ones, with their states."""

    def __init__(self, parts: Sequence[StoredRows], states: RowStates) -> None:
        self._parts, self._states = parts, states

    async def columns(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Give the values of some fields for all rows; `state` and `assignee` ask for `id`, too."""
        stored = [name for name in names if name not in WORK]
        read = [await part.columns(stored) for part in self._parts]
        found = {name: list(chain.from_iterable(part[name] for part in read)) for name in stored}
        if len(stored) < len(names):
            found |= self._states.columns(found["id"], found["is_settled"])
        return found

    async def at(self, numbers: Sequence[int]) -> list[Row]:
        """Give rows by their numbers."""
        left, first, found = set(numbers), 0, dict[int, Row]()
        for part in self._parts:
            count = await part.count()
            inside = sorted(number for number in left if first <= number < first + count)
            rows = await part.at([number - first for number in inside])
            found |= zip(inside, rows, strict=True)
            first += count
        self._states.join(found.values())
        return [found[number] for number in numbers]

    async def pages(self) -> AsyncIterator[list[Row]]:
        """Give all rows page by page."""
        for part in self._parts:
            async for page in part.pages():
                self._states.join(page)
                yield page


class PastView:
    """The rows of a past instant; how far people were with them then is not told."""

    def __init__(self, recomputed: Recomputed, *, wants_all: bool) -> None:
        self._recomputed, self._wants_all = recomputed, wants_all

    async def columns(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Give the values of some fields for all rows."""
        found: dict[str, list[Any]] = {name: [] for name in names}
        for row in self._rows():
            for name, values in found.items():
                values.append(row.get(name))
        return found

    async def at(self, numbers: Sequence[int]) -> list[Row]:
        """Give rows by their numbers."""
        wanted = set(numbers)
        found = {number: row for number, row in enumerate(self._rows()) if number in wanted}
        return [found[number] | _NO_WORK for number in numbers]

    async def pages(self) -> AsyncIterator[list[Row]]:
        """Give all rows page by page."""
        left = self._rows()
        while page := list(islice(left, PAGE)):
            yield [row | _NO_WORK for row in page]

    def _rows(self) -> Iterator[Row]:
        """Give all rows, the settled ones one after another: there are as many as orders."""
        judgement = self._recomputed.judgement
        rest = settled_rows(judgement) if self._wants_all and judgement is not None else ()
        return chain(self._recomputed.rows, rest)
