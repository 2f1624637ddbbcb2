"""What could be wrong with the app, for its operator."""

import azure.functions as func

from functions import callers, routes, runtime
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.http import BASE, Call, answered, register_work
from functions.queries import Query, query_of
from functions.routes import OPERATORS, Route
from shared import settings
from shared.access.keys import by_operator_key

BLUEPRINT = blueprint()


async def examine_app(call: Call) -> func.HttpResponse:
    """Look at everything that could be wrong, and say of each thing that is what to do about it."""
    return await _examined(call.request)


async def _examined(request: func.HttpRequest) -> func.HttpResponse:
    # Asked for by few, and not to be loaded with the app.
    from shared.pipeline import doctor  # noqa: PLC0415

    query_of(request, Query)
    place = doctor.Place(settings.storage_account, runtime.services, settings.environment())
    found = await doctor.examine(place)
    return json_answer(found.as_json(), headers={"Cache-Control": "no-store"})


_ROUTE = routes.add(Route("examine_app", "GET", f"{BASE}/doctor", OPERATORS, examine_app))


async def _work(request: func.HttpRequest) -> func.HttpResponse:
    # The operator's key needs no store to be known: so this answers while all else says 503.
    if by_operator_key(request.headers, settings.operator_key()):
        return await _examined(request)
    async with runtime.services() as services:
        caller = await callers.known(request, services)
        return await answered(_ROUTE, Call(request, services, caller))


register_work(BLUEPRINT, _ROUTE, _work)
