"""The way to a vendor: whatever breaks on it is that connection's trouble and nobody else's."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.pipeline import log
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.sources.http import VendorClient
from shared.sources.source import Options, Page, Pull


async def client_of(services: Services, job: Job, options: Options) -> VendorClient:
    """Give the client for a connection; raises ConfigurationError where its settings do not do."""
    connection = job.connection
    for name in job.source.secrets:
        if name not in connection.secrets:
            raise ConfigurationError(f"{connection.name}: secrets.{name} is missing", f"secrets.{name}")
    secrets = {name: await services.secret(ref) for name, ref in connection.secrets.items()}
    try:
        return services.connect(job.source.access(connection, options, secrets), connection.name)
    except (ConfigurationError, RetryLater, SourceError):
        raise
    except Exception as error:
        msg = f"{connection.name}: its settings cannot be used ({type(error).__name__})"
        raise ConfigurationError(msg) from error


async def pages_of(job: Job, request: Pull) -> AsyncIterator[Page]:
    """Give a stream's pages; what a source raises that says nothing of what to do next is a SourceError."""
    seen = {request.cursor}
    try:
        async with aclosing(job.stream.pages(request)) as pages:  # type: ignore[type-var]
            async for page in pages:
                _refuse_repeated(job, page, seen)
                yield page
    except (ConfigurationError, RetryLater, SourceError):
        raise
    except Exception as error:
        log.problem("source", **job.message, error=type(error).__name__)
        msg = f"{job.connection.name}: the answer for {job.stream.name} cannot be understood"
        raise SourceError(f"{msg} ({type(error).__name__})") from error


def _refuse_repeated(job: Job, page: Page, seen: set[str]) -> None:
    if page.cursor and page.cursor in seen:
        raise SourceError(f"{job.connection.name}: {job.stream.name} gave the same page twice")
    seen.add(page.cursor)
