"""Rows of a table by the values of one of its keys."""

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from operator import ne
from typing import TypeAlias

Sorting: TypeAlias = Callable[[Sequence[int]], list[int]]
"""Puts rows in lasting order."""


class KeyIndex:
    """Which rows have a value, for a key that nearly always only one has. "" is no value."""

    def __init__(self, rows: Sequence[int], values: Sequence[str], in_order: Sorting) -> None:
        if "" in values:
            rows, values = list(compress(rows, values)), list(filter(None, values))
        # Backwards, so that the first row of each value stays.
        self._one = dict(zip(reversed(values), reversed(rows), strict=True))
        several: dict[str, list[int]] = {}
        if len(self._one) < len(values):
            others = map(ne, map(self._one.__getitem__, values), rows)
            for row, value in compress(zip(rows, values, strict=True), others):
                several.setdefault(value, [self._one[value]]).append(row)
        self._several = {value: in_order(each) for value, each in several.items()}

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, str]], in_order: Sorting) -> "KeyIndex":
        """Build an index where a row has any number of values."""
        known = list(pairs)
        return cls([row for row, _ in known], [value for _, value in known], in_order)

    def rows(self, value: str) -> Sequence[int]:
        """Give the rows that have a value, in lasting order."""
        if value in self._several:
            return self._several[value]
        return [self._one[value]] if value in self._one else []
