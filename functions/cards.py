"""The cards of a workspace: each with its last reading and with what explains it (GEN-08, GEN-09, GEN-10)."""

from typing import Any

import azure.functions as func

from functions.answers import tagged
from functions.blueprints import blueprint
from functions.http import BASE, Call, endpoint
from functions.problems import bad_query
from functions.queries import Query, query_of
from shared.access import may_see
from shared.cards import CARDS, card_of
from shared.cards.card import Card
from shared.domain.workspace import Workspace
from shared.workspaces import Fault

BLUEPRINT = blueprint()

_LATER = {
    "as_of": "past readings cannot be recomputed yet; leave it out for the last one",
    "entity": "not a parameter of a card; its rows take it, and its breakdown has a cut by entity",
}


@endpoint(BLUEPRINT, "list_cards", "GET", "workspaces/{workspace}/cards")
async def list_cards(call: Call) -> func.HttpResponse:
    """Give the cards that the caller may see, in their order, with their last readings."""
    workspace = await call.workspace()
    query_of(call.request, Query)
    cards = [card for card in CARDS if workspace.card(card.id).enabled and may_see(card, call.caller)]
    shown = [
        {**await _reading(call, workspace, card), "what": card.what, "links": _links(workspace, card)}
        for card in cards
    ]
    return tagged(call.request, {"workspace": workspace.id, "cards": shown})


@endpoint(BLUEPRINT, "read_card", "GET", "workspaces/{workspace}/cards/{card}")
async def read_card(call: Call) -> func.HttpResponse:
    """Give a card's last reading and what explains it."""
    workspace = await call.workspace()
    card = call.card(workspace)
    if later := [Fault(name, why) for name, why in _LATER.items() if name in call.request.params]:
        raise bad_query(later)
    query_of(call.request, Query)
    reading = await _reading(call, workspace, card)
    about = _about(call, workspace, card)
    return tagged(call.request, {**reading, "about": about, "links": _links(workspace, card)})


async def _reading(call: Call, workspace: Workspace, card: Card) -> dict[str, Any]:
    found = await call.services.store.readings.latest(workspace.id, card.id)
    settings = workspace.card(card.id)
    return found or {
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
    return {"self": address, "rows": f"{address}/rows", "csv": f"{address}/rows.csv"}
