"""A case: records on both sides, and what a card says of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.records import Record
from tests.builders import AS_OF

Records = dict[str, list[Record]]


@dataclass(frozen=True)
class Case:
    """One case of one card; what is not expected is not compared."""

    name: str
    card: str
    records: Records
    value: int
    settings: dict[str, Any] = field(default_factory=dict)
    """Of the card."""
    workspace: dict[str, Any] = field(default_factory=dict)
    as_of: datetime = AS_OF
    status: str = ""
    rows: dict[str, Any] = field(default_factory=dict)
    """What every row says, by field."""
    figures: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.card}: {self.name}"
