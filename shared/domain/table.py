"""Records of one type as columns, put together from what was stored at different times."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, repeat
from typing import Any, Self

from shared.domain.forms import Columns, form_of, values_at
from shared.domain.newest import Kept, newest
from shared.domain.records import Record, detail_columns, key_columns
from shared.domain.whole import Whole

Details = Callable[[], Columns]


def one_by_one(wanted: Sequence[Details]) -> Iterator[Columns]:
    """Decode the details of some batches, each when it is its turn."""
    return (details() for details in wanted)


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that were stored together; later batches of a stream replace earlier ones by id."""

    connection: str
    stream: str
    keys: Columns
    """The key columns, all of one length; each may be decoded whenever it is asked for."""
    details: Details = field(default=dict, repr=False)
    """Gives the detail columns; called only when a row's detail is asked for."""
    deleted: frozenset[str] = frozenset()
    """What of earlier batches is gone; it says nothing of the records beside it."""
    distinct_run: str = ""
    """The run among whose batches no id stands twice; "" where that is not known."""
    size: int | None = None
    """How many records it has, where that is known before a column is decoded."""
    together: Callable[[Sequence[Details]], Iterable[Columns]] = field(default=one_by_one, repr=False)
    """Reads the details of several batches, its own and others that have the same one, in the order asked."""

    @property
    def count(self) -> int:
        """Say how many records it has."""
        return len(self.keys["id"]) if self.size is None else self.size


