"""Where each stream's pull stands: one small entity a stream, changed under its etag.

Table `checkpoints`. PartitionKey: workspace. RowKey: connection|stream.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.store.segments import StreamName
from shared.store.tables import Conflict, Entity, Table, key


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of one stream. Instants are UTC; None is never."""

    connection: str
    stream: str
    sequence: int = 0
    """How many runs have begun; names them."""
    complete_until: datetime | None = None
    """The upper bound of the last committed run: what changed before it is here."""
    last_success_at: datetime | None = None
    read_whole_until: datetime | None = None
    """The upper bound of the last run that read everything."""
    records: int = 0
    """How many records the last committed run brought."""
    stored: int = 0
    """How many records are stored: exact for a customer master, and after a full read, a sweep or an upload;
    what came since is added, so that a record that changed since counts again until the next of these."""
    changes: str = ""
    """By how many records `stored` changed with each of the last runs that brought anything, in order."""
    counted: int | None = None
    """How many records of a customer master are visible, exactly; None for other streams."""
    expected: int | None = None
    """How many there were when nothing was missing: what `counted` is held against."""
    bad_records: int = 0
    """How many records are in quarantine, of whatever run."""
    calls: int = 0
    last_run: str = ""
    settings: str = ""
    """The settings that the stored records were read with."""
    lacks_some: bool = False
    """What changed while everything was read is not here yet: the run that follows at once brings it."""
    token: str = ""
    """Where the vendor's change feed goes on after the last committed run."""

    run: str = ""
    """The run in progress; "" for none. What follows belongs to it."""
    run_since: datetime | None = None
    run_until: datetime | None = None
    run_began_at: datetime | None = None
    run_cursor: str = ""
    run_token: str = ""
    run_pages: int = 0
    run_segments: int = 0
    run_records: int = 0
    run_bad_records: int = 0
    run_remaining: int | None = None
    """How many records are still to come, where the vendor tells."""
    run_calls: int = 0
    run_settings: str = ""
    run_repeats: str = ""
    """The committed run that the one in progress has brought again so far, so that nothing of it is stored;
    "" once it differs, and for what is not compared."""
    is_to_be_read_anew: bool = False
    """Someone asked that the next run reads everything."""
    is_to_be_read_since: datetime | None = None
    """Someone asked that the next run reads from here on, beside what is there."""

    sweep: str = ""
    """The run that the key sweep in progress is going to be; "" for none. What follows belongs to it."""
    sweep_until: datetime | None = None
    """When it began: it says nothing of what came later."""
    sweep_began_at: datetime | None = None
    sweep_cursor: str = ""
    sweep_pages: int = 0
    sweep_keys: int = 0
    """How many ids have been listed."""
    sweep_remaining: int | None = None
    sweep_calls: int = 0
    sweep_settings: str = ""
    swept_at: datetime | None = None
    """When the last sweep that ended well began."""
    sweep_due_at: datetime | None = None
    """When the next sweep is due; None is at once."""
    sweep_problem: str = ""
    """Why the last sweep failed, for people; "" after a success. The records are as good as without it."""

    queued_at: datetime | None = None
    ended_at: datetime | None = None
    claimed_until: datetime | None = None
    """Until then one instance is pulling or its vendor asks to wait, and others leave the stream alone."""
    claims: int = 0
    """How often the stream was claimed; tells one claim from the next."""
    problem: str = ""
    """Why the last pull failed, for people; "" after a success."""
    problem_at: datetime | None = None
    note: str = ""
    """What a run in progress waits for."""
    etag: str = ""

    def is_outstanding(self, now: datetime, patience: timedelta) -> bool:
        """Say whether a pull is queued or running; one that nobody ended is given up after a while."""
        return self.queued_at is not None and self.is_unended and now - self.queued_at < patience

    @property
    def is_unended(self) -> bool:
        """Say whether a pull was asked for that has not ended."""
        return self.queued_at is not None and (self.ended_at is None or self.ended_at < self.queued_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluations:
    """How far the evaluations of a workspace are, which are counted as they begin; also the lease on one."""

    begun: int = 0
    ended: int = 0
    """The last one that ended well: it has seen all that was written before it began."""
    looked_at: str = ""
    """The instant that it looked from."""
    etag: str = ""


Revise = Callable[[Checkpoint], Mapping[str, Any]]


class Checkpoints:
    """The checkpoints of all streams, and the lease on each workspace's evaluation."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def load(self, stream: StreamName) -> Checkpoint:
        """Give a stream's checkpoint; a fresh one where there is none."""
        entity = await self._table.get(key(stream.workspace), key(stream.connection, stream.stream))
        if entity is None:
            return Checkpoint(connection=stream.connection, stream=stream.stream)
        return _checkpoint(entity)

    async def of(self, workspace: str) -> dict[tuple[str, str], Checkpoint]:
        """Give all checkpoints of a workspace by connection and stream."""
        found = {}
        async for entity in self._table.between(key(workspace)):
            if not entity["RowKey"].startswith("="):
                checkpoint = _checkpoint(entity)
                found[checkpoint.connection, checkpoint.stream] = checkpoint
        return found

    async def save(self, workspace: str, checkpoint: Checkpoint) -> Checkpoint:
        """Save a checkpoint that nobody changed since it was loaded; raises Conflict."""
        # Read by name: `asdict` would copy each instant, and takes longer than all else here.
        named = {name: getattr(checkpoint, name) for name in Checkpoint.__dataclass_fields__}
        values = {name: value for name, value in named.items() if value is not None}
        etag = values.pop("etag")
        entity: Entity = {
            "PartitionKey": key(workspace),
            "RowKey": key(checkpoint.connection, checkpoint.stream),
            **values,
        }
        return replace(checkpoint, etag=await self._table.replace(entity, etag))

    async def change(
        self,
        stream: StreamName,
        *,
        claim: int | None = None,
        known: Checkpoint | None = None,
        revise: Revise = lambda _: {},
        **values: Any,
    ) -> Checkpoint:
        """Change some fields, trying again while others change theirs.

        With `claim`, the number of one's claim, raises Conflict once someone else has claimed the stream.
        Whoever has just read or saved the checkpoint gives it as `known`, and it is read again only if it has
        changed since. `revise` gives values that follow from the checkpoint as it is.
        """
        checkpoint = known or await self.load(stream)
        while claim is None or checkpoint.claims == claim:
            try:
                return await self.save(stream.workspace, replace(checkpoint, **values, **revise(checkpoint)))
            except Conflict:
                checkpoint = await self.load(stream)
        raise Conflict

    async def ask(
        self,
        stream: StreamName,
        now: datetime,
        *,
        known: Checkpoint | None = None,
        is_anew: bool = False,
        since: datetime | None = None,
    ) -> None:
        """Mark that a pull was asked for; one that has not ended keeps its date, and can be given up.

        Of several who ask for what changed `since` an instant, the earliest gets all of them what they want.
        """

        def asked(checkpoint: Checkpoint) -> dict[str, Any]:
            return {
                **({} if checkpoint.is_unended else {"queued_at": now}),
                **({"is_to_be_read_anew": True} if is_anew else {}),
                **(
                    {"is_to_be_read_since": min(since, checkpoint.is_to_be_read_since or since)}
                    if since
                    else {}
                ),
            }

        known = known or await self.load(stream)
        if asked(known):
            await self.change(stream, known=known, revise=asked)

    async def evaluations(self, workspace: str) -> Evaluations:
        """Give how far a workspace's evaluations are."""
        return _evaluations(await self._table.get(key(workspace), "=evaluation"))

    async def claim_evaluation(self, workspace: str, now: datetime, until: datetime) -> Evaluations | None:
        """Begin an evaluation and take the lease on it; None while another instance holds it."""
        entity = await self._table.get(key(workspace), "=evaluation")
        if entity is not None and entity["claimed_until"] > now:
            return None
        known = _evaluations(entity)
        try:
            return await self._take(workspace, replace(known, begun=known.begun + 1), until)
        except Conflict:
            return None

    async def release_evaluation(
        self, workspace: str, lease: Evaluations, now: datetime, looked_at: str = ""
    ) -> None:
        """Give a lease back; one that ran out and that another instance took stays with that one.

        An evaluation that ended well gives the instant that it looked from.
        """
        ended = replace(lease, ended=lease.begun, looked_at=looked_at) if looked_at else lease
        with suppress(Conflict):
            await self._take(workspace, ended, now)

    async def _take(self, workspace: str, known: Evaluations, until: datetime) -> Evaluations:
        entity: Entity = {
            "PartitionKey": key(workspace),
            "RowKey": "=evaluation",
            "claimed_until": until,
            "begun": known.begun,
            "ended": known.ended,
            "looked_at": known.looked_at,
        }
        return replace(known, etag=await self._table.replace(entity, known.etag))


def _evaluations(entity: Entity | None) -> Evaluations:
    """Read what an earlier release may have written, which did not count."""
    known = entity or {}
    return Evaluations(**{name: known[name] for name in Evaluations.__dataclass_fields__ if name in known})


def _checkpoint(entity: Entity) -> Checkpoint:
    known = {name: entity[name] for name in Checkpoint.__dataclass_fields__ if name in entity}
    return Checkpoint(**known)
