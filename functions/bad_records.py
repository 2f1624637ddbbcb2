"""The records in quarantine: which ones, and why; never what is in them."""

import azure.functions as func
from pydantic import ConfigDict, Field

from functions import page_tokens, problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.http import Call, endpoint
from functions.queries import Query, query_of
from shared.access import ROLES
from shared.domain.deferred import Deferred
from shared.errors import ConfigurationError
from shared.pipeline.health import shown_bad_record
from shared.pipeline.jobs import jobs_of
from shared.workspaces import Fault

BLUEPRINT = blueprint()


class _BadRecordQuery(Query):
    stream: str = ""
    page_size: int = Field(default=100, ge=1, le=1_000)
    page_token: str = ""


class _Place(Deferred):
    """Where a page starts: behind which record of which stream."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    stream: str
    after: str | None


@endpoint(
    BLUEPRINT,
    "list_bad_records",
    "GET",
    "workspaces/{workspace}/sources/{connection}/bad-records",
    roles=ROLES,
    query=_BadRecordQuery,
)
async def list_bad_records(call: Call) -> func.HttpResponse:
    """Give the records in quarantine, stream by stream, in pages."""
    workspace = call.workspace
    query = query_of(call.request, _BadRecordQuery)
    connection = workspace.connection(call.part("connection"))
    if connection is None:
        raise problems.not_found("This workspace has no connection of this name.")
    try:
        jobs = jobs_of(workspace, connection)
    except ConfigurationError as error:
        raise problems.conflict(str(error)) from None
    names = [job.stream.name for job in jobs]
    if query.stream and query.stream not in names:
        raise problems.bad_query([Fault("stream", "none of " + ", ".join(names))])
    place = (
        page_tokens.decoded(query.page_token, _Place) if query.page_token else _Place(stream="", after=None)
    )
    if place.stream and place.stream not in names:
        raise problems.bad_query([Fault("page_token", "not a token that a page gave")])
    shown: list[dict[str, object]] = []
    token = ""
    for job in jobs[names.index(place.stream) if place.stream else 0 :]:
        if query.stream not in {"", job.stream.name}:
            continue
        after = place.after if job.stream.name == place.stream else None
        room = query.page_size - len(shown)
        found = await call.services.store.bad_records.page(job.name, after, room + 1)
        shown += [{"stream": job.stream.name, **shown_bad_record(each)} for each in found[:room]]
        if len(found) > room:
            last = found[room - 1].place if room else after
            token = page_tokens.written(_Place(stream=job.stream.name, after=last))
            break
    return json_answer(
        {
            "workspace": workspace.id,
            "connection": connection.name,
            "bad_records": shown,
            "next_page_token": token or None,
        }
    )
