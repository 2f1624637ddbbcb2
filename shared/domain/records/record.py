"""What all records have in common, and which of their columns judging reads."""

from dataclasses import dataclass, field, fields
from typing import Any


def detail(default: Any = "") -> Any:
    """Mark a column that judging does not need."""
    return field(default=default, metadata={"detail": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What all records have: the vendor's own id, unique in its connection and stream."""

    id: str


def key_columns(record_type: type[Record]) -> tuple[str, ...]:
    """Give the names of the columns that judging reads, `id` first."""
    return tuple(f.name for f in fields(record_type) if not f.metadata.get("detail"))


def detail_columns(record_type: type[Record]) -> tuple[str, ...]:
    """Give the names of the columns that only published rows need."""
    return tuple(f.name for f in fields(record_type) if f.metadata.get("detail"))
