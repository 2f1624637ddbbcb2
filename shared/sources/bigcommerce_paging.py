"""How BigCommerce's lists are walked so that rows which move meanwhile cannot be lost."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, Field, ValidationError

from shared.domain.deferred import Deferred
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.sources.http import LONGEST_PAUSE, parse_json
from shared.sources.pace import Limit
from shared.sources.source import Pull

B2B_ADDRESS = "https://api-b2b.bigcommerce.com/api/v3/io"
B2B_LARGEST_PAGE = 200
B2B_LIMIT = Limit(capacity=150, per_second=2.5, window=60)
"""What B2B Edition allows a store, beside what the store itself allows."""

_REFUSED = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND})
_COME_BACK = frozenset({408, 429, 500, 502, 503, 504})
Envelope = TypeVar("Envelope", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a walk."""

    items: list[Any]
    cursor: str = ""
    """Of the next page; "" after the last."""
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What a list gave at an offset, and how many rows it says it has."""

    items: list[Any]
    total: int


class _Pagination(Deferred):
    total: int = Field(ge=0)
    current_page: int


class _Meta(Deferred):
    pagination: _Pagination


class _V3Answer(Deferred):
    data: list[Any]
    meta: _Meta


class _B2bPagination(Deferred):
    totalCount: int = Field(ge=0)  # noqa: N815 - B2B Edition's name
    offset: int


class _B2bMeta(Deferred):
    pagination: _B2bPagination


class _B2bStatus(Deferred):
    code: int


class _B2bAnswer(Deferred):
    data: list[Any]
    meta: _B2bMeta


def first_second(moment: datetime) -> datetime:
    """Give the first whole second that is not before a moment."""
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def last_second(until: datetime) -> datetime:
    """Give the last whole second before a moment: an inclusive bound for a half-open window."""
    return first_second(until) - timedelta(seconds=1)


def shaped(model: type[Envelope], answer: Any, pull: Pull, path: str) -> Envelope:
    """Read an answer's envelope; raises SourceError where it is another."""
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        where = sorted({".".join(str(part) for part in each["loc"]) or "all" for each in error.errors()})
        msg = f"{pull.client.name}: the answer to {path} is not shaped as expected at {', '.join(where)}"
        raise SourceError(msg) from None


async def by_offset(
    read: Callable[[int, int], Awaitable[Batch]], size: int, what: str, cursor: str = ""
) -> AsyncIterator[Step]:
    """Walk a list by offset; cursors are `offset:total`.

    Where the total has shrunk by n since the last page, up to n rows moved to in front of the
    offset: the walk goes back that far. Raises SourceError where pages and total do not add up.
    """
    offset, total = (int(part) for part in cursor.split(":")) if cursor else (0, 0)
    offset -= offset % size
    before: list[Any] = []
    while True:
        batch = await read(offset, size)
        if offset and batch.total < total:
            pages_back = -((batch.total - total) // size)
            offset, total, before = max(0, offset - pages_back * size), batch.total, []
            continue
        end = offset + len(batch.items)
        if end < batch.total and len(batch.items) != size:
            msg = f"{what} gave {len(batch.items)} rows at {offset} of {batch.total}, where {size} were asked"
            raise SourceError(msg)
        if batch.items and batch.items == before:
            raise SourceError(f"{what} gave the same page twice, at {offset} of {batch.total}")
        if end >= batch.total:
            yield Step(batch.items)
            return
        yield Step(batch.items, f"{end}:{batch.total}", batch.total - end)
        offset, total, before = end, batch.total, batch.items


def v3(pull: Pull, path: str, params: Mapping[str, Any]) -> AsyncIterator[Step]:
    """Walk a V3 list of the pull; see `by_offset`."""
    return by_offset(_v3_reader(pull, path, params), pull.options.page_size, pull.client.name, pull.cursor)


async def all_of_v3(pull: Pull, path: str) -> list[Any]:
    """Give all items of a small V3 list that a stream needs besides its own."""
    walk = by_offset(_v3_reader(pull, path, {}), pull.options.page_size, pull.client.name)
    return [item async for step in walk for item in step.items]


def b2b(pull: Pull, path: str, params: Mapping[str, Any]) -> AsyncIterator[Step]:
    """Walk a B2B Edition list of the pull; see `by_offset`."""
    return by_offset(_b2b_reader(pull, path, params), _b2b_size(pull), pull.client.name, pull.cursor)


async def all_of_b2b(pull: Pull, path: str, params: Mapping[str, Any]) -> list[Any]:
    """Give all items of a B2B Edition list that a stream needs besides its own."""
    walk = by_offset(_b2b_reader(pull, path, params), _b2b_size(pull), pull.client.name)
    return [item async for step in walk for item in step.items]


def _b2b_size(pull: Pull) -> int:
    return int(min(pull.options.page_size, B2B_LARGEST_PAGE))


def _v3_reader(pull: Pull, path: str, params: Mapping[str, Any]) -> Callable[[int, int], Awaitable[Batch]]:
    async def read(offset: int, size: int) -> Batch:
        page = offset // size + 1
        answer = await pull.client.get(path, params={**params, "limit": size, "page": page})
        envelope = shaped(_V3Answer, answer, pull, path)
        if envelope.meta.pagination.current_page != page:
            raise SourceError(f"{pull.client.name}: {path} gave another page than the one asked for")
        return Batch(envelope.data, envelope.meta.pagination.total)

    return read


def b2b_address(connection: Connection, options: Any) -> str:
    """Give where B2B Edition is reached."""
    own = connection.base_url
    return str(options.b2b_base_url or (f"{own}/b2b" if own else B2B_ADDRESS))


async def ask_b2b(pull: Pull, path: str, params: Mapping[str, Any]) -> Any:
    """Give an answer of B2B Edition, None for 404.

    Raises ConfigurationError where the API account may not ask, RetryLater or SourceError where the code in
    the body is no success.
    """
    url = b2b_address(pull.connection, pull.options) + path
    answer = await pull.client.send(
        "GET", url, params=params, tolerated=_REFUSED, pace=pull.client.pace.beside(B2B_LIMIT)
    )
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    if answer.status_code in _REFUSED:
        raise _without_b2b(pull, answer.status_code)
    body = parse_json(answer, pull.client.name)
    code = shaped(_B2bStatus, body, pull, path).code
    if code in _COME_BACK:
        raise RetryLater(f"{pull.client.name}: {path} answered with code {code}", LONGEST_PAUSE)
    if code != httpx.codes.OK:
        raise SourceError(f"{pull.client.name}: {path} answered with code {code}")
    return body


def _without_b2b(pull: Pull, status: int) -> ConfigurationError:
    msg = (
        f"{pull.client.name}: B2B Edition answered {status}: check that the API account may read it and that "
        "its secret is current, or set has_b2b_edition: false"
    )
    return ConfigurationError(msg, "options.has_b2b_edition")


def _b2b_reader(pull: Pull, path: str, params: Mapping[str, Any]) -> Callable[[int, int], Awaitable[Batch]]:
    async def read(offset: int, size: int) -> Batch:
        answer = await ask_b2b(pull, path, {**params, "limit": size, "offset": offset})
        if answer is None:
            raise _without_b2b(pull, httpx.codes.NOT_FOUND)
        envelope = shaped(_B2bAnswer, answer, pull, path)
        if envelope.meta.pagination.offset != offset:
            raise SourceError(f"{pull.client.name}: {path} gave another offset than the one asked for")
        return Batch(envelope.data, envelope.meta.pagination.totalCount)

    return read
