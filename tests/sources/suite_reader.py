"""Reads any stream of any source from its simulated vendor, as the pipeline does, in scaled time."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from dev.bench.account import account
from dev.bench.setups import PULLED, access, connection, source, stream
from dev.vendors.facts import Account
from dev.vendors.scaled_time import now
from dev.vendors.server import application
from shared.domain.records import Record
from shared.domain.workspace import FieldMap
from shared.pipeline.jobs import Job
from shared.pipeline.vendor import pages_of
from shared.sources.http import VendorClient
from shared.sources.pace import Pace
from shared.sources.source import KeyPage, Page, Pull
from tests.builders import workspace
from tests.sources.suite import ROWS, SETTINGS, UNTIL

ALL = [
    (each.kind, one.name)
    for each in PULLED
    for one in each.streams
    if each.kind in SETTINGS and one.name not in SETTINGS[each.kind].other
]
Middle = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]


@dataclass(kw_only=True)
class Reader:
    """Reads one stream of an account, in pages of two, until it is told to stop."""

    kind: str
    name: str
    secrets: Mapping[str, str] | None = None
    page_size: int = 2
    middle: Middle | None = None
    """Stands between the client and the vendor."""
    meanwhile: Callable[[Account], None] | None = None
    """Happens once, behind the first page."""
    account: Account = field(init=False)
    pages: list[Page] = field(default_factory=list)
    """What was read so far, over all runs."""

    def __post_init__(self) -> None:
        self.account = account(ROWS, log_subject=SETTINGS[self.kind].log_subject)

    @property
    def cursor(self) -> str:
        """Give where the next run goes on."""
        return self.pages[-1].cursor if self.pages else ""

    async def read(
        self, *, since: datetime | None = None, until: datetime = UNTIL, cursor: str = ""
    ) -> list[Page]:
        """Read to the end, or until something is raised; `pages` keeps what came."""
        to = connection(self.kind, self.page_size)
        job = Job(workspace(connections=[to]), to, source(self.kind), stream(self.kind, self.name))
        async with self._pulling(since, until, cursor) as pull, aclosing(pages_of(job, pull)) as pages:
            async for page in pages:
                self.pages.append(page)
                if self.meanwhile is not None and len(self.pages) == 1:
                    self.meanwhile(self.account)
        return self.pages

    async def sweep(self) -> list[KeyPage]:
        """Read the ids that there are."""
        keys = stream(self.kind, self.name).keys
        assert keys is not None
        async with self._pulling(None, UNTIL, "") as pull:
            return [page async for page in keys(pull)]

    @asynccontextmanager
    async def _pulling(self, since: datetime | None, until: datetime, cursor: str) -> AsyncIterator[Pull]:
        to = connection(self.kind, self.page_size)
        reached = access(to, self.secrets)
        reached = replace(reached, pace=Pace(reached.limit, name=to.name, clock=now))
        transport: httpx.AsyncBaseTransport = httpx.ASGITransport(app=application({"acc": self.account}))
        if self.middle is not None:
            transport = self.middle(transport)
        async with VendorClient(reached, name=to.name, transport=transport) as client:
            options = source(self.kind).options.model_validate(to.options)
            yield Pull(client, to, options, FieldMap(), since, until, cursor)


def fold(pages: list[Page]) -> dict[str, Record]:
    """Keep the last version of each id, without those that are gone: what a store would show."""
    kept: dict[str, Record] = {}
    for page in pages:
        for gone in page.deleted:
            kept.pop(gone, None)
        kept |= {record.id: record for record in page.records}
    return kept


def ids(pages: list[Page]) -> list[str]:
    """Give all ids that were read, as often as they were."""
    return [record.id for page in pages for record in page.records]
