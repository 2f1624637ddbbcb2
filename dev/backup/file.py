"""A backup as a file: gzip, one JSON line an entity, with the type of each property."""

import gzip
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from azure.data.tables import EntityProperty

from dev.backup.tables import LEFT_OUT, Entity, tables_of

VERSION = 1
_TABLES = frozenset((*tables_of(is_everything=True), *LEFT_OUT))
_KEYS = ("PartitionKey", "RowKey")
_UNREADABLE = (
    OSError,
    EOFError,
    zlib.error,
    RecursionError,
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
)
"""How it ends to read what was written by somebody else, or damaged since."""


class NoBackupError(Exception):
    """The file is no backup, is cut short, or is of another version."""


def write_line(file: IO[str], line: dict[str, Any]) -> None:
    """Write one line."""
    file.write(json.dumps(line, ensure_ascii=False) + "\n")


def packed(entity: Entity) -> dict[str, list[Any]]:
    """Give an entity as it is written: for each property its type and its value."""
    return {name: _packed(value) for name, value in entity.items()}


def unpacked(properties: dict[str, list[Any]]) -> Entity:
    """Give the entity that was written."""
    return {name: _unpacked(kind, value) for name, (kind, value) in properties.items()}


def entities(path: Path) -> Iterator[tuple[str, Entity]]:
    """Give the entities of a whole backup, each with the name of its table; raises NoBackupError."""
    count, told = -1, None
    try:
        with gzip.open(path, "rt", encoding="utf-8", errors="surrogatepass") as file:
            for text in file:
                if told is not None:
                    raise NoBackupError(f"{path} goes on behind its end: take another backup")
                line = json.loads(text)
                if count < 0 and line["tieout_backup"] != VERSION:
                    raise NoBackupError(f"{path} is no backup of version {VERSION}")
                if count >= 0 and "entity" in line:
                    yield _entity(line)
                elif count >= 0:
                    told = line["entities"]
                count += 1
    except _UNREADABLE as error:
        raise NoBackupError(f"{path} cannot be read: {error}") from error
    if told != count - 1:
        raise NoBackupError(f"{path} is cut short: take another backup")


def _entity(line: dict[str, Any]) -> tuple[str, Entity]:
    entity = unpacked(line["entity"])
    if line["table"] not in _TABLES or not all(isinstance(entity[name], str) for name in _KEYS):
        raise ValueError("it holds what is no entity of ours")
    return line["table"], entity


def _packed(value: Any) -> list[Any]:
    if isinstance(value, EntityProperty):
        return ["int64", int(value.value)]
    if isinstance(value, bytes):
        return ["bytes", b64encode(value).decode()]
    if isinstance(value, datetime):
        return ["time", value.isoformat()]
    return ["plain", value]


def _unpacked(kind: str, value: Any) -> Any:
    if kind == "int64" and type(value) is int:
        return EntityProperty(value, "Edm.Int64")
    if kind == "bytes":
        return b64decode(value, validate=True)
    if kind == "time":
        return datetime.fromisoformat(value)
    if kind != "plain" or not isinstance(value, str | int | float | bool):
        raise ValueError(f"it holds what is no value: {kind}")
    return value
