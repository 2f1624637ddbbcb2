"""What an entity's values come back as: the client and the service change some of them on the way."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from azure.data.tables import EdmType, EntityProperty
from azure.data.tables._deserialize import (  # the very type that is read
    TablesEntityDatetime,
)

_INT32, _INT64 = 2**31, 2**63


def as_read(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Give an entity as it will be read; None is not kept.

    Raises TypeError as the client does: for integers that are too large for their type, and foreign types.
    """
    found = {}
    for name, value in entity.items():
        if value is None:
            continue
        convert = _BY_TYPE.get(type(value), _other)
        converted = convert(value)
        if converted is not None:
            found[name] = converted
    return found


def instant(moment: datetime) -> datetime:
    """Give an instant as the client gives it: in UTC, in its own type."""
    utc = moment.astimezone(UTC)
    return TablesEntityDatetime(
        utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC
    )


def _same(value: Any) -> Any:
    return value


def _int32(value: int) -> int:
    if not -_INT32 <= value < _INT32:
        raise TypeError(f"{value} is too large to be cast to type {EdmType.INT32}.")
    return value


def _int64(value: Any) -> EntityProperty:
    if not -_INT64 <= int(value) < _INT64:
        raise TypeError(f"{value} is too large to be cast to type {EdmType.INT64}.")
    return EntityProperty(int(value), EdmType.INT64)


def _property(value: tuple[Any, Any]) -> Any:
    return None if value[0] is None else _BY_EDM_TYPE[EdmType(value[1])](value[0])


def _other(value: Any) -> Any:
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, tuple):
        return _property(value)
    raise TypeError(f"Type not supported when sending data to the service: {type(value)}.")


_BY_TYPE: Mapping[type, Callable[[Any], Any]] = {
    str: _same,
    bytes: _same,
    bool: _same,
    float: _same,
    UUID: _same,
    int: _int32,
    datetime: instant,
    EntityProperty: _property,
}
_BY_EDM_TYPE: Mapping[EdmType, Callable[[Any], Any]] = {
    EdmType.STRING: str,
    EdmType.BINARY: _same,
    EdmType.BOOLEAN: _same,
    EdmType.DOUBLE: float,
    EdmType.GUID: lambda value: UUID(str(value)),
    EdmType.DATETIME: instant,
    EdmType.INT32: _int32,
    EdmType.INT64: _int64,
}
