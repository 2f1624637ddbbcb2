"""The cards of a workspace: each with its last reading and with what explains it (GEN-08, GEN-09, GEN-10)."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import azure.functions as func
from pydantic import Field

from functions.alerts import open_alerts
from functions.answers import tagged
from functions.blueprints import blueprint
from functions.http import BASE, Call, endpoint
from functions.problems import bad_query
from functions.queries import Instant, Query, query_of
from functions.row_readings import as_of
from shared.access import ROLES, may_see
from shared.cards import CARDS, card_of
from shared.cards.card import Card
from shared.domain.exceptions import ExceptionCase
from shared.domain.workspace import Workspace
from shared.pipeline import history
from shared.pipeline.casework import states_of
from shared.pipeline.row_states import counted
from shared.workspaces import Fault

BLUEPRINT = blueprint()

_NO_PARAMETER = {
    "entity": "not a parameter of a card; its rows take it, and its breakdown has a cut by entity"
}


class CardQuery(Query):
    """What a card takes."""

    as_of: Instant | None = None


@endpoint(BLUEPRINT, "list_cards", "GET", "workspaces/{workspace}/cards", roles=ROLES, by_card=True)
async def list_cards(call: Call) -> func.HttpResponse:
    """Give the cards that the caller may see, in their order, with their last readings."""
    workspace = call.workspace
    query_of(call.request, Query)
    cards = [card for card in CARDS if workspace.card(card.id).enabled and may_see(card, call.caller)]
    alerts, found, cases = await asyncio.gather(
        open_alerts(call, workspace),
        call.services.store.readings.latest_of(workspace.id, [card.id for card in cards]),
        states_of(call.services, workspace, *cards),
    )
    worked = await asyncio.gather(
        *(
            _with_work(call, card, reading or _unevaluated(workspace, card), states)
            for card, reading, states in zip(cards, found, cases, strict=True)
        )
    )
    shown = [
        {**reading, "alert": alerts.get(card.id), "what": card.what, "links": _links(workspace, card)}
        for card, reading in zip(cards, worked, strict=True)
    ]
    return tagged(call.request, {"workspace": workspace.id, "cards": shown})


@endpoint(
    BLUEPRINT,
    "read_card",
    "GET",
    "workspaces/{workspace}/cards/{card}",
    roles=ROLES,
    query=CardQuery,
    by_card=True,
)
async def read_card(call: Call) -> func.HttpResponse:
    """Give a card's last reading, or with `as_of` the one of then worked out again, and what explains it."""
    workspace = call.workspace
    card = call.card(workspace)
    wrong = [Fault(name, why) for name, why in _NO_PARAMETER.items() if name in call.request.params]
    if wrong:
        raise bad_query(wrong)
    query = query_of(call.request, CardQuery)
    if query.as_of is not None:
        # What people did, and what is alerted, is of now.
        nothing = {"exceptions": None, "alert_value": None}
        reading, alert = (await as_of(call, card, query.as_of)).reading | nothing, None
    else:
        alerts, found, (cases,) = await asyncio.gather(
            open_alerts(call, workspace),
            _reading(call, workspace, card),
            states_of(call.services, workspace, card),
        )
        reading, alert = await _with_work(call, card, found, cases), alerts.get(card.id)
    about = _about(call, workspace, card)
    links = _links(workspace, card)
    return tagged(call.request, {**reading, "alert": alert, "about": about, "links": links})


class HistoryQuery(Query):
    """What a card's history takes."""

    weeks: int = Field(default=12, ge=1, le=104)


@endpoint(
    BLUEPRINT,
    "read_card_history",
    "GET",
    "workspaces/{workspace}/cards/{card}/history",
    roles=ROLES,
    query=HistoryQuery,
    by_card=True,
)
async def read_card_history(call: Call) -> func.HttpResponse:
    """Give a card's value week by week, up to its last reading (SAGE-ABS-22)."""
    workspace = call.workspace
    card = call.card(workspace)
    query = query_of(call.request, HistoryQuery)
    last = await _reading(call, workspace, card)
    readings, points = call.services.store.readings, []
    if last.get("as_of"):
        until = datetime.fromisoformat(last["as_of"])
        points = await history.weekly(readings, workspace, card, until, query.weeks)
    head = {name: last[name] for name in ("workspace", "card", "title", "unit", "currency", "status")}
    return tagged(call.request, {**head, "weeks": points, "links": _links(workspace, card)})


async def _reading(call: Call, workspace: Workspace, card: Card) -> dict[str, Any]:
    return await call.services.store.readings.latest(workspace.id, card.id) or _unevaluated(workspace, card)


def _unevaluated(workspace: Workspace, card: Card) -> dict[str, Any]:
    settings = workspace.card(card.id)
    return {
        "workspace": workspace.id,
        "card": card.id,
        "title": card.title,
        "status": "not_evaluated",
        "value": None,
        "unit": card.unit,
        "currency": workspace.reporting_currency if card.unit == "money" else None,
        "threshold": {"value": str(card.threshold_in(settings)), "unit": card.threshold_unit},
        "window_days": card.window_days_in(settings),
    }


async def _with_work(
    call: Call, card: Card, reading: dict[str, Any], cases: Mapping[str, ExceptionCase]
) -> dict[str, Any]:
    """Give a reading with how far people are: its rows by state, and what counts without the quiet ones."""
    return reading | await counted(call.services, call.workspace, card, reading, cases)


def _about(call: Call, workspace: Workspace, card: Card) -> dict[str, Any]:
    return {
        "what": card.what,
        "text": card.about.strip(),
        "roles": sorted(card.roles),
        "where_to_look": list(card.where_to_look),
        "differences": [
            {"reason": each.reason, "direction": each.direction, "why": each.why} for each in card.differences
        ],
        "siblings": [
            {
                "card": sibling.id,
                "title": sibling.title,
                "why": each.why,
                "href": _links(workspace, sibling)["self"],
            }
            for each in card.siblings
            if (sibling := card_of(each.card)) is not None
            and workspace.card(sibling.id).enabled
            and may_see(sibling, call.caller)
        ],
    }


def _links(workspace: Workspace, card: Card) -> dict[str, str]:
    address = f"/{BASE}/workspaces/{workspace.id}/cards/{card.id}"
    names = {"rows": "rows", "csv": "rows.csv", "history": "history"}
    return {"self": address, **{name: f"{address}/{end}" for name, end in names.items()}}
