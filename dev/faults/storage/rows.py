"""What one table has: entities by partition and row, and pages of them in the order of their keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dev.faults.storage.filters import Filter
from dev.faults.storage.ordered import Ordered, ordinal

Token = dict[str, str]
"""Where a query goes on."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entity as it is kept."""

    values: Mapping[str, Any]
    etag: str
    changed_at: datetime


def etag_of(moment: datetime) -> str:
    """Give the etag of a change: the service makes it of the instant, to the tenth of a microsecond."""
    day, time = moment.isoformat(timespec="microseconds")[:26].split("T")
    return f"W/\"datetime'{day}T{time.replace(':', '%3A')}0Z'\""


class Rows:
    """The entities of one table."""

    def __init__(self) -> None:
        self._partitions: Ordered[tuple[str, Ordered[Kept]]] = Ordered()

    def get(self, partition: str, row: str) -> Kept | None:
        """Give an entity, if there is one."""
        found = self._partitions.get(partition)
        return None if found is None else found[1].get(row)

    def put(self, partition: str, row: str, kept: Kept) -> None:
        """Put an entity in the place of what was there."""
        found = self._partitions.get(partition)
        if found is None:
            found = (partition, Ordered())
            self._partitions.put(partition, found)
        found[1].put(row, kept)

    def drop(self, partition: str, row: str) -> None:
        """Drop an entity that is there."""
        found = self._partitions.get(partition)
        if found is not None:
            found[1].drop(row)
            if not len(found[1]):
                self._partitions.drop(partition)

    def page(self, wanted: Filter, token: Token | None, most: int) -> tuple[list[Kept], Token | None]:
        """Give at most so many entities that match, from the token on, and where to go on."""
        found: list[Kept] = []
        for kept in self._between(wanted, token):
            if len(found) >= most:
                return found, {name: kept.values[name] for name in ("PartitionKey", "RowKey")}
            if wanted.matches(kept.values):
                found.append(kept)
        return found, None

    def _between(self, wanted: Filter, token: Token | None) -> Iterator[Kept]:
        start, first_row = (token["PartitionKey"], token["RowKey"]) if token else (wanted.partitions[0], "")
        for name, rows in self._partitions.between(start, wanted.partitions[1]):
            first = wanted.rows[0]
            if token and name == start:
                first = max(first, first_row, key=ordinal)
            yield from rows.between(first, wanted.rows[1])
