"""Losses: a customer master that shrinks implausibly between two runs is not judged from (decision 15).

Half a master makes buyers look absent, and half a shop's accounts makes findings vanish. So the records of
a master are counted before a run is seen. What is missed stays missed, however often it is read, until
enough of it is back or a person says that the smaller master is right.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from shared.domain.records import (
    CommerceCustomer,
    Company,
    CompanyMember,
    CrmCustomer,
    MasterCustomer,
    Record,
)
from shared.errors import TieoutError
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.store.checkpoints import Checkpoint
from shared.store.segments import Run
from shared.store.tables import Conflict

MASTERS: frozenset[type[Record]] = frozenset(
    {MasterCustomer, CrmCustomer, CommerceCustomer, Company, CompanyMember}
)
"""Who is a customer, and which keys a customer has. Documents come and go, and shrink in good order."""
HANDFUL = 5
"""So many records may go at once from however small a master, unless they are all that there was."""


class Count(NamedTuple):
    """How many records of a master are to be expected, and how many are visible with a run."""

    expected: int
    now: int


class NotMissing(TieoutError):
    """There is no loss to confirm, or not the one that the caller saw."""


def is_implausible(before: int, now: int, share: Decimal) -> bool:
    """Say whether a master lost more than this share of its records, or all of them."""
    lost = before - now
    if lost <= 0 or share >= 1:
        return False
    return now == 0 or (lost > HANDFUL and lost > share * before)


def is_short(job: Job, checkpoint: Checkpoint) -> bool:
    """Say whether a stream is a master that lost too much and that nobody has confirmed since."""
    expected, now = checkpoint.expected, checkpoint.counted
    share = job.workspace.largest_plausible_loss
    return expected is not None and now is not None and is_implausible(expected, now, share)


def noted(job: Job, checkpoint: Checkpoint, count: Count | None) -> dict[str, Any]:
    """Give what a checkpoint is to say of a count: what was expected stays so after an implausible loss."""
    if count is None:
        return {}
    expected = count.expected if checkpoint.expected is None else checkpoint.expected
    is_lost = is_implausible(expected, count.now, job.workspace.largest_plausible_loss)
    return {"counted": count.now, "expected": expected if is_lost else count.now}


async def show(
    services: Services, job: Job, checkpoint: Checkpoint, run: Run, *, lacks_some: bool = False
) -> tuple[Checkpoint, Count | None]:
    """Make a run visible; give the checkpoint, and the count of a master.

    A loss is noted before it can be seen, and so is that a run lacks what changed meanwhile: a process that
    dies in between leaves no card unwarned.
    """
    count = await _count(services, job, checkpoint, run) if job.stream.record_type in MASTERS else None
    if lacks_some or is_short(job, replace(checkpoint, **noted(job, checkpoint, count))):
        checkpoint = await services.store.checkpoints.change(
            job.name,
            claim=checkpoint.claims,
            known=checkpoint,
            revise=lambda known: noted(job, known, count),
            lacks_some=lacks_some or checkpoint.lacks_some,
        )
    await services.store.segments.commit(job.name, run)
    return checkpoint, count


async def confirm(services: Services, job: Job, rows: int) -> Checkpoint:
    """Take a person's word that a master is as small as this; give the checkpoint as it was before.

    Raises NotMissing where nothing is missed, or where another number of records is there now.
    """
    while True:
        checkpoint = await services.store.checkpoints.load(job.name)
        if not is_short(job, checkpoint):
            raise NotMissing(f"{job.stream.name} of {job.connection.name} misses nothing")
        if checkpoint.counted != rows:
            what = f"{job.stream.name} of {job.connection.name}"
            raise NotMissing(f"{what} has {checkpoint.counted} records now, not {rows}: look again")
        try:
            await services.store.checkpoints.save(job.workspace.id, replace(checkpoint, expected=rows))
        except Conflict:
            continue
        return checkpoint


async def _count(services: Services, job: Job, checkpoint: Checkpoint, run: Run) -> Count:
    """Count what is visible of a stream, exactly, as it will be with a run that is not seen yet."""
    others = [each for each in await services.store.segments.runs(job.name) if each.run != run.run]
    expected = checkpoint.expected
    if expected is None:
        expected = await _visible(services, job, others)
    runs = sorted([*others, run], key=lambda each: each.run)
    last_full = max((at for at, each in enumerate(runs) if each.is_full), default=0)
    return Count(expected, await _visible(services, job, runs[last_full:]))


async def _visible(services: Services, job: Job, runs: list[Run]) -> int:
    ids: set[str] = set()
    async for keys, deleted in services.store.segments.keys(job.name, runs):
        ids.difference_update(deleted)
        ids.update(keys["id"])
    return len(ids)
