"""Pulling: one stream of one connection, page by page, into segments that a commit makes visible.

Idempotent in every step: a message may come twice, late, or after its work is done.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial

from shared import telemetry
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.pipeline import log
from shared.pipeline.asking import request_evaluation
from shared.pipeline.checks import admit
from shared.pipeline.claims import LONGEST_NOTE, asked_again, claim_run, claim_sweep, let_go
from shared.pipeline.gather import MOST_COMPARED, gathered
from shared.pipeline.jobs import Job, find, jobs_of, options_of
from shared.pipeline.repeats import compared
from shared.pipeline.runs import commit, keep
from shared.pipeline.services import Services
from shared.pipeline.sweep import sweep
from shared.pipeline.vendor import client_of, pages_of
from shared.sources.source import BEGINNING, Pull
from shared.store.checkpoints import Checkpoint
from shared.store.queues import PULL
from shared.store.segments import RECORDS, StreamName
from shared.store.tables import Conflict

BUDGET_SECONDS = 480.0
"""How long one message pulls before it hands over to the next; the host allows 30 minutes."""
PATIENCE = timedelta(minutes=15)
"""How long a round waits for a pull that does not end, so that its vendor holds up nobody else."""
LONGEST_DELAY = 900.0
_SECOND = timedelta(seconds=1)
_AHEAD = timedelta(minutes=20)
"""Longer than a message works, with what a vendor's clock may be ahead of ours."""


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


async def enqueue_connection(
    services: Services,
    workspace: Workspace,
    connection: Connection,
    *,
    is_anew: bool = False,
    since: datetime | None = None,
) -> list[str]:
    """Ask for a pull of every stream of a connection; give their names.

    It reads everything if it is to be anew, and what changed `since` an instant if one is given, from
    `BEGINNING` on at most: Azure keeps no instant before 1601.
    All are marked before the first message goes out, so that no round looks ended too early. Streams that
    are sent to us are none of them.
    """
    jobs = [job for job in jobs_of(workspace, connection) if job.source.form is None]
    checkpoints = await services.store.checkpoints.of(workspace.id) if jobs else {}
    since = max(since, BEGINNING) if since else None
    for job in jobs:
        known = checkpoints.get((connection.name, job.stream.name))
        await services.store.checkpoints.ask(
            job.name, services.clock(), known=known, is_anew=is_anew, since=since
        )
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
    job = find(workspace, connection_name, stream_name) if workspace else None
    if workspace is None or job is None or job.source.form is not None:
        log.problem("pull", workspace=workspace_id, connection=connection_name, why="no such stream")
        if workspace is not None and workspace.enabled:
            await end_round(services, workspace)
        return
    deadline = time.monotonic() + budget_seconds
    claimed = await claim_run(services, job)
    if claimed is not None:
        if not await _work(services, job, claimed, _run, deadline):
            return
        await end_round(services, workspace)
    claimed = await claim_sweep(services, job)
    if claimed is not None and await _work(services, job, claimed, sweep, deadline):
        await _after_sweep(services, job)


async def pull_again(services: Services, workspace_id: str, connection_name: str, stream_name: str) -> None:
    """Pull for a message that has come before, and that whoever took it then did not end.

    If that one died, its claim outlives it, and is waited for: the next poll can be an hour off, or a day.
    """
    name = StreamName(workspace_id, connection_name, stream_name)
    until = (await services.store.checkpoints.load(name)).claimed_until
    if until is None or (wait := (until - services.clock()).total_seconds()) <= 0:
        await pull(services, workspace_id, connection_name, stream_name)
        return
    message = {"workspace": workspace_id, "connection": connection_name, "stream": stream_name}
    await services.store.queues.send(PULL, message, min(wait, LONGEST_DELAY))


Phase = Callable[[Services, Job, Checkpoint, float], Awaitable[bool]]


async def _work(services: Services, job: Job, claimed: Checkpoint, phase: Phase, deadline: float) -> bool:
    """Pull or sweep under a claim; say whether it has ended. What has not has sent its next message."""
    started, run = time.monotonic(), claimed.run or claimed.sweep
    try:
        with telemetry.span(phase.__name__.strip("_"), **job.facts):
            has_ended = await phase(services, job, claimed, deadline)
    except RetryLater as wait:
        delay = min(wait.seconds, LONGEST_DELAY)
        await let_go(services, job, claimed, delay, str(wait))
        await services.store.queues.send(PULL, job.message, delay)
        log.problem("pull", **job.facts, run=run, outcome="waiting", why=str(wait), wait=delay)
        return False
    except Conflict:
        log.problem("pull", **job.facts, run=run, outcome="lost", why="another instance took over")
        return False
    except BaseException as error:
        await let_go(services, job, claimed, note=f"interrupted by {type(error).__name__}")
        raise
    seconds = round(time.monotonic() - started, 3)
    log.step("pull", **job.facts, run=run, has_ended=has_ended, seconds=seconds)
    if not has_ended:
        await services.store.queues.send(PULL, job.message)
    return has_ended


