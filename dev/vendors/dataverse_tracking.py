"""Change tracking of the simulated Dataverse: tokens, what changed since one, and what is gone.

learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems
"""

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dev.vendors.facts import Account
from dev.vendors.odata import EntitySet, Item, page_of, projected, refusal

_WISH = "odata.track-changes"
_DELTA = "$deltatoken"
_HELD = "pagingtoken"
"""Carries the new token through the pages of one read."""
_FORBIDDEN = ("$filter", "$orderby", "$expand", "$top")


def is_asked_for(request: Request, account: Account) -> bool:
    """Say whether a request is answered by change tracking; where that is off, the wish is passed over."""
    wishes = _WISH in request.headers.get("Prefer", "")
    return account.tracks_changes and (wishes or _DELTA in request.query_params)


def changes(
    request: Request, account: Account, entity_set: EntitySet, items: Sequence[Item], key: str
) -> Response:
    """Answer a page of all rows, or of those that changed since a token; the last names the next token."""
    query = dict(request.query_params)
    if refused := [name for name in _FORBIDDEN if name in query]:
        raise refusal(
            400, "0x80060888", f"The query parameter {refused[0]} is not supported with change tracking."
        )
    token, seen = query.get(_DELTA, ""), None
    if token:
        seen = None if account.faults.has_expired_delta_token else account.tracked.get(token)
        if seen is None:
            raise refusal(400, "0x80044352", "Version stamp associated with the client has expired.")
    marks = {item[key]: json.dumps(item, default=str) for item in items}
    held = query.get(_HELD) or f"{919_042 + len(account.tracked)}%2508"
    account.tracked.setdefault(held, marks)
    kept = projected(request, entity_set, items, (_DELTA,))
    context = str(request.url).partition("?")[0]
    rows: list[dict[str, Any]] = [dict(row) for row in kept]
    if seen is not None:
        rows = [row for row, item in zip(rows, items, strict=True) if seen.get(item[key]) != marks[item[key]]]
        rows += [
            {"@odata.context": f"{context}/$metadata#x/$deletedEntity", "id": each, "reason": "deleted"}
            for each in seen
            if each not in marks
        ]
    selected = {name: query[name] for name in ("$select",) if name in query}
    link = request.url.replace(query="").include_query_params(**selected, **{_DELTA: held})
    return page_of(request, entity_set, rows, {}, carried={_HELD: held}, last={"@odata.deltaLink": str(link)})
