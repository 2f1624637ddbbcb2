"""What BigCommerce lets us read, and how fast."""

import re
from dataclasses import dataclass

import httpx

from shared.sources.bigcommerce_paging import B2B_LIMIT, b2b_address
from shared.sources.pace import Limit, Signal
from shared.sources.source import Finding, Probe

LIMIT = Limit(capacity=150, per_second=5, window=30)
"""The smallest plan's calls; each answer says what this store has, shared by all of its apps."""
_NUMBER = re.compile(r"\d+(\.\d+)?")
_REFUSED = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that is read, and what it takes."""

    path: str
    what: str
    message: str


_STORE = (
    _Thing("/v2/store", "scope store_v2_information_read_only", "the currency of refunds cannot be read"),
    _Thing("/v2/orders?limit=1", "scope store_v2_orders_read_only", "orders cannot be read"),
    _Thing(
        "/v3/orders/payment_actions/refunds?limit=1",
        "scope store_v2_transactions_read_only",
        "refunds cannot be read",
    ),
    _Thing("/v3/customers?limit=1", "scope store_v2_customers_read_only", "customers cannot be read"),
)
_B2B = _Thing(
    "/companies?limit=1",
    "option has_b2b_edition",
    "B2B Edition does not answer: give the API account its scope, or set has_b2b_edition: false where the "
    "store has none",
)


def signal(response: httpx.Response) -> Signal | None:
    """Read the store's count, or B2B Edition's, whose headers carry units: `149 times`, `0.397 s`."""
    headers = response.headers
    left = _number(headers, "X-Rate-Limit-Requests-Left")
    if left is not None:
        milliseconds = _number(headers, "X-Rate-Limit-Time-Reset-Ms")
        resets_in = None if milliseconds is None else milliseconds / 1000
        return Signal(left, capacity=_number(headers, "X-Rate-Limit-Requests-Quota"), resets_in=resets_in)
    left = _number(headers, "X-Requests-Remaining")
    if left is None:
        return None
    resets_in = _number(headers, "X-Request-Window-Resets-After")
    return Signal(left, capacity=_number(headers, "X-Requests-Allocated"), resets_in=resets_in)


def _number(headers: httpx.Headers, name: str) -> float | None:
    found = _NUMBER.match(headers.get(name, ""))
    return float(found.group()) if found else None


async def check(probe: Probe) -> tuple[Finding, ...]:
    """Read one row of each list; name what is refused."""
    main = probe.client.pace
    things = [(thing, thing.path, main) for thing in _STORE]
    if probe.options.has_b2b_edition:
        url = b2b_address(probe.connection, probe.options) + _B2B.path
        things.append((_B2B, url, main.beside(B2B_LIMIT)))
    found: list[Finding] = []
    for thing, url, pace in things:
        answer = await probe.client.send("GET", url, tolerated=_REFUSED, pace=pace)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return (Finding("secret access_token", "the store does not know it, or it was revoked"),)
        if answer.status_code in _REFUSED:
            found.append(Finding(thing.what, f"{thing.message} ({answer.status_code})"))
    return tuple(found)
