"""Exceptions over HTTP: listed by urgency, changed step by step, alone or many at once."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import azure.functions as func

from functions import page_tokens, problems
from functions.answers import entity_tag, json_answer, names, not_modified
from functions.blueprints import blueprint
from functions.bodies import body_of
from functions.exception_requests import (
    LONGEST_ID,
    Behind,
    BulkChange,
    Change,
    ExceptionsQuery,
    NewComment,
)
from functions.http import BASE, Call, endpoint
from functions.queries import Query, query_of
from shared import access
from shared.access import ROLES
from shared.cards import CARDS
from shared.cards.card import Card
from shared.domain.exceptions import Action, Incomplete, NotAllowed, Step
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import casework
from shared.pipeline.casework import Outcome, Shown
from shared.store.tables import Conflict
from shared.workspaces import Fault

BLUEPRINT = blueprint()


@endpoint(
    BLUEPRINT,
    "list_exceptions",
    "GET",
    "workspaces/{workspace}/exceptions",
    roles=ROLES,
    query=ExceptionsQuery,
    by_card=True,
)
async def list_exceptions(call: Call) -> func.HttpResponse:
    """Give the exceptions of the cards that the caller may see, the most urgent first."""
    workspace = call.workspace
    query = query_of(call.request, ExceptionsQuery)
    cards = cards_of(call, workspace)
    if query.card is not None and query.card not in {card.id for card in cards}:
        raise problems.bad_query([Fault("card", "not a card that your key opens")])
    found = [each for each in await casework.listed(call.services, workspace, cards) if _fits(each, query)]
    after = page_tokens.decoded(query.page_token, Behind).place if query.page_token else None
    rest = found if after is None else [each for each in found if casework.place_of(each) > after]
    page = rest[: query.page_size]
    body = {
        "workspace": workspace.id,
        "total": len(found),
        "exceptions": [shown_as_json(workspace, each) for each in page],
        "next_page_token": _behind(page[-1]) if len(rest) > len(page) else None,
    }
    return json_answer(body)


@endpoint(
    BLUEPRINT,
    "read_exception",
    "GET",
    "workspaces/{workspace}/exceptions/{exception}",
    roles=ROLES,
    by_card=True,
)
async def read_exception(call: Call) -> func.HttpResponse:
    """Give one exception with all its steps and its row."""
    workspace = call.workspace
    query_of(call.request, Query)
    shown = await _found(call, workspace)
    return not_modified(call.request, _tag(shown)) or _answer(workspace, shown)


@endpoint(
    BLUEPRINT,
    "change_exception",
    "PATCH",
    "workspaces/{workspace}/exceptions/{exception}",
    roles=ROLES,
    body=Change,
    by_card=True,
)
async def change_exception(call: Call) -> func.HttpResponse:
    """Take a step: acknowledge, assign, snooze, ignore, resolve or reopen; with If-Match, if unchanged."""
    workspace = call.workspace
    query_of(call.request, Query)
    change = body_of(call, Change)
    return await _take(call, workspace, _step(call, change))


@endpoint(
    BLUEPRINT,
    "comment_on_exception",
    "POST",
    "workspaces/{workspace}/exceptions/{exception}/comments",
    roles=ROLES,
    body=NewComment,
    by_card=True,
)
async def comment_on_exception(call: Call) -> func.HttpResponse:
    """Add a comment."""
    workspace = call.workspace
    query_of(call.request, Query)
    comment = body_of(call, NewComment).comment
    step = Step(at=text(call.services.clock()), who=call.caller.name, action="comment", comment=comment)
    return await _take(call, workspace, step, HTTPStatus.CREATED)


@endpoint(
    BLUEPRINT,
    "change_exceptions",
    "POST",
    "workspaces/{workspace}/exceptions/bulk",
    roles=ROLES,
    body=BulkChange,
    by_card=True,
)
async def change_exceptions(call: Call) -> func.HttpResponse:
    """Take the same step for up to 1,000 exceptions; the answer says for each what came of it."""
    workspace = call.workspace
    query_of(call.request, Query)
    wanted = body_of(call, BulkChange)
    step = _step(call, wanted.change)
    cards = cards_of(call, workspace)
    outcomes = await casework.change_all(call.services, workspace, cards, dict.fromkeys(wanted.ids, step))
    body = {
        "workspace": workspace.id,
        "changed": sum(not each.problem for each in outcomes),
        "refused": sum(bool(each.problem) for each in outcomes),
        "results": [_outcome(each) for each in outcomes],
    }
    return json_answer(body)


def cards_of(call: Call, workspace: Workspace) -> list[Card]:
    """Give the cards of a workspace that are on and that the caller may see."""
    return [card for card in CARDS if workspace.card(card.id).enabled and access.may_see(card, call.caller)]


async def _found(call: Call, workspace: Workspace) -> Shown:
    cards = cards_of(call, workspace)
    name = call.part("exception")
    is_id = len(name) <= LONGEST_ID
    shown = await casework.found_by(call.services, workspace, cards, name) if is_id else None
    if shown is None:
        raise problems.not_found("There is no exception of this id that your key opens.")
    return shown


async def _take(
    call: Call, workspace: Workspace, step: Step, status: HTTPStatus = HTTPStatus.OK
) -> func.HttpResponse:
    shown = await _found(call, workspace)
    wanted = call.request.headers.get("if-match", "")
    if wanted and not names(wanted, _tag(shown)):
        raise problems.changed()
    try:
        changed = await casework.change(
            call.services, workspace, shown, step, shown.kept.etag if wanted else None
        )
    except NotAllowed as refused:
        raise problems.conflict(str(refused)) from None
    except Incomplete as lacking:
        raise problems.invalid([Fault(lacking.field, str(lacking))]) from None
    except Conflict:
        raise problems.changed() from None
    return _answer(workspace, changed, status)


def _step(call: Call, change: Change) -> Step:
    action: Action = change.action
    return Step(
        at=text(call.services.clock()),
        who=call.caller.name,
        action=action,
        assignee=change.assignee,
        until="" if change.until is None else text(change.until),
        reason=change.reason,
    )


def _fits(shown: Shown, query: ExceptionsQuery) -> bool:
    wanted = {
        "card": (query.card, shown.kept.card),
        "state": (query.state, shown.case.state),
        "assignee": (query.assignee, shown.case.assignee),
        "entity": (query.entity, shown.kept.summary.get("entity", "")),
        "severity": (query.severity, shown.severity),
    }
    return all(asked is None or asked == found for asked, found in wanted.values())


def _behind(last: Shown) -> str:
    rank, since, case_id = casework.place_of(last)
    return page_tokens.written(Behind(rank=rank, since=since, id=case_id))


def _answer(workspace: Workspace, shown: Shown, status: HTTPStatus = HTTPStatus.OK) -> func.HttpResponse:
    body = shown_as_json(workspace, shown) | {
        "row": shown.row,
        "steps": [asdict(step) for step in shown.kept.steps],
    }
    return json_answer(body, status=status, headers={"ETag": _tag(shown)})


def _tag(shown: Shown) -> str:
    """Give the tag of an exception as it is shown: what lapses, ages or leaves its row changes it, too."""
    shown_as = (shown.case.state, shown.severity, str(shown.age_days), str(shown.row))
    return entity_tag(shown.kept.etag, *shown_as)


def _outcome(outcome: Outcome) -> dict[str, Any]:
    if not outcome.problem:
        return {"id": outcome.id, "state": outcome.state}
    return {"id": outcome.id, "problem": outcome.problem, "message": outcome.message}


def shown_as_json(workspace: Workspace, shown: Shown) -> dict[str, Any]:
    """Give an exception as it is listed; who it is about stands in its row alone."""
    case = shown.case
    return {
        "id": case.id,
        "card": shown.kept.card,
        "state": case.state,
        "severity": shown.severity,
        "age_days": shown.age_days,
        "first_seen": case.first_seen,
        "changed_at": case.changed_at,
        "is_in_reading": shown.row is not None,
        "name": shown.row["name"] if shown.row else "",
        "assignee": case.assignee,
        "snoozed_until": case.snoozed_until or None,
        "ignored_because": case.ignored_because,
        "ignored_until": case.ignored_until or None,
        "resolved_at": case.resolved_at or None,
        "resolved_by": case.resolved_by,
        "reopened": case.reopened,
        "comments": case.comments,
        "summary": shown.kept.summary,
        "href": f"/{BASE}/workspaces/{workspace.id}/exceptions/{case.id}",
    }
