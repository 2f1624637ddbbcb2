"""How many bytes a transaction is as it is sent."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dev.faults.storage.changes import Change

_FRAME = 520
"""What stands around each operation: boundaries, headers and the address of the account."""


def sent(changes: "Iterable[Change]") -> int:
    """Give the bytes of the changes: each is framed, and its values are JSON, its bytes base64."""
    return sum(_FRAME + _address(each) + sum(map(_weight, each.values.items())) for each in changes)


def _address(change: "Change") -> int:
    return 3 * (len(change.partition) + len(change.row))


def _weight(item: tuple[str, Any]) -> int:
    name, value = item
    if isinstance(value, str):
        return len(name) + 7 + (len(value) if _is_plain(value) else len(json.dumps(value)) - 2)
    if isinstance(value, bytes):
        return 2 * len(name) + 40 + 4 * ((len(value) + 2) // 3)
    return 2 * len(name) + 60


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
