"""Vendors that are no more than a list: they give records in pages, and trouble where a test wants it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from shared.domain.records import Company, MasterCustomer, Order, Record
from shared.domain.windows import text
from shared.errors import BadRecord
from shared.sources.http import Access, VendorClient
from shared.sources.source import KeyPage, Options, Page, Pull, Source, Stream

START = datetime(2026, 4, 14, 12, 0, 0, 400_000, tzinfo=UTC)
"""When the tests begin, not on a full second: real clocks are not either."""

Trouble = Exception | Callable[[], Awaitable[None]]


class Vendor:
    """One stream of a vendor: what it knows, since when, and how it gives it."""

    def __init__(self, page_size: int = 2) -> None:
        self.page_size = page_size
        self.asked: list[Pull] = []
        """What each pull asked for."""
        self.given: list[str] = []
        """The ids that were given, as often as they were."""
        self.trouble: dict[int, Trouble] = {}
        """What happens, once, before the page that begins at this record."""
        self.bad: dict[int, Sequence[BadRecord]] = {}
        """What is wrong on the page that begins at this record."""
        self.deleted: Sequence[str] = ()
        """Ids that the first page says are gone."""
        self.key_trouble: dict[int, Trouble] = {}
        """What happens, once, before the page of ids that begins at this record."""
        self.listed: list[str] = []
        """The ids that were listed, as often as they were."""
        self.unlisted: set[str] = set()
        """Ids that are left out of lists."""
        self.tells_remaining = True
        self._known: dict[str, tuple[datetime, Record]] = {}

    def knows(self, *records: Record, since: datetime = START - timedelta(hours=1)) -> None:
        """Let the vendor know these records, as changed at an instant."""
        for record in records:
            self._known.pop(record.id, None)
            self._known[record.id] = since, record

    def forgets(self, *ids: str) -> None:
        """Let the vendor forget records without a word."""
        for each in ids:
            del self._known[each]

    async def pages(self, pull: Pull) -> AsyncIterator[Page]:
        """Give what changed in the window, from the cursor on: a cursor is the number of a record."""
        self.asked.append(pull)
        chosen = [
            record
            for changed, record in self._known.values()
            if (pull.since is None or changed >= pull.since) and changed < pull.until
        ]
        start = int(pull.cursor or 0)
        while True:
            await pull.client.get("/page")
            await _meet(self.trouble.pop(start, None))
            page, end = chosen[start : start + self.page_size], start + self.page_size
            self.given += [record.id for record in page]
            gone = tuple(self.deleted) if start == 0 else ()
            cursor = str(end) if end < len(chosen) else ""
            remaining = max(0, len(chosen) - end) if self.tells_remaining else None
            yield Page(tuple(page), cursor, tuple(self.bad.get(start, ())), gone, remaining)
            if not cursor:
                return
            start = end

    async def keys(self, pull: Pull) -> AsyncIterator[KeyPage]:
        """List the ids of all records there are, from the cursor on: an id, for records go meanwhile."""
        start, place = pull.cursor, 0
        while True:
            await pull.client.get("/keys")
            await _meet(self.key_trouble.pop(place, None))
            ids = sorted(each for each in self._known if each > start and each not in self.unlisted)
            page, left = ids[: self.page_size], len(ids) - self.page_size
            self.listed += page
            cursor = page[-1] if left > 0 else ""
            yield KeyPage(tuple(page), cursor, max(0, left))
            if not cursor:
                return
            start, place = cursor, place + len(page)


async def _meet(trouble: Trouble | None) -> None:
    if isinstance(trouble, Exception):
        raise trouble
    if trouble is not None:
        await trouble()


def source(kind: str, *streams: Stream, options: type[Options] = Options) -> Source:
    """Give a source of a kind that the cards know, with these streams."""
    return Source(
        kind=kind,
        title=kind,
        streams=streams,
        access=lambda _connection, _options, secrets: Access(f"https://{secrets['token']}.example"),
        options=options,
        secrets=("token",),
    )


def connect(access: Access, name: str, tick: Callable[[], None]) -> VendorClient:
    """Reach a vendor that answers everything with an empty document, after a moment."""

    def answer(_: httpx.Request) -> httpx.Response:
        tick()
        return httpx.Response(200, json={})

    return VendorClient(access, name=name, transport=httpx.MockTransport(answer))


def order(number: int, name: str = "", placed_before: timedelta = timedelta(hours=1)) -> Order:
    """Give an order, placed an hour before the tests begin."""
    return Order(
        id=f"O{number}",
        number=f"#{1000 + number}",
        placed_at=text(START - placed_before),
        state="placed",
        currency="GBP",
        gross=1_200_000,
        net=1_000_000,
        tax=200_000,
        email=f"buyer{number}@example.com",
        name=name or f"buyer {number}",
    )


def customer(number: int) -> MasterCustomer:
    """Give the ledger's record of the buyer of the order of this number."""
    return MasterCustomer(
        id=f"C{number}", number=f"{number}", company="", state="active", email=f"buyer{number}@example.com"
    )


def company(number: int) -> Company:
    """Give a company of the shop."""
    return Company(id=f"B{number}", state="active", name=f"company {number}")
