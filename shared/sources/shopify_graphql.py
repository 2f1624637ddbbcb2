"""One GraphQL call to Shopify: what its envelope says, told apart by what to do next.

Shopify answers most failures with HTTP 200 and says in `errors[].extensions.code` what is wrong
(https://shopify.dev/docs/api/admin-graphql, status and error codes).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.sources.http import LONGEST_PAUSE, VendorClient, backoff

TRIES = 10
"""How often one query is sent while Shopify says that our points are spent."""

_PASSING = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
_FOR_THE_OPERATOR = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE", "UNAUTHORIZED", "FORBIDDEN"})


class TooCostlyError(SourceError):
    """The query asks for too much at once: the same one for fewer rows will do."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class _Throttle(_Part):
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

    Waits while the app's points are spent. Raises TooCostlyError, ConfigurationError where the app may
    not read a field, RetryLater where waiting did not help, and SourceError for anything but a
    complete answer: part of the data beside errors is none.
    """
    for attempt in range(1, TRIES + 1):
        envelope = _read(client.name, await client.post("/graphql.json", json=_body(query, variables)))
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


def _body(query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {"query": query, "variables": dict(variables)}


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
