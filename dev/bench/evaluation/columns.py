"""Made records of one type as columns, the columns that nobody gave filled with a blank."""

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from shared.domain.records import Record, detail_columns, key_columns

Columns = dict[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Stream:
    """All records of one stream of one connection."""

    connection: str
    stream: str
    record_type: type[Record]
    columns: Columns

    def __len__(self) -> int:
        return len(self.columns["id"])

    @property
    def keys(self) -> Columns:
        """Give the columns that judging reads."""
        return {name: self.columns[name] for name in key_columns(self.record_type)}

    @property
    def details(self) -> Columns:
        """Give the columns that only published rows need."""
        return {name: self.columns[name] for name in detail_columns(self.record_type)}

    def parts(self, rows: int) -> Iterator[tuple[Columns, Columns]]:
        """Give keys and details of so many records at a time."""
        keys, details = self.keys, self.details
        for start in range(0, len(self), rows):
            end = start + rows
            yield (
                {name: column[start:end] for name, column in keys.items()},
                {name: column[start:end] for name, column in details.items()},
            )


def stream(connection: str, called: str, record_type: type[Record], /, **given: Sequence[Any]) -> Stream:
    """Give a stream of the columns that are given; the others hold what the record type has for a blank."""
    count = len(given["id"])
    columns: Columns = {}
    for each in fields(record_type):
        blank = "" if each.default is MISSING else each.default
        columns[each.name] = given.pop(each.name) if each.name in given else [blank] * count
    if given:
        raise TypeError(f"{record_type.__name__} has no {', '.join(given)}")
    return Stream(connection, called, record_type, columns)
