"""Records that are sent to a connection as a file: CSV or NDJSON."""

import azure.functions as func

from functions import problems
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.http import Call, endpoint
from functions.queries import Query, query_of
from functions.sources import started_connection
from shared.access import MAY_RUN
from shared.pipeline import push
from shared.pipeline.audit import Note, note
from shared.pipeline.jobs import jobs_of
from shared.pipeline.push import Refused, Upload
from shared.sources import source_of
from shared.sources.push import MOST_BYTES, MOST_ROWS, TYPES, TooManyRows, Unreadable
from shared.workspaces import Fault

BLUEPRINT = blueprint()

LONGEST_KEY = 200


class _UploadQuery(Query):
    replace: bool = False


@endpoint(
    BLUEPRINT,
    "send_records",
    "POST",
    "workspaces/{workspace}/sources/{connection}/records",
    roles=MAY_RUN,
    query=_UploadQuery,
)
async def send_records(call: Call) -> func.HttpResponse:
    """Take in a file of records, all at once; name each row that is refused."""
    workspace = call.workspace
    query = query_of(call.request, _UploadQuery)
    connection = started_connection(call, workspace)
    source = source_of(connection.kind)
    if source is None or source.form is None:
        raise problems.conflict("Records of this connection are pulled; none are sent to it.")
    upload = Upload(call.body(MOST_BYTES, TYPES), _kind(call), query.replace, _caller_key(call))
    [job] = jobs_of(workspace, connection)
    try:
        answer = await push.receive(call.services, job, source.form, upload)
    except Unreadable as error:
        raise problems.bad_body(f"The file cannot be read: {error}.") from None
    except TooManyRows:
        raise problems.too_large(f"An upload has at most {MOST_ROWS} rows.") from None
    except Refused as error:
        if error.wrong:
            raise problems.invalid(
                Fault(f"line {each.line}", each.why) for each in error.wrong[: push.MOST_ERRORS]
            ) from None
        raise problems.conflict(f"{error}.") from None
    if not answer["is_repeat"]:
        counts = ", ".join(f"{answer[name]} {name}" for name in ("accepted", "removed", "refused"))
        what = Note("connection", connection.name, "upload", after=counts)
        await note(call.services, workspace.id, call.caller.name, what)
    return json_answer(answer)


def _kind(call: Call) -> str:
    given = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in TYPES:
        raise problems.unsupported(f"Say in Content-Type what it is: {', '.join(TYPES)}.")
    return TYPES[given]


def _caller_key(call: Call) -> str:
    given = str(call.request.headers.get("idempotency-key", "")).strip()
    if len(given) > LONGEST_KEY:
        raise problems.bad_body(f"An Idempotency-Key has at most {LONGEST_KEY} characters.")
    return given
