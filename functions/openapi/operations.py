"""One operation of the document: what it takes, and every answer that it may give."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from functions.openapi.answers import (
    EVENT,
    EVENTS,
    FILE,
    GUARDED,
    OBJECT,
    PROBLEM,
    REFUSALS,
    TAGGED,
    answers_of,
)
from functions.openapi.schemas import Mode, Schema, converted, title_of
from functions.openapi.words import DYNAMIC, INTERNAL, PARAMETERS, SUMMARIES, TRIGGERS
from functions.routes import Route
from shared.domain.workspace import Workspace
from shared.sources.push import TYPES

References = Mapping[tuple[type[BaseModel], Mode], Schema]

_ANY_ROUTE = (400, 414, 431, 500, 503)
_KEYED = (401, 403, 429)
_WITH_BODY = (413, 415, 422)
_AS_PROBLEM = "application/problem+json"
_BODIES: Mapping[str, type[BaseModel]] = {"save_workspace": Workspace}
"""What is read by a model that its route does not name: a document is checked further than that."""


def operation(route: Route, references: References) -> Schema:
    """Give the operation of a route."""
    summary, visibility = SUMMARIES.get(route.name, (title_of(route.name), "none"))
    shown: Schema = {
        "operationId": operation_id(route.name),
        "summary": summary,
        "description": " ".join(route.text.split()),
        "parameters": [*_query(route), *_headers(route), *_body(route, references)],
        "responses": _responses(route, references),
        **TRIGGERS.get(route.name, {}),
    }
    if visibility != "none":
        shown["x-ms-visibility"] = visibility
    if route.is_open:
        shown["security"] = []
    if route.name == "send_records":
        shown["consumes"] = [*TYPES]
    produces = ["text/csv"] if FILE in answers_of(route.name).values() else ["application/json"]
    shown["produces"] = [*produces, _AS_PROBLEM]
    return shown


def operation_id(name: str) -> str:
    """Give a route's name as flows know it: PascalCase."""
    return "".join(each.capitalize() for each in name.split("_"))


def shared_parameters() -> dict[str, Schema]:
    """Give the headers that several operations take."""
    return {
        "IfNoneMatch": _header("If-None-Match", "The ETag of what you have: 304 where it has not changed."),
        "IfMatch": _header("If-Match", "The ETag of what you read: 412 where it has changed since."),
    }


def body_model(route: Route) -> type[BaseModel] | None:
    """Give the model of what a route takes, if it takes JSON."""
    return route.body or _BODIES.get(route.name)


def _header(name: str, text: str) -> Schema:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "type": "string",
        "description": text,
        "x-ms-summary": name,
        "x-ms-visibility": "internal" if name == "If-None-Match" else "advanced",
    }


def _headers(route: Route) -> list[Schema]:
    if route.name in TAGGED:
        return [{"$ref": "#/parameters/IfNoneMatch"}]
    if route.name == "send_records":
        text = "A key of your own for this file: sent again with it, the first answer comes again."
        return [_header("Idempotency-Key", text) | {"maxLength": 200}]
    return [{"$ref": "#/parameters/IfMatch"}] if route.name in GUARDED else []


def _query(route: Route) -> list[Schema]:
    schema = route.query.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            **_plain(converted(_resolved(each, schema.get("$defs", {})))),
            "description": PARAMETERS.get(name, title_of(name)),
            "x-ms-summary": title_of(name),
            **({"x-ms-dynamic-values": DYNAMIC[name]} if name in DYNAMIC else {}),
            **({"x-ms-visibility": "internal"} if (route.name, name) in INTERNAL else {}),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _resolved(schema: Any, defined: Mapping[str, Any]) -> Any:
    return defined[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _plain(schema: Schema) -> Schema:
    """Give the schema of a parameter, which must be of one plain type and is left out rather than null."""
    kept = {name: value for name, value in schema.items() if name != "x-nullable" and value != ""}
    return {"type": "string"} | kept


def _body(route: Route, references: References) -> list[Schema]:
    model = body_model(route)
    if route.name == "send_records":
        schema: Schema = {"type": "string", "format": "binary"}
    elif model is not None:
        schema = references[model, "validation"]
    else:
        return []
    about = "The file." if model is None else " ".join((model.__doc__ or "").split())
    return [
        {
            "name": "body",
            "in": "body",
            "required": True,
            "description": about,
            "schema": schema,
            "x-ms-summary": "Body",
        }
    ]


def _responses(route: Route, references: References) -> dict[str, Schema]:
    found: dict[int, Schema] = {}
    problem = references[PROBLEM, "serialization"]
    for status in _refusals(route):
        found[status] = {"description": HTTPStatus(status).phrase, "schema": problem}
    if route.name in TAGGED:
        found[304] = {"description": "Not changed since"}
    for status, answer in answers_of(route.name).items():
        found[status] = {"description": _said(route, status), **_schema(answer, references)}
    if route.name in TAGGED:
        found[200]["headers"] = {"ETag": {"type": "string", "description": "Names this state of it."}}
    if route.name in {"poll_alerts", "make_hook"}:
        for status in answers_of(route.name):
            where = "Where to go on."
            found[status]["headers"] = {"Location": {"type": "string", "description": where}}
    return {str(status): found[status] for status in sorted(found)}


def _said(route: Route, status: int) -> str:
    is_refusal = status >= HTTPStatus.BAD_REQUEST or route.name not in SUMMARIES
    return HTTPStatus(status).phrase if is_refusal else SUMMARIES[route.name][0]


def _refusals(route: Route) -> set[int]:
    found = {*_ANY_ROUTE, *REFUSALS.get(route.name, ())}
    if not route.is_open:
        found.update(_KEYED)
    if route.parts:
        found.add(404)
    if body_model(route) is not None:
        found.update(_WITH_BODY)
    if route.name in GUARDED:
        found.add(412)
    return found


def _schema(answer: Any, references: References) -> Schema:
    if isinstance(answer, type):
        return {"schema": references[answer, "serialization"]}
    known = {
        FILE: {"type": "string", "format": "binary"},
        OBJECT: {"type": "object"},
        EVENTS: {"type": "array", "items": references[EVENT, "serialization"]},
    }
    return {} if answer is None else {"schema": known[answer]}
