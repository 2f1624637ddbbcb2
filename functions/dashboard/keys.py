"""The page of a workspace's keys: made, shown once, and revoked."""

from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import azure.functions as func

from functions import problems
from functions.blueprints import blueprint
from functions.dashboard.asking import ask
from functions.dashboard.fields import Field, beside
from functions.dashboard.notices import done, notice
from functions.dashboard.pages import page, shown
from functions.dashboard.visit import Visit
from functions.keys import LIFETIME
from functions.problems import Problem
from shared.access import MAY_CONFIGURE, ROLES
from shared.cards import CARDS
from shared.domain.windows import text
from shared.workspaces import Fault

BLUEPRINT = blueprint()
_FIELDS = (Field("name", "Name"), Field("roles", "Roles", "marks"), Field("expires_at", "Expires on"))
_SOON = timedelta(days=14)


@page(BLUEPRINT, "show_keys", "{workspace}/settings/keys", roles=MAY_CONFIGURE)
async def show_keys(visit: Visit) -> func.HttpResponse:
    """Show the keys of a workspace, without what opens anything."""
    return await _page(visit)


@page(BLUEPRINT, "make_new_key", "{workspace}/settings/keys", roles=MAY_CONFIGURE, method="POST")
async def make_new_key(visit: Visit) -> func.HttpResponse:
    """Make a key and show it, this once: nothing keeps it, so there is no page to send the browser on to."""
    form = visit.form()
    typed = {each.path: each.typed(form) for each in _FIELDS}
    try:
        wanted = {
            "name": typed["name"],
            "roles": [each for each in typed["roles"].split(",") if each],
            "expires_at": _end_of(visit, typed["expires_at"]),
        }
        made = await ask(visit, "POST", f"/workspaces/{visit.workspace.id}/keys", wanted)
    except Problem as problem:
        if problem.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        return await _page(visit, typed=typed, problem=problem)
    answer = await _page(visit, made=made)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page(BLUEPRINT, "revoke_a_key", "{workspace}/settings/keys/{key}/revoke", roles=MAY_CONFIGURE, method="POST")
async def revoke_a_key(visit: Visit) -> func.HttpResponse:
    """Revoke a key: the next request with it is refused, and its sessions are over."""
    await ask(visit, "DELETE", f"/workspaces/{visit.workspace.id}/keys/{quote(visit.part('key'), safe='')}")
    return done(f"{visit.base}/settings/keys", "revoke")


async def _page(
    visit: Visit,
    *,
    made: dict[str, Any] | None = None,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> func.HttpResponse:
    found = (await ask(visit, "GET", f"/workspaces/{visit.workspace.id}/keys"))["keys"]
    now = visit.services.clock()
    lasts = (now + LIFETIME).astimezone(visit.workspace.zone).date().isoformat()
    return await shown(
        visit,
        "keys.html",
        title="Keys",
        notice=notice(visit),
        keys=[{**each, "state": _state(each["expires_at"], now)} for each in _ordered(found)],
        made=made,
        problem=problem,
        typed=typed or {"name": "", "roles": "", "expires_at": lasts},
        faults=beside(_FIELDS, problem.faults if problem else ()),
        card_count=len(CARDS),
        roles={each: [card.title for card in CARDS if each in card.roles] for each in ROLES},
        clock=now,
        own=visit.caller.name,
        tomorrow=(now.astimezone(visit.workspace.zone).date() + timedelta(days=1)).isoformat(),
    )


def _ordered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda each: each["created_at"], reverse=True)


def _state(expires_at: str | None, now: datetime) -> tuple[str, str]:
    if expires_at is None:
        return "ok", "Valid"
    left = datetime.fromisoformat(expires_at) - now
    if left <= timedelta():
        return "off", "Expired"
    return ("attention", "Expires soon") if left < _SOON else ("ok", "Valid")


def _end_of(visit: Visit, day: str) -> str | None:
    """Give the instant at which a day of the workspace's is over; raises Problem where it is none."""
    if not day:
        return None
    try:
        return text(
            datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), visit.workspace.zone)
        )
    except (ValueError, OverflowError):
        raise problems.invalid([Fault("expires_at", "write a day such as 2027-04-14")]) from None
