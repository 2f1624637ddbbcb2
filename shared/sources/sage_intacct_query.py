"""Reads a Sage Intacct object page by page through the query service, by what changed.

Pages are evaluated one by one, so a `start` offset skips rows while data changes. A page begins
instead behind the last row's place (modified, key), which loses no row and repeats none, however
many share a timestamp. https://developer.sage.com/intacct/docs/developer-portal/api-essentials/query-service
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from shared.domain.records import Record
from shared.errors import SourceError
from shared.sources.read import instant, records, utc
from shared.sources.sage_intacct_records import Row, fields
from shared.sources.source import Page, Pull

MODIFIED = "audit.modifiedDateTime"

Place = tuple[str, str]
"""Where a row stands in the order that we read in: its time of change as sent, and its key."""

Item = TypeVar("Item", bound=Row)


class _Meta(BaseModel):
    total: int = Field(alias="totalCount", ge=0)


class _Answer(BaseModel):
    rows: list[Any] = Field(alias="ia::result")
    meta: _Meta = Field(alias="ia::meta")


async def read(  # noqa: PLR0913 - a page is made of all of these
    pull: Pull,
    stream: str,
    object_name: str,
    model: type[Item],
    convert: Callable[[Item], Record],
    *,
    extra_fields: Iterable[str] = (),
    belongs: Callable[[Any], bool] = lambda _: True,
) -> AsyncIterator[Page]:
    """Yield the pages of an object's rows changed in the window, oldest change first.

    Rows that do not belong to the stream are left out. Raises SourceError for an answer that is
    no query result, that goes back in time, or that comes without the rows it counts.
    """
    place: Place | None = tuple(json.loads(pull.cursor)) if pull.cursor else None
    while True:
        query = {
            "object": object_name,
            "fields": [*fields(model), *extra_fields],
            **_filters(pull, place),
            "filterParameters": {"includePrivate": True},
            "orderBy": [{MODIFIED: "asc"}, {"key": "asc"}],
            "start": 1,
            "size": pull.options.page_size,
        }
        answer = parse(
            await pull.client.post("/services/core/query", json=query), f"{pull.client.name} {stream}"
        )
        is_last = answer.meta.total == len(answer.rows)
        places = _places(answer, place, f"{pull.client.name} {stream}")
        if not is_last and not places:
            msg = f"{pull.client.name} {stream}: rows are counted that did not come"
            raise SourceError(msg)
        good, bad = records(stream, filter(belongs, answer.rows), model, convert, "key")
        place = None if is_last else places[-1]
        yield Page(good, json.dumps(place) if place else "", bad)
        if is_last:
            return


def _filters(pull: Pull, place: Place | None) -> dict[str, Any]:
    """Give the window's filters; behind a place, ties are broken by key."""
    until = {"$lt": {MODIFIED: instant(pull.until)}}
    if place:
        modified, key = place
        behind = [{"$gt": {MODIFIED: modified}}, {"$eq": {MODIFIED: modified}}, {"$gt": {"key": key}}]
        return {"filters": [until, *behind], "filterExpression": "1 and (2 or (3 and 4))"}
    if pull.since:
        return {"filters": [{"$gte": {MODIFIED: instant(pull.since)}}, until]}
    return {"filters": [until]}


def parse(body: Any, what: str) -> _Answer:
    """Read a query's answer; raise SourceError for an error or another shape, told by its code alone."""
    result = body.get("ia::result") if isinstance(body, dict) else None
    error = result.get("ia::error") if isinstance(result, dict) else None
    if isinstance(error, dict):
        msg = f"{what}: Sage Intacct answered error {error.get('errorId', '')} {error.get('code', '')}"
        raise SourceError(msg)
    try:
        answer = _Answer.model_validate(body)
    except ValidationError:
        msg = f"{what}: the answer is no query result"
        raise SourceError(msg) from None
    if answer.meta.total < len(answer.rows):
        msg = f"{what}: more rows came than are counted"
        raise SourceError(msg)
    return answer


def _places(answer: _Answer, before: Place | None, what: str) -> list[Place]:
    """Give the places of a page's rows; raise SourceError where they do not go on from `before`."""
    places = [place for item in answer.rows if (place := _place(item))]
    times = [utc(modified) for modified, _ in ([before] if before else []) + places]
    if before in places or len(set(places)) < len(places) or times != sorted(times):
        msg = f"{what}: rows came again or out of order"
        raise SourceError(msg)
    return places


def _place(item: Any) -> Place | None:
    """Give a row's place; None where the row, which is then a bad record, does not tell it."""
    try:
        modified, key = item[MODIFIED], item["key"]
        return (modified, str(key)) if utc(modified) and key else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
