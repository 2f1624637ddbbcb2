"""Checks of a connection before its first pull: read-only, and each failure told by name."""

import hashlib
import json
from dataclasses import asdict

from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.pipeline import log
from shared.pipeline.jobs import Job, options_of, possible_jobs_of
from shared.pipeline.services import Services
from shared.pipeline.vendor import client_of
from shared.sources.http import VendorClient
from shared.sources.source import Options, Probe
from shared.store.checks import Check


async def check(services: Services, workspace: Workspace, connection: Connection) -> Check:
    """Check a connection and keep what came of it. Raises ConfigurationError where it is switched off."""
    found = await examine(services, workspace, connection)
    await services.store.checks.put(workspace.id, connection.name, found)
    return found


async def examine(services: Services, workspace: Workspace, connection: Connection) -> Check:
    """Check a connection by reading only; what keeps the check from being made is its `problem`.

    Works without a store. Raises ConfigurationError for a connection that is off, or of an unknown kind.
    """
    jobs = possible_jobs_of(workspace, connection)
    if not jobs:
        raise ConfigurationError(f"{connection.name} is switched off, or of an unknown kind")
    job = jobs[0]
    try:
        options = options_of(job.source, connection)
        if job.source.form is not None:
            return Check(checked_at=services.clock(), settings=_mark(job))
        async with await client_of(services, job, options) as client:
            return await _checked(services, job, client, options)
    except (ConfigurationError, RetryLater, SourceError) as error:
        why = str(error) or type(error).__name__
        return Check(checked_at=services.clock(), settings=_mark(job), problem=why)


async def admit(services: Services, job: Job, client: VendorClient, options: Options) -> None:
    """Check a connection that has not passed with its present settings; one that has costs no call.

    Raises ConfigurationError listing all that is missing. A check that its vendor cannot answer stops no
    pull: what is really wrong shows there.
    """
    checks, connection = services.store.checks, job.connection.name
    last = await checks.get(job.workspace.id, connection)
    if job.source.check is None or (
        last is not None and last.settings == _mark(job) and not (last.problem or last.fatal)
    ):
        return
    try:
        found = await _checked(services, job, client, options)
    except (ConfigurationError, SourceError) as error:
        found = Check(checked_at=services.clock(), settings=_mark(job), problem=str(error))
        await checks.put(job.workspace.id, connection, found)
        if isinstance(error, ConfigurationError):
            raise
        return
    await checks.put(job.workspace.id, connection, found)
    if found.fatal:
        raise ConfigurationError(f"{connection}: {'; '.join(found.fatal)}")


async def _checked(services: Services, job: Job, client: VendorClient, options: Options) -> Check:
    """Let the source look for what is missing; a source without checks finds nothing."""
    if job.source.check is None:
        return Check(checked_at=services.clock(), settings=_mark(job))
    probe = Probe(client, job.connection, options, job.workspace.field_map)
    try:
        findings = await job.source.check(probe)
    except (ConfigurationError, RetryLater, SourceError):
        raise
    except Exception as error:
        log.failure("check", error, workspace=job.workspace.id, connection=job.connection.name)
        msg = f"{job.connection.name}: the answer to the check cannot be understood ({type(error).__name__})"
        raise SourceError(msg) from error
    return Check(
        checked_at=services.clock(), settings=_mark(job), findings=tuple(asdict(each) for each in findings)
    )


def _mark(job: Job) -> str:
    """Give a mark of all settings that a check depends on: also where tokens and secrets come from."""
    reached = [job.settings, job.connection.token_url, job.connection.secrets]
    return hashlib.sha256(json.dumps(reached, sort_keys=True).encode()).hexdigest()[:16]
