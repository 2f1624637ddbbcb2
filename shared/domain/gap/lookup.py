"""Rows by what a column says of them, where nearly every value stands in one row only."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import compress
from operator import ne


class Lookup:
    """The rows of a column by its values; a blank value names nothing.

    A list for each value would cost more than all the rest of a join, so only values that stand in
    several rows have one.
    """

    def __init__(self, values: Sequence[str]) -> None:
        rows = range(len(values))
        self._last = dict(zip(values, rows, strict=True))
        repeated = compress(rows, map(ne, map(self._last.__getitem__, values), rows))
        self._earlier: dict[str, list[int]] = defaultdict(list)
        for row in repeated:
            if values[row]:
                self._earlier[values[row]].append(row)
        self._last.pop("", None)

    def __contains__(self, value: object) -> bool:
        return value in self._last

    def __len__(self) -> int:
        return len(self._last)

    def get(self, value: str) -> list[int]:
        """Give the rows with this value, in row order."""
        last = self._last.get(value)
        if last is None:
            return []
        return [*self._earlier[value], last] if value in self._earlier else [last]
