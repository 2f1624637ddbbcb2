"""Reading Shopify's lists to their end: pages of a window, and the lists inside their rows.

A search takes both bounds as inclusive and, for customers, matches whole days; so the query is
never narrower than the window, and rows outside it are left out here.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from shared.domain.deferred import Deferred
from shared.errors import SourceError
from shared.sources import shopify_queries as queries
from shared.sources.http import VendorClient
from shared.sources.read import instant, utc
from shared.sources.shopify_graphql import TooCostlyError, ask
from shared.sources.source import Pull

CHAIN_ROWS = 20_000
"""Rows read behind one first page; Shopify may refuse to page deeper than 25,000."""


class _PageInfo(Deferred):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    has_next_page: bool
    end_cursor: str | None = None


class Listing(Deferred):
    """One page of a Relay connection, its nodes unread."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    nodes: tuple[Any, ...]
    page_info: _PageInfo


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a read goes on: behind a cursor of the search that began at `since`, `rows` on."""

    after: str | None
    since: str
    rows: int
    left: int | None = None
    """How many rows are still to come, by Shopify's own count when the read began."""


@dataclass(frozen=True, slots=True)
class Search:
    """A root list and how to ask for it."""

    query: str
    size: int
    variables: Mapping[str, Any]
    is_by_day: bool = False
    """The list's `updated_at` term matches whole days."""
    is_counted: bool = False
    """The query can tell how many rows there are (`$isCounted`)."""
    term: str = ""
    """What rows must fit besides the window."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a page that lie in the window, unread."""

    nodes: tuple[Any, ...]
    cursor: str = ""
    """Of the next page; "" after the last."""
    remaining: int | None = None


async def pages(pull: Pull, search: Search) -> AsyncIterator[Rows]:
    """Give the window's rows page by page, each page with the cursor of the next.

    Asks for fewer rows where the query costs too much. Raises SourceError for a page or a cursor
    that comes again, and for what is no page.
    """
    name, size, before = pull.client.name, search.size, tuple[Any, ...]()
    place = _Place(**json.loads(pull.cursor)) if pull.cursor else _beginning(pull)
    passed = {place.after}
    while True:
        asked = {"first": size, "after": place.after, "query": _terms(place.since, pull.until, search)}
        is_counting = search.is_counted and place.left is None and not place.rows
        counted = {"isCounted": is_counting} if search.is_counted else {}
        try:
            data = await ask(pull.client, search.query, {**search.variables, **counted, **asked})
        except TooCostlyError:
            if size == 1:
                raise
            size //= 2
            continue
        listing = listing_of(name, data.get("page"))
        if place.after and listing.nodes and listing.nodes == before:
            msg = f"{name} answered the same page twice"
            raise SourceError(msg)
        rows = tuple(node for node in listing.nodes if _is_within(node, pull))
        if not listing.page_info.has_next_page:
            yield Rows(rows)
            return
        ahead = _onward(name, listing, passed)
        total = _count(data.get("total")) if is_counting else place.left
        left = None if total is None else max(0, total - len(listing.nodes))
        place = replace(_next(place, ahead, listing.nodes, pull, search), left=left)
        before = listing.nodes
        if not place.after:  # a new search may come by the cursors of the old one
            passed.clear()
        yield Rows(rows, json.dumps(asdict(place)), left)


async def whole(client: VendorClient, node: Any, *names: str) -> Any:
    """Give a node with these nested lists read to their end.

    What is no node stays as it is and what is no list is taken away, for the record's own reading
    to refuse.
    """
    if not isinstance(node, dict):
        return node
    full = dict(node)
    for name in names:
        try:
            listing = Listing.model_validate(node.get(name))
        except ValidationError:
            full[name] = None
            continue
        nodes, passed = list(listing.nodes), set[str | None]()
        while listing.page_info.has_next_page:
            ahead = _onward(client.name, listing, passed)
            data = await ask(client, queries.REST[name], {"id": node.get("id"), "after": ahead})
            listing = listing_of(client.name, (data.get("owner") or {}).get("rest"))
            nodes.extend(listing.nodes)
        full[name] = {"nodes": nodes}
    return full


def _beginning(pull: Pull) -> _Place:
    return _Place(None, instant(pull.since) if pull.since else "", 0)


def _count(value: Any) -> int | None:
    """Give Shopify's count; it is for people to see, so one that cannot be read is none."""
    count = value.get("count") if isinstance(value, dict) else None
    return count if isinstance(count, int) else None


def listing_of(name: str, value: Any) -> Listing:
    """Read a page of a list; raises SourceError for what is none."""
    try:
        return Listing.model_validate(value)
    except ValidationError:
        msg = f"{name} answered something else than a page of a list"
        raise SourceError(msg) from None


def _onward(name: str, listing: Listing, passed: set[str | None]) -> str:
    """Give the cursor to go on at, one that was not passed before."""
    ahead = listing.page_info.end_cursor
    if not ahead or ahead in passed:
        msg = f"{name} promises another page and gives no new cursor to it"
        raise SourceError(msg)
    passed.add(ahead)
    return ahead


def _next(place: _Place, ahead: str, nodes: tuple[Any, ...], pull: Pull, search: Search) -> _Place:
    """Go on behind the cursor; after many rows begin a new search at the last page's time."""
    rows = place.rows + len(nodes)
    if rows >= CHAIN_ROWS:
        oldest = min(filter(None, map(_updated, nodes)), default="")
        is_later = _lower(oldest, search) > _lower(place.since, search)
        if is_later and oldest < instant(pull.until):
            return _Place(None, oldest, 0)
    return replace(place, after=ahead, rows=rows)


def _terms(since: str, until: datetime, search: Search) -> str:
    """Write the search; times must be quoted, or Shopify cuts them at midnight."""
    upper = f"{until.astimezone(UTC) + timedelta(days=1):%Y-%m-%d}" if search.is_by_day else instant(until)
    lower = _lower(since, search)
    window = f"updated_at:>='{lower}' updated_at:<='{upper}'" if lower else f"updated_at:<='{upper}'"
    return f"{window} {search.term}" if search.term else window


def _lower(since: str, search: Search) -> str:
    """Give the lower bound as the search knows it; a day earlier for days, whose zone is the shop's."""
    if not since or not search.is_by_day:
        return since
    return f"{datetime.fromisoformat(since) - timedelta(days=1):%Y-%m-%d}"


def _updated(node: Any) -> str:
    text = node.get("updatedAt") if isinstance(node, dict) else None
    try:
        return utc(text) if isinstance(text, str) else ""
    except ValueError:
        return ""


def _is_within(node: Any, pull: Pull) -> bool:
    """Say whether a row belongs to the window; one without a readable time is kept and refused later."""
    updated = _updated(node)
    if not updated:
        return True
    moment = datetime.fromisoformat(updated)
    return moment < pull.until and (pull.since is None or moment >= pull.since)
