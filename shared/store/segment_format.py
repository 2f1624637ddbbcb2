"""A segment's columns in one run of bytes: what is where comes first, so that a column is read alone.

Four bytes tell the length of the contents, which are compressed JSON: for each column its name, kind, number
of rows, length, and its values where they are few. The columns follow in the same order.
"""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from sys import intern
from typing import Any

from shared.domain.forms import Form
from shared.store.segment_columns import as_json, deflated, inflated, packed, unpacked

_LENGTH = 4


def written(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Give the bytes that hold these columns, which need not be of one length."""
    contents, blocks = [], []
    for name, column in columns.items():
        each = packed(column)
        contents.append([name, each.kind, each.count, len(each.content), each.values])
        blocks.append(each.content)
    head = deflated(as_json(contents))
    return b"".join([len(head).to_bytes(_LENGTH, "little"), head, *blocks])


class PackedColumns(Mapping[str, Sequence[Any]]):
    """Columns that are decoded one by one, each time they are asked for.

    A snapshot holds thousands of segments: what stands beside the bytes is kept as small as it can be.
    """

    __slots__ = ("_content", "_counts", "_kinds", "_names", "_starts", "_values")

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        start = _LENGTH + int.from_bytes(self._content[:_LENGTH], "little")
        contents = json.loads(inflated(self._content[_LENGTH:start]))
        names, kinds, counts, sizes, values = zip(*contents, strict=True) if contents else [()] * 5
        self._names = _once(names)
        self._kinds = _once(kinds)
        self._counts = _once(counts)
        self._starts = array("L", accumulate(sizes, initial=start))
        self._values = [as_json(each) if each else b"" for each in values]

    def __getitem__(self, name: str) -> list[Any]:
        kind, count, values, content = self._place(name)
        return unpacked(kind, count, values, content)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def form(self, name: str) -> Form:
        """Give a column as it is stored, but for its compression."""
        kind, count, values, content = self._place(name)
        if kind == "json":
            return Form("each", count, self[name])
        return Form(kind, count, values, b"" if kind == "same" else inflated(content))

    def rows(self, name: str) -> int:
        """Say how many rows a column has, without decoding it."""
        return int(self._counts[self._names.index(name)])

    def _place(self, name: str) -> tuple[str, int, list[Any], memoryview]:
        try:
            at = self._names.index(name)
        except ValueError:
            raise KeyError(name) from None
        values = json.loads(self._values[at]) if self._values[at] else []
        content = self._content[self._starts[at] : self._starts[at + 1]]
        return self._kinds[at], self._counts[at], values, content


@lru_cache(maxsize=4_096)
def _once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give the same tuple for equal ones: the segments of a stream differ in little."""
    return tuple(map(intern, values)) if values and isinstance(values[0], str) else values