class Table:
    """The newest version of each record of one type, column by column.

    `table["email"]` is the list of emails in row order; `connections` names each row's connection. A column
    is put together when it is first asked for, and then kept until `forget`.
    """

    def __init__(
        self, record_type: type[Record], batches: Iterable[Batch], kept: list[Kept] | None = None
    ) -> None:
        self.record_type = record_type
        self.batches = tuple(batches)
        self._names = key_columns(record_type)
        self._columns: dict[str, list[Any]] = {}
        ids: dict[int, Sequence[str]] = {}
        self._kept: list[Kept] = newest(self.batches, ids) if kept is None else kept
        if ids and len(ids) == len(self.batches):
            self._columns["id"] = _joined(
                ids[number] if own is None else map(ids[number].__getitem__, own)
                for number, own in enumerate(self._kept)
            )
        counts = [
            batch.count if kept is None else len(kept)
            for batch, kept in zip(self.batches, self._kept, strict=True)
        ]
        *self._starts, self._length = accumulate(counts, initial=0)
        self.whole = Whole(self.batches, self._kept)
        """Its columns, each to be gone through as a whole."""
        self._connections: list[str] = []
        self._details: dict[int, dict[str, Sequence[Any]]] = defaultdict(dict)
        self._decoders: dict[int, Columns] = {}
        self._fetched: dict[str, dict[int, Any]] = defaultdict(dict)
        self._of: tuple[Whole, Sequence[int]] | None = None
        """The table that this one's rows are some of, and which."""

    @classmethod
    def of(cls, records: Mapping[str, Iterable[Record]], record_type: type[Record]) -> Self:
        """Build a table from records by connection."""
        return cls(record_type, [batch_of(name, "", record_type, each) for name, each in records.items()])

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, column: str) -> list[Any]:
        found = self._columns.get(column)
        if found is None:
            if column not in self._names:
                raise KeyError(column)
            found = None if self._of is None else self._of[0].known(column, self._of[1])
            found = self._columns[column] = _joined(self._parts(column)) if found is None else found
        return found

    def only(self, rows: Iterable[int], known: Mapping[str, Sequence[Any]] | None = None) -> "Table":
        """Give a table of some rows, told in row order: of its columns nothing else is ever kept.

        `known` has those of its columns that were read before.
        """
        wanted = tuple(rows)
        ends = [*self._starts[1:], self._length]
        batches: list[Batch] = []
        kept: list[Kept] = []
        at = 0
        while at < len(wanted):
            number = bisect_right(self._starts, wanted[at]) - 1
            here = wanted[at : (at := bisect_left(wanted, ends[number], at))]
            batches.append(self.batches[number])
            kept.append(list(self._places(number, here)))
        found = Table(self.record_type, batches, kept)
        found._columns.update({name: list(column) for name, column in (known or {}).items()})
        found._of = self.whole, wanted
        return found

    @property
    def connections(self) -> list[str]:
        """Name each row's connection."""
        if len(self._connections) != self._length:
            ends = [*self._starts[1:], self._length]
            self._connections = _joined(
                [batch.connection] * (end - start)
                for batch, start, end in zip(self.batches, self._starts, ends, strict=True)
            )
        return self._connections

    def values(self, column: str) -> Iterator[Any]:
        """Give a key column's values one after another; a column that nobody keeps is not kept for this."""
        if column in self._columns:
            return iter(self._columns[column])
        return chain.from_iterable(self._parts(column))

    def rows_of(self, number: int) -> range:
        """Give the rows that come from a batch, which may be none."""
        ends = self._starts[number + 1 : number + 2] or [self._length]
        return range(self._starts[number], *ends)

    def part(self, number: int, column: str) -> Sequence[Any]:
        """Give what stands of a batch's key column; a column that nobody keeps is not kept for this."""
        if column in self._columns:
            rows = self.rows_of(number)
            return self._columns[column][rows.start : rows.stop]
        return _standing(self.batches[number], column, self._kept[number])

    def at(self, column: str, rows: Iterable[int]) -> dict[int, Any]:
        """Give a key column's values at some rows; a column that nobody keeps is not kept for this."""
        if column in self._columns:
            return {row: self._columns[column][row] for row in rows}
        wanted = sorted(rows)
        if (known := self.whole.known(column, wanted)) is not None:
            return dict(zip(wanted, known, strict=True))
        found: dict[int, Any] = {}
        at = 0
        while at < len(wanted):
            number = bisect_right(self._starts, wanted[at]) - 1
            end = self._length if number + 1 == len(self._starts) else self._starts[number + 1]
            here = wanted[at : (at := bisect_left(wanted, end, at))]
            values = values_at(form_of(self.batches[number].keys, column), [*self._places(number, here)])
            found |= zip(here, values, strict=True)
        return found

    def cell(self, row: int, column: str) -> Any:
        """Give one value of a key column, without a list of all."""
        return self._columns[column][row] if column in self._columns else self.whole.cell(row, column)

    def keys_of(self, row: int) -> dict[str, Any]:
        """Give a row's key columns by name."""
        return {name: self[name][row] for name in self._names}

    def fetch(self, rows: Iterable[int], *columns: str) -> None:
        """Read details of these rows together, for `detail` to find: all columns, where none is named.

        What is published is asked for so, or else each batch is read when its first row comes up. Nothing is
        kept but the values of these rows.
        """
        names = columns or detail_columns(self.record_type)
        wanted: dict[int, list[int]] = defaultdict(list)
        for row in sorted(set(rows)):
            if any(row not in self._fetched[name] for name in names):
                wanted[bisect_right(self._starts, row) - 1].append(row)
        sources: dict[Any, list[int]] = defaultdict(list)
        for number in wanted:
            sources[self.batches[number].together].append(number)
        for together, numbers in sources.items():
            found = together([self.batches[number].details for number in numbers])
            for number, decoder in zip(numbers, found, strict=True):
                places = [*self._places(number, wanted[number])]
                for name in names:
                    values = values_at(form_of(decoder, name), places)
                    self._fetched[name].update(zip(wanted[number], values, strict=True))

    def detail(self, row: int, column: str) -> Any:
        """Give one detail of a row; where it was not fetched, the batch that holds it is read."""
        fetched = self._fetched[column]
        if row in fetched:
            return fetched[row]
        number = bisect_right(self._starts, row) - 1
        if column not in self._details[number]:
            if number not in self._decoders:
                self._read(number)
            self._details[number][column] = self._decoders[number][column]
        return self._details[number][column][self._place(number, row)]

    def by_id(self) -> dict[tuple[str, str], int]:
        """Give the rows by connection and id."""
        return dict(zip(zip(self.connections, self["id"], strict=True), range(len(self)), strict=True))

    def forget(self, *columns: str) -> None:
        """Let go of these columns, or of all and of the details; they are put together anew if need be."""
        self.whole.forget(*columns)
        if columns:
            for column in columns:
                self._columns.pop(column, None)
            return
        for held in (self._columns, self._details, self._decoders, self._fetched):
            held.clear()
        self._connections = []

    def _read(self, number: int) -> None:
        """Read the details of a batch, and of as many behind it as were read so far.

        Who asks for one row after another so waits a few times, and not once for each batch.
        """
        together = self.batches[number].together
        last = min(number + 1 + len(self._decoders), len(self.batches))
        missing = [
            each
            for each in range(number, last)
            if each not in self._decoders and self.batches[each].together == together
        ]
        found = together([self.batches[each].details for each in missing])
        self._decoders.update(zip(missing, found, strict=True))

    def _place(self, number: int, row: int) -> int:
        """Give a row's place in its batch."""
        kept = self._kept[number]
        place = row - self._starts[number]
        return place if kept is None else kept[place]

    def _places(self, number: int, rows: Iterable[int]) -> Iterable[int]:
        """Give the places of some rows in their batch."""
        kept, start = self._kept[number], self._starts[number]
        places = [row - start for row in rows]
        return places if kept is None else map(kept.__getitem__, places)

    def _parts(self, column: str) -> Iterator[Sequence[Any]]:
        """Give what stands of each batch's column."""
        return (_standing(*each) for each in zip(self.batches, repeat(column), self._kept, strict=False))


def _standing(batch: Batch, column: str, kept: Kept) -> Sequence[Any]:
    return batch.keys[column] if kept is None else values_at(form_of(batch.keys, column), kept)


def _joined(parts: Iterable[Iterable[Any]]) -> list[Any]:
    joined: list[Any] = []
    for part in parts:
        joined += part
    return joined


def batch_of(connection: str, stream: str, record_type: type[Record], records: Iterable[Record]) -> Batch:
    """Turn records into a batch."""
    rows = tuple(records)
    details = columns_of(rows, detail_columns(record_type))
    return Batch(connection, stream, columns_of(rows, key_columns(record_type)), lambda: details)


def columns_of(records: Sequence[Record], names: Sequence[str]) -> dict[str, list[Any]]:
    """Turn rows into columns."""
    return {name: [getattr(record, name) for record in records] for name in names}
