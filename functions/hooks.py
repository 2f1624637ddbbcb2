"""Hooks over HTTP: a flow asks to be called when a card alerts, and takes that back.

What Power Automate's webhook triggers do when a flow is switched on and off:
https://learn.microsoft.com/connectors/custom-connectors/create-webhook-trigger
"""

from http import HTTPStatus
from typing import Any

import azure.functions as func
from pydantic import ConfigDict, Field

from functions import problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.bodies import body_of
from functions.exceptions import cards_of
from functions.flows import origin_of
from functions.http import BASE, Call, endpoint
from functions.queries import Query, query_of
from shared import settings
from shared.access import CARD_ROLES, MAY_CONFIGURE, ROLES
from shared.alerting.channels import flow
from shared.domain.deferred import Deferred
from shared.domain.hooks import MOST_HOOKS, Hook, new_id
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import flows
from shared.workspaces import Fault

BLUEPRINT = blueprint()

LONGEST_ID = 100


class NewHook(Deferred):
    """Where a flow is to be called, and about which card."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    callback_url: str = Field(min_length=1, max_length=2_000)
    card: str = Field(default="", max_length=100)


@endpoint(
    BLUEPRINT,
    "make_hook",
    "POST",
    "workspaces/{workspace}/hooks",
    roles=CARD_ROLES,
    body=NewHook,
    by_card=True,
)
async def make_hook(call: Call) -> func.HttpResponse:
    """Have a flow called whenever something happens to an alert that you may see.

    Its address must be https at Power Automate's own hosts, or at those that the operator allows.
    """
    workspace = call.workspace
    query_of(call.request, Query)
    wanted = body_of(call, NewHook)
    if wanted.card and wanted.card not in {card.id for card in cards_of(call, workspace)}:
        raise problems.invalid([Fault("card", "not a card that your key opens")])
    hosts = settings.callback_hosts()
    if why := flow.refused(wanted.callback_url, hosts, is_local=call.services.is_local):
        raise problems.invalid([Fault("callback_url", why)])
    hook = Hook(
        id=new_id(),
        address=wanted.callback_url,
        card=wanted.card,
        roles=ROLES if call.caller.is_operator else tuple(sorted(call.caller.roles)),
        made_by=call.caller.name,
        made_at=text(call.services.clock()),
    )
    try:
        await flows.register(call.services, workspace.id, hook)
    except flows.TooMany:
        raise problems.conflict(f"A workspace has at most {MOST_HOOKS} hooks: remove one.") from None
    shown = _shown(workspace, hook)
    location = f"{origin_of(call.request)}{shown['href']}"
    return json_answer(shown, status=HTTPStatus.CREATED, headers={"Location": location})


@endpoint(BLUEPRINT, "list_hooks", "GET", "workspaces/{workspace}/hooks", roles=ROLES, by_card=True)
async def list_hooks(call: Call) -> func.HttpResponse:
    """Give the flows that are called, without their addresses: those that are told what you may see."""
    workspace = call.workspace
    query_of(call.request, Query)
    found = [each for each in await flows.standing(call.services, workspace.id) if _may_see(call, each)]
    return json_answer({"workspace": workspace.id, "hooks": [_shown(workspace, each) for each in found]})


@endpoint(
    BLUEPRINT, "remove_hook", "DELETE", "workspaces/{workspace}/hooks/{hook}", roles=ROLES, by_card=True
)
async def remove_hook(call: Call) -> func.HttpResponse:
    """Have a flow called no longer."""
    workspace, name = call.workspace, call.part("hook")
    query_of(call.request, Query)
    hook = await call.services.store.hooks.get(workspace.id, name) if len(name) <= LONGEST_ID else None
    if hook is None or not _may_see(call, hook):
        raise problems.not_found("There is no hook of this id that your key opens.")
    await flows.remove(call.services, workspace.id, hook, call.caller.name)
    return func.HttpResponse(status_code=HTTPStatus.NO_CONTENT.value)


def _may_see(call: Call, hook: Hook) -> bool:
    """Say whether the caller may see and remove a hook: its maker, who sees as much, or who configures."""
    sees_as_much = call.caller.roles >= set(hook.roles)
    return call.caller.has(*MAY_CONFIGURE) or sees_as_much or hook.made_by == call.caller.name


def _shown(workspace: Workspace, hook: Hook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "card": hook.card,
        "host": hook.host,
        "made_by": hook.made_by,
        "made_at": hook.made_at,
        "href": f"/{BASE}/workspaces/{workspace.id}/hooks/{hook.id}",
    }
