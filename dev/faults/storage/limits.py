"""What Azure refuses to keep.

https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
https://learn.microsoft.com/azure/storage/tables/scalability-targets
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from azure.data.tables import EntityProperty

from dev.faults.storage.errors import refusal

OPERATIONS = 100
"""In one transaction."""
TRANSACTION_BYTES = 4 * 1024 * 1024
PAGE = 1_000
COMPARISONS = 15
_PROPERTIES = 252
"""Besides the two keys and the time stamp."""
_ENTITY_BYTES = 1024 * 1024
_VALUE_BYTES = 64 * 1024
_CHARACTERS = _VALUE_BYTES // 2
_KEY_BYTES = 1024
_NAME_LENGTH = 255
_FIRST_DAY = datetime(1601, 1, 1, tzinfo=UTC)
_FORBIDDEN = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_NAME = re.compile(r"[^\W\d]\w*")
_SIZES: Mapping[type, int] = {bool: 1, int: 4, float: 8, EntityProperty: 8}
_LARGEST_PLAIN = 16


def check_key(key: str) -> None:
    """Refuse a partition or row key with a forbidden character, or a long one."""
    if _FORBIDDEN.search(key):
        raise refusal(400, "OutOfRangeInput")
    if 2 * len(key) > _KEY_BYTES or (not key.isascii() and _bytes(key) > _KEY_BYTES):
        raise refusal(400, "KeyValueTooLarge")
    if not key.isascii():
        key.encode()  # a key stands in an address, which knows no half characters


def check_entity(values: Mapping[str, Any]) -> int:
    """Refuse an entity that is too large or wrongly named; give its bytes, as Azure counts them."""
    if len(values) - 2 > _PROPERTIES:
        raise refusal(400, "TooManyProperties")
    total = 4
    for name, value in values.items():
        total += _name_bytes(name)
        if value.__class__ is str and len(value) <= _CHARACTERS and value.isascii():
            total += 2 * len(value) + 4
        else:
            total += _size(value)
    if total > _ENTITY_BYTES:
        raise refusal(400, "EntityTooLarge")
    return total


@lru_cache(maxsize=4096)
def _name_bytes(name: str) -> int:
    if name in {"PartitionKey", "RowKey"}:
        return -4  # keys have no frame
    if not _NAME.fullmatch(name):
        raise refusal(400, "PropertyNameInvalid")
    if len(name) > _NAME_LENGTH:
        raise refusal(400, "PropertyNameTooLong")
    return 8 + 2 * len(name)


def _size(value: Any) -> int:
    plain = _SIZES.get(type(value))
    if plain is not None:
        return plain
    if isinstance(value, str | bytes):
        size = _bytes(value) if isinstance(value, str) else len(value)
        if size > _VALUE_BYTES:
            raise refusal(400, "PropertyValueTooLarge")
        return size + 4
    if isinstance(value, datetime) and value < _FIRST_DAY:
        raise refusal(400, "OutOfRangeInput")
    return _LARGEST_PLAIN


def _bytes(text: str) -> int:
    """Count as Azure does, in UTF-16; half characters are refused, for what becomes of them is not said."""
    if text.isascii():
        return 2 * len(text)
    try:
        return len(text.encode("utf-16-le"))
    except UnicodeEncodeError:
        raise refusal(400, "InvalidInput") from None
