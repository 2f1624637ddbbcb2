"""Deliveries over HTTP: what was told to whom, each attempt, what failed, and sending it again."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import azure.functions as func
from pydantic import Field

from functions import problems
from functions.alerts import may_see_alert
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.http import Call, endpoint
from functions.people import shown_recipient
from functions.queries import Query, query_of
from shared.access import MAY_CONFIGURE, MAY_RUN
from shared.cards import card_of
from shared.domain.deliveries import Delivery, DeliveryState
from shared.domain.workspace import Workspace
from shared.pipeline import deliver
from shared.pipeline.audit import Note, note
from shared.store.tables import Conflict

BLUEPRINT = blueprint()


class DeliveriesQuery(Query):
    """Which deliveries, and how many at most."""

    state: DeliveryState | None = None
    limit: int = Field(default=200, ge=1, le=5_000)


@endpoint(
    BLUEPRINT,
    "list_deliveries",
    "GET",
    "workspaces/{workspace}/deliveries",
    roles=MAY_RUN,
    query=DeliveriesQuery,
    by_card=True,
)
async def list_deliveries(call: Call) -> func.HttpResponse:
    """Give what was told to whom, each attempt, and what failed; the newest first."""
    workspace = call.workspace
    query = query_of(call.request, DeliveriesQuery)
    found = await call.services.store.alerts.deliveries(workspace.id)
    fitting = [
        each
        for each in reversed(found)
        if query.state in {None, each.state} and _may_see(call, workspace, each)
    ]
    shown = [_shown(call, each) for each in fitting[: query.limit]]
    return json_answer({"workspace": workspace.id, "total": len(fitting), "deliveries": shown})


@endpoint(
    BLUEPRINT,
    "send_again",
    "POST",
    "workspaces/{workspace}/deliveries/{delivery}/send",
    roles=MAY_RUN,
    by_card=True,
)
async def send_again(call: Call) -> func.HttpResponse:
    """Send a delivery that failed once more."""
    workspace = call.workspace
    query_of(call.request, Query)
    name = call.part("delivery")
    kept = await call.services.store.alerts.delivery(workspace.id, name)
    if kept is None or not _may_see(call, workspace, kept[0]):
        raise problems.not_found("There is no delivery of this id that your key opens.")
    try:
        sent = await deliver.send_again(call.services, workspace.id, name)
    except Conflict:
        sent = None  # somebody else sends it at this moment
    if sent is None:
        raise problems.conflict("Only a delivery that failed can be sent again.")
    await note(call.services, workspace.id, call.caller.name, Note("delivery", name, "send_again"))
    return json_answer(_shown(call, sent), status=HTTPStatus.ACCEPTED)


def _may_see(call: Call, workspace: Workspace, delivery: Delivery) -> bool:
    """Say whether the caller may see a delivery: its card's, or any where they see to it that all arrive."""
    about = delivery.message["card"]
    return call.caller.has(*MAY_CONFIGURE) or card_of(about) is None or may_see_alert(call, workspace, about)


def _shown(call: Call, delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "recipient": shown_recipient(call, delivery.recipient),
        "role": delivery.role,
        "kind": delivery.message["kind"],
        "title": delivery.message["title"],
        "card": delivery.message["card"],
        "state": delivery.state,
        "made_at": delivery.made_at,
        "not_before": delivery.not_before or None,
        "attempts": [asdict(each) for each in delivery.attempts],
    }
