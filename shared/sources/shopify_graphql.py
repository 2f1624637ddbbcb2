"""One GraphQL call to Shopify: what its envelope says, told apart by what to do next.

Shopify answers most failures with HTTP 200 and says in `errors[].extensions.code` what is wrong
(https://shopify.dev/docs/api/admin-graphql, status and error codes).
"""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from pydantic import ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from shared.domain.deferred import Deferred
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.sources.http import LONGEST_PAUSE, VendorClient, backoff, parse_json
from shared.sources.pace import Pace, Signal

TRIES = 10
"""How often one query is sent while Shopify says that our points are spent."""

MOST_POINTS = 1_000.0
"""What one query may cost at most, on every plan."""

_COSTS: WeakKeyDictionary[Pace, dict[tuple[str, int], float]] = WeakKeyDictionary()
"""What each query cost the last time on a connection, by its text and the rows asked for."""

_PASSING = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
_FOR_THE_OPERATOR = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE", "UNAUTHORIZED", "FORBIDDEN"})


class TooCostlyError(SourceError):
    """The query asks for too much at once: the same one for fewer rows will do."""


class _Part(Deferred):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class _Throttle(_Part):
    maximum_available: float | None = None
    currently_available: float = 0
    restore_rate: float = 0


class _Cost(_Part):
    requested_query_cost: float | None = None
    throttle_status: _Throttle | None = None


class _Extensions(_Part):
    cost: _Cost | None = None


class _Code(_Part):
    code: str = ""


class _Error(_Part):
    message: str = ""
    extensions: _Code | None = None


class _Envelope(_Part):
    data: dict[str, Any] | None = None
    errors: tuple[_Error, ...] | None = None
    extensions: _Extensions | None = None


async def ask(client: VendorClient, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Send a query and give its whole `data`.

    Pays with the points that the query cost the last time, an estimate the first time, and waits while the
    app's are spent. Raises
    TooCostlyError, ConfigurationError where the app may not read a field or the version has expired,
    RetryLater where waiting did not help, and SourceError for anything but a complete answer: part of the
    data beside errors is none.
    """
    costs = _COSTS.setdefault(client.pace, {})
    kind = (query, variables.get("first") or len(variables.get("ids", ())) or 1)
    for attempt in range(1, TRIES + 1):
        cost = costs.get(kind) or _estimate(*kind)
        answer = await client.send("POST", "/graphql.json", json=_body(query, variables), cost=cost)
        _compare_versions(client, answer)
        envelope = _read(client.name, parse_json(answer, client.name))
        costs[kind] = _learn(client, envelope) or cost
        codes = {error.extensions.code.upper() for error in envelope.errors or () if error.extensions}
        if "THROTTLED" in codes:
            wait = _time_to_refill(envelope)
        elif codes & _PASSING:
            wait = backoff(attempt)
        else:
            return _whole(client.name, envelope, codes)
        if attempt < TRIES:
            await client.pause(wait, "is busy")
    msg = f"{client.name} was busy {TRIES} times running"
    raise RetryLater(msg, LONGEST_PAUSE)


def _estimate(query: str, rows: int) -> float:
    """Guess the points of a query that was never asked: a point an object, so one for each brace and row.

    Too few are told by Shopify, which says THROTTLED and the cost; too many only cost a wait, once.
    """
    return min(MOST_POINTS, float(query.count("{") * rows))


def _body(query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {"query": query, "variables": dict(variables)}


def _compare_versions(client: VendorClient, answer: httpx.Response) -> None:
    """Refuse an answer of another version: Shopify serves a newer one once ours has expired."""
    asked = client.base_url.path.rstrip("/").rpartition("/")[2]
    served = answer.headers.get("X-Shopify-API-Version", asked)
    if served != asked:
        msg = (
            f"{client.name} no longer serves the API version {asked} and answered in {served}: "
            "set the option api_version after reading Shopify's changelog between the two"
        )
        raise ConfigurationError(msg, "options.api_version")


def _learn(client: VendorClient, envelope: _Envelope) -> float | None:
    """Take over Shopify's count of our points, and give what the query costs."""
    cost = envelope.extensions.cost if envelope.extensions else None
    if cost is None:
        return None
    throttle = cost.throttle_status
    if throttle and throttle.restore_rate > 0:
        known = (throttle.currently_available, throttle.maximum_available, throttle.restore_rate)
        client.pace.learn(Signal(*known))
    return cost.requested_query_cost


def _read(name: str, answer: Any) -> _Envelope:
    try:
        return _Envelope.model_validate(answer)
    except ValidationError:
        msg = f"{name} answered JSON that is no GraphQL answer"
        raise SourceError(msg) from None


def _time_to_refill(envelope: _Envelope) -> float:
    """Give the seconds until the query can be paid; a second where Shopify does not tell."""
    cost = envelope.extensions.cost if envelope.extensions else None
    throttle = cost.throttle_status if cost else None
    if not cost or not throttle or throttle.restore_rate <= 0:
        return 1.0
    missing = (cost.requested_query_cost or 0) - throttle.currently_available
    return max(1.0, missing / throttle.restore_rate)


def _whole(name: str, envelope: _Envelope, codes: set[str]) -> dict[str, Any]:
    if "MAX_COST_EXCEEDED" in codes:
        msg = f"{name}: the query costs more than Shopify allows"
        raise TooCostlyError(msg)
    if envelope.errors:
        listed = ", ".join(sorted(codes - {""})) or "no code"
        if codes & _FOR_THE_OPERATOR:
            told = "; ".join(error.message[:200] for error in envelope.errors[:3])
            msg = f"{name} does not let us read everything ({listed}): {told}"
            raise ConfigurationError(msg)
        msg = f"{name} answered with errors ({listed}), so its data is not complete"
        raise SourceError(msg)
    if envelope.data is None:
        msg = f"{name} answered without data and without saying why"
        raise SourceError(msg)
    return envelope.data
