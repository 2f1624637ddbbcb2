"""The way to a vendor: whatever breaks on it is that connection's trouble and nobody else's."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.pipeline import log
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.sources.addresses import is_safe
from shared.sources.http import VendorClient
from shared.sources.source import KeyPage, Options, Page, Pull

AnyPage = TypeVar("AnyPage", Page, KeyPage)


async def client_of(services: Services, job: Job, options: Options) -> VendorClient:
    """Give the client for a connection; raises ConfigurationError where its settings do not do."""
    connection = job.connection
    for name in job.source.secrets:
        if name not in connection.secrets:
            raise ConfigurationError(f"{connection.name}: secrets.{name} is missing", f"secrets.{name}")
    for name, address in (("base_url", connection.base_url), ("token_url", connection.token_url)):
        if address:
            _refuse_plain(services, connection, name, address)
    secrets = {name: await services.secret(ref) for name, ref in connection.secrets.items()}
    make = partial(job.source.access, connection, options, secrets)
    try:
        access = services.reached.access(job.workspace.id, connection, secrets, make)
        _refuse_plain(services, connection, "options", access.base_url)
        return services.connect(access, connection.name)
    except (ConfigurationError, RetryLater, SourceError):
        raise
    except Exception as error:
        msg = f"{connection.name}: its settings cannot be used ({type(error).__name__})"
        raise ConfigurationError(msg) from error


def _refuse_plain(services: Services, connection: Connection, name: str, address: str) -> None:
    """Let no secret go out but over https, whatever a document that was saved earlier says."""
    if not is_safe(address, is_local=services.is_local):
        raise ConfigurationError(f"{connection.name}: {name} must give an https address", name)


def pages_of(job: Job, request: Pull) -> AsyncIterator[Page]:
    """Give a stream's pages; what a source raises that says nothing of what to do next is a SourceError."""
    return _understood(job, request, job.stream.pages(request))


def keys_of(job: Job, request: Pull) -> AsyncIterator[KeyPage]:
    """Give the pages of a stream's ids, with the same care."""
    if job.stream.keys is None:
        raise ConfigurationError(f"{job.connection.name}: {job.stream.name} lists no ids")
    return _understood(job, request, job.stream.keys(request))


async def _understood(job: Job, request: Pull, given: AsyncIterator[AnyPage]) -> AsyncIterator[AnyPage]:
    seen = {request.cursor}
    try:
        async with aclosing(given) as pages:  # type: ignore[type-var]
            async for page in pages:
                _refuse_repeated(job, page, seen)
                yield page
    except (ConfigurationError, RetryLater, SourceError):
        raise
    except Exception as error:
        log.problem("source", **job.message, error=type(error).__name__)
        msg = f"{job.connection.name}: the answer for {job.stream.name} cannot be understood"
        raise SourceError(f"{msg} ({type(error).__name__})") from error


def _refuse_repeated(job: Job, page: Page | KeyPage, seen: set[str]) -> None:
    if page.cursor and page.cursor in seen:
        raise SourceError(f"{job.connection.name}: {job.stream.name} gave the same page twice")
    seen.add(page.cursor)
