"""What a simulated BigCommerce reads from requests: the token, numbers, windows and pages."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.vendors.vendor import Refused

SECRETS = {"access_token": "bigcommerce-invented-token"}
VAT_FIELD = "VAT Number"
"""The form field (orders, customers) and extra field (companies) that carries the VAT number."""
ACCOUNT_FIELD = "Account Number"
"""The attribute (customers) and extra field (companies) that carries the ledger's account number."""
B2B_GROUP = 2
"""The customer group of those who buy for a company."""

COUNTRIES = {"GB": "United Kingdom", "US": "United States", "DE": "Germany", "FR": "France"}

LARGEST_STORE_PAGE = 250


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
