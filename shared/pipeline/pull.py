"""Pulling: one stream of one connection, page by page, into segments that a commit makes visible.

Idempotent in every step: a message may come twice, late, or after its work is done.
"""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import ValidationError

from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError, RetryLater, SourceError, TieoutError
from shared.pipeline import log
from shared.pipeline.services import Services
from shared.sources import source_of
from shared.sources.source import Options, Page, Pull, Source, Stream
from shared.store.checkpoints import Checkpoint
from shared.store.queues import EVALUATE, PULL
from shared.store.segments import Run, StreamName
from shared.store.tables import Conflict

BUDGET_SECONDS = 480.0
"""How long one message pulls before it hands over to the next; the host allows 30 minutes."""
CLAIM = timedelta(minutes=15)
"""How long an instance that says nothing keeps a stream: longer than a page may take."""
PATIENCE = timedelta(hours=1)
"""How long a round waits for a pull that nobody ends."""
LONGEST_DELAY = 900.0


@dataclass(frozen=True, slots=True)
class Job:
    """One stream to pull, with everything that says how."""

    workspace: Workspace
    connection: Connection
    source: Source
    stream: Stream

    @property
    def name(self) -> StreamName:
        """Give the stream's name in the store."""
        return StreamName(self.workspace.id, self.connection.name, self.stream.name)

    @property
    def message(self) -> dict[str, str]:
        """Give the queue message that asks for this pull."""
        return {
            "workspace": self.workspace.id,
            "connection": self.connection.name,
            "stream": self.stream.name,
        }


def jobs_of(workspace: Workspace, connection: Connection) -> list[Job]:
    """Give the streams that a connection offers; none for one that is off or of an unknown kind."""
    source = source_of(connection.kind)
    if source is None or not (workspace.enabled and connection.enabled):
        return []
    options = options_of(source, connection)
    return [Job(workspace, connection, source, each) for each in source.streams if each.is_offered(options)]


def options_of(source: Source, connection: Connection) -> Options:
    """Read a connection's options; raises ConfigurationError naming the first that is wrong."""
    try:
        return source.options.model_validate(connection.options)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in ("options", *first["loc"]))
        raise ConfigurationError(f"{connection.name}: {path}: {first['msg']}", path) from None


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
        await services.store.checkpoints.change(job.name, queued_at=services.clock())
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
    job = await _find(services, workspace_id, connection_name, stream_name)
    if job is None:
        log.problem("pull", workspace=workspace_id, connection=connection_name, why="no such stream")
        return
    started = time.monotonic()
    checkpoint = await _claim(services, job)
    if checkpoint is None:
        return
    try:
        is_complete = await _pages(services, job, checkpoint, started + budget_seconds)
    except RetryLater as wait:
        await _let_go(services, job, checkpoint, note=str(wait))
        await services.store.queues.send(PULL, job.message, min(wait.seconds, LONGEST_DELAY))
        log.problem("pull", **job.message, run=checkpoint.run, wait=wait.seconds)
        return
    except (SourceError, ConfigurationError) as error:
        now = services.clock()
        await services.store.checkpoints.change(
            job.name,
            run="",
            run_cursor="",
            ended_at=now,
            claimed_until=None,
            problem=str(error),
            problem_at=job.workspace.now(now),
        )
        log.problem("pull", **job.message, run=checkpoint.run, why=str(error))
    except Conflict:
        log.problem("pull", **job.message, run=checkpoint.run, why="another instance took over")
        return
    except BaseException:
        await _let_go(services, job, checkpoint, note="")
        raise
    else:
        log.step("pull", **job.message, run=checkpoint.run, seconds=round(time.monotonic() - started, 3))
        if not is_complete:
            await services.store.queues.send(PULL, job.message)
            return
    await end_round(services, job.workspace)


async def end_round(services: Services, workspace: Workspace) -> None:
    """Ask for an evaluation once no pull of the workspace is outstanding."""
    now = services.clock()
    checkpoints = await services.store.checkpoints.of(workspace.id)
    if not any(each.is_outstanding(now, PATIENCE) for each in checkpoints.values()):
        await services.store.queues.send(EVALUATE, {"workspace": workspace.id})


async def _find(services: Services, workspace_id: str, connection: str, stream: str) -> Job | None:
    found = await services.store.workspaces.get(workspace_id)
    known = found[0].connection(connection) if found else None
    if found is None or known is None:
        return None
    try:
        jobs = jobs_of(found[0], known)
    except ConfigurationError:
        return None
    return next((job for job in jobs if job.stream.name == stream), None)


