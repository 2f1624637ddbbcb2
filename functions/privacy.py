"""One person's data: given, and erased (docs/privacy.md)."""

from http import HTTPStatus

import azure.functions as func
from pydantic import ConfigDict, Field

from functions import invocations, messages, problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.bodies import body_of
from functions.http import Call, endpoint
from functions.queries import Query, query_of
from shared.access import MAY_CONFIGURE
from shared.domain.deferred import Deferred
from shared.domain.erasure import Kind, normalised
from shared.pipeline import privacy
from shared.workspaces import Fault

BLUEPRINT = blueprint()


class Person(Deferred):
    """Who it is, by one thing that is known of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Kind
    value: str = Field(min_length=1, max_length=320)


@endpoint(
    BLUEPRINT,
    "export_person",
    "POST",
    "workspaces/{workspace}/privacy/export",
    roles=MAY_CONFIGURE,
    body=Person,
)
async def export_person(call: Call) -> func.HttpResponse:
    """Give all that is stored about one person, and where it stands."""
    kind, value = _named(call)
    call.recomputes()
    found = await privacy.export(call.services, call.workspace, kind, value, call.caller.name)
    return json_answer(found, headers={"Cache-Control": "no-store"})


@endpoint(
    BLUEPRINT,
    "erase_person",
    "POST",
    "workspaces/{workspace}/privacy/erase",
    roles=MAY_CONFIGURE,
    body=Person,
)
async def erase_person(call: Call) -> func.HttpResponse:
    """Erase one person wherever they stand; what vendors still hold of them comes back only if it changes.

    It is begun at once and seen to its end after an hour; the audit log names it, and not the person.
    """
    kind, value = _named(call)
    begun = await privacy.erase(call.services, call.workspace, kind, value, call.caller.name)
    body = {
        "workspace": call.workspace.id,
        "erasure": begun.id,
        "state": begun.state,
        "records": len(begun.traces.records) if begun.traces else 0,
    }
    return json_answer(body, status=HTTPStatus.ACCEPTED, headers={"Cache-Control": "no-store"})


def _named(call: Call) -> tuple[Kind, str]:
    query_of(call.request, Query)
    person = body_of(call, Person)
    value = normalised(person.by, person.value)
    if not value:
        raise problems.invalid([Fault("value", "not what one person can be known by")])
    return person.by, value


@BLUEPRINT.function_name("erase")
@BLUEPRINT.queue_trigger(arg_name="message", queue_name="erase", connection="AzureWebJobsStorage")
async def erase(message: func.QueueMessage) -> None:
    """Go on with the erasure that a message names."""
    async with invocations.by_message("erase", message, messages.EraseMessage) as (wanted, services):
        await privacy.go_on(services, wanted.workspace, wanted.erasure)
