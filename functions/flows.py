"""What flows ask again and again: what is new since they asked last.

Power Automate's polling triggers: https://learn.microsoft.com/connectors/custom-connectors/create-polling-trigger
"""

from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

import azure.functions as func
from pydantic import ConfigDict, Field

from functions import page_tokens, problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.exceptions import cards_of
from functions.http import BASE, Call, endpoint
from functions.queries import Query, query_of
from shared.access import ROLES
from shared.domain.deferred import Deferred
from shared.domain.events import event_document, news
from shared.workspaces import Fault

BLUEPRINT = blueprint()

MOST_AT_ONCE = 100
ASK_AGAIN_AFTER = 60
"""Seconds."""


class FlowAlertsQuery(Query):
    """Since when, and about which card."""

    since: str = Field(default="", max_length=200)
    card: str = Field(default="", max_length=100)


class Since(Deferred):
    """After which event: all before it were given, or are not the caller's."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    number: int = Field(ge=0)


@endpoint(
    BLUEPRINT,
    "poll_alerts",
    "GET",
    "workspaces/{workspace}/flows/alerts",
    roles=ROLES,
    query=FlowAlertsQuery,
    by_card=True,
)
async def poll_alerts(call: Call) -> func.HttpResponse:
    """Give what has happened to alerts since the last call, the oldest first; 202 where nothing has.

    The first call answers 202 and says in `Location` where to ask next; so does every answer after it.
    """
    workspace = call.workspace
    query = query_of(call.request, FlowAlertsQuery)
    if query.card and query.card not in {card.id for card in cards_of(call, workspace)}:
        raise problems.bad_query([Fault("card", "not a card that your key opens")])
    events, roles = call.services.store.events, ROLES if call.caller.is_operator else call.caller.roles
    if not query.since:
        return _nothing(call, query, await events.last(workspace.id))
    try:
        since = page_tokens.decoded(query.since, Since).number
    except problems.Problem:
        raise problems.bad_query([Fault("since", "not what an answer's Location gave")]) from None
    newer = await events.after(workspace.id, since)
    shown, seen = news(newer, since, roles, query.card, MOST_AT_ONCE)
    if not shown:
        return _nothing(call, query, seen)
    return json_answer(
        [event_document(each.message, each.made_at) for each in shown],
        headers={**_onward(call, query, seen), "Cache-Control": "no-store"},
    )


def origin_of(request: func.HttpRequest) -> str:
    """Give scheme and host under which the app was called: flows take no address without these."""
    split = urlsplit(request.url)
    return f"{split.scheme}://{split.netloc}"


def _nothing(call: Call, query: FlowAlertsQuery, number: int) -> func.HttpResponse:
    headers = {**_onward(call, query, number), "Cache-Control": "no-store"}
    return func.HttpResponse(
        status_code=HTTPStatus.ACCEPTED.value, headers=headers, mimetype="application/json"
    )


def _onward(call: Call, query: FlowAlertsQuery, number: int) -> dict[str, str]:
    asked = {"since": page_tokens.written(Since(number=number))} | (
        {"card": query.card} if query.card else {}
    )
    route = f"/{BASE}/workspaces/{call.workspace.id}/flows/alerts"
    location = f"{origin_of(call.request)}{route}?{urlencode(asked)}"
    return {"Location": location, "Retry-After": str(ASK_AGAIN_AFTER)}
