"""Pulling: one stream of one connection, page by page, into segments that a commit makes visible.

Idempotent in every step: a message may come twice, late, or after its work is done.
"""

import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.pipeline import log
from shared.pipeline.jobs import Job, jobs_of, options_of
from shared.pipeline.runs import CLAIM, commit, keep
from shared.pipeline.services import Services
from shared.pipeline.vendor import client_of, pages_of
from shared.sources.source import Pull, Stream
from shared.store.checkpoints import Checkpoint
from shared.store.queues import EVALUATE, PULL
from shared.store.tables import Conflict

BUDGET_SECONDS = 480.0
"""How long one message pulls before it hands over to the next; the host allows 30 minutes."""
PATIENCE = timedelta(minutes=15)
"""How long a round waits for a pull that does not end, so that its vendor holds up nobody else."""
LONGEST_DELAY = 900.0
EARLY = timedelta(seconds=5)
"""How much too early a delayed message may come, by the clocks of two machines."""
LONGEST_PROBLEM = 2_000


async def enqueue_kind(services: Services, kind: str) -> int:
    """Ask for a pull of every stream of this kind in every workspace; give how many."""
    count = 0
    for workspace in await services.store.workspaces.all():
        for connection in workspace.connections_of(kind):
            try:
                count += len(await enqueue_connection(services, workspace, connection))
            except ConfigurationError as error:
                log.problem("enqueue", workspace=workspace.id, connection=connection.name, why=str(error))
    return count


async def enqueue_connection(services: Services, workspace: Workspace, connection: Connection) -> list[str]:
    """Ask for a pull of every stream of a connection; give their names.

    All are marked before the first message goes out, so that no round looks ended too early.
    """
    jobs = jobs_of(workspace, connection)
    for job in jobs:
        await services.store.checkpoints.ask(job.name, services.clock())
    for job in jobs:
        await services.store.queues.send(PULL, job.message)
    return [job.stream.name for job in jobs]


async def pull(
    services: Services,
    workspace_id: str,
    connection_name: str,
    stream_name: str,
    budget_seconds: float = BUDGET_SECONDS,
) -> None:
    """Pull one stream until it is complete, its time is up, or its vendor is out.

    What is not complete is not visible, and the next message goes on where this one stopped. The
    pull that ends a workspace's round asks for its evaluation.
    """
    found = await services.store.workspaces.get(workspace_id)
    workspace = found[0] if found else None
    job = _find(workspace, connection_name, stream_name) if workspace else None
    if workspace is None or job is None:
        log.problem("pull", workspace=workspace_id, connection=connection_name, why="no such stream")
        if workspace is not None and workspace.enabled:
            await end_round(services, workspace)
        return
    started = time.monotonic()
    checkpoint = await _claim(services, job)
    if checkpoint is None:
        return
    try:
        has_ended = await _run(services, job, checkpoint, started + budget_seconds)
    except RetryLater as wait:
        delay = min(wait.seconds, LONGEST_DELAY)
        await _let_go(services, job, checkpoint, delay, str(wait))
        await services.store.queues.send(PULL, job.message, delay)
        log.problem("pull", **job.message, run=checkpoint.run, wait=delay)
    except Conflict:
        log.problem("pull", **job.message, run=checkpoint.run, why="another instance took over")
    except BaseException as error:
        await _let_go(services, job, checkpoint, note=f"interrupted by {type(error).__name__}")
        raise
    else:
        log.step("pull", **job.message, run=checkpoint.run, seconds=round(time.monotonic() - started, 3))
        if has_ended:
            await end_round(services, workspace)
        else:
            await services.store.queues.send(PULL, job.message)


async def end_round(services: Services, workspace: Workspace) -> None:
    """Ask for an evaluation once no pull of the workspace is outstanding."""
    checkpoints = await services.store.checkpoints.of(workspace.id)
    if not is_busy(workspace, checkpoints, services.clock()):
        await services.store.queues.send(EVALUATE, {"workspace": workspace.id})


