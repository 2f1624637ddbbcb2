"""How each vendor says that it is asked too much, and what it tells of its count beside a good answer.

Shopify: shopify.dev/docs/api/usage/limits. BigCommerce: developer.bigcommerce.com/docs/start/best-practices.
Business Central: learn.microsoft.com, "API rate limits". Dataverse: "Service protection API limits".
Finance & Operations: "Priority-based throttling". Sage Intacct: developer.sage.com/intacct, "Rate limits".
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from dev.vendors.enforced import Limiter

Throttle = Callable[[float], Response]
"""Gives the answer that asks to wait so many seconds."""


def _seconds(wait: float) -> str:
    return str(max(1, -int(-wait // 1)))


def _shopify(wait: float) -> Response:
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": 0, "restoreRate": 100.0}
    cost = {"requestedQueryCost": int(100 * wait), "actualQueryCost": None, "throttleStatus": status}
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    return JSONResponse({"errors": [error], "extensions": {"cost": cost}})


def _bigcommerce(wait: float) -> Response:
    headers = {
        "X-Rate-Limit-Requests-Left": "0",
        "X-Rate-Limit-Requests-Quota": "150",
        "X-Rate-Limit-Time-Reset-Ms": str(int(wait * 1000)),
        "X-Rate-Limit-Time-Window-Ms": "30000",
    }
    return JSONResponse({"status": 429, "title": "Too Many Requests"}, 429, headers)


def _dataverse(code: str, message: str) -> Throttle:
    def answer(wait: float) -> Response:
        headers = {"Retry-After": _seconds(wait), "x-ms-ratelimit-burst-remaining-xrm-requests": "0"}
        return JSONResponse({"error": {"code": code, "message": message}}, 429, headers)

    return answer


def _coded(status: int, code: str, *headers: str) -> Throttle:
    """Give an answer of that status whose headers ask to wait."""

    def answer(wait: float) -> Response:
        body = {"error": {"code": code, "message": "Too many requests."}}
        return JSONResponse(body, status, {name: _seconds(wait) for name in headers})

    return answer


def _page(status: int, *headers: str) -> Throttle:
    """Give the page of a proxy in front of the vendor."""

    def answer(wait: float) -> Response:
        asked = {name: _seconds(wait) for name in headers}
        return HTMLResponse("<html><h1>Too many requests</h1></html>", status, asked)

    return answer


_INTACCT = ("Retry-After", "X-IA-Throttle-Limit-Retry-After", "X-IA-Minute-Rate-Limit-Retry-After")
THROTTLES: dict[str, tuple[Throttle, ...]] = {
    "shopify": (_shopify, _coded(429, "Throttled", "Retry-After")),
    "bigcommerce": (_bigcommerce, lambda _: Response(status_code=429)),
    "adobe_commerce": (_page(429), _page(503, "Retry-After"), _page(429, "Retry-After")),
    "business_central": (
        _coded(429, "Application_TooManyRequests"),
        _coded(503, "Application_ServiceUnavailable", "Retry-After"),
    ),
    "dataverse": (
        _dataverse("0x80072322", "Number of requests exceeded the limit of 6000 over 300 seconds."),
        _dataverse("0x80072321", "Combined execution time exceeded the limit of 1200 seconds."),
        _dataverse("0x80072326", "Number of concurrent requests exceeded the limit of 52."),
    ),
    "finance_operations": (_coded(429, "TooManyRequests", "Retry-After"),),
    "sage_intacct": (_coded(429, "rateLimitExceeded", *_INTACCT), _page(429, "Retry-After")),
    "sage_network": (_coded(429, "tooManyRequests", "Retry-After"), _page(503)),
}
"""By kind of vendor, each way in which it throttles."""


def cost_of(kind: str, body: bytes) -> float:
    """Give what the vendor's limit counts a call for; Shopify's answer says."""
    if kind != "shopify":
        return 1.0
    cost = json.loads(body).get("extensions", {}).get("cost", {})
    return float(cost.get("requestedQueryCost") or 1)


def told(kind: str, limit: Limiter, body: bytes) -> tuple[Mapping[str, str], bytes]:
    """Give the headers by which a vendor tells its count, and the body, where the count stands in there."""
    left = str(max(0, int(limit.left())))
    if kind == "bigcommerce":
        return {
            "X-Rate-Limit-Requests-Left": left,
            "X-Rate-Limit-Requests-Quota": str(int(limit.capacity)),
            "X-Rate-Limit-Time-Reset-Ms": str(int(limit.wait() * 1000)),
            "X-Rate-Limit-Time-Window-Ms": str(int(limit.seconds * 1000)),
        }, body
    if kind == "dataverse":
        return {"x-ms-ratelimit-burst-remaining-xrm-requests": left}, body
    if kind == "shopify":
        answer: dict[str, Any] = json.loads(body)
        answer.setdefault("extensions", {}).setdefault("cost", {})["throttleStatus"] = {
            "maximumAvailable": limit.capacity,
            "currentlyAvailable": int(limit.left()),
            "restoreRate": limit.capacity / limit.seconds,
        }
        return {}, json.dumps(answer).encode()
    return {}, body
