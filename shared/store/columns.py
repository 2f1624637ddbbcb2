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
    """Give the properties that hold a JSON value; None if it is too large for one entity."""
    packed = zlib.compress(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
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
    """Cut rows in two, for what does not fit into one entity."""
    middle = len(rows) // 2
    return rows[:middle], rows[middle:]
