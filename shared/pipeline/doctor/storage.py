"""The storage account: whether it is reached, whether all is there, and what its queues do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from shared.errors import ConfigurationError
from shared.pipeline.doctor.symptoms import Symptom, counted
from shared.store.inspection import POISON, QUEUES, TABLES, Inspection
from shared.store.queues import ERASE, NOTIFY

MOST_SKEW = timedelta(seconds=60)
"""By which a clock may be wrong: tokens are taken with a minute's grace, leases with five seconds."""
LONGEST_WAIT = timedelta(minutes=10)
"""How long a message that is due may wait: a working app takes it within seconds."""
_AGAIN = "what was asked for is asked for again by its timer, so clear the queue when the cause is mended"
_OF_POISON = {
    NOTIFY: "send again what did not arrive, on the page Alerts, then clear the queue",
    ERASE: "an erasure must go on: put its message back into the queue erase, as docs/operate.md shows",
}
"""What to do about messages that failed too often, where no timer asks for them again."""
_ROLES = "Storage Table Data Contributor and Storage Queue Data Contributor"


def unreached(error: Exception) -> Symptom:
    """Say why the account cannot be looked at, and what to do about it."""
    kind = type(error).__name__
    if isinstance(error, ConfigurationError):
        return Symptom("storage", error.path, str(error), "set it in the app settings")
    if isinstance(error, ClientAuthenticationError):
        remedy = "on Azure, assign the identity to the app; by hand, sign in with az login"
        return Symptom("storage", "identity", f"nobody to sign in as, or refused ({kind})", remedy)
    if isinstance(error, HttpResponseError) and error.status_code == HTTPStatus.FORBIDDEN:
        remedy = f"give the identity the roles {_ROLES} on the account, and let its network rules admit it"
        return Symptom("storage", "identity", "is known, but may not read or write", remedy)
    if isinstance(error, ServiceRequestError | ServiceResponseError):
        remedy = "check the account's name, its network rules and private endpoints, and DNS from here"
        return Symptom("storage", "account", f"cannot be reached ({kind})", remedy)
    if isinstance(error, AzureError):
        return Symptom("storage", "account", f"refused ({kind})", "check the account's name and its keys")
    remedy = "check AzureWebJobsStorage: it is no connection string"
    return Symptom("storage", "AzureWebJobsStorage", f"cannot be read ({kind})", remedy)


def of_account(found: Inspection, now: datetime) -> Iterator[Symptom]:
    """Find what is missing in an account that is reached, and whether our clock is right."""
    for name in sorted({*TABLES} - found.tables):
        remedy = (
            "the app makes it when it first runs: start it, and check the role Storage Table Data Contributor"
        )
        yield Symptom("storage", f"table {name}", "is missing", remedy)
    skew = abs(now - found.date) if found.date else timedelta(0)
    if skew > MOST_SKEW:
        remedy = "set the clock by a time server: tokens and leases go by it"
        yield Symptom("storage", "clock", f"is {int(skew.total_seconds())} s off the storage's", remedy)
    for name in QUEUES:
        yield from _queue(name, found, now)


def _queue(name: str, found: Inspection, now: datetime) -> Iterator[Symptom]:
    there = found.queues.get(name)
    if there is None:
        remedy = "nothing to do: it is made with its first message"
        yield Symptom("queues", name, "is not there yet", remedy, is_wrong=False)
    elif there.oldest_at and now - there.oldest_at > LONGEST_WAIT:
        minutes = int((now - there.oldest_at).total_seconds() // 60)
        remedy = (
            "see whether the app runs and its function of this queue is enabled; its log says why it fails"
        )
        told = f"{counted(there.messages, 'message')} waiting, the first for {minutes} minutes"
        yield Symptom("queues", name, told, remedy)
    poison = found.queues.get(f"{name}{POISON}")
    if poison is not None and poison.messages:
        told = f"{counted(poison.messages, 'message')} failed too often"
        remedy = f"mend the cause, which the log of its function names; {_OF_POISON.get(name, _AGAIN)}"
        yield Symptom("queues", f"{name}{POISON}", told, remedy)