async def _after_sweep(services: Services, job: Job) -> None:
    """Go on with the pull whose message came during a sweep; else have the cards see what is gone."""
    checkpoint = await services.store.checkpoints.load(job.name)
    if checkpoint.is_unended:
        await services.store.queues.send(PULL, job.message)
    elif not checkpoint.sweep_problem:
        await end_round(services, job.workspace)


async def end_round(services: Services, workspace: Workspace) -> None:
    """Ask for an evaluation once no pull of the workspace is outstanding."""
    checkpoints = await services.store.checkpoints.of(workspace.id)
    if not is_busy(workspace, checkpoints, services.clock()):
        await request_evaluation(services, workspace.id)


def is_busy(workspace: Workspace, checkpoints: Mapping[tuple[str, str], Checkpoint], now: datetime) -> bool:
    """Say whether a pull is outstanding; those of streams that there are no more do not count."""
    return any(
        find(workspace, connection, stream) is not None and each.is_outstanding(now, PATIENCE)
        for (connection, stream), each in checkpoints.items()
    )


async def _run(services: Services, job: Job, checkpoint: Checkpoint, deadline: float) -> bool:
    """Go on with a run; say whether it has ended, well or badly. Raises RetryLater and Conflict."""
    try:
        return await _pages(services, job, checkpoint, deadline)
    except (SourceError, ConfigurationError) as error:
        now = services.clock()
        await services.store.checkpoints.change(
            job.name,
            claim=checkpoint.claims,
            revise=partial(asked_again, job, checkpoint),
            run="",
            run_cursor="",
            ended_at=now,
            claimed_until=None,
            problem=str(error)[:LONGEST_NOTE] or type(error).__name__,
            problem_at=job.workspace.now(now),
            note="",
        )
        log.problem("pull", **job.facts, run=checkpoint.run, outcome="failed", why=str(error))
        return True


def _may_hide_some(services: Services, job: Job, checkpoint: Checkpoint) -> bool:
    """Say whether a run that replaces what was seen may lack records that changed while it went on.

    They left its window before they were read, and would look absent until the next pull. The first run is no
    other: nothing stands for what it lacks.
    """
    replaces = checkpoint.run_since is None
    has_window = not (job.stream.is_full_read or checkpoint.run_token)
    until = checkpoint.run_until or services.clock()
    # Also where it is read by key up to the present: behind its place, nothing is seen any more.
    return replaces and has_window and job.workspace.now(services.clock()) > until + _SECOND


def _bound(services: Services, job: Job, checkpoint: Checkpoint) -> datetime:
    """Give the instant up to which a run reads: its watermark, which is told to the second, or a later one.

    What is read by key is read up to whenever it is asked for: what changed before the watermark and again
    since would be hidden otherwise. Elsewhere, if nothing stands for what a run does not see, it reads to
    the end of the second in which it began.
    """
    now = services.clock()
    until = checkpoint.run_until or now
    if job.workspace.as_of is not None:
        return until
    if job.stream.is_by_key:
        return max(until, now) + _AHEAD
    is_alone = checkpoint.run_since is None or checkpoint.lacks_some
    return until + _SECOND if is_alone else until


async def _pages(services: Services, job: Job, checkpoint: Checkpoint, deadline: float) -> bool:
    """Store pages until the last one and commit, or until the deadline; say whether all came."""
    options = options_of(job.source, job.connection)
    async with await client_of(services, job, options) as client:
        if not checkpoint.run_pages:
            await admit(services, job, client, options)
        checkpoint, repeated = await compared(services, job, checkpoint)
        most = RECORDS if repeated is None else MOST_COMPARED
        request = Pull(
            client=client,
            connection=job.connection,
            options=options,
            field_map=job.workspace.field_map,
            since=checkpoint.run_since,
            until=_bound(services, job, checkpoint),
            cursor=checkpoint.run_cursor,
            token=checkpoint.token if checkpoint.run_since else "",
        )
        calls = checkpoint.run_calls
        async with aclosing(gathered(pages_of(job, request), deadline, most=most)) as pages:  # type: ignore[type-var]
            async for page in pages:
                checkpoint = await keep(services, job, checkpoint, page, calls + client.calls, repeated)
                if not page.cursor:
                    is_last = not _may_hide_some(services, job, checkpoint)
                    await commit(services, job, checkpoint, is_last=is_last)
                    return is_last
                if time.monotonic() >= deadline:
                    await let_go(services, job, checkpoint)
                    return False
    raise SourceError(f"{job.connection.name}: {job.stream.name} ended without its last page")
