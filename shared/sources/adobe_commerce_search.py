"""How Adobe Commerce's lists are searched and walked: searchCriteria, by rising entity id."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from shared.errors import SourceError
from shared.sources.source import Pull

Filter = tuple[str, str, str]
"""Field, condition and value; each stands in a group of its own, and groups are joined by AND."""


class _Answer(BaseModel):
    items: Annotated[list[Any], BeforeValidator(lambda value: value or [])]
    total_count: int = Field(ge=0)


def changed_in(pull: Pull) -> list[Filter]:
    """Give the filters for rows that were updated in the pull's window (times are UTC without zone)."""
    bounds: list[Filter] = [("updated_at", "lt", _moment(pull.until))]
    return bounds if pull.since is None else [("updated_at", "gteq", _moment(pull.since)), *bounds]


def query(filters: Sequence[Filter], page_size: int) -> str:
    """Give the first page of what fits all filters, by rising entity id, as a percent-encoded query.

    Blanks are `%20` and brackets are encoded, so that the signer and the server see the same bytes.
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
    ]
    return urlencode(pairs, quote_via=quote)


async def by_entity_id(
    pull: Pull,
    path: str,
    filters: Sequence[Filter],
    *,
    id_field: str = "entity_id",
    is_whole: bool = False,
) -> AsyncIterator[tuple[list[Any], str]]:
    """Walk a list above the last id read, always on page 1; give each page's items and next cursor.

    A row that is changed meanwhile leaves the window and shifts no other, and no page beyond the
    end is asked for (Magento gives the last one again). `is_whole` says that no row may leave.
    Raises SourceError where ids do not rise or where rows and total do not add up.
    """
    after, expected = (int(part) for part in pull.cursor.split(":")) if pull.cursor else (0, 0)
    size = pull.options.page_size
    while True:
        wanted = query([*filters, ("entity_id", "gt", str(after))], size)
        answer = _shaped(await pull.client.get(f"{path}?{wanted}"), pull, path)
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
            yield items, ""
            return
        after, expected = ids[-1], total - len(items)
        yield items, f"{after}:{expected}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _id(item: Any, id_field: str) -> int | None:
    value = item.get(id_field) if isinstance(item, dict) else None
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else None


def _shaped(answer: Any, pull: Pull, path: str) -> _Answer:
    try:
        return _Answer.model_validate(answer)
    except ValidationError:
        msg = f"{pull.client.name}: the answer to {path} has no items or no total_count"
        raise SourceError(msg) from None
