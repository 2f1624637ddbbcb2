"""What can be wrong with a request, as RFC 9457 writes it.

Each problem has a type that stays the same, so that callers can tell problems apart without reading
their text. https://www.rfc-editor.org/rfc/rfc9457
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from shared.workspaces import Fault

TYPES = "urn:tieout:problem:"


@dataclass(eq=False)
class Problem(Exception):
    """A request that cannot be answered as asked."""

    slug: str
    status: HTTPStatus
    title: str
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, instance: str, request_id: str) -> dict[str, Any]:
        """Give the problem as it is sent."""
        shown: dict[str, Any] = {
            "type": f"{TYPES}{self.slug}",
            "title": self.title,
            "status": self.status.value,
            "detail": self.detail,
            "instance": instance,
            "request_id": request_id,
        }
        if self.faults:
            shown["errors"] = [{"path": each.path, "message": each.message} for each in self.faults]
        return shown


def not_found(detail: str) -> Problem:
    """Say that there is no such thing, or none that this caller may know of."""
    return Problem("not-found", HTTPStatus.NOT_FOUND, "There is no such thing", detail)


def no_rows(detail: str) -> Problem:
    """Say that a card has no rows to show, which is not the same as having none."""
    return Problem("no-reading", HTTPStatus.NOT_FOUND, "This card has no reading", detail)


def unauthorised() -> Problem:
    """Say that the caller is unknown, and not why."""
    return Problem(
        "unauthorised",
        HTTPStatus.UNAUTHORIZED,
        "A key or a token is needed",
        "Send a key in the header x-api-key, or a bearer token. It is missing, unknown, revoked or expired.",
        headers={"WWW-Authenticate": 'ApiKey realm="tieout", header="x-api-key", Bearer realm="tieout"'},
    )


def too_many_groups() -> Problem:
    """Say that the caller is known, but not by which groups."""
    return Problem(
        "too-many-groups",
        HTTPStatus.FORBIDDEN,
        "Your token does not name your groups",
        "You are in more groups than a token names. Ask for an app role, or have the app registration name "
        "only the groups that are assigned to the application.",
    )


def too_often(seconds: int) -> Problem:
    """Say that the caller asks too often, and when to come back."""
    return Problem(
        "too-often",
        HTTPStatus.TOO_MANY_REQUESTS,
        "You ask too often",
        f"Try again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )


def forbidden(detail: str, faults: Iterable[Fault] = ()) -> Problem:
    """Say that the caller's roles do not allow this."""
    return Problem("forbidden", HTTPStatus.FORBIDDEN, "Your roles do not allow this", detail, tuple(faults))


def forged() -> Problem:
    """Say that a change does not come from a page of ours, or from one that is too old."""
    return Problem(
        "forged",
        HTTPStatus.FORBIDDEN,
        "This did not come from a page of yours",
        "Load the page again and repeat what you did. A program sends a key in the header x-api-key instead.",
    )


def bad_query(faults: Iterable[Fault]) -> Problem:
    """Say which query parameters are unknown or cannot be read."""
    found = tuple(faults)
    named = "; ".join(f"{each.path}: {each.message}" for each in found)
    return Problem("bad-query", HTTPStatus.BAD_REQUEST, "A query parameter is wrong", named, found)


def bad_body(detail: str) -> Problem:
    """Say that the body cannot be read at all."""
    return Problem("bad-body", HTTPStatus.BAD_REQUEST, "The body cannot be read", detail)


def too_large(detail: str) -> Problem:
    """Say that the body is larger than we take."""
    return Problem("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large", detail)


def unsupported(detail: str, headers: Mapping[str, str] | None = None) -> Problem:
    """Say that a body is of a kind or an encoding that this route does not take."""
    title = "The body is of another kind"
    return Problem("unsupported", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, title, detail, headers=headers or {})


def too_long_address(most: int) -> Problem:
    """Say that the address is longer than we take."""
    detail = f"An address has at most {most} characters."
    return Problem("too-long-address", HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long", detail)


def too_long_headers(most: int) -> Problem:
    """Say that the headers are longer than we take."""
    return Problem(
        "too-long-headers",
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The headers are too long",
        f"All headers together have at most {most} characters.",
    )


def invalid(faults: Iterable[Fault]) -> Problem:
    """Say what is wrong in a document that could be read."""
    found = tuple(faults)
    detail = f"{len(found)} of its parts cannot be accepted; see errors."
    return Problem("invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "The document is not valid", detail, found)


def conflict(detail: str) -> Problem:
    """Say that the state of things does not allow this now."""
    return Problem("conflict", HTTPStatus.CONFLICT, "Not possible in this state", detail)


def changed() -> Problem:
    """Say that someone else was quicker."""
    return Problem(
        "changed",
        HTTPStatus.PRECONDITION_FAILED,
        "It has changed",
        "It is not what you read: get it again and repeat your change on what is there now.",
    )


def gone(detail: str) -> Problem:
    """Say that something was here and is not kept any more."""
    return Problem("gone", HTTPStatus.GONE, "It is not kept any more", detail)


def unavailable() -> Problem:
    """Say that the store is out, or that a setting or the directory's keys are missing."""
    return Problem(
        "unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Something that this needs cannot be reached",
        "Try again in a minute; if it stays so, look at /health and at the app's settings.",
        headers={"Retry-After": "60"},
    )


def failed() -> Problem:
    """Say that it is our fault."""
    return Problem(
        "failed",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on our side",
        "The request id finds it in the log.",
    )
