"""The errors that the storage clients raise, made without a request.

A refusal is what the service answers; `busy`, `unsent` and `lost` are what is left when the clients have
tried again and given up, for faults to raise.
"""

from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.data.tables import RequestTooLargeError, TableTransactionError

_KINDS: Mapping[str, type[HttpResponseError]] = {
    "TableNotFound": ResourceNotFoundError,
    "ResourceNotFound": ResourceNotFoundError,
    "QueueNotFound": ResourceNotFoundError,
    "MessageNotFound": ResourceNotFoundError,
    "TableAlreadyExists": ResourceExistsError,
    "EntityAlreadyExists": ResourceExistsError,
    "QueueAlreadyExists": ResourceExistsError,
    "QueueBeingDeleted": ResourceExistsError,
    "UpdateConditionNotSatisfied": ResourceModifiedError,
}


class Answer:
    """An answer of the service, as far as errors look at it."""

    def __init__(self, status_code: int, code: str) -> None:
        self.status_code = status_code
        self.reason = code
        self.headers = {"x-ms-error-code": code}

    def text(self) -> str:
        """Give the body: none."""
        return ""


def refusal(status: int, code: str, about: str = "") -> HttpResponseError:
    """Give the error of an operation that the service refuses."""
    return _error(_KINDS.get(code, HttpResponseError), status, code, about)


def transaction_refusal(error: HttpResponseError, index: int) -> TableTransactionError:
    """Give the error of a transaction whose operation at `index` is refused."""
    code: str = error.error_code  # type: ignore[attr-defined]
    kind = RequestTooLargeError if error.status_code == _TOO_LARGE else TableTransactionError
    return _error(kind, error.status_code or 0, code, f"{index}:{code}")  # type: ignore[return-value]


def busy(status: int = 503) -> HttpResponseError:
    """Give what is raised when the service was overloaded (503) or broken (500) each time it was asked."""
    return _error(HttpResponseError, status, "ServerBusy" if status == _BUSY else "InternalError", "")


def unsent() -> ServiceRequestError:
    """Give what is raised when no connection came about: nothing was sent."""
    return ServiceRequestError("Cannot connect to host")


def lost() -> ServiceResponseError:
    """Give what is raised when the connection broke before the answer: the write may be done."""
    return ServiceResponseError("Connection aborted")


_TOO_LARGE, _BUSY = 413, 503


def _error(kind: type[HttpResponseError], status: int, code: str, about: str) -> HttpResponseError:
    answer: Any = Answer(status, code)
    error = kind(message=f"{about or code}\nErrorCode:{code}", response=answer)
    error.error_code = code  # type: ignore[attr-defined]
    return error
