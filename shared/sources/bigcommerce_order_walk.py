"""How BigCommerce's V2 orders are walked: by rising id, first the present ones, then the archived ones."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from shared.errors import SourceError
from shared.sources.bigcommerce_paging import Step
from shared.sources.source import Pull

PATH = "/v2/orders"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a walk goes on: behind an id, and in which of the two lists."""

    after: int = 0
    is_archived: bool = False
    left: int | None = None


async def order_walk(
    pull: Pull, params: Mapping[str, Any], *, is_counted: bool = False
) -> AsyncIterator[Step]:
    """Walk both lists of orders; whether the plain one holds archived orders is nowhere said.

    Always asks for the first page behind the last id: a row that is changed meanwhile may leave the
    window but shifts no other one. V2 gives no total, so only an empty answer (204) is the end.
    """
    place = _Place(**json.loads(pull.cursor)) if pull.cursor else _Place()
    if is_counted and not pull.cursor:
        place = _Place(left=_count(await pull.client.get(f"{PATH}/count", params=dict(params))))
    while True:
        rows = await _page(pull, params, place)
        if not rows and place.is_archived:
            yield Step([])
            return
        own = [row for row in rows if not isinstance(row, dict) or _is_archived(row) is place.is_archived]
        left = None if place.left is None else max(0, place.left - len(rows))
        place = _Place(_ids(rows)[-1], place.is_archived, left) if rows else _Place(is_archived=True)
        if rows:
            yield Step(own, json.dumps(asdict(place)), left)


async def _page(pull: Pull, params: Mapping[str, Any], place: _Place) -> list[Any]:
    """Read the next rows; raises SourceError where ids do not rise."""
    wanted = {
        **params,
        "min_id": place.after + 1,
        "sort": "id:asc",
        "limit": pull.options.page_size,
        "page": 1,
    }
    if place.is_archived:
        wanted["is_deleted"] = "true"
    answer = await pull.client.get(PATH, params=wanted)
    if not answer:
        return []
    if not isinstance(answer, list):
        raise SourceError(f"{pull.client.name}: the answer to {PATH} is no list")
    ids = _ids(answer)
    if not ids or ids[0] <= place.after or any(low >= high for low, high in pairwise(ids)):
        raise SourceError(f"{pull.client.name}: {PATH} repeats rows, or does not sort them by id")
    return answer


def _ids(rows: list[Any]) -> list[int]:
    return [row["id"] for row in rows if isinstance(row, dict) and isinstance(row.get("id"), int)]


def _count(answer: Any) -> int | None:
    """Give the store's count; it is for people to see, so one that cannot be read is none."""
    count = answer.get("count") if isinstance(answer, dict) else None
    return count if isinstance(count, int) else None


def _is_archived(row: Mapping[str, Any]) -> bool:
    return row.get("is_deleted") is True
