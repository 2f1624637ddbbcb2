"""A simulated Sage Network: the query of its sync log, with details.

https://developer.sage.com/sage-network-api/guides/data-definitions/applications/syncrequestmodel
"""

import re
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dev.vendors.facts import Account, SyncLogEntry
from dev.vendors.vendor import Refused, endpoint

SECRETS = {"api_key": "invented-sage-network-key"}
MOST_RUNS = 500
_STATUS = {"succeeded": "Success", "failed": "Failed", "running": "In Progress", "skipped": "Cancelled"}
_ENTITY = {"customer": "Customer", "order": "Invoice"}
_CONDITION = re.compile(r"modified (ge|lt) '([^']+)'")


def _refused(status: int, title: str) -> Refused:
    return Refused(
        JSONResponse({"type": "about:blank", "title": title, "status": status}, status_code=status)
    )


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def _entities(entries: list[SyncLogEntry]) -> dict[str, Any]:
    """Give the details of a run by entity: counts, and texts by the key of each record in trouble."""
    details: dict[str, Any] = {}
    for entry in entries:
        empty = {"insertCount": 0, "updateCount": 0, "deleteCount": 0, "skipCount": 0, "errorCount": 0}
        entity = details.setdefault(_ENTITY[entry.subject], {**empty, "errors": {}, "skips": {}})
        if entry.state == "succeeded":
            entity["insertCount"] += 1
            continue
        where, count = ("errors", "errorCount") if entry.state == "failed" else ("skips", "skipCount")
        entity[where].setdefault(entry.reference, []).append(_text(entry))
        entity[count] += 1
    return details


def _text(entry: SyncLogEntry) -> str:
    """Give the one text that the log has for an error: it names the field, if nothing else does."""
    is_named = not entry.error_field or f"field '{entry.error_field}'" in entry.error
    return entry.error if is_named else f"{entry.error} Field '{entry.error_field}'."


def _members(account: Account) -> dict[str, list[SyncLogEntry]]:
    """Give the entries about a record by the id of the run that was the latest when they started."""
    runs = sorted((each for each in account.sync_log if not each.subject), key=lambda each: each.started_at)
    members: dict[str, list[SyncLogEntry]] = {run.id: [] for run in runs}
    for entry in account.sync_log:
        before = [run for run in runs if run.started_at <= entry.started_at]
        if entry.subject and before:
            members[before[-1].id].append(entry)
    return members


def _row(run: SyncLogEntry, entries: list[SyncLogEntry], *, has_details: bool) -> dict[str, Any]:
    return {
        "syncRequestId": run.id,
        "groupKey": "6f9619ff-8b86-4d01-b42d-00c04fc964ff",
        "statusCode": _STATUS[run.state],
        "operationTypeName": "Sync",
        "operationType": 1,
        "processResultMessage": run.error or None,
        "failureCount": int(run.state == "failed"),
        "runFullSync": False,
        "appEnrollmentId": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "created": _time(run.started_at),
        "modified": _time(run.finished_at),
        "modifiedUserId": "00000000-0000-0000-0000-000000000000",
        "details": _entities(entries) if has_details else None,
    }


def _is_in(run: SyncLogEntry, filter_text: str) -> bool:
    for part in filter_text.split(" and ") if filter_text else ():
        found = _CONDITION.fullmatch(part)
        if not found:
            raise _refused(400, "Filter cannot be parsed")
        bound = datetime.fromisoformat(found[2])
        if (run.finished_at < bound) != (found[1] == "lt"):
            return False
    return True


@endpoint
async def query(request: Request, account: Account) -> JSONResponse:
    """Give a page of runs, oldest change first."""
    if request.headers.get("Api-Key") != SECRETS["api_key"]:
        raise _refused(401, "Unauthorized")
    asked = request.query_params
    size, number = int(asked.get("pageSize", "250")), int(asked.get("pageNumber", "0"))
    if not 1 <= size <= MOST_RUNS:
        raise _refused(400, "PageSize is out of range")
    members = _members(account)
    runs = [each for each in account.sync_log if not each.subject and _is_in(each, asked.get("filter", ""))]
    runs.sort(key=lambda each: (each.finished_at, each.id))
    has_details = "details" in asked.get("include", "").split(",")
    page = [
        _row(each, members[each.id], has_details=has_details)
        for each in runs[number * size : (number + 1) * size]
    ]
    answer = {"records": page, "totalCount": len(runs), "pageSize": size, "pageNumber": number}
    return JSONResponse(answer)


ROUTES = [Route("/sage_network/{account}/api/v1/Sync/query", query)]
