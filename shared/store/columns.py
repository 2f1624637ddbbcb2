"""Columns in binary properties: compressed JSON, cut to what one property of a table holds."""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from shared.store.tables import MOST_BYTES

MOST_PARTS = 14
LARGEST = MOST_PARTS * MOST_BYTES
"""The bytes that one entity carries, with room left for its other properties."""
PARTS = tuple(f"part{number:02}" for number in range(MOST_PARTS))
"""The names of the properties that carry them."""


def pack(value: Any) -> dict[str, bytes] | None:
    """Give the properties that hold a JSON value; None if it is too large for one entity.

    Vendors cut texts in the middle of an emoji: the half that is left is kept as it came.
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return parted(zlib.compress(text.encode("utf-8", "surrogatepass")))


def unpack(entity: Mapping[str, Any]) -> Any:
    """Give the JSON value that an entity's properties hold."""
    return json.loads(zlib.decompress(joined(entity)))


def parted(content: bytes) -> dict[str, bytes] | None:
    """Give the properties that hold some bytes; None if they are too many for one entity."""
    if len(content) > LARGEST:
        return None
    return {
        f"part{number:02}": content[start : start + MOST_BYTES]
        for number, start in enumerate(range(0, len(content), MOST_BYTES))
    }


def joined(entity: Mapping[str, Any]) -> bytes:
    """Give the bytes that an entity's properties hold."""
    names = sorted(name for name in entity if name.startswith("part") and name[4:].isdigit())
    # A property that was asked for and is not there may come as None.
    return b"".join(entity[name] for name in names if entity[name] is not None)


def halves(rows: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Cut rows in two, for what does not fit into one entity; raises ValueError for a single row."""
    if len(rows) < 2:  # noqa: PLR2004 - two halves
        raise ValueError("one row is larger than an entity")
    middle = len(rows) // 2
    return rows[:middle], rows[middle:]
