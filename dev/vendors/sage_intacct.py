"""A simulated Sage Intacct: its token address, query service and model service.

https://developer.sage.com/intacct/docs/developer-portal/api-essentials/query-service
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dev.vendors import sage_intacct_gateway
from dev.vendors.facts import Account
from dev.vendors.sage_intacct_filters import FilterError, comparable, condition, joined
from dev.vendors.sage_intacct_rows import OBJECTS, rows
from dev.vendors.vendor import Refused, endpoint

SECRETS = {
    "client_id": "0a1b2c3d.app.sage.com",
    "client_secret": "invented-intacct-secret",
    **sage_intacct_gateway.SECRETS,
}
MOST_ROWS = 4000
_TOKEN = "invented-intacct-token"


def _refused(status: int, code: str, error_id: str, message: str) -> Refused:
    error = {
        "code": code,
        "message": message,
        "errorId": error_id,
        "additionalInfo": {"messageId": f"IA.{code.upper()}", "placeholders": {}, "propertySet": {}},
        "supportId": "Kxi78%7EZuyXBDEGVHD2UmO1phYXDQAAAAo",
    }
    meta = {"totalCount": 1, "totalSuccess": 0, "totalError": 1}
    body = {"ia::result": {"ia::error": error}, "ia::meta": meta}
    return Refused(JSONResponse(body, status_code=status))


def _bad_request(message: str) -> Refused:
    return _refused(400, "invalidRequest", "REST-1028", message)


def _check_token(request: Request) -> None:
    if request.headers.get("Authorization") != f"Bearer {_TOKEN}":
        raise _refused(401, "tokenInvalid", "REST-2102", "The access token is not valid")


@endpoint
async def token(request: Request, _: Account) -> JSONResponse:
    """Give an access token for a client that acts as a web services user."""
    form = dict(parse_qsl((await request.body()).decode()))
    if form.get("grant_type") != "client_credentials":
        return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
    if any(form.get(name) != SECRETS[name] for name in ("client_id", "client_secret")):
        return JSONResponse({"error": "invalid_client"}, status_code=401)
    if "@" not in form.get("username", ""):
        return JSONResponse({"error": "invalid_request"}, status_code=400)
    return JSONResponse({"token_type": "Bearer", "access_token": _TOKEN, "expires_in": 21600})


@endpoint
async def query(request: Request, account: Account) -> JSONResponse:
    """Give the rows that a query asks for, with the fields that it names."""
    _check_token(request)
    body = await request.json()
    if not isinstance(body, dict) or body.get("object") not in OBJECTS:
        raise _bad_request("The object does not exist")
    _check_permission(account, body["object"])
    known = frozenset(OBJECTS[body["object"]][0])
    fields, order = body.get("fields"), body.get("orderBy", [])
    if not isinstance(fields, list) or not fields or set(fields) - known:
        raise _bad_request("Fields are missing or unknown")
    start, size = body.get("start", 1), body.get("size", 100)
    if not (isinstance(start, int) and isinstance(size, int) and start >= 1 and 1 <= size <= MOST_ROWS):
        raise _bad_request("Start or size is out of range")
    entity = request.headers.get("X-IA-API-Param-Entity")
    found = _sorted(_found(body, account, known, entity), order, known)
    page = found[start - 1 : start - 1 + size]
    end = start + len(page)
    meta = {
        "totalCount": len(found),
        "start": start,
        "pageSize": size,
        "next": end if end <= len(found) else None,
        "previous": max(1, start - size) if start > 1 else None,
    }
    result = [{name: row[name] for name in fields} for row in page]
    return JSONResponse({"ia::result": result, "ia::meta": meta})


def _found(
    body: dict[str, Any], account: Account, known: frozenset[str], entity: str | None
) -> list[dict[str, Any]]:
    """Give the rows that pass the filters; entities' own rows only where private ones are asked for.

    Inside an entity, its own rows and those of the top level are seen.
    """
    try:
        tests = [condition(each, known) for each in body.get("filters", [])]
        passes = joined(tests, body.get("filterExpression", ""))
    except FilterError as error:
        raise _bad_request(str(error)) from None
    is_private_wanted = body.get("filterParameters", {}).get("includePrivate") is True
    return [
        row
        for row in rows(account, body["object"])
        if passes(row) and _is_seen(row["entity.id"], entity, is_private_wanted=is_private_wanted)
    ]


def _is_seen(owner: str | None, entity: str | None, *, is_private_wanted: bool) -> bool:
    return owner is None or (is_private_wanted if entity is None else owner == entity)


def _check_permission(account: Account, name: str) -> None:
    if name in account.denied:
        raise _refused(403, "forbidden", "REST-1037", "The user may not read this object")


def _sorted(found: list[dict[str, Any]], order: list[Any], known: frozenset[str]) -> list[dict[str, Any]]:
    for each in reversed(order):
        [(field, direction)] = each.items()
        if field not in known or direction not in {"asc", "desc"}:
            raise _bad_request("An order names a field and asc or desc")
        found = sorted(found, key=_by(field), reverse=direction == "desc")
    return found


def _by(field: str) -> Callable[[dict[str, Any]], tuple[int, Any]]:
    return lambda row: comparable(row[field])


@endpoint
async def model(request: Request, account: Account) -> JSONResponse:
    """Give the fields of an object, custom ones included, those of its parts in groups."""
    _check_token(request)
    name = request.query_params.get("name", "")
    if name not in OBJECTS:
        raise _bad_request("The object does not exist")
    _check_permission(account, name)
    result: dict[str, Any] = {"apiName": name, "type": "object", **_group(list(OBJECTS[name][0]))}
    return JSONResponse({"ia::result": result, "ia::meta": {"totalCount": 1}})


def _group(names: list[str]) -> dict[str, Any]:
    """Give the fields of a part, and the parts below it."""
    firsts = dict.fromkeys(name.partition(".")[0] for name in names if "." in name)
    below = {
        first: [name.removeprefix(f"{first}.") for name in names if name.startswith(f"{first}.")]
        for first in firsts
    }
    fields = {name: {"type": "string"} for name in names if "." not in name}
    return {"fields": fields, "groups": {first: _group(inner) for first, inner in below.items()}}


ROUTES = [
    Route("/sage_intacct/{account}/oauth2/token", token, methods=["POST"]),
    Route("/sage_intacct/{account}/services/core/query", query, methods=["POST"]),
    Route("/sage_intacct/{account}/services/core/model", model),
    *sage_intacct_gateway.ROUTES,
]
