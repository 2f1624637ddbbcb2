"""The overview of a workspace: its cards as tiles, its sources, and where the chain breaks."""

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

import azure.functions as func

from functions.blueprints import blueprint
from functions.dashboard.asking import ask
from functions.dashboard.chain import chain
from functions.dashboard.pages import page, shown
from functions.dashboard.source_health import source_lines
from functions.dashboard.summary import summary
from functions.dashboard.tiles import WEEKS, tile
from functions.dashboard.visit import Visit
from functions.queries import Query, query_of
from shared.access import CARD_ROLES, MAY_RUN, ROLES
from shared.cards import card_of

BLUEPRINT = blueprint()


class OverviewQuery(Query):
    """What the overview takes."""

    entity: str = ""
    role: Literal["", "owner", "finance", "operations", "engineering", "marketing"] = ""


@page(BLUEPRINT, "show_overview", "{workspace}", roles=ROLES, query=OverviewQuery)
async def show_overview(visit: Visit) -> func.HttpResponse:
    """Show the cards that the visitor may see, the health of the sources, and where the chain breaks."""
    query = query_of(visit.request, OverviewQuery)
    base = f"/workspaces/{visit.workspace.id}"
    found, sources = await asyncio.gather(
        ask(visit, "GET", f"{base}/cards"), ask(visit, "GET", f"{base}/sources")
    )
    cards = [each for each in found["cards"] if not query.role or query.role in _roles(each)]
    weeks = await asyncio.gather(
        *(ask(visit, "GET", f"{base}/cards/{each['card']}/history?weeks={WEEKS}") for each in cards)
    )
    lines = source_lines(sources["sources"])
    return await shown(
        visit,
        "overview.html",
        title="Overview",
        query=query,
        roles=[role for role in CARD_ROLES if any(role in _roles(each) for each in found["cards"])],
        summary=summary(found["cards"], lines),
        all_cards=len(found["cards"]),
        tiles=[
            tile(card, history["weeks"], query.entity, visit.reader)
            for card, history in zip(cards, weeks, strict=True)
        ],
        chain=chain(found["cards"]),
        sources=lines,
        failed_deliveries=sources["failed_deliveries"] if visit.caller.has(*MAY_RUN) else 0,
    )


def _roles(reading: Mapping[str, Any]) -> frozenset[str]:
    card = card_of(reading["card"])
    return frozenset() if card is None else card.roles
