"""How Adobe Commerce's lists are searched and walked: searchCriteria, by rising entity id."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote, urlencode

import httpx
from pydantic import BeforeValidator, Field, ValidationError

from shared.domain.deferred import Deferred
from shared.errors import ConfigurationError, SourceError
from shared.sources.http import parse_json
from shared.sources.read import is_number
from shared.sources.source import KeyPage, Keys, Pull

Filter = tuple[str, str, str]
"""Field, condition and value; each stands in a group of its own, and groups are joined by AND."""

COMPANIES = "/company/"
"""With a slash at its end; Open Source has no such list."""
_REFUSALS = frozenset({httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND})
_ADVICE = {COMPANIES: ": the B2B module is missing, so set the option has_companies to false"}
SMALLEST_PAGE = 20
"""Magento's own page size: whatever limit a shop sets, so many rows it gives."""


class Rows(NamedTuple):
    """One page of a walk."""

    items: list[Any]
    cursor: str
    remaining: int | None = None


class _Answer(Deferred):
    items: Annotated[list[Any], BeforeValidator(lambda value: value or [])]
    total_count: int = Field(ge=0)


def between(pull: Pull, column: str = "updated_at") -> list[Filter]:
    """Give the filters for rows whose time lies in the pull's window (times are UTC without zone)."""
    bounds: list[Filter] = [(column, "lt", _moment(pull.until))]
    return bounds if pull.since is None else [(column, "gteq", _moment(pull.since)), *bounds]


def query(filters: Sequence[Filter], page_size: int, fields: str) -> str:
    """Give the first page of what fits all filters, by rising entity id, as a percent-encoded query.

    Blanks are `%20` and brackets are encoded, so that the signer and the server see the same bytes.
    `fields` are those of an item that come back.
    """
    pairs: list[tuple[str, Any]] = []
    for index, (field, condition, value) in enumerate(filters):
        group = f"searchCriteria[filter_groups][{index}][filters][0]"
        pairs += [(f"{group}[field]", field), (f"{group}[value]", value)]
        pairs.append((f"{group}[condition_type]", condition))
    pairs += [
        ("searchCriteria[sortOrders][0][field]", "entity_id"),
        ("searchCriteria[sortOrders][0][direction]", "ASC"),
        ("searchCriteria[pageSize]", page_size),
        ("searchCriteria[currentPage]", 1),
        ("fields", f"items[{fields}],total_count"),
    ]
    return urlencode(pairs, quote_via=quote)


async def by_entity_id(  # noqa: PLR0913 - a walk is made of all of these
    pull: Pull,
    path: str,
    filters: Sequence[Filter],
    fields: str,
    *,
    id_field: str = "entity_id",
    is_whole: bool = False,
) -> AsyncIterator[Rows]:
    """Walk a list above the last id read, always on page 1.

    A row that is changed meanwhile may leave the window and shifts no other, and no page beyond the
    end is asked for (Magento gives the last one again). `is_whole` says that no row may leave.
    Raises SourceError where ids do not rise or where rows and total do not add up, ConfigurationError
    where there is no such list.
    """
    after, expected = (int(part) for part in pull.cursor.split(":")) if pull.cursor else (0, 0)
    size = pull.options.page_size
    while True:
        wanted = query([*filters, ("entity_id", "gt", str(after))], size, fields)
        response = await pull.client.send("GET", f"{path}?{wanted}", tolerated=_REFUSALS)
        if response.status_code == httpx.codes.BAD_REQUEST and size > SMALLEST_PAGE:
            # A shop may allow fewer rows a page than we ask for, and says so by 400.
            size = max(size // 2, SMALLEST_PAGE)
            continue
        answer = _read(response, pull.client.name, path)
        items, total = answer.items, answer.total_count
        ids = [number for item in items if (number := _id(item, id_field)) is not None]
        if any(low >= high for low, high in pairwise([after, *ids])):
            raise SourceError(f"{pull.client.name}: {path} repeats rows, or does not sort them by id")
        if is_whole and total < expected:
            msg = f"{pull.client.name}: {path} counted {expected} more rows and then {total}"
            raise SourceError(msg)
        if len(items) < min(size, total) or (total > len(items) and not ids):
            msg = f"{pull.client.name}: {path} gave {len(items)} rows of {total}, where {size} were asked"
            raise SourceError(msg)
        if total <= len(items):
            yield Rows(items, "")
            return
        after, expected = ids[-1], total - len(items)
        yield Rows(items, f"{after}:{expected}", expected)


def keys_of(path: str, column: str = "", *, id_field: str = "entity_id") -> Keys:
    """Give the reader of a list's ids: of all rows, or of those whose `column` lies in the pull's window."""

    async def keys(pull: Pull) -> AsyncIterator[KeyPage]:
        bounds = between(pull, column) if column else []
        async for rows in by_entity_id(pull, path, bounds, id_field, id_field=id_field):
            yield KeyPage(tuple(str(item[id_field]) for item in rows.items), rows.cursor, rows.remaining)

    return keys


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _id(item: Any, id_field: str) -> int | None:
    value = item.get(id_field) if isinstance(item, dict) else None
    return int(value) if isinstance(value, int) or (isinstance(value, str) and is_number(value)) else None


def _read(response: httpx.Response, name: str, path: str) -> _Answer:
    """Read an answer; what is refused is told by its status, as its text may quote what was asked."""
    if response.status_code == httpx.codes.NOT_FOUND:
        raise ConfigurationError(f"{name}: there is no {path} here (404){_ADVICE.get(path, '')}")
    if not response.is_success:
        msg = f"{name}: {path} answered {response.status_code}, however few rows were asked for"
        raise SourceError(msg)
    try:
        return _Answer.model_validate(parse_json(response, name))
    except ValidationError:
        msg = f"{name}: the answer to {path} has no items or no total_count"
        raise SourceError(msg) from None
