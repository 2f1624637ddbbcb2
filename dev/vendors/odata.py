"""What the simulated OData vendors share: query options over items, and pages with opaque next links.

OData 4.0: `$filter`, `$orderby`, `$select`, `$expand` of one level, `$top`, `$count`, and
`Prefer: odata.maxpagesize`.
Any other option beginning with `$` is refused, so that none is ignored in silence.
"""

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.vendors.facts import Account
from dev.vendors.odata_filter import FilterError, condition
from dev.vendors.vendor import Refused

Item = Mapping[str, Any]

_KNOWN = frozenset({"$filter", "$orderby", "$select", "$expand", "$skiptoken", "$top", "$count"})
_PAGE_SIZE = re.compile(r"odata\.maxpagesize\s*=\s*(\d+)")
_EXPANSION = re.compile(r"(\w+)(?:\(\$select=([\w,\s]+)\))?")


@dataclass(frozen=True, kw_only=True)
class EntitySet:
    """What an entity set lets its callers name, and the size of its largest page."""

    fields: Collection[str]
    """All properties; a query that names another is refused."""
    largest_page: int
    computed: Collection[str] = ()
    """Properties that can be read, but neither filtered nor sorted by."""
    navigation: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Properties that hold lists, which `$expand` asks for, with the properties of their items."""
    error_code: str = "BadRequest"


def refusal(status: int, code: str, message: str) -> Refused:
    """Give an error in OData's shape, to be raised."""
    return Refused(JSONResponse({"error": {"code": code, "message": message}}, status_code=status))


def admit(account: Account, name: str, code: str = "") -> None:
    """Refuse an entity set that the environment lacks (404) or that the app may not read (403)."""
    if name in account.lacks:
        raise refusal(404, code, f"Resource not found for the segment '{name}'.")
    if name in account.barred:
        raise refusal(403, code, f"Principal user is missing prvRead{name} privilege.")


def offered(account: Account, name: str, entity_set: EntitySet) -> EntitySet:
    """Give an entity set without the fields that the environment lacks."""
    missing = {each.partition(".")[2] for each in account.lacks if each.startswith(f"{name}.")}
    return replace(entity_set, fields=[each for each in entity_set.fields if each not in missing])


def answer(request: Request, entity_set: EntitySet, items: Iterable[Item], context: str = "") -> Response:
    """Answer a query over all items of an entity set with one page.

    Items are ready for JSON, but for Decimal, which becomes a number. Raises Refused (400) for
    what the set does not know.
    """
    query = dict(request.query_params)
    rows = projected(request, entity_set, items)
    body: dict[str, Any] = {"@odata.context": context} if context else {}
    if query.get("$count") == "true":
        body["@odata.count"] = len(rows)
    top = query.get("$top", "")
    rows = rows[: int(top)] if top.isdigit() else rows
    return page_of(request, entity_set, rows, body)


def count(request: Request, entity_set: EntitySet, items: Iterable[Item]) -> Response:
    """Answer how many items a query finds, as plain text with the mark that .NET puts before it."""
    text = str(len(projected(request, entity_set, items)))
    return Response(text.encode("utf-8-sig"), media_type="text/plain")


def projected(
    request: Request, entity_set: EntitySet, items: Iterable[Item], beside: Collection[str] = ()
) -> list[Item]:
    """Give what a query finds, in its order, with what it selects; `beside` are options that others read."""
    query = {name: value for name, value in request.query_params.items() if name not in beside}
    try:
        selected = _select(query, entity_set)
        rows = _ordered(query, entity_set, _filtered(query, entity_set, items))
    except FilterError as error:
        raise refusal(400, entity_set.error_code, f"Invalid query: {error}.") from None
    return [selected(row) for row in rows]


