"""What the store holds for one workspace, as columns: the only thing that cards judge from."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from shared.domain.decisions import Decision, Standing
from shared.domain.forms import Columns
from shared.domain.records import Record
from shared.domain.table import Batch, Table, batch_of, columns_of
from shared.domain.windows import text
from shared.domain.workspace import Workspace

Answer = TypeVar("Answer")

__all__ = ["Batch", "Columns", "Input", "Snapshot", "Table", "batch_of", "columns_of"]


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
    run: str = ""
    """The last committed run that was read of it; "" where nothing was, or where nothing was read yet."""
    poll_seconds: int | None = None
    """How often it is polled; None where its records are sent to us."""


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
    _lasting: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    """Answers that other cards will ask for again, and not let go of: nearly always a number for each row."""

    def table(self, record_type: type[Record], *kinds: str) -> Table:
        """Give all records of a type, or those of connections of these kinds.

        Where that comes to the same records, it is the same table.
        """
        wanted = (record_type, kinds)
        if wanted not in self._tables:
            names = {connection.name for connection in self.workspace.connections_of(*kinds)}
            every = self.batches.get(record_type, ())
            chosen = tuple(batch for batch in every if not kinds or batch.connection in names)
            for (known, _), table in self._tables.items():
                if known is record_type and table.batches == chosen:
                    break
            else:
                table = Table(record_type, chosen)
            self._tables[wanted] = table
        return self._tables[wanted]

    def narrowed(self, tables: Mapping[tuple[type[Record], tuple[str, ...]], Table]) -> "Snapshot":
        """Give a snapshot in which these tables stand for what `table` gives by their type and kinds."""
        return replace(self, _tables={**self._tables, **tables}, _answers={}, _lasting={})

    def forget_but(self, wanted: Iterable[tuple[type[Record], tuple[str, ...]]]) -> None:
        """Let go of the columns of all records but these types of these kinds of connection."""
        needed = {
            (record_type, each.name)
            for record_type, kinds in wanted
            for each in self.workspace.connections_of(*kinds)
        }
        for (record_type, _), table in self._tables.items():
            if not any((record_type, batch.connection) in needed for batch in table.batches):
                table.forget()

    def forget(self) -> None:
        """Let go of all columns and answers, but for the lasting ones: what comes next asks for others."""
        for table in self._tables.values():
            table.forget()
        self._answers.clear()

    def once(self, question: Hashable, answer: Callable[[], Answer], *, is_lasting: bool = False) -> Answer:
        """Give the answer to a question that several cards ask, worked out by the first of them.

        It must not hold the snapshot, which keeps it: all records would stay until a collector finds them.
        """
        known = self._lasting if is_lasting else self._answers
        if question not in known:
            known[question] = answer()
        return cast("Answer", known[question])

    @property
    def standing(self) -> Standing:
        """Give the decisions that stand at this instant."""
        return Standing(self.decisions, text(self.as_of))

    def has(self, record_type: type[Record], *kinds: str) -> bool:
        """Say whether any connection of these kinds yields this type of record."""
        return any(
            each.record_type is record_type and (not kinds or each.kind in kinds) for each in self.inputs
        )
