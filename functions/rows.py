"""The rows behind a card, as pages and as CSV (GEN-06, REVGAP-30, REVGAP-31)."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import azure.functions as func

from functions import page_tokens, problems
from functions.answers import HEADERS, entity_tag, json_answer, not_modified
from functions.blueprints import blueprint
from functions.http import Call, endpoint
from functions.page_tokens import Place
from functions.row_files import file_of, refuse_swept
from functions.row_queries import Row, RowPageQuery, RowQuery, refuse_strangers, row_query_of
from functions.row_selection import select
from shared.cards.card import Card
from shared.domain.workspace import Workspace
from shared.export import Lines
from shared.pipeline.row_states import RowStates, columns_of, row_states, with_first_seen

BLUEPRINT = blueprint()

Reading = dict[str, Any]


@endpoint(BLUEPRINT, "list_rows", "GET", "workspaces/{workspace}/cards/{card}/rows")
async def list_rows(call: Call) -> func.HttpResponse:
    """Give one page of a card's rows; pages that follow stay with the evaluation of the first."""
    workspace = await call.workspace()
    card = call.card(workspace)
    query = row_query_of(call.request, RowPageQuery, card)
    asked = query.model_dump_json(exclude={"page_size", "page_token"})
    question = entity_tag(workspace.id, card.id, asked)
    place = page_tokens.read(query.page_token, question) if query.page_token else None
    reading = await (_of_place(call, workspace, card, place) if place else _latest(call, workspace, card))
    offset = place.offset if place else 0
    states = await row_states(call.services, workspace, card)
    bound_to = states.tag if query.goes_by_work else ""
    if place and place.states != bound_to:
        raise problems.gone("Rows have changed their state or assignee since these pages began; begin again.")
    tag = entity_tag(
        question, _state(reading), str(offset), str(query.page_size), states.tag, states.stands_at
    )
    if answer := not_modified(call.request, tag):
        return answer
    rows = await _rows(call, workspace, reading, query)
    states.join(rows)
    found = select(rows, query)
    end = offset + query.page_size
    after = Place(
        evaluation=reading["evaluation"],
        evaluated_at=reading.get("evaluated_at", ""),
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
        "rows": await with_first_seen(call.services, workspace, card, found[offset:end]),
        "next_page_token": page_tokens.written(after) if end < len(found) else None,
    }
    return json_answer(body, headers={"ETag": tag})


@endpoint(BLUEPRINT, "export_rows", "GET", "workspaces/{workspace}/cards/{card}/rows.csv")
async def export_rows(call: Call) -> func.HttpResponse:
    """Give all rows of a card that fit the filters, in the card's own columns."""
    workspace = await call.workspace()
    card = call.card(workspace)
    query = row_query_of(call.request, RowQuery, card)
    reading = await _latest(call, workspace, card)
    states = await row_states(call.services, workspace, card)
    asked = query.model_dump_json()
    tag = entity_tag("csv", asked, repr(columns_of(card)), card.id, _state(reading), states.tag)
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
    pages = _pages(call, reading, states)
    body = await file_of(pages, workspace, reading, query, Lines(columns_of(card)))
    return func.HttpResponse(body, headers=headers, mimetype="text/csv")


async def _pages(call: Call, reading: Reading, states: RowStates) -> AsyncIterator[list[Row]]:
    async for page in call.services.store.readings.pages(*_published(reading)):
        states.join(page)
        yield page


async def _latest(call: Call, workspace: Workspace, card: Card) -> Reading:
    reading = await call.services.store.readings.latest(workspace.id, card.id)
    if reading is None or reading["rows_of"] is None:
        status = "not evaluated" if reading is None else reading["status"].replace("_", " ")
        raise problems.no_rows(f"The card is {status}: that it has no rows does not mean that all is well.")
    return reading


async def _of_place(call: Call, workspace: Workspace, card: Card, place: Place) -> Reading:
    """Give the reading that a page belongs to; 410 where it has been replaced or swept away."""
    reading = await call.services.store.readings.at(workspace.id, card.id, place.evaluation)
    if reading is None or reading["rows_of"] is None or reading.get("evaluated_at", "") != place.evaluated_at:
        raise problems.gone("The evaluation of these pages is not kept any more; begin again.")
    return reading


async def _rows(call: Call, workspace: Workspace, reading: Reading, query: RowQuery) -> list[dict[str, Any]]:
    """Give the rows that a reading shows: its own, or those of the last one that had any.

    Raises Problem where they are gone, or where a filter asks for what the workspace does not know.
    """
    try:
        rows = await call.services.store.readings.rows(*_published(reading))
    except LookupError:
        rows = []
    refuse_swept(reading, len(rows))
    refuse_strangers(rows, query, workspace)
    return rows


def _published(reading: Reading) -> tuple[str, str, str]:
    return reading["workspace"], reading["card"], reading["rows_of"]


def _state(reading: Reading) -> str:
    return "|".join(str(reading.get(name)) for name in ("evaluation", "evaluated_at", "rows_of", "status"))
