"""The rows behind a card, as pages and as CSV (GEN-06, REVGAP-30, REVGAP-31)."""

from collections.abc import Sequence
from datetime import datetime

import azure.functions as func

from functions import page_tokens, problems
from functions.answers import HEADERS, entity_tag, json_answer, not_modified
from functions.blueprints import blueprint
from functions.http import Call, endpoint
from functions.page_tokens import Place
from functions.row_files import file_of
from functions.row_queries import Row, RowPageQuery, RowQuery, refuse_strangers, row_query_of
from functions.row_readings import Shown, published_at, refuse_swept, shown_for, swept, view_of
from functions.row_selection import Columns, chosen, fitting, in_order, named
from functions.row_views import View
from shared.access import ROLES
from shared.cards.card import Card
from shared.export import Lines
from shared.pipeline.row_states import RowStates, columns_of, row_states, with_first_seen

BLUEPRINT = blueprint()


@endpoint(
    BLUEPRINT,
    "list_rows",
    "GET",
    "workspaces/{workspace}/cards/{card}/rows",
    roles=ROLES,
    query=RowPageQuery,
    by_card=True,
)
async def list_rows(call: Call) -> func.HttpResponse:
    """Give one page of a card's rows; pages that follow stay with the evaluation of the first."""
    workspace = call.workspace
    card = call.card(workspace)
    query = row_query_of(call.request, RowPageQuery, card)
    asked = query.model_dump_json(exclude={"page_size", "page_token"})
    question = entity_tag(workspace.id, card.id, asked)
    place = page_tokens.read(query.page_token, question) if query.page_token else None
    shown = await shown_for(call, card, query, place)
    reading, offset = shown.reading, place.offset if place else 0
    end = offset + query.page_size
    states = await row_states(call.services, workspace, card)
    bound_to = states.tag if query.goes_by_work else ""
    if place and place.states != bound_to:
        raise problems.gone("Rows have changed their state or assignee since these pages began; begin again.")
    followed = states.stands_at.evaluation
    tag = entity_tag(question, shown.state, str(offset), str(query.page_size), states.tag, followed)
    if answer := not_modified(call.request, tag):
        return answer
    try:
        view = await view_of(call, shown, states, query)
        columns = await _columns(call, shown, view, query)
        found = fitting(columns, query)
        rows = await view.at(in_order(found, columns, query, end)[offset:])
    except LookupError:
        raise swept() from None
    after = Place(
        evaluation=reading["evaluation"],
        evaluated_at=published_at(reading),
        offset=end,
        question=question,
        states=bound_to,
    )
    body = {
        "workspace": workspace.id,
        "card": card.id,
        "status": reading["status"],
        "evaluation": reading["evaluation"],
        "as_of": reading["as_of"],
        "value_as_of": reading["value_as_of"],
        "total": len(found),
        "rows": await _with_first_seen(call, card, shown, rows, states),
        "next_page_token": page_tokens.written(after) if end < len(found) else None,
    }
    if shown.recomputed:
        body["is_recomputed"] = True
    return json_answer(body, headers={"ETag": tag})


@endpoint(
    BLUEPRINT,
    "export_rows",
    "GET",
    "workspaces/{workspace}/cards/{card}/rows.csv",
    roles=ROLES,
    query=RowQuery,
    by_card=True,
)
async def export_rows(call: Call) -> func.HttpResponse:
    """Give all rows of a card that fit the filters, in the card's own columns."""
    workspace = call.workspace
    card = call.card(workspace)
    query = row_query_of(call.request, RowQuery, card)
    shown = await shown_for(call, card, query, None)
    reading = shown.reading
    states = await row_states(call.services, workspace, card)
    asked = query.model_dump_json()
    tag = entity_tag("csv", asked, repr(columns_of(card)), card.id, shown.state, states.tag)
    if answer := not_modified(call.request, tag):
        return answer
    day = datetime.fromisoformat(reading["value_as_of"]).astimezone(workspace.zone).date()
    headers = {
        **HEADERS,
        "ETag": tag,
        "Content-Disposition": f'attachment; filename="{card.id}-{day}.csv"',
        "x-tieout-status": reading["status"],
        "x-tieout-value-as-of": reading["value_as_of"],
    }
    if shown.recomputed:
        headers["x-tieout-is-recomputed"] = "true"
    try:
        view = await view_of(call, shown, states, query)
        found = chosen(await _columns(call, shown, view, query), query)
        body = await file_of(view.pages(), found, Lines(columns_of(card)))
    except LookupError:
        raise swept() from None
    return func.HttpResponse(body, headers=headers, mimetype="text/csv")


async def _columns(call: Call, shown: Shown, view: View, query: RowQuery) -> Columns:
    """Give the fields by which a query chooses and sorts, for all rows.

    Raises Problem where they are gone, or where a filter asks for what the workspace does not know.
    """
    columns = await view.columns(named(query))
    refuse_swept(shown.reading, len(columns["is_settled"]))
    refuse_strangers(columns, query, call.workspace)
    return columns


async def _with_first_seen(
    call: Call, card: Card, shown: Shown, rows: Sequence[Row], states: RowStates
) -> list[Row]:
    """Give rows with when each was first seen; those of a past instant say nothing of what came after."""
    if shown.recomputed:
        return [row | {"first_seen": None} for row in rows]
    return await with_first_seen(call.services, call.workspace, card, rows, states)
