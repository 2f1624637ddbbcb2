"""What a simulated BigCommerce reads from requests: the token, numbers, windows and pages."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.vendors.facts import Account
from dev.vendors.vendor import Endpoint, Refused

SECRETS = {"access_token": "bigcommerce-invented-token"}
VAT_FIELD = "VAT Number"
"""The form field (orders, customers) and extra field (companies) that carries the VAT number."""
ACCOUNT_FIELD = "Account Number"
"""The attribute (customers) and extra field (companies) that carries the ledger's account number."""
B2B_GROUP = 2
"""The customer group of those who buy for a company."""

COUNTRIES = {"GB": "United Kingdom", "US": "United States", "DE": "Germany", "FR": "France"}

LARGEST_STORE_PAGE = 250


QUOTA = 100_000
"""Calls that a window allows: a large store's, so that nobody has to wait for a rehearsal."""


def counted(handle: Endpoint) -> Endpoint:
    """Tell with each answer what is left of the window: the store in milliseconds, B2B Edition with units."""

    @wraps(handle)
    async def serve(request: Request, account: Account) -> Response:
        response = await handle(request, account)
        is_b2b = "/b2b/" in request.url.path
        response.headers.update(_B2B_COUNT if is_b2b else _STORE_COUNT)
        return response

    return serve


_STORE_COUNT = {
    "X-Rate-Limit-Time-Window-Ms": "30000",
    "X-Rate-Limit-Time-Reset-Ms": "15000",
    "X-Rate-Limit-Requests-Quota": str(QUOTA),
    "X-Rate-Limit-Requests-Left": str(QUOTA - 1),
}
_B2B_COUNT = {
    "X-Requests-Allocated": f"{QUOTA} times",
    "X-Requests-Remaining": f"{QUOTA - 1} times",
    "X-Request-Window-Resets-After": "30.5 s",
}


def admit(request: Request) -> None:
    """Refuse a request without the token, as V3 does."""
    if request.headers.get("X-Auth-Token") != SECRETS["access_token"]:
        problem = {"status": 401, "title": "X-Auth-Token header is required", "type": "about:blank"}
        raise Refused(JSONResponse(problem, 401))


def number(request: Request, name: str, default: int) -> int:
    """Read a whole number from the query."""
    text = request.query_params.get(name, "")
    return int(text) if text.isdigit() else default


def moment(request: Request, name: str) -> datetime | None:
    """Read a date filter as ISO 8601 or RFC 2822; one that is neither is ignored, as the store does."""
    text = request.query_params.get(name, "")
    try:
        found = datetime.fromisoformat(text) if text[:1].isdigit() else parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def between(
    rows: Iterable[Any], low: datetime | None, high: datetime | None, when: Callable[[Any], datetime]
) -> list[Any]:
    """Keep the rows of a window, both bounds included, to the second."""
    return [
        row
        for row in rows
        if (low is None or when(row) >= low) and (high is None or when(row).replace(microsecond=0) <= high)
    ]


def page_of(request: Request, rows: Sequence[Any], render: Callable[[Any], dict[str, Any]]) -> Response:
    """Give a page of a V3 list; 50 rows unless asked, 250 at most."""
    limit = min(number(request, "limit", 50), LARGEST_STORE_PAGE)
    page = max(1, number(request, "page", 1))
    shown = rows[(page - 1) * limit : page * limit]
    pages = max(1, -(-len(rows) // limit))
    links = {"current": f"?page={page}&limit={limit}"}
    if page < pages:
        links["next"] = f"?page={page + 1}&limit={limit}"
    pagination = {"total": len(rows), "count": len(shown), "per_page": limit, "current_page": page}
    meta = {"pagination": {**pagination, "total_pages": pages, "links": links}}
    return JSONResponse({"data": [render(row) for row in shown], "meta": meta})
