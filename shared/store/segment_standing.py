"""Columns cut to a segment's worth again, when what stands of a stream is rewritten."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.domain.forms import Columns
from shared.domain.newest import Kept


class Refilled:
    """Rows of many segments, given again as columns of `size` rows, in the same order."""

    def __init__(self, names: Iterable[str], size: int) -> None:
        self._held: dict[str, list[Any]] = {name: [] for name in names}
        self._size = size

    def add(self, columns: Columns, kept: Kept) -> Iterator[dict[str, list[Any]]]:
        """Add a segment's rows, those at `kept` or all of them, and give what is full now."""
        for name, held in self._held.items():
            column = columns[name]
            held.extend(column if kept is None else map(column.__getitem__, kept))
        while len(self._held["id"]) >= self._size:
            yield {name: held[: self._size] for name, held in self._held.items()}
            for held in self._held.values():
                del held[: self._size]

    def rest(self) -> Iterator[dict[str, list[Any]]]:
        """Give what is left."""
        if self._held["id"]:
            yield self._held


def halved(columns: Mapping[str, Sequence[Any]]) -> tuple[Columns, Columns]:
    """Cut columns in two; raises ValueError for a single row."""
    middle = len(columns["id"]) // 2
    if not middle:
        raise ValueError("one row is larger than an entity")
    return (
        {name: column[:middle] for name, column in columns.items()},
        {name: column[middle:] for name, column in columns.items()},
    )