def page_of(  # noqa: PLR0913 - each shapes a part of the page
    request: Request,
    entity_set: EntitySet,
    rows: Sequence[Item],
    body: dict[str, Any],
    *,
    carried: Mapping[str, str] | None = None,
    last: Mapping[str, Any] | None = None,
) -> Response:
    """Answer one page of rows; next links carry some parameters on, and the last page tells more."""
    try:
        start = _start(dict(request.query_params))
    except FilterError as error:
        raise refusal(400, entity_set.error_code, f"Invalid query: {error}.") from None
    size = _page_size(request, entity_set.largest_page)
    body = {**body, "value": rows[start : start + size]}
    if start + size < len(rows):
        token = base64.urlsafe_b64encode(json.dumps({"start": start + size}).encode()).decode()
        more = {**(carried or {}), "$skiptoken": token}
        body["@odata.nextLink"] = str(request.url.include_query_params(**more))
    else:
        body |= last or {}
    headers = {"OData-Version": "4.0", "Preference-Applied": f"odata.maxpagesize={size}"}
    return Response(json.dumps(body, default=float), media_type="application/json", headers=headers)


def _filtered(query: Mapping[str, str], entity_set: EntitySet, items: Iterable[Item]) -> list[Item]:
    if unknown := sorted(name for name in query if name.startswith("$") and name not in _KNOWN):
        msg = f"the option {unknown[0]} is not supported"
        raise FilterError(msg)
    if "$filter" not in query:
        return list(items)
    is_wanted = condition(query["$filter"], set(entity_set.fields) - set(entity_set.computed))
    return [item for item in items if is_wanted(item)]


def _ordered(query: Mapping[str, str], entity_set: EntitySet, rows: list[Item]) -> list[Item]:
    for part in reversed([part for part in query.get("$orderby", "").split(",") if part.strip()]):
        name, _, direction = part.strip().partition(" ")
        if name not in entity_set.fields or name in entity_set.computed:
            msg = f"'{name}' cannot be sorted by"
            raise FilterError(msg)
        if direction not in {"", "asc", "desc"}:
            msg = f"'{direction}' is no direction"
            raise FilterError(msg)
        rows = sorted(rows, key=lambda row: _sort_key(row.get(name)), reverse=direction == "desc")
    return rows


def _sort_key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


def _select(query: Mapping[str, str], entity_set: EntitySet) -> "_Projection":
    names = _names(query.get("$select", ""), entity_set.fields)
    expanded: dict[str, Collection[str]] = {}
    text = query.get("$expand", "")
    for match in _EXPANSION.finditer(text):
        if match[1] not in entity_set.navigation:
            msg = f"'{match[1]}' cannot be expanded"
            raise FilterError(msg)
        expanded[match[1]] = _names(match[2] or "", entity_set.navigation[match[1]])
    if _EXPANSION.sub("", text).strip(" ,"):
        msg = "$expand cannot be read"
        raise FilterError(msg)
    return _Projection(names, expanded)


def _names(text: str, known: Collection[str]) -> Collection[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in known]:
        msg = f"could not find a property named '{unknown[0]}'"
        raise FilterError(msg)
    return names or known


@dataclass(frozen=True)
class _Projection:
    """Which properties of an item go out, and which of the items in its lists."""

    names: Collection[str]
    expanded: Mapping[str, Collection[str]]

    def __call__(self, item: Item) -> dict[str, Any]:
        chosen = {
            name: value
            for name, value in item.items()
            # What is said of a property goes with it.
            if name.partition("@")[0] in self.names or name.startswith("@odata.")
        }
        for name, inner in self.expanded.items():
            chosen[name] = [{key: row[key] for key in row if key in inner} for row in item.get(name, ())]
        return chosen


def _start(query: Mapping[str, str]) -> int:
    if "$skiptoken" not in query:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(query["$skiptoken"]))["start"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        msg = "the skip token is not one of ours"
        raise FilterError(msg) from None


def _page_size(request: Request, largest: int) -> int:
    wanted = _PAGE_SIZE.search(request.headers.get("Prefer", ""))
    return max(1, min(int(wanted[1]), largest)) if wanted else largest
