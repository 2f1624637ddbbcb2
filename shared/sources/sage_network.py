"""Sage Network's sync log: when its connector ran, and which customers a run refused or skipped.

https://developer.sage.com/sage-network-api/guides/data-definitions/applications/syncrequestmodel.
The log names a record only where something went wrong with it; what it inserted, it counts.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

import httpx
from pydantic import BeforeValidator, Field, ValidationError

from shared.domain import keys
from shared.domain.deferred import Deferred
from shared.domain.records import SyncAttempt
from shared.domain.workspace import Connection
from shared.errors import RetryLater, SourceError
from shared.sources.http import Access, HeaderAuth
from shared.sources.pace import Limit
from shared.sources.read import instant, records, utc
from shared.sources.source import Finding, Options, Page, Probe, Pull, Source, Stream

ADDRESS = "https://api.lockstep.io"
QUERY = "/api/v1/Sync/query"
LIMIT = Limit(capacity=float("inf"), per_second=float("inf"), parallel=1)
"""No limit is documented, and there is one list to read: a page at a time."""
RESTARTS = 3
"""How often one pull begins again because runs left its window while it read."""

_REFUSALS = frozenset({400, 401, 403, 404})
_STATES = {"Success": "succeeded", "Failed": "failed", "Cancelled": "skipped"}
_CUSTOMERS = frozenset({"customer", "customers", "company", "companies"})
"""What `details` may call customers: Sage Network keeps them as companies."""
_FIELD = re.compile(
    r"\bfield:?\s+['\"]([^'\"]+)['\"]|\b(?:mandatory|required) field:?\s+([\w.]+)", re.IGNORECASE
)


class SageNetworkOptions(Options):
    """How a Sage Network account is read."""

    page_size: int = Field(default=500, ge=1, le=500)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    return () if value is None else (str(value),)


Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]
Time = Annotated[str, BeforeValidator(utc)]
ByRecord = Annotated[
    dict[str, Annotated[tuple[str, ...], BeforeValidator(_texts)]], BeforeValidator(lambda value: value or {})
]
"""Texts by the ERP's key of the record that they are about."""


class _Entity(Deferred):
    errors: ByRecord = Field(default_factory=dict)
    skips: ByRecord = Field(default_factory=dict)


class _Run(Deferred):
    id: str = Field(alias="syncRequestId", min_length=1)
    status: Text = Field("", alias="statusCode")
    message: Text = Field("", alias="processResultMessage")
    created: Time
    modified: Time
    details: Annotated[dict[str, _Entity], BeforeValidator(lambda value: value or {})] = Field(
        default_factory=dict
    )


class _Answer(Deferred):
    rows: list[Any] = Field(alias="records")
    total: int = Field(alias="totalCount", ge=0)


class _Place(NamedTuple):
    """Where a page stands: what was read before it, and how the whole was counted."""

    page: int
    size: int
    total: int = 0
    seen: int = 0
    first: str = ""
    """The id that the page before began with."""


async def sync_log(pull: Pull) -> AsyncIterator[Page]:
    """Read the runs changed in the window, and the customers that their details name.

    A run that changes while we read leaves the window and shifts the pages behind it; the count
    tells, and reading begins again, which is harmless as ids are stable.
    """
    start = _Place(0, pull.options.page_size)
    place = _Place(*json.loads(pull.cursor)) if pull.cursor else start
    restarts = 0
    while True:
        answer = await _fetch(pull, place)
        if place.page and answer.total != place.total:
            restarts += 1
            if restarts > RESTARTS:
                msg = f"{pull.client.name}: the sync log kept changing while it was read"
                raise RetryLater(msg, 60.0)
            place = start
            continue
        named: list[SyncAttempt] = []

        def convert(run: _Run, named: list[SyncAttempt] = named) -> SyncAttempt:
            named.extend(_customers(run))
            return _whole(run)

        good, bad = records("sync_log", answer.rows, _Run, convert, "syncRequestId")
        place = _next(place, answer, pull.client.name)
        is_last = place.seen == place.total
        remaining = None if is_last else place.total - place.seen
        yield Page((*good, *named), "" if is_last else json.dumps(place), bad, remaining=remaining)
        if is_last:
            return


