"""Trying out settings over HTTP: what a card would say under them, on stored data, without saving."""

import azure.functions as func
from pydantic import ConfigDict, Field

from functions import problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.bodies import body_of
from functions.http import Call, endpoint
from functions.queries import Query, query_of
from shared.access import MAY_READ_CONFIGURATION
from shared.domain.deferred import Deferred
from shared.pipeline.preview import Refused, preview

BLUEPRINT = blueprint()


class TriedSettings(Deferred):
    """Parts of the workspace's document in its own shape: what is not given stays, null takes the default."""

    # Any name goes, and none is said here: the document's own model says which there are, when all is merged.
    model_config = ConfigDict(frozen=True, extra="allow")


class PreviewQuery(Query):
    """How much of the rows is shown."""

    rows: int = Field(default=20, ge=0, le=100)
    """How many of each kind: of those that appear, that go, and that change."""


@endpoint(
    BLUEPRINT,
    "preview_card",
    "POST",
    "workspaces/{workspace}/cards/{card}/preview",
    roles=MAY_READ_CONFIGURATION,
    query=PreviewQuery,
    body=TriedSettings,
    by_card=True,
)
async def preview_card(call: Call) -> func.HttpResponse:
    """Give what a card would say under other settings, beside what it says now; nothing is saved.

    For whoever sees the card and may read the document. A part that cannot be tried out is named in a 422.
    """
    card = call.card(call.workspace)
    query = query_of(call.request, PreviewQuery)
    change = body_of(call, TriedSettings).model_extra or {}
    call.recomputes()
    try:
        found = await preview(call.services, call.workspace, card, change, query.rows)
    except Refused as refused:
        raise problems.invalid(refused.faults) from None
    return json_answer(found)
