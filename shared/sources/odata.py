"""Pages of an OData answer, followed by their next links (OData JSON Format 4.0, section 4.5.5).

And the condition by which a page's query keeps to a pull's window.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from shared.errors import RetryLater, SourceError
from shared.sources.addresses import place
from shared.sources.http import LONGEST_PAUSE, VendorClient, backoff, parse_json
from shared.sources.read import instant
from shared.sources.source import KeyPage, Pull

TOO_MUCH = frozenset({408, 413, 504})
"""How a server says that it cannot answer so large a page: too slow, or too long."""

_REFUSED = frozenset({400, 404, 410})


class Refused(SourceError):
    """The server refuses a query for a reason that the caller may know what to do about.

    `text` is the error's own code and message, which are for reading and never for showing.
    """

    def __init__(self, message: str, status: int, text: str) -> None:
        super().__init__(message)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of an entity set."""

    items: list[Any]
    link: str
    """Where the next page is; "" after the last."""
    delta: str = ""
    """On the last page, where the changes from here on are to be had, if they were asked to be tracked."""
    count: int | None = None
    """How many items all pages hold, where the query asks for it."""


async def answers(  # noqa: PLR0913 - each is a setting of one read
    client: VendorClient,
    url: str,
    params: Mapping[str, str],
    *,
    page_size: int,
    cursor: str = "",
    prefer: str = "",
    shrinks: bool = False,
) -> AsyncIterator[Answer]:
    """Read an entity set page by page.

    `cursor` is a next link and goes on there; `prefer` are more preferences than the page's size. With
    `shrinks`, a page that is too much for the server is asked for again at half the size, and without
    `$expand`. Raises SourceError for an answer without `value`, a link or a page that repeats, and a link
    to another host, which our token must not reach; Refused for a query or a set that the server
    does not know.
    """
    link = cursor or address(client, url, params)
    followed: set[str] = set()
    previous: list[Any] = []
    while link:
        _refuse_other_host(client, link)
        # The same preferences on every page: a server may size a followed link by them anew.
        headers = {"Prefer": ",".join(filter(None, (prefer, f"odata.maxpagesize={page_size}")))}
        tolerated = _REFUSED | (TOO_MUCH if shrinks else frozenset())
        response = await client.send("GET", link, headers=headers, tolerated=tolerated)
        if response.status_code in _REFUSED:
            msg = f"{client.name} answered {response.status_code} to GET {place(response.request.url)}"
            raise Refused(msg, response.status_code, error_text(client, response))
        if response.status_code in TOO_MUCH:
            link, page_size = await _smaller(client, link, page_size, response.status_code)
            continue
        followed.add(link)
        answer = _read(client, parse_json(response, client.name), link)
        if answer.link in followed or (answer.items and answer.items == previous):
            msg = f"{client.name} gave the same page of {_path(url or cursor)} twice"
            raise SourceError(msg)
        previous, link = answer.items, answer.link
        yield answer


async def pages(
    client: VendorClient, url: str, params: Mapping[str, str], *, page_size: int, cursor: str
) -> AsyncIterator[tuple[list[dict[str, Any]], str]]:
    """Read an entity set page by page, as `answers` does: its items, and the link to the next page."""
    async for answer in answers(client, url, params, page_size=page_size, cursor=cursor):
        yield answer.items, answer.link


async def key_pages(pull: Pull, url: str, column: str, page_size: int) -> AsyncIterator[KeyPage]:
    """Read the ids of all items there are, by the column that holds them."""
    params = {"$select": column, "$orderby": column}
    async for items, link in pages(pull.client, url, params, page_size=page_size, cursor=pull.cursor):
        yield KeyPage(ids_of(pull.client, items, column), link)


def ids_of(client: VendorClient, items: list[Any], column: str) -> tuple[str, ...]:
    """Give the ids of a page's items; raises SourceError for one without, which would look deleted."""
    found = tuple(item.get(column) if isinstance(item, dict) else None for item in items)
    if not all(isinstance(each, str) and each for each in found):
        msg = f"{client.name} has items without {column}"
        raise SourceError(msg)
    return found  # type: ignore[return-value] # each is text


def address(client: VendorClient, url: str, params: Mapping[str, str]) -> str:
    """Give the whole address of a query."""
    return f"{str(client.base_url).rstrip('/')}{url}?{_query(params)}"


def error_text(client: VendorClient, response: httpx.Response) -> str:
    """Give an OData error's code and message; "" where it has none."""
    try:
        body = parse_json(response, client.name)
    except SourceError:
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    return f"{error.get('code', '')} {error.get('message', '')}" if isinstance(error, dict) else ""


def window(pull: Pull, column: str) -> str:
    """Give the condition of a pull's half-open window on a column of times."""
    until = f"{column} lt {instant(pull.until)}"
    return f"{column} ge {instant(pull.since)} and {until}" if pull.since else until


async def _smaller(client: VendorClient, link: str, page_size: int, status: int) -> tuple[str, int]:
    """Give what to ask for after a page was too much; raises where nothing smaller is left."""
    target = httpx.URL(link)
    reason = f"answered {status} to {place(target)}"
    if page_size == 1:
        msg = f"{client.name} {reason} even for a page of one"
        raise (
            SourceError(msg)
            if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE
            else RetryLater(msg, LONGEST_PAUSE)
        )
    await client.pause(backoff(1), reason)
    if "$expand" in target.params:
        link = f"{_path(link)}?{_query(target.params.remove('$expand'))}"
    return link, page_size // 2


def _read(client: VendorClient, answer: Any, page: str) -> Answer:
    items = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        msg = f"{client.name} answered without a list of values"
        raise SourceError(msg)
    link, delta = answer.get("@odata.nextLink") or "", answer.get("@odata.deltaLink") or ""
    if not isinstance(link, str) or not isinstance(delta, str):
        msg = f"{client.name} gave a next link that is no text"
        raise SourceError(msg)
    count = answer.get("@odata.count")
    links = _whole(client, link, page), _whole(client, delta, page)
    return Answer(items, *links, count if isinstance(count, int) else None)


def _whole(client: VendorClient, link: str, page: str) -> str:
    """Give a page's next link as a whole address; one that is whole stays as it was written."""
    if not link:
        return ""
    whole = link if _url(client, link).scheme else str(_url(client, page).join(_url(client, link)))
    _refuse_other_host(client, whole)
    return whole


def _url(client: VendorClient, link: str) -> httpx.URL:
    try:
        return httpx.URL(link)
    except (httpx.InvalidURL, UnicodeError):
        msg = f"{client.name} gave a next link that is no address"
        raise SourceError(msg) from None


def _refuse_other_host(client: VendorClient, link: str) -> None:
    target, home = _url(client, link), client.base_url
    if (target.scheme, target.host, target.port) != (home.scheme, home.host, home.port):
        msg = f"{client.name} gave a next link to another host ({target.host})"
        raise SourceError(msg)


def _query(params: Mapping[str, str]) -> str:
    # Blanks as %20: not every server reads + as a blank.
    return urlencode(params, safe="$,():'", quote_via=quote)


def _path(link: str) -> str:
    return link.partition("?")[0]
