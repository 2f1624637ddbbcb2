"""A segment's columns in one run of bytes: what is where comes first, so that a column is read alone.

Four bytes tell the length of the contents, which are compressed JSON: for each column its name, kind, number
of rows, length, and its values where they are few. The columns follow in the same order.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

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
    """Columns that are decoded one by one, each time they are asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        start = _LENGTH + int.from_bytes(self._content[:_LENGTH], "little")
        self._places: dict[str, tuple[str, int, int, int, list[Any]]] = {}
        for name, kind, count, size, values in json.loads(inflated(self._content[_LENGTH:start])):
            self._places[name] = (kind, count, start, start + size, values)
            start += size

    def __getitem__(self, name: str) -> list[Any]:
        kind, count, start, end, values = self._places[name]
        return unpacked(kind, count, values, self._content[start:end])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def rows(self, name: str) -> int:
        """Say how many rows a column has, without decoding it."""
        return self._places[name][1]
