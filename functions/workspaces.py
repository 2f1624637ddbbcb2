"""Workspaces: who may enter which, and their documents (GEN-03: thresholds are theirs to set)."""

from http import HTTPStatus

import azure.functions as func

from functions import problems
from functions.answers import entity_tag, json_answer, names, not_modified, tagged
from functions.blueprints import blueprint
from functions.bodies import read
from functions.http import BASE, Call, endpoint, open_endpoint
from functions.queries import Query, query_of
from shared import workspaces
from shared.access import MAY_CONFIGURE, MAY_READ_CONFIGURATION, ROLES
from shared.domain.workspace import Workspace
from shared.pipeline import checks, log
from shared.pipeline.audit import Note, note, parts_changed
from shared.pipeline.health import shown_check
from shared.store.tables import Conflict
from shared.workspaces import Fault

BLUEPRINT = blueprint()


@endpoint(BLUEPRINT, "list_workspaces", "GET", "workspaces", roles=ROLES)
async def list_workspaces(call: Call) -> func.HttpResponse:
    """Give the workspaces that the caller's key opens, and who the caller is."""
    query_of(call.request, Query)
    store, caller = call.services.store.workspaces, call.caller
    if caller.opens_all:
        found = await store.all()
    else:
        read = [await store.get(name) for name in sorted(caller.opens)]
        found = [stored[0] for stored in read if stored is not None]
    shown = [
        {
            "id": each.id,
            "name": each.name,
            "time_zone": each.time_zone,
            "reporting_currency": each.reporting_currency,
            "enabled": each.enabled,
            "roles": sorted(caller.within(each.id).roles),
            "href": f"/{BASE}/workspaces/{each.id}",
        }
        for each in found
    ]
    who = {"name": caller.name, "roles": sorted(caller.roles), "is_operator": caller.is_operator}
    return tagged(call.request, {"workspaces": shown, "caller": who})


@open_endpoint(BLUEPRINT, "workspace_schema", f"{BASE}/workspaces/schema")
async def workspace_schema(request: func.HttpRequest) -> func.HttpResponse:
    """Give the JSON Schema of a workspace document."""
    return tagged(request, workspaces.schema())


@endpoint(BLUEPRINT, "read_workspace", "GET", "workspaces/{workspace}", roles=MAY_READ_CONFIGURATION)
async def read_workspace(call: Call) -> func.HttpResponse:
    """Give a workspace's document; secrets stand in it as references only."""
    query_of(call.request, Query)
    shown = call.workspace.model_dump(mode="json")
    tag = entity_tag(call.etag)
    return not_modified(call.request, tag) or json_answer(shown, headers={"ETag": tag})


@endpoint(BLUEPRINT, "save_workspace", "PUT", "workspaces/{workspace}", roles=MAY_CONFIGURE, body=Workspace)
async def save_workspace(call: Call) -> func.HttpResponse:
    """Save a workspace's document, if it has not changed since the caller read it.

    Only the operator makes workspaces and connections, and says where these lead and with which secrets.
    """
    name = call.part("workspace")
    query_of(call.request, Query)
    before, etag = call.stored or (None, "")
    _refuse_changed(call, etag)
    workspace = acceptable(call, call.body())
    try:
        saved = await call.services.store.workspaces.put(workspace, etag)
    except Conflict:
        raise problems.changed() from None
    log.step("save_workspace", workspace=name, by=call.caller.name)
    shown = workspace.model_dump(mode="json")
    changed = parts_changed(before.model_dump(mode="json"), shown) if before else ""
    what = Note("workspace", name, "save" if before else "make", after=changed)
    await note(call.services, name, call.caller.name, what)
    return json_answer(
        shown,
        status=HTTPStatus.OK if before else HTTPStatus.CREATED,
        headers={"ETag": entity_tag(saved), "Location": f"/{BASE}/workspaces/{name}"},
    )


@endpoint(
    BLUEPRINT, "check_workspace", "POST", "workspaces/{workspace}/check", roles=MAY_CONFIGURE, body=Workspace
)
async def check_workspace(call: Call) -> func.HttpResponse:
    """Say what saving a document would change, and what its connections lack; nothing is saved.

    It is refused as a save would refuse it. Connections are checked by reading only.
    """
    query_of(call.request, Query)
    call.recomputes()
    workspace = acceptable(call, call.body())
    before = call.stored[0].model_dump(mode="json") if call.stored else {}
    found = []
    for each in workspace.connections_of() if workspace.enabled else ():
        checked = await checks.examine(call.services, workspace, each)
        found.append({"connection": each.name, "kind": each.kind, **shown_check(checked)})
    changed = parts_changed(before, workspace.model_dump(mode="json"))
    shown = {"workspace": workspace.id, "is_new": not before, "changes": changed, "connections": found}
    return json_answer(shown)


def acceptable(call: Call, body: bytes) -> Workspace:
    """Read a document of the route's workspace as a save takes it; raises Problem as the save would."""
    workspace = _document(body, call.part("workspace"))
    before = call.stored[0] if call.stored else None
    if not call.caller.is_operator and (found := workspaces.reaches_out(workspace, before)):
        raise problems.forbidden("Parts of this change are the operator's to make; see errors.", found)
    return workspace


def _refuse_changed(call: Call, etag: str) -> None:
    """Hold If-Match and If-None-Match against what is stored; "" is nothing."""
    wanted = call.request.headers.get("if-match", "")
    unwanted = call.request.headers.get("if-none-match", "")
    if wanted and not (etag and names(wanted, entity_tag(etag))):
        raise problems.changed()
    if unwanted and etag and names(unwanted, entity_tag(etag)):
        raise problems.changed()


def _document(body: bytes, name: str) -> Workspace:
    """Read a document; raises Problem with each of its faults."""
    workspace = read(body, Workspace)
    found = workspaces.faults(workspace)
    if workspace.id != name:
        found.insert(0, Fault("id", f"must be {name}, as in the address"))
    if found:
        raise problems.invalid(found)
    return workspace
