"""A workspace's API keys: listed without their secrets, shown once when made, revoked for good."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal

import azure.functions as func
from pydantic import ConfigDict, Field

from functions import problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.bodies import read
from functions.http import BASE, Call, endpoint
from functions.queries import Instant, Query, query_of
from shared.access import MAY_CONFIGURE, is_key_id, issue
from shared.domain.deferred import Deferred
from shared.domain.windows import text
from shared.pipeline import log
from shared.pipeline.audit import Note, note
from shared.store.workspaces import ApiKey
from shared.workspaces import Fault

BLUEPRINT = blueprint()

LIFETIME = timedelta(days=365)
"""How long a key lives that says nothing else."""

AnyRole = Literal["owner", "finance", "operations", "engineering", "marketing", "admin"]


class NewKey(Deferred):
    """What a new key is called, what it may, and until when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    roles: tuple[AnyRole, ...]
    expires_at: Instant | None = None


@endpoint(BLUEPRINT, "list_keys", "GET", "workspaces/{workspace}/keys", roles=MAY_CONFIGURE)
async def list_keys(call: Call) -> func.HttpResponse:
    """Give a workspace's keys, without what opens anything."""
    workspace = call.workspace
    query_of(call.request, Query)
    found = await call.services.store.api_keys.of(workspace.id)
    return json_answer({"keys": [_shown(each) for each in found]})


@endpoint(BLUEPRINT, "make_key", "POST", "workspaces/{workspace}/keys", roles=MAY_CONFIGURE, body=NewKey)
async def make_key(call: Call) -> func.HttpResponse:
    """Make a key and show it, this once."""
    workspace = call.workspace
    query_of(call.request, Query)
    now = call.services.clock()
    wanted = _wanted(call.body(), now)
    expires_at = wanted.expires_at or now + LIFETIME
    kept, key = issue(workspace.id, wanted.name, wanted.roles, now, expires_at)
    await call.services.store.api_keys.put(kept)
    what = Note("key", kept.id, "make", after=", ".join(kept.roles))
    await note(call.services, workspace.id, call.caller.name, what)
    log.step("make_key", workspace=workspace.id, key=kept.id, roles=kept.roles, by=call.caller.name)
    return json_answer(
        {**_shown(kept), "key": key},
        status=HTTPStatus.CREATED,
        headers={
            "Cache-Control": "no-store",
            "Location": f"/{BASE}/workspaces/{workspace.id}/keys/{kept.id}",
        },
    )


@endpoint(BLUEPRINT, "revoke_key", "DELETE", "workspaces/{workspace}/keys/{key}", roles=MAY_CONFIGURE)
async def revoke_key(call: Call) -> func.HttpResponse:
    """Revoke a key: the next request with it is refused."""
    workspace = call.workspace
    query_of(call.request, Query)
    key_id, api_keys = call.part("key"), call.services.store.api_keys
    kept = await api_keys.get(workspace.id, key_id) if is_key_id(key_id) else None
    if kept is None:
        raise problems.not_found("This workspace has no key of this id.")
    await api_keys.delete(workspace.id, key_id)
    what = Note("key", key_id, "revoke", before=", ".join(kept.roles))
    await note(call.services, workspace.id, call.caller.name, what)
    log.step("revoke_key", workspace=workspace.id, key=key_id, by=call.caller.name)
    return func.HttpResponse(status_code=HTTPStatus.NO_CONTENT.value)


def _wanted(body: bytes, now: datetime) -> NewKey:
    wanted = read(body, NewKey)
    if not wanted.roles:
        raise problems.invalid([Fault("roles", "a key without a role opens nothing")])
    if wanted.expires_at is not None and wanted.expires_at <= now:
        raise problems.invalid([Fault("expires_at", "must be in the future")])
    return wanted


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "roles": list(key.roles),
        "created_at": text(key.created_at),
        "expires_at": text(key.expires_at) if key.expires_at else None,
        "last_used_at": text(key.last_used_at) if key.last_used_at else None,
    }
