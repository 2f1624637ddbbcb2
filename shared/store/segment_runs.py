"""The runs of a stream that were committed, and since when they tell what was there.

In table `segments`, in the stream's partition. RowKey: `run|{run}` for each run; `base` for the last one that
replaces all before it, so that nobody has to go through those, and for `since`: what was there earlier is not
kept any more.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from shared.store.segment_places import Place, SegmentsGone, StreamName
from shared.store.tables import Conflict, Entity, Table


@dataclass(frozen=True, slots=True)
class Run:
    """One committed pull of a stream."""

    run: str
    segments: int
    records: int
    bad_records: int
    is_full: bool
    """It replaces all earlier runs."""
    until: datetime
    committed_at: datetime
    is_distinct: bool = False
    """No id stands twice among its records, and it deletes nothing: known of what was folded."""


def places_of(runs: Sequence[Run]) -> list[Place]:
    """Give where the segments of these runs are, in the order of their keys."""
    return [Place(run.run, number) for run in runs for number in range(run.segments)]


async def every_run(table: Table, stream: StreamName, first: str = "") -> list[Run]:
    """Give all runs from `first` on, replaced ones too, in order."""
    rows = table.between(stream.partition, f"run|{first}", "run}")
    return [_run(entity) async for entity in rows]


async def is_committed(table: Table, stream: StreamName, run: str) -> bool:
    """Say whether a run can be seen, or could before another replaced it."""
    return await table.get(stream.partition, f"run|{run}") is not None


async def runs_at(table: Table, stream: StreamName, as_of: datetime | None) -> list[Run]:
    """Give the runs that count at an instant; raises SegmentsGone where nobody can tell any more."""
    base = await table.get(stream.partition, "base")
    first = ""
    if base is not None:
        if as_of is None or base["committed_at"] <= as_of:
            first = base["run"]
        elif as_of < base.get("since", as_of):
            raise SegmentsGone(
                f"the records of {stream.connection} {stream.stream} are kept from {base['since']} on"
            )
    found: list[Run] = []
    for run in await every_run(table, stream, first):
        if as_of is None or run.committed_at <= as_of:
            found = [run] if run.is_full else [*found, run]
    return found


async def commit(table: Table, stream: StreamName, run: Run) -> None:
    """Make a run visible by one write; then, where it replaces all others, note that it does.

    Without the note the same runs are found, among more.
    """
    values = asdict(run)
    row = f"run|{values.pop('run')}"
    await table.put({"PartitionKey": stream.partition, "RowKey": row, **values})
    if run.is_full:
        await _note(table, stream, run)


async def drop_before(table: Table, stream: StreamName, base: Run) -> int:
    """Remove all that was stored before a run that replaced it, and give how many entities that were.

    First it is noted that instants before `base` cannot be told any more, so that from then on nobody meets
    half of what was there at one. Segments go next, then the marks of their runs. Wherever a crash comes in,
    the same call removes the rest: everything is found by its key, also what was never committed.
    """
    if not base.is_full:
        raise ValueError(f"run {base.run} replaces nothing")
    await _note(table, stream, base, since=base.committed_at)
    count = 0
    for kind in ("details", "keys", "run"):
        found = table.between(stream.partition, f"{kind}|", f"{kind}|{base.run}", ["RowKey"])
        for row in [entity["RowKey"] async for entity in found]:
            await table.delete(stream.partition, row)
            count += 1
    return count


async def _note(table: Table, stream: StreamName, run: Run, since: datetime | None = None) -> None:
    """Note the last run that replaces all others, and since when instants are told; neither goes back."""
    while True:
        there = await table.get(stream.partition, "base")
        entity: Entity = {"PartitionKey": stream.partition, "RowKey": "base"}
        last = there if there is not None and there["run"] > run.run else asdict(run)
        entity |= {name: last[name] for name in ("run", "committed_at")}
        known = None if there is None else there.get("since")
        begins = max((each for each in (known, since) if each is not None), default=None)
        if begins is not None:
            entity["since"] = begins
        try:
            await table.replace(entity, "" if there is None else there["etag"])
        except Conflict:
            continue
        return


def _run(entity: Entity) -> Run:
    return Run(
        run=entity["RowKey"].split("|")[1],
        **{name: entity[name] for name in Run.__dataclass_fields__ if name != "run"},
    )
