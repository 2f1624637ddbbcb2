"""One column of a segment as bytes: short to write, quick to read, and readable without the others.

Five kinds. `same`: one value for all rows. `few`: a byte a row, that tells which of a few values. `lines`:
texts, one a line. `whole`: integers of 64 bits. `json`: whatever else JSON can say.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from types import NoneType
from typing import Any

from isal import isal_zlib

FEW = 256
"""The most values that a byte tells apart."""
_LEVEL, _WINDOW, _MEMORY = 1, -13, 6
"""A level more makes reading no quicker and writing six times as slow; a larger window takes longer to lay
out than a column to pack (docs/performance.md)."""
_ROOM, _LARGER = 1 << 14, 6
"""The least room that a column is unpacked into, and how many times larger most columns become: room that is
made at once need not be moved."""
_WORDS = ({str, NoneType, int}, {str, NoneType, bool})
"""Types whose equal values are the same in JSON: 1 == True, and 0.0 == -0.0."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A column as it is stored."""

    kind: str
    count: int
    """How many rows it has."""
    values: list[Any]
    """Its values, where they are one or few."""
    content: bytes


def deflated(content: bytes) -> bytes:
    """Compress some bytes."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY)
    return packer.compress(content) + packer.flush()


def inflated(content: bytes | memoryview) -> bytes:
    """Give the bytes that were compressed."""
    # In half the time that zlib takes; what is written stays what zlib writes.
    return isal_zlib.decompress(content, _WINDOW, max(_ROOM, _LARGER * len(content)))


def as_json(value: Any) -> bytes:
    """Write JSON; half a character, as vendors leave it where they cut a text, is kept as it came."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def packed(column: Sequence[Any]) -> Packed:
    """Give a column in the kind that suits it."""
    count = len(column)
    types = set(map(type, column))
    words = _words(column, types)
    if words is not None:
        values = list(dict.fromkeys(words))
        if len(values) <= 1:
            return Packed("same", count, values, b"")
        if len(values) <= FEW and 2 * len(values) <= count:
            places = {value: place for place, value in enumerate(values)}
            return Packed("few", count, values, deflated(bytes(map(places.__getitem__, words))))
    if types == {str}:
        text = "\n".join(column)
        if text.count("\n") == count - 1:
            return Packed("lines", count, [], deflated(text.encode("utf-8", "surrogatepass")))
    if types == {int}:
        try:
            return Packed("whole", count, [], deflated(struct.pack(f"<{count}q", *column)))
        except struct.error:
            pass  # longer than 64 bits
    return Packed("json", count, [], deflated(as_json(list(column))))


def unpacked(kind: str, count: int, values: list[Any], content: bytes | memoryview) -> list[Any]:
    """Give the values of a column; rows of the same value share it."""
    if kind == "same":
        return values * count
    found = inflated(content)
    if kind == "few":
        return list(itemgetter(*found)(values))
    if kind == "lines":
        return found.decode("utf-8", "surrogatepass").split("\n")
    if kind == "whole":
        return list(struct.unpack(f"<{count}q", found))
    return list(json.loads(found))


def _words(column: Sequence[Any], types: set[type]) -> Sequence[Any] | None:
    """Give the column with values that can be told apart by being equal; None where they cannot."""
    if any(types <= each for each in _WORDS):
        return column
    if types <= {tuple, list}:
        rows = list(map(tuple, column))
        if set(map(type, chain.from_iterable(rows))) <= {str}:
            return rows
    return None
