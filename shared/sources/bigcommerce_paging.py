"""How BigCommerce's lists are walked so that rows which move meanwhile cannot be lost."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from shared.errors import RetryLater, SourceError
from shared.sources.http import LONGEST_PAUSE
from shared.sources.source import Pull

B2B_ADDRESS = "https://api-b2b.bigcommerce.com/api/v3/io"
B2B_LARGEST_PAGE = 200

_COME_BACK = frozenset({408, 429, 500, 502, 503, 504})
Envelope = TypeVar("Envelope", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a list gave at an offset, and how many rows it says it has."""

    items: list[Any]
    total: int


class _Pagination(BaseModel):
    total: int = Field(ge=0)
    current_page: int


class _Meta(BaseModel):
    pagination: _Pagination


class _V3Answer(BaseModel):
    data: list[Any]
    meta: _Meta


class _B2bPagination(BaseModel):
    totalCount: int = Field(ge=0)  # noqa: N815 - B2B Edition's name
    offset: int


class _B2bMeta(BaseModel):
    pagination: _B2bPagination


class _B2bStatus(BaseModel):
    code: int


class _B2bAnswer(BaseModel):
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


async def by_id(pull: Pull, path: str, params: Mapping[str, Any]) -> AsyncIterator[tuple[list[Any], str]]:
    """Walk a V2 list by rising id, always on its first page; give each page's items and next cursor.

    A row that is changed meanwhile leaves the window but shifts no other one. V2 gives no total,
    so only an empty answer (204) is the end. Raises SourceError where ids do not rise.
    """
    after = int(pull.cursor or 0)
    while True:
        wanted = {**params, "min_id": after + 1, "sort": "id:asc", "limit": pull.options.page_size, "page": 1}
        answer = await pull.client.get(path, params=wanted)
        if not answer:
            yield [], ""
            return
        if not isinstance(answer, list):
            raise SourceError(f"{pull.client.name}: the answer to {path} is no list")
        ids = [item["id"] for item in answer if isinstance(item, dict) and isinstance(item.get("id"), int)]
        if not ids or ids[0] <= after or any(low >= high for low, high in pairwise(ids)):
            raise SourceError(f"{pull.client.name}: {path} repeats rows, or does not sort them by id")
        after = ids[-1]
        yield answer, str(after)


async def by_offset(
    read: Callable[[int, int], Awaitable[Batch]], size: int, what: str, cursor: str = ""
) -> AsyncIterator[tuple[list[Any], str]]:
    """Walk a list by offset; give each page's items and next cursor (`offset:total`).

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
            yield batch.items, ""
            return
        yield batch.items, f"{end}:{batch.total}"
        offset, total, before = end, batch.total, batch.items


def v3(pull: Pull, path: str, params: Mapping[str, Any]) -> AsyncIterator[tuple[list[Any], str]]:
    """Walk a V3 list of the pull; see `by_offset`."""
    return by_offset(_v3_reader(pull, path, params), pull.options.page_size, pull.client.name, pull.cursor)


async def all_of_v3(pull: Pull, path: str) -> list[Any]:
    """Give all items of a small V3 list that a stream needs besides its own."""
    walk = by_offset(_v3_reader(pull, path, {}), pull.options.page_size, pull.client.name)
    return [item async for items, _ in walk for item in items]


def b2b(pull: Pull, path: str, params: Mapping[str, Any]) -> AsyncIterator[tuple[list[Any], str]]:
    """Walk a B2B Edition list of the pull; see `by_offset`."""
    return by_offset(_b2b_reader(pull, path, params), _b2b_size(pull), pull.client.name, pull.cursor)


async def all_of_b2b(pull: Pull, path: str, params: Mapping[str, Any]) -> list[Any]:
    """Give all items of a B2B Edition list that a stream needs besides its own."""
    walk = by_offset(_b2b_reader(pull, path, params), _b2b_size(pull), pull.client.name)
    return [item async for items, _ in walk for item in items]


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


def _b2b_reader(pull: Pull, path: str, params: Mapping[str, Any]) -> Callable[[int, int], Awaitable[Batch]]:
    own = pull.connection.base_url
    address = pull.options.b2b_base_url or (f"{own}/b2b" if own else B2B_ADDRESS)

    async def read(offset: int, size: int) -> Batch:
        answer = await pull.client.get(address + path, params={**params, "limit": size, "offset": offset})
        code = shaped(_B2bStatus, answer, pull, path).code
        if code in _COME_BACK:
            raise RetryLater(f"{pull.client.name}: {path} answered with code {code}", LONGEST_PAUSE)
        if code != 200:  # noqa: PLR2004 - B2B Edition repeats the HTTP status in the body
            raise SourceError(f"{pull.client.name}: {path} answered with code {code}")
        envelope = shaped(_B2bAnswer, answer, pull, path)
        if envelope.meta.pagination.offset != offset:
            raise SourceError(f"{pull.client.name}: {path} gave another offset than the one asked for")
        return Batch(envelope.data, envelope.meta.pagination.totalCount)

    return read
