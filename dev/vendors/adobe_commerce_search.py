"""How a simulated Adobe Commerce reads searchCriteria and answers with a page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.vendors.adobe_commerce_fields import chosen
from dev.vendors.vendor import Refused

_FILTER = re.compile(
    r"searchCriteria\[(?:filter_groups|filterGroups)\]\[(\d+)\]\[filters\]\[(\d+)\]"
    r"\[(field|value|condition_type|conditionType)\]"
)
_CONDITIONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": eq,
    "neq": ne,
    "gt": gt,
    "gteq": ge,
    "lt": lt,
    "lteq": le,
}
_LARGEST_PAGE, _DEFAULT_PAGE = 300, 20

Columns = Mapping[str, Callable[[Any], int | datetime]]
"""The columns that a list can be filtered and sorted by."""


@dataclass(frozen=True)
class _Filter:
    field: str
    condition: str
    value: str


def page_of(
    request: Request,
    rows: Sequence[Any],
    columns: Columns,
    render: Callable[[Any], dict[str, Any]],
    limit: int | None,
) -> Response:
    """Give the page that is asked for, and beyond the end the last page again, as Magento does."""
    largest = limit or _LARGEST_PAGE
    groups = _groups(request)
    kept = [row for row in rows if all(any(_fits(row, each, columns) for each in group) for group in groups)]
    asked = request.query_params
    field = asked.get("searchCriteria[sortOrders][0][field]", "entity_id")
    direction = asked.get("searchCriteria[sortOrders][0][direction]", "ASC")
    kept.sort(key=_column(columns, field), reverse=direction == "DESC")
    size = int(asked.get("searchCriteria[pageSize]", _DEFAULT_PAGE))
    if size > largest:
        problem = {"message": "Maximum SearchCriteria pageSize is %max", "parameters": {"max": largest}}
        raise Refused(JSONResponse(problem, 400))
    pages = max(1, -(-len(kept) // size))
    current = int(asked.get("searchCriteria[currentPage]", 1))
    first = (min(current, pages) - 1) * size
    criteria = {
        "filter_groups": [{"filters": [_echo(each) for each in group]} for group in groups],
        "sort_orders": [{"field": field, "direction": direction}],
        "page_size": size,
        "current_page": current,
    }
    items = [render(row) for row in kept[first : first + size]]
    answer = {"items": items, "search_criteria": criteria, "total_count": len(kept)}
    return JSONResponse(chosen(answer, asked.get("fields", "")))


def _groups(request: Request) -> list[list[_Filter]]:
    """Read the filters: those of one group are alternatives, and all groups must fit."""
    found: dict[int, dict[int, dict[str, str]]] = {}
    for name, value in request.query_params.items():
        if match := _FILTER.fullmatch(name):
            group, index, part = int(match[1]), int(match[2]), match[3]
            found.setdefault(group, {}).setdefault(index, {})[part] = value
    return [
        [
            _Filter(parts["field"], parts.get("condition_type", "eq"), parts["value"])
            for _, parts in sorted(filters.items())
        ]
        for _, filters in sorted(found.items())
    ]


def _fits(row: Any, wanted: _Filter, columns: Columns) -> bool:
    compare = _CONDITIONS.get(wanted.condition)
    if compare is None:
        raise Refused(JSONResponse({"message": "The condition type is not supported here"}, 400))
    stored = _column(columns, wanted.field)(row)
    if isinstance(stored, int):
        return compare(stored, int(wanted.value))
    bound = datetime.fromisoformat(wanted.value).replace(tzinfo=UTC)
    return compare(stored.replace(microsecond=0), bound)


def _column(columns: Columns, field: str) -> Callable[[Any], int | datetime]:
    if field not in columns:
        raise Refused(JSONResponse({"message": f"Column not found: {field}"}, 400))
    return columns[field]


def _echo(wanted: _Filter) -> dict[str, str]:
    return {"field": wanted.field, "value": wanted.value, "condition_type": wanted.condition}