async def _claim(services: Services, job: Job) -> Checkpoint | None:
    """Take the stream for this instance and begin or go on with a run; None if another has it."""
    now = services.clock()
    checkpoint = await services.store.checkpoints.load(job.name)
    if checkpoint.claimed_until is not None and checkpoint.claimed_until > now:
        return None
    if not checkpoint.run:
        until = job.workspace.now(now).replace(microsecond=0)
        is_first = checkpoint.complete_until is None or job.stream.is_full_read
        checkpoint = replace(
            checkpoint,
            sequence=checkpoint.sequence + 1,
            run=f"{checkpoint.sequence + 1:08}",
            run_since=None if is_first else _since(checkpoint, job.stream),
            run_until=until,
            run_cursor="",
            run_segments=0,
            run_records=0,
            run_bad_records=0,
            run_calls=0,
        )
    try:
        return await services.store.checkpoints.save(
            job.workspace.id, replace(checkpoint, claimed_until=now + CLAIM)
        )
    except Conflict:
        return None


def _since(checkpoint: Checkpoint, stream: Stream) -> datetime | None:
    return None if checkpoint.complete_until is None else checkpoint.complete_until - stream.overlap


async def _let_go(services: Services, job: Job, checkpoint: Checkpoint, note: str) -> None:
    try:
        await services.store.checkpoints.change(
            job.name, claim=checkpoint.claimed_until, claimed_until=None, note=note
        )
    except Conflict:
        log.problem("pull", **job.message, run=checkpoint.run, why="another instance took over")


async def _pages(services: Services, job: Job, checkpoint: Checkpoint, deadline: float) -> bool:
    """Store pages until the last one and commit, or until the deadline; say whether all came."""
    secrets = {name: await services.secret(ref) for name, ref in job.connection.secrets.items()}
    options = options_of(job.source, job.connection)
    access = job.source.access(job.connection, options, secrets)
    async with services.connect(access, job.connection.name) as client:
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
        async with aclosing(_trusted(job, request)) as pages:  # type: ignore[type-var]
            async for page in pages:
                checkpoint = await _keep(services, job, checkpoint, page, calls + client.calls)
                if not page.cursor:
                    await _commit(services, job, checkpoint)
                    return True
                if time.monotonic() > deadline:
                    await _let_go(services, job, checkpoint, note="")
                    return False
    raise SourceError(f"{job.connection.name}: {job.stream.name} ended without its last page")


async def _trusted(job: Job, request: Pull) -> AsyncIterator[Page]:
    """Give a source's pages; whatever breaks inside it is that source's error and nobody else's."""
    seen = {request.cursor}
    try:
        async for page in job.stream.pages(request):
            _refuse_repeated(job, page, seen)
            yield page
    except (TieoutError, GeneratorExit):
        raise
    except Exception as error:
        log.problem("source", **job.message, error=type(error).__name__)
        msg = f"{job.connection.name}: the answer for {job.stream.name} cannot be understood"
        raise SourceError(f"{msg} ({type(error).__name__})") from error


def _refuse_repeated(job: Job, page: Page, seen: set[str]) -> None:
    if page.cursor and page.cursor in seen:
        raise SourceError(f"{job.connection.name}: {job.stream.name} gave the same page twice")
    seen.add(page.cursor)


async def _keep(services: Services, job: Job, checkpoint: Checkpoint, page: Page, calls: int) -> Checkpoint:
    """Store a page, then move the checkpoint behind it: never the other way round."""
    store = services.store
    segments = await store.segments.write(
        job.name,
        checkpoint.run,
        checkpoint.run_segments,
        job.stream.record_type,
        page.records,
        page.deleted,
    )
    if page.bad:
        await store.bad_records.put(job.name, page.bad, checkpoint.run, services.clock())
    return await store.checkpoints.change(
        job.name,
        claim=checkpoint.claimed_until,
        claimed_until=services.clock() + CLAIM,
        run_cursor=page.cursor,
        run_segments=segments,
        run_records=checkpoint.run_records + len(page.records),
        run_bad_records=checkpoint.run_bad_records + len(page.bad),
        run_calls=calls,
    )


async def _commit(services: Services, job: Job, checkpoint: Checkpoint) -> None:
    """Make the run visible, then move the watermark to its frozen upper bound."""
    now = services.clock()
    seen_at = job.workspace.now(now)
    until = checkpoint.run_until or seen_at
    run = Run(
        run=checkpoint.run,
        segments=checkpoint.run_segments,
        records=checkpoint.run_records,
        bad_records=checkpoint.run_bad_records,
        is_full=job.stream.is_full_read or checkpoint.run_since is None,
        until=until,
        committed_at=seen_at,
    )
    await services.store.segments.commit(job.name, run)
    await services.store.checkpoints.change(
        job.name,
        claim=checkpoint.claimed_until,
        complete_until=until,
        last_success_at=seen_at,
        records=run.records,
        bad_records=run.bad_records,
        calls=checkpoint.run_calls,
        last_run=run.run,
        run="",
        run_cursor="",
        ended_at=now,
        claimed_until=None,
        problem="",
        note="",
    )
