"""Decisions over HTTP: this buyer is that master record, or is not; taken, listed, and taken back."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Literal, Self

import azure.functions as func
from pydantic import ConfigDict, Field, model_validator

from functions import problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.bodies import body_of
from functions.exception_requests import LONGEST_ID, AnyId
from functions.exceptions import cards_of
from functions.http import BASE, Call, endpoint
from functions.queries import Query, query_of
from shared.access import MAY_RUN, ROLES
from shared.cards.card import Card
from shared.domain.decisions import Decision
from shared.domain.deferred import Deferred
from shared.domain.records import MasterCustomer, Order
from shared.domain.workspace import Workspace
from shared.pipeline import decisions
from shared.pipeline.decisions import Refused, Wanted
from shared.workspaces import Fault

BLUEPRINT = blueprint()


class NewDecision(Deferred):
    """What is decided about which buyer, as a row shows it or by its key, and which master record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["alias", "not_same"]
    card: str = ""
    row: AnyId | Literal[""] = ""
    identity: str = Field(default="", max_length=500)
    connection: str = Field(min_length=1, max_length=100)
    company: str = Field(default="", max_length=200)
    number: str = Field(min_length=1, max_length=200)
    why: str = Field(min_length=1, max_length=2_000)

    @model_validator(mode="after")
    def _names_one_buyer(self) -> Self:
        if bool(self.row) == bool(self.identity) or bool(self.row) != bool(self.card):
            msg = "say who the buyer is: by card and row, or by identity"
            raise ValueError(msg)
        return self


class DecisionsQuery(Query):
    """Which decisions."""

    standing: bool | None = None


@endpoint(
    BLUEPRINT,
    "list_decisions",
    "GET",
    "workspaces/{workspace}/decisions",
    roles=ROLES,
    query=DecisionsQuery,
    by_card=True,
)
async def list_decisions(call: Call) -> func.HttpResponse:
    """Give the decisions about the ledgers of the caller's cards, the newest first."""
    workspace = call.workspace
    query = query_of(call.request, DecisionsQuery)
    cards = cards_of(call, workspace)
    found = [
        each
        for each in reversed(await call.services.store.decisions.of(workspace.id))
        if _judging(workspace, cards, each.connection) and query.standing in {None, not each.reversed_at}
    ]
    shown = await decisions.shown(call.services, workspace, found)
    return json_answer({"workspace": workspace.id, "decisions": [_shown(workspace, each) for each in shown]})


@endpoint(
    BLUEPRINT,
    "take_decision",
    "POST",
    "workspaces/{workspace}/decisions",
    roles=MAY_RUN,
    body=NewDecision,
    by_card=True,
)
async def take_decision(call: Call) -> func.HttpResponse:
    """Decide that a buyer is a master record, or is not; the next evaluation goes by it, asked for at once.

    A decision that stands already is given with 200.
    """
    workspace = call.workspace
    query_of(call.request, Query)
    body = body_of(call, NewDecision)
    judging = _judging(workspace, cards_of(call, workspace), body.connection)
    card = next((each for each in cards_of(call, workspace) if each.id == body.card), None)
    if body.card and card is None:
        raise problems.invalid([Fault("card", "not a card that your key opens")])
    is_known = workspace.connection(body.connection) is not None
    if not is_known or not judging or (card is not None and card not in judging):
        raise problems.invalid([Fault("connection", "no customer master that the card looks buyers up in")])
    wanted = Wanted(
        kind=body.kind,
        record=(body.connection, body.company, body.number),
        why=body.why,
        row=body.row,
        identity=body.identity,
    )
    try:
        taken, is_new = await decisions.decide(call.services, workspace, card, call.caller.name, wanted)
    except Refused as refused:
        raise problems.invalid([Fault(refused.field, str(refused))]) from None
    shown = _shown(workspace, taken)
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return json_answer(shown, status=status, headers={"Location": shown["href"]})


@endpoint(
    BLUEPRINT,
    "reverse_decision",
    "DELETE",
    "workspaces/{workspace}/decisions/{decision}",
    roles=MAY_RUN,
    by_card=True,
)
async def reverse_decision(call: Call) -> func.HttpResponse:
    """Take a decision back: it stays listed, with who reversed it and when; again changes nothing."""
    workspace = call.workspace
    query_of(call.request, Query)
    name = call.part("decision")
    found = None
    if len(name) <= LONGEST_ID:
        found = await call.services.store.decisions.get(workspace.id, name)
    if found is None or not _judging(workspace, cards_of(call, workspace), found.connection):
        raise problems.not_found("There is no decision of this id that your key opens.")
    undone = await decisions.reverse(call.services, workspace, found, call.caller.name)
    [shown] = await decisions.shown(call.services, workspace, [undone])
    return json_answer(_shown(workspace, shown))


def _judging(workspace: Workspace, cards: list[Card], connection: str) -> list[Card]:
    """Give those of these cards that look buyers up in a connection's customer master.

    Of one that is not there any more nobody knows, and any card that looks buyers up will do.
    """
    kind = workspace.kind_of(connection)
    return [card for card in cards if card.unit == "customers" and _reads(card, kind)]


def _reads(card: Card, kind: str) -> bool:
    has_orders = any(need.record_type is Order for need in card.needs)
    masters = [need for need in card.needs if need.record_type is MasterCustomer]
    return has_orders and any(not kind or kind in need.kinds for need in masters)


def _shown(workspace: Workspace, decision: Decision) -> dict[str, Any]:
    """Give a decision as it is shown."""
    return asdict(decision) | {
        "reversed_at": decision.reversed_at or None,
        "is_standing": not decision.reversed_at,
        "href": f"/{BASE}/workspaces/{workspace.id}/decisions/{decision.id}",
    }
