"""Pages of an OData answer, followed by their next links (OData JSON Format 4.0, section 4.5.5).

And the condition by which a page's query keeps to a pull's window.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from shared.errors import SourceError
from shared.sources.http import VendorClient
from shared.sources.read import instant
from shared.sources.source import Pull


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
    query = urlencode(params, safe="$,():'", quote_via=quote)
    link = cursor or f"{str(client.base_url).rstrip('/')}{url}?{query}"
    followed: set[str] = set()
    previous: list[Any] = []
    while link:
        _refuse_other_host(client, link)
        followed.add(link)
        items, following = _read(client, await client.get(link, headers=headers))
        link = _address(client, following, link)
        if link in followed or (items and items == previous):
            msg = f"{client.name} gave the same page of {_path(url or cursor)} twice"
            raise SourceError(msg)
        previous = items
        yield items, link


def window(pull: Pull, column: str) -> str:
    """Give the condition of a pull's half-open window on a column of times."""
    until = f"{column} lt {instant(pull.until)}"
    return f"{column} ge {instant(pull.since)} and {until}" if pull.since else until


def _read(client: VendorClient, answer: Any) -> tuple[list[Any], str]:
    items = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        msg = f"{client.name} answered without a list of values"
        raise SourceError(msg)
    link = answer.get("@odata.nextLink") or ""
    if not isinstance(link, str):
        msg = f"{client.name} gave a next link that is no text"
        raise SourceError(msg)
    return items, link


def _address(client: VendorClient, link: str, page: str) -> str:
    """Give a page's next link as a whole address; one that is whole stays as it was written."""
    if not link:
        return ""
    try:
        whole = link if httpx.URL(link).scheme else str(httpx.URL(page).join(link))
    except httpx.InvalidURL:
        msg = f"{client.name} gave a next link that is no address"
        raise SourceError(msg) from None
    _refuse_other_host(client, whole)
    return whole


def _refuse_other_host(client: VendorClient, link: str) -> None:
    target, home = httpx.URL(link), client.base_url
    if (target.scheme, target.host, target.port) != (home.scheme, home.host, home.port):
        msg = f"{client.name} gave a next link to another host ({target.host})"
        raise SourceError(msg)


def _path(link: str) -> str:
    return link.partition("?")[0]