def is_busy(workspace: Workspace, checkpoints: Mapping[tuple[str, str], Checkpoint], now: datetime) -> bool:
    """Say whether a pull is outstanding; those of streams that there are no more do not count."""
    return any(
        _find(workspace, connection, stream) is not None and each.is_outstanding(now, PATIENCE)
        for (connection, stream), each in checkpoints.items()
    )


def _find(workspace: Workspace, connection: str, stream: str) -> Job | None:
    known = workspace.connection(connection)
    try:
        jobs = jobs_of(workspace, known) if known else []
    except ConfigurationError:
        return None
    return next((job for job in jobs if job.stream.name == stream), None)


async def _claim(services: Services, job: Job) -> Checkpoint | None:
    """Take the stream for this instance and begin or go on with a run; None if another has it."""
    now = services.clock()
    checkpoint = await services.store.checkpoints.load(job.name)
    if checkpoint.claimed_until is not None and checkpoint.claimed_until > now:
        return None
    if not checkpoint.run or checkpoint.run_settings != job.settings:
        until = job.workspace.now(now).replace(microsecond=0)
        reads_all = job.stream.is_full_read or checkpoint.settings != job.settings
        checkpoint = replace(
            checkpoint,
            sequence=checkpoint.sequence + 1,
            run=f"{checkpoint.sequence + 1:08}",
            run_since=None if reads_all else _since(checkpoint, job.stream),
            run_until=until,
            run_cursor="",
            run_segments=0,
            run_records=0,
            run_bad_records=0,
            run_calls=0,
            run_settings=job.settings,
        )
    try:
        return await services.store.checkpoints.save(
            job.workspace.id,
            replace(checkpoint, claims=checkpoint.claims + 1, claimed_until=now + CLAIM),
        )
    except Conflict:
        return None


def _since(checkpoint: Checkpoint, stream: Stream) -> datetime | None:
    return None if checkpoint.complete_until is None else checkpoint.complete_until - stream.overlap


async def _let_go(
    services: Services, job: Job, checkpoint: Checkpoint, wait: float = 0, note: str = ""
) -> None:
    """Leave the run to the next message; until then no other message may go to a vendor that asks to wait."""
    until = services.clock() + timedelta(seconds=wait) - EARLY if wait else None
    try:
        await services.store.checkpoints.change(
            job.name, claim=checkpoint.claims, claimed_until=until, note=note[:LONGEST_PROBLEM]
        )
    except Conflict:
        log.problem("pull", **job.message, run=checkpoint.run, why="another instance took over")


async def _run(services: Services, job: Job, checkpoint: Checkpoint, deadline: float) -> bool:
    """Go on with a run; say whether it has ended, well or badly. Raises RetryLater and Conflict."""
    try:
        return await _pages(services, job, checkpoint, deadline)
    except (SourceError, ConfigurationError) as error:
        now = services.clock()
        await services.store.checkpoints.change(
            job.name,
            claim=checkpoint.claims,
            run="",
            run_cursor="",
            ended_at=now,
            claimed_until=None,
            problem=str(error)[:LONGEST_PROBLEM] or type(error).__name__,
            problem_at=job.workspace.now(now),
            note="",
        )
        log.problem("pull", **job.message, run=checkpoint.run, why=str(error))
        return True


async def _pages(services: Services, job: Job, checkpoint: Checkpoint, deadline: float) -> bool:
    """Store pages until the last one and commit, or until the deadline; say whether all came."""
    options = options_of(job.source, job.connection)
    async with await client_of(services, job, options) as client:
        request = Pull(
            client=client,
            connection=job.connection,
            options=options,
            field_map=job.workspace.field_map,
            since=checkpoint.run_since,
            until=checkpoint.run_until or services.clock(),
            cursor=checkpoint.run_cursor,
        )
        calls = checkpoint.run_calls
        async with aclosing(pages_of(job, request)) as pages:  # type: ignore[type-var]
            async for page in pages:
                checkpoint = await keep(services, job, checkpoint, page, calls + client.calls)
                if not page.cursor:
                    await commit(services, job, checkpoint)
                    return True
                if time.monotonic() >= deadline:
                    await _let_go(services, job, checkpoint)
                    return False
    raise SourceError(f"{job.connection.name}: {job.stream.name} ended without its last page")
