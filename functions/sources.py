"""The health of each connection, and pulls and evaluations on demand."""

from http import HTTPStatus
from typing import Self

import azure.functions as func
from pydantic import Field, model_validator

from functions import problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.http import BASE, Call, endpoint
from functions.queries import Instant, Query, query_of
from shared.access import MAY_RUN, ROLES
from shared.domain.windows import text
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.pipeline import asking, checks, health, losses, pull
from shared.pipeline.audit import Note, note
from shared.pipeline.jobs import find
from shared.sources import source_of
from shared.workspaces import Fault

BLUEPRINT = blueprint()


class _PullQuery(Query):
    anew: bool = False
    since: Instant | None = None

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if self.anew and self.since:
            raise ValueError("ask for everything anew or for what changed since, not for both")
        return self


class _ConfirmQuery(Query):
    stream: str
    records: int = Field(ge=0)
    """How many records the person has seen that there are."""


def started_connection(call: Call, workspace: Workspace) -> Connection:
    """Give the route's connection; raises Problem where there is none, or where it is off."""
    connection = workspace.connection(call.part("connection"))
    if connection is None:
        raise problems.not_found("This workspace has no connection of this name.")
    if not (workspace.enabled and connection.enabled):
        raise problems.conflict("The workspace or the connection is switched off.")
    return connection


@endpoint(BLUEPRINT, "list_sources", "GET", "workspaces/{workspace}/sources", roles=ROLES)
async def list_sources(call: Call) -> func.HttpResponse:
    """Give each connection with its streams: last success, lag, counts, and what is wrong (GEN-01).

    Beside them, how many messages did not arrive and can be sent again.
    """
    workspace = call.workspace
    query_of(call.request, Query)
    shown = []
    for each in await health.health(call.services, workspace):
        source = source_of(each["kind"])
        shown.append({**each, "title": source.title if source else each["kind"]})
    deliveries = await call.services.store.alerts.deliveries(workspace.id)
    failed = sum(each.state == "failed" for each in deliveries)
    return json_answer({"workspace": workspace.id, "sources": shown, "failed_deliveries": failed})


@endpoint(
    BLUEPRINT,
    "ask_for_pull",
    "POST",
    "workspaces/{workspace}/sources/{connection}/pull",
    roles=MAY_RUN,
    query=_PullQuery,
)
async def ask_for_pull(call: Call) -> func.HttpResponse:
    """Ask for a pull of all streams of a connection; with `anew`, of everything that there is.

    With `since`, what changed from that instant on is read again, and replaces what is stored of it.
    """
    workspace = call.workspace
    query = query_of(call.request, _PullQuery)
    connection = started_connection(call, workspace)
    if (source := source_of(connection.kind)) is not None and source.form is not None:
        raise problems.conflict("Records of this connection are sent to it; none are pulled.")
    if query.since and query.since > workspace.now(call.services.clock()):
        raise problems.bad_query([Fault("since", "must be in the past")])
    try:
        streams = await pull.enqueue_connection(
            call.services, workspace, connection, is_anew=query.anew, since=query.since
        )
    except ConfigurationError as error:
        raise problems.conflict(str(error)) from None
    begins = text(query.since) if query.since else ""
    action = "pull_anew" if query.anew else "pull_since" if query.since else "pull"
    what = Note("connection", connection.name, action, after=begins)
    await note(call.services, workspace.id, call.caller.name, what)
    return json_answer(
        {"workspace": workspace.id, "connection": connection.name, "streams": streams},
        status=HTTPStatus.ACCEPTED,
        headers={"Location": f"/{BASE}/workspaces/{workspace.id}/sources"},
    )


@endpoint(
    BLUEPRINT, "check_source", "POST", "workspaces/{workspace}/sources/{connection}/check", roles=MAY_RUN
)
async def check_source(call: Call) -> func.HttpResponse:
    """Check a connection now, by reading only, and name each thing that is missing."""
    workspace = call.workspace
    query_of(call.request, Query)
    connection = started_connection(call, workspace)
    try:
        found = await checks.check(call.services, workspace, connection)
    except ConfigurationError as error:
        raise problems.conflict(str(error)) from None
    shown = {"workspace": workspace.id, "connection": connection.name}
    return json_answer(shown | health.shown_check(found))


@endpoint(
    BLUEPRINT,
    "confirm_rows",
    "POST",
    "workspaces/{workspace}/sources/{connection}/confirm",
    roles=MAY_RUN,
    query=_ConfirmQuery,
)
async def confirm_rows(call: Call) -> func.HttpResponse:
    """Take a person's word that a customer master is as small as it looks; its cards are judged again."""
    workspace = call.workspace
    query = query_of(call.request, _ConfirmQuery)
    connection = started_connection(call, workspace)
    job = find(workspace, connection.name, query.stream)
    if job is None:
        raise problems.not_found("This connection has no stream of this name.")
    try:
        before = await losses.confirm(call.services, job, query.records)
    except losses.NotMissing as error:
        raise problems.conflict(f"{error}.") from None
    counts = [f"{query.stream}: {count} records" for count in (before.expected, query.records)]
    what = Note("connection", connection.name, "confirm", *counts)
    await note(call.services, workspace.id, call.caller.name, what)
    await asking.request_evaluation(call.services, workspace.id)
    shown = {"workspace": workspace.id, "connection": connection.name, "stream": query.stream}
    return json_answer(shown | {"expected": before.expected, "records": query.records})


@endpoint(BLUEPRINT, "ask_for_evaluation", "POST", "workspaces/{workspace}/evaluate", roles=MAY_RUN)
async def ask_for_evaluation(call: Call) -> func.HttpResponse:
    """Ask for an evaluation of all cards from what has been pulled."""
    workspace = call.workspace
    query_of(call.request, Query)
    if not workspace.enabled:
        raise problems.conflict("The workspace is switched off.")
    await asking.request_evaluation(call.services, workspace.id)
    cards = f"/{BASE}/workspaces/{workspace.id}/cards"
    return json_answer(
        {"workspace": workspace.id, "cards": cards},
        status=HTTPStatus.ACCEPTED,
        headers={"Location": cards},
    )
