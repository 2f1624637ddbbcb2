"""Records as the checkpoints know them, whatever is pulled and folded while they are read.

Checkpoints are read first, then which runs were committed, then what these hold. A run that a checkpoint does
not know of yet is left out: else what came between would count as read, and be missing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from azure.data.tables import TableClient

from dev.backup.tables import Entity

_DIGITS = 8
"""The letters of a run's name that tell its number."""
_FOLDED = "~"
"""Stands in the name of a run that a fold made of those before it."""


class UnsteadyError(Exception):
    """What is read changes too fast, or is not whole: there is no backup of it now."""


@dataclass(frozen=True)
class Stream:
    """What one stream's checkpoint knew of its records."""

    partition: str
    sequence: int
    run: str
    """The run in progress, which goes on behind its `run_segments`."""
    run_segments: int
    sweep: str
    runs: dict[str, Entity] = field(default_factory=dict)
    """Those that were committed, by name."""
    found: Mapping[str, Counter[str]] = field(
        default_factory=lambda: {"keys": Counter(), "details": Counter()}
    )

    def knows(self, run: str) -> bool:
        """Say whether a run was committed, and all that it was made of, when the checkpoint was read."""
        open_runs = {self.run, self.sweep} - {""}
        if run[:_DIGITS] > f"{self.sequence:0{_DIGITS}}":
            return False
        return run < min(open_runs, default="~") if _FOLDED in run else run not in open_runs

    def segments_of(self, run: str) -> int:
        """Say how many segments of a run belong to what the checkpoint knew."""
        if run == self.run:
            return self.run_segments
        return int(self.runs[run]["segments"]) if run in self.runs else 0

    def check(self) -> None:
        """Raise UnsteadyError where a segment is missing that a reader would ask for."""
        names = sorted(self.runs)
        full = [name for name in names if self.runs[name]["is_full"]]
        for run in [*(each for each in names if not full or each >= full[-1]), self.run]:
            keys, details = (self.found[kind][run] for kind in ("keys", "details"))
            if keys != self.segments_of(run) or details not in {0, keys}:
                name = self.partition.replace("|", " ")
                raise UnsteadyError(
                    f"segments of {name} went while they were read: run it again; "
                    "if it says the same then, pull that stream anew"
                )


def read_streams(tables: Callable[[str], TableClient]) -> Iterator[tuple[str, Iterable[Entity]]]:
    """Give the checkpoints and all records that they know of, in parts; raises UnsteadyError."""
    streams: list[Stream] = []
    yield "checkpoints", _checkpoints(tables("checkpoints"), streams)
    yield "badrecords", tables("badrecords").list_entities()
    segments = tables("segments")
    yield "segments", (entity for each in streams for entity in _runs(segments, each))
    for kind in ("keys", "details"):
        yield "segments", (entity for each in streams for entity in _contents(segments, each, kind))
    for each in streams:
        each.check()


def _checkpoints(table: TableClient, streams: list[Stream]) -> Iterator[Entity]:
    for entity in table.list_entities():
        if entity["RowKey"].startswith("="):
            continue  # who is evaluating now is not, where this is brought back
        streams.append(
            Stream(
                partition=f"{entity['PartitionKey']}|{entity['RowKey']}",
                sequence=int(entity["sequence"]),
                run=entity.get("run", ""),
                run_segments=int(entity.get("run_segments", 0)) if entity.get("run") else 0,
                sweep=entity.get("sweep", ""),
            )
        )
        # What a sweep has listed so far is left out: it begins anew.
        yield {**entity, "sweep": ""}


def _runs(table: TableClient, stream: Stream) -> Iterator[Entity]:
    """Give the runs that were committed, then which of them replaces those before it."""
    bases = [*_between(table, stream, "base", "base!")]
    for entity in _between(table, stream, "run|", "run}"):
        name = entity["RowKey"].partition("|")[2]
        if stream.knows(name):
            stream.runs[name] = entity
            yield entity
    full = [name for name, run in sorted(stream.runs.items()) if run["is_full"]]
    for base in bases:
        if base["run"] in stream.runs:
            yield base
        elif full:
            run = stream.runs[full[-1]]
            yield {**base, "run": full[-1], "committed_at": run["committed_at"]}


def _contents(table: TableClient, stream: Stream, kind: str) -> Iterator[Entity]:
    for entity in _between(table, stream, f"{kind}|", f"{kind}}}"):
        _, run, number = entity["RowKey"].split("|")
        if int(number) < stream.segments_of(run):
            stream.found[kind][run] += 1
            yield entity


def _between(table: TableClient, stream: Stream, first: str, last: str) -> Iterator[Any]:
    asked = {"partition": stream.partition, "first": first, "last": last}
    return iter(
        table.query_entities(
            "PartitionKey eq @partition and RowKey ge @first and RowKey lt @last", parameters=asked
        )
    )
