"""What the store holds for one workspace, as columns: the only thing that cards judge from."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, Self, TypeVar, cast

from shared.domain.decisions import Decision, Standing
from shared.domain.records import Record, detail_columns, key_columns
from shared.domain.windows import text
from shared.domain.workspace import Workspace

Columns = Mapping[str, Sequence[Any]]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that were stored together; later batches of a stream replace earlier ones by id."""

    connection: str
    stream: str
    keys: Columns
    """The key columns, all of one length."""
    details: Callable[[], Columns] = field(default=dict, repr=False)
    """Decodes the detail columns; called only when a row's detail is asked for."""
    deleted: frozenset[str] = frozenset()


class Table:
    """The newest version of each record of one type, column by column.

    `table["email"]` is the list of emails in row order; `connections` names each row's connection.
    """

    def __init__(self, record_type: type[Record], batches: Iterable[Batch]) -> None:
        self.record_type = record_type
        self._batches = tuple(batches)
        self._starts: list[int] = []
        kept = self._newest()
        self._kept = kept
        names = key_columns(record_type)
        self._columns: dict[str, list[Any]] = {name: self._gather(name, kept) for name in names}
        owners = [batch.connection for batch in self._batches for _ in batch.keys["id"]]
        self.connections: list[str] = owners if kept is None else [owners[position] for position in kept]
        self._details: dict[int, Columns] = {}

    @classmethod
    def of(cls, records: Mapping[str, Iterable[Record]], record_type: type[Record]) -> Self:
        """Build a table from records by connection."""
        return cls(record_type, [batch_of(name, "", record_type, each) for name, each in records.items()])

    def __len__(self) -> int:
        return len(self.connections)

    def __getitem__(self, column: str) -> list[Any]:
        return self._columns[column]

    def keys_of(self, row: int) -> dict[str, Any]:
        """Give a row's key columns by name."""
        return {name: column[row] for name, column in self._columns.items()}

    def detail(self, row: int, column: str) -> Any:
        """Give one detail of a row; only the batch that holds it is decoded."""
        position = row if self._kept is None else self._kept[row]
        number = bisect_right(self._starts, position) - 1
        if number not in self._details:
            self._details[number] = self._batches[number].details()
        return self._details[number][column][position - self._starts[number]]

    def by_id(self) -> dict[tuple[str, str], int]:
        """Give the rows by connection and id."""
        return dict(zip(zip(self.connections, self["id"], strict=True), range(len(self)), strict=True))

    def _newest(self) -> list[int] | None:
        """Positions of the records that no later batch replaced or deleted; None for all."""
        newest: dict[tuple[str, str], dict[str, int]] = {}
        count = 0
        for batch in self._batches:
            self._starts.append(count)
            ids = batch.keys["id"]
            stream = newest.setdefault((batch.connection, batch.stream), {})
            for gone in batch.deleted:
                stream.pop(gone, None)
            stream.update(zip(ids, range(count, count + len(ids)), strict=True))
            count += len(ids)
        kept = sorted(position for stream in newest.values() for position in stream.values())
        return None if len(kept) == count else kept

    def _gather(self, name: str, kept: list[int] | None) -> list[Any]:
        column = [value for batch in self._batches for value in batch.keys[name]]
        if kept is None:
            return column
        if len(kept) == 1:
            return [column[kept[0]]]
        return list(itemgetter(*kept)(column)) if kept else []


def batch_of(connection: str, stream: str, record_type: type[Record], records: Iterable[Record]) -> Batch:
    """Turn records into a batch."""
    rows = tuple(records)
    details = columns_of(rows, detail_columns(record_type))
    return Batch(connection, stream, columns_of(rows, key_columns(record_type)), lambda: details)


def columns_of(records: Sequence[Record], names: Sequence[str]) -> dict[str, list[Any]]:
    """Turn rows into columns."""
    return {name: [getattr(record, name) for record in records] for name in names}


@dataclass(frozen=True, slots=True)
class Input:
    """How fresh one stream of one connection is."""

    connection: str
    kind: str
    stream: str
    record_type: type[Record]
    last_success_at: datetime | None
    """When the last complete pull ended."""
    complete_until: datetime | None
    """The upper bound of that pull: what changed before it is here."""
    records: int = 0
    """How many records that pull brought."""
    bad_records: int = 0
    problem: str = ""
    """Why this input cannot be trusted now, for people; "" where it can."""
    is_awaited: bool = False
    """It was never read yet and no pull has failed: it is waited for, and not missed."""


@dataclass(frozen=True)
class Snapshot:
    """Everything that is visible for one workspace at one instant."""

    workspace: Workspace
    as_of: datetime
    batches: Mapping[type[Record], Sequence[Batch]]
    inputs: tuple[Input, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """All that were ever taken; `standing` says which of them count."""
    _tables: dict[tuple[type[Record], tuple[str, ...]], Table] = field(default_factory=dict, repr=False)
    _answers: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def table(self, record_type: type[Record], *kinds: str) -> Table:
        """Give all records of a type, or those of connections of these kinds."""
        wanted = (record_type, kinds)
        if wanted not in self._tables:
            names = {connection.name for connection in self.workspace.connections_of(*kinds)}
            chosen = self.batches.get(record_type, ())
            self._tables[wanted] = Table(
                record_type, [batch for batch in chosen if not kinds or batch.connection in names]
            )
        return self._tables[wanted]

    def once(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        """Give the answer to a question that several cards ask, worked out by the first of them."""
        if question not in self._answers:
            self._answers[question] = answer()
        return cast("Answer", self._answers[question])

    @property
    def standing(self) -> Standing:
        """Give the decisions that stand at this instant."""
        return Standing(self.decisions, text(self.as_of))

    def has(self, record_type: type[Record], *kinds: str) -> bool:
        """Say whether any connection of these kinds yields this type of record."""
        return any(
            each.record_type is record_type and (not kinds or each.kind in kinds) for each in self.inputs
        )
