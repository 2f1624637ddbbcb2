"""The first page: the visitor's workspace, or which of them to look at."""

import azure.functions as func

from functions.blueprints import blueprint
from functions.dashboard.asking import ask
from functions.dashboard.pages import page, seen_other, shown
from functions.dashboard.visit import Visit
from functions.queries import Query, query_of
from shared.access import ROLES

BLUEPRINT = blueprint()


@page(BLUEPRINT, "show_home", "", roles=ROLES)
async def show_home(visit: Visit) -> func.HttpResponse:
    """Go to the only workspace that the visitor may enter, or show them all."""
    query_of(visit.request, Query)
    found = (await ask(visit, "GET", "/workspaces"))["workspaces"]
    if len(found) == 1:
        return seen_other(f"/dashboard/{found[0]['id']}")
    return await shown(visit, "home.html", title="Workspaces", found=found)
