"""Pages of an OData answer, followed by their next links (OData JSON Format 4.0, section 4.5.5)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from shared.errors import SourceError
from shared.sources.http import VendorClient


async def pages(
    client: VendorClient, url: str, params: Mapping[str, str], *, page_size: int, cursor: str
) -> AsyncIterator[tuple[list[dict[str, Any]], str]]:
    """Read an entity set page by page: its items, and the link to the next page, "" after the last.

    `cursor` is such a link and goes on there. Raises SourceError for an answer without `value`,
    a link or a page that repeats, and a link to another host, which our token must not reach.
    """
    # The same preference on every page: a server may size a followed link by it anew.
    headers = {"Prefer": f"odata.maxpagesize={page_size}"}
    # Blanks as %20: not every server reads + as a blank.
    link = cursor or f"{url}?{urlencode(params, safe=_PLAIN, quote_via=quote)}"
    followed: set[str] = set()
    previous: list[Any] = []
    while link:
        followed.add(link)
        answer = await client.get(_own(client, link), headers=headers)
        items, link = _read(client, answer)
        if link in followed or (items and items == previous):
            msg = f"{client.name} gave the same page of {_path(url or cursor)} twice"
            raise SourceError(msg)
        previous = items
        yield items, link


_PLAIN = "$,():'"


def _read(client: VendorClient, answer: Any) -> tuple[list[Any], str]:
    items = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        msg = f"{client.name} answered without a list of values"
        raise SourceError(msg)
    link = answer.get("@odata.nextLink") or ""
    if not isinstance(link, str):
        msg = f"{client.name} gave a next link that is no text"
        raise SourceError(msg)
    return items, _own(client, link)


def _own(client: VendorClient, link: str) -> str:
    """Give the link back if it leads to the connection's own host, or to none; refuse it otherwise."""
    try:
        target = httpx.URL(link)
    except httpx.InvalidURL:
        msg = f"{client.name} gave a next link that is no address"
        raise SourceError(msg) from None
    home = client.base_url
    if not target.scheme and not target.host:
        return link
    if (target.scheme, target.host, target.port) != (home.scheme, home.host, home.port):
        msg = f"{client.name} gave a next link to another host ({target.host})"
        raise SourceError(msg)
    return link


def _path(link: str) -> str:
    return link.partition("?")[0]