async def _fetch(pull: Pull, place: _Place) -> _Answer:
    window = f"modified lt '{instant(pull.until)}'"
    if pull.since:
        window = f"modified ge '{instant(pull.since)}' and {window}"
    query = {
        "filter": window,
        "include": "details",
        "order": "modified asc, syncRequestId asc",
        "pageSize": place.size,
        "pageNumber": place.page,
    }
    body = await pull.client.get(QUERY, params=query)
    try:
        return _Answer.model_validate(body)
    except ValidationError:
        msg = f"{pull.client.name}: the answer is no page of the sync log"
        raise SourceError(msg) from None


def _next(place: _Place, answer: _Answer, name: str) -> _Place:
    """Give the place behind a page; raise SourceError where page and count contradict each other."""
    seen = place.seen + len(answer.rows)
    is_short = len(answer.rows) < place.size and seen < answer.total
    if is_short or seen > answer.total:
        msg = f"{name}: {seen} runs came where {answer.total} are counted"
        raise SourceError(msg)
    row = answer.rows[0] if answer.rows else None
    first = str(row.get("syncRequestId", "")) if isinstance(row, dict) else ""
    if first and first == place.first:
        msg = f"{name}: a page of the sync log came again"
        raise SourceError(msg)
    return _Place(place.page + 1, place.size, answer.total, seen, first)


def _whole(run: _Run) -> SyncAttempt:
    state = _STATES.get(run.status, "running")
    return SyncAttempt(
        id=run.id,
        subject="",
        reference="",
        state=state,
        started_at=run.created,
        finished_at="" if state == "running" else run.modified,
        error=run.message if state == "failed" else "",
    )


def _customers(run: _Run) -> Iterator[SyncAttempt]:
    """Give one attempt for each customer that the details name; an error outweighs a skip."""
    named: dict[str, tuple[str, tuple[str, ...]]] = {}
    for entity in (each for name, each in run.details.items() if name.casefold() in _CUSTOMERS):
        named |= {key: ("skipped", texts) for key, texts in entity.skips.items() if key not in named}
        named |= {key: ("failed", texts) for key, texts in entity.errors.items()}
    for key, (state, texts) in named.items():
        error = "; ".join(texts)
        found = _FIELD.search(error)
        yield SyncAttempt(
            id=f"{run.id}|{key}",
            subject="customer",
            reference=keys.account_reference(key),
            state=state,
            started_at=run.created,
            finished_at=run.modified,
            error_field=(found[1] or found[2]) if found else "",
            error=error,
        )


def access(connection: Connection, _: Options, secrets: Mapping[str, str]) -> Access:
    """Reach an account by its API key, which stands for one group."""
    key = HeaderAuth({"Api-Key": secrets["api_key"]})
    return Access(connection.base_url or ADDRESS, auth=key, limit=LIMIT)


async def check(probe: Probe) -> tuple[Finding, ...]:
    """Read one run of the log."""
    params: dict[str, str | int] = {"include": "details", "pageSize": 1, "pageNumber": 0}
    answer = await probe.client.send("GET", QUERY, params=params, tolerated=_REFUSALS)
    if answer.is_success:
        return ()
    advice = "set secrets.api_key to a key of the group whose connector writes to the ledger"
    if answer.status_code == httpx.codes.NOT_FOUND:
        advice = "the public API is not here; send the log to a connection of the kind sync_log instead"
    return (Finding("secrets.api_key", f"The sync log answered {answer.status_code}: {advice}."),)


SOURCE = Source(
    kind="sage_network",
    title="Sage Network",
    streams=(Stream("sync_log", SyncAttempt, sync_log, overlap=timedelta(hours=48)),),
    access=access,
    options=SageNetworkOptions,
    secrets=("api_key",),
    check=check,
)
