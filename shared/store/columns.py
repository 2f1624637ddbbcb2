"""Columns in binary properties: compressed JSON, cut to what one property of a table holds."""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from shared.store.tables import MOST_BYTES

MOST_PARTS = 14
LARGEST = MOST_PARTS * MOST_BYTES
"""The bytes that one entity carries, with room left for its other properties."""


def pack(value: Any) -> dict[str, bytes] | None:
    """Give the properties that hold a JSON value; None if it is too large for one entity.

    Vendors cut texts in the middle of an emoji: the half that is left is kept as it came.
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    packed = zlib.compress(text.encode("utf-8", "surrogatepass"))
    if len(packed) > LARGEST:
        return None
    return {
        f"part{number:02}": packed[start : start + MOST_BYTES]
        for number, start in enumerate(range(0, len(packed), MOST_BYTES))
    }


def unpack(entity: Mapping[str, Any]) -> Any:
    """Give the JSON value that an entity's properties hold."""
    names = sorted(name for name in entity if name.startswith("part") and name[4:].isdigit())
    return json.loads(zlib.decompress(b"".join(entity[name] for name in names)))


def halves(rows: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Cut rows in two, for what does not fit into one entity; raises ValueError for a single row."""
    if len(rows) < 2:  # noqa: PLR2004 - two halves
        raise ValueError("one row is larger than an entity")
    middle = len(rows) // 2
    return rows[:middle], rows[middle:]
