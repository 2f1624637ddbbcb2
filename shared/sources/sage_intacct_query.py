"""Reads a Sage Intacct object page by page through the REST query service, by what changed.

Pages are evaluated one by one, so a `start` offset skips rows while data changes. A page begins
instead behind the last row's key: a row that changes meanwhile shifts no other, whether it leaves the
window or not, and rows that share a timestamp need no care at all.
https://developer.sage.com/intacct/docs/developer-portal/api-essentials/query-service
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import httpx
from pydantic import Field, ValidationError

from shared.domain.deferred import Deferred
from shared.errors import SourceError
from shared.sources.http import parse_json
from shared.sources.read import instant, is_number, records
from shared.sources.sage_intacct_readings import CREATED, MODIFIED, Reading, reading_fields
from shared.sources.source import KeyPage, Page, Pull

KEYS_PAGE = 4000
"""The most rows that a query may give."""
_MULTI_STATUS = httpx.codes.MULTI_STATUS


class _Meta(Deferred):
    total: int = Field(alias="totalCount", ge=0)


class Answer(Deferred):
    """The answer to a query: rows, and how many there are from here on."""

    rows: list[Any] = Field(alias="ia::result")
    meta: _Meta = Field(alias="ia::meta")

    @property
    def remaining(self) -> int | None:
        """Give how many rows are still to come; None behind the last."""
        return self.meta.total - len(self.rows) or None


async def rest_pages(pull: Pull, reading: Reading) -> AsyncIterator[Page]:
    """Yield the pages of an object's rows changed in the window, by rising key.

    Rows that do not belong to the stream are left out. Raises SourceError for an answer that is
    no query result, whose keys do not rise, or that comes without the rows it counts.
    """
    wanted, after = reading_fields(reading), pull.cursor
    while True:
        filters = _behind(after, _changed(pull))
        answer = await ask(pull, reading, wanted, filters, pull.options.page_size)
        after = _last_key(answer, after, f"{pull.client.name} {reading.stream}")
        good, bad = records(
            reading.stream, filter(reading.belongs, answer.rows), reading.model, reading.convert, "key"
        )
        yield Page(good, after if answer.remaining else "", bad, remaining=answer.remaining)
        if not answer.remaining:
            return


async def rest_keys(pull: Pull, reading: Reading) -> AsyncIterator[KeyPage]:
    """Yield the ids of an object's rows, of those dated in the window where the object has dates."""
    after = pull.cursor
    while True:
        filters = _behind(after, _dated(pull, reading.dates))
        answer = await ask(pull, reading, reading.id_fields, filters, KEYS_PAGE)
        after = _last_key(answer, after, f"{pull.client.name} {reading.stream}")
        ids = tuple(reading.id_of(row) for row in answer.rows)
        yield KeyPage(ids, after if answer.remaining else "", answer.remaining)
        if not answer.remaining:
            return


async def ask(
    pull: Pull, reading: Reading, fields: Sequence[str], filters: dict[str, Any], size: int
) -> Answer:
    """Send one query, for the first rows by rising key."""
    query = {
        "object": reading.object_name,
        "fields": list(fields),
        **filters,
        "filterParameters": {"includePrivate": True},
        "orderBy": [{"key": "asc"}],
        "start": 1,
        "size": size,
    }
    what = f"{pull.client.name} {reading.stream}"
    response = await pull.client.send(
        "POST", "/services/core/query", json=query, tolerated={httpx.codes.BAD_REQUEST}
    )
    if response.status_code == _MULTI_STATUS:
        msg = f"{what}: a part of the rows was refused (207)"
        raise SourceError(msg)
    return parse(parse_json(response, pull.client.name), what)


Group = list[dict[str, Any]]
"""Conditions that must all hold."""


def _changed(pull: Pull) -> list[Group]:
    """Give the two ways into the window: changed in it, or never changed and made in it."""
    return [
        _within(MODIFIED, pull.since, pull.until),
        [{"$eq": {MODIFIED: None}}, *_within(CREATED, pull.since, pull.until)],
    ]


def _within(field: str, since: datetime | None, until: datetime) -> Group:
    end = {"$lt": {field: instant(until)}}
    return [end] if since is None else [{"$gte": {field: instant(since)}}, end]


def _dated(pull: Pull, dates: Sequence[str]) -> list[Group]:
    """Give one way in for each date of a document: days, their last one included."""
    if pull.since is None:
        return []
    since, until = pull.since.date().isoformat(), pull.until.date().isoformat()
    return [[{"$gte": {field: since}}, {"$lte": {field: until}}] for field in dates]


def _behind(after: str, ways: list[Group]) -> dict[str, Any]:
    """Give the filters for rows behind a key that fit one of these ways in."""
    filters: Group = []
    parts = []
    for way in ways:
        numbers = [str(len(filters) + index) for index, _ in enumerate(way, start=1)]
        parts.append(" and ".join(numbers) if len(numbers) == 1 else f"({' and '.join(numbers)})")
        filters += way
    expression = " or ".join(parts)
    if after:
        filters.append({"$gt": {"key": after}})
        is_behind = str(len(filters))
        expression = f"({expression}) and {is_behind}" if parts else is_behind
    return {"filters": filters, "filterExpression": expression} if filters else {}


def parse(body: Any, what: str) -> Answer:
    """Read a query's answer; raise SourceError for an error or another shape, told by its code alone."""
    if error := error_of(body):
        msg = f"{what}: Sage Intacct answered error {error}"
        raise SourceError(msg)
    try:
        answer = Answer.model_validate(body)
    except ValidationError:
        msg = f"{what}: the answer is no query result"
        raise SourceError(msg) from None
    if answer.meta.total < len(answer.rows):
        msg = f"{what}: more rows came than are counted"
        raise SourceError(msg)
    return answer


def error_of(body: Any) -> str:
    """Give the codes of an error wherever it stands; "" for none. Its message may quote what was sent."""
    outer = body if isinstance(body, dict) else {}
    inner = outer.get("ia::result")
    places = (outer.get("ia::error"), inner.get("ia::error") if isinstance(inner, dict) else None)
    for error in (*places, outer.get("error")):
        if isinstance(error, dict):
            return " ".join(str(error[name]) for name in ("errorId", "code") if error.get(name)) or "unknown"
    return ""


def _last_key(answer: Answer, after: str, what: str) -> str:
    """Give the last row's key; raise SourceError where keys do not rise, or rows are counted in vain."""
    keys = [key for row in answer.rows if (key := _key(row))]
    if not _is_rising([after, *keys] if after else keys):
        msg = f"{what}: rows came again or out of order"
        raise SourceError(msg)
    if answer.remaining and not keys:
        msg = f"{what}: rows are counted that did not come"
        raise SourceError(msg)
    return keys[-1] if keys else after


def _is_rising(keys: Sequence[str]) -> bool:
    """Say whether keys rise, by number or by text: both are orders that a page can begin behind."""
    by_number = all(map(is_number, keys)) and all(int(a) < int(b) for a, b in pairwise(keys))
    return by_number or all(low < high for low, high in pairwise(keys))


def _key(row: Any) -> str:
    return str(row.get("key", "")) if isinstance(row, dict) else ""
