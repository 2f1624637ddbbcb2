"""A backup as a file: gzip, one JSON line an entity, with the type of each property."""

import gzip
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from azure.data.tables import EntityProperty

from dev.backup.tables import Entity

VERSION = 1


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


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Give the lines between the first and the last of a whole backup; raises NoBackupError."""
    count, told = -1, None
    try:
        with gzip.open(path, "rt", encoding="utf-8", errors="surrogatepass") as file:
            for text in file:
                line = json.loads(text)
                if count < 0 and line.get("tieout_backup") != VERSION:
                    raise NoBackupError(f"{path} is no backup of version {VERSION}")
                if "entity" in line:
                    yield line
                told = line.get("entities")
                count += 1
    except (OSError, EOFError, ValueError) as error:
        raise NoBackupError(f"{path} cannot be read: {error}") from error
    if told != count - 1:
        raise NoBackupError(f"{path} is cut short: take another backup")


def _packed(value: Any) -> list[Any]:
    if isinstance(value, EntityProperty):
        return ["int64", int(value.value)]
    if isinstance(value, bytes):
        return ["bytes", b64encode(value).decode()]
    if isinstance(value, datetime):
        return ["time", value.isoformat()]
    return ["plain", value]


def _unpacked(kind: str, value: Any) -> Any:
    if kind == "int64":
        return EntityProperty(value, "Edm.Int64")
    if kind == "bytes":
        return b64decode(value)
    return datetime.fromisoformat(value) if kind == "time" else value
