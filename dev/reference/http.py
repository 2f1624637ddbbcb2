"""docs/http-reference.md: each route, what it takes and answers, from the document that the app serves."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import function_app
from dev.reference.markdown import anchor, code, table
from functions.openapi.document import document
from functions.openapi.operations import operation_id
from functions.routes import OPERATORS, ROUTES, Route
from shared.access import CARD_ROLES, MAY_RUN, ROLES

Schema = Mapping[str, Any]

_HEAD = """# HTTP reference

Made by `./run reference` from the models that the app itself reads and answers with, which `/swagger.json`
serves as well; a test compares. What the routes are for, and how paging, ETags and problems work, is in
[http.md](http.md).

Addresses begin with the address of the app. Every route may also answer 400, 414, 431, 500 and 503; one that
takes a key 401, 403 and 429; one that takes a body 413, 415 and 422: see [problems](http.md#problems).

"""
_MARKED = {
    frozenset(ROLES): "any role",
    frozenset(CARD_ROLES): "any role but admin",
    frozenset(MAY_RUN): "all but marketing",
}
_EVERYWHERE = {400, 401, 403, 413, 414, 415, 422, 429, 431, 500, 503}


def page() -> str:
    """Give the page as it should be."""
    assert function_app  # noqa: S101 - imported because that is what enters the routes
    routes = sorted((each for each in ROUTES.values() if not each.is_page), key=lambda each: each.path)
    whole = document(routes, "https", "YOUR-APP.azurewebsites.net")
    index = table(
        ("route", "verb", "does"),
        [
            (code(f"/{each.path}"), f"[{each.method}](#{anchor(_heading(each))})", _summary(whole, each))
            for each in routes
        ],
    )
    parts = [_route(whole, each) for each in routes]
    shapes = [_shape(name, each) for name, each in sorted(whole["definitions"].items())]
    return "\n".join([_HEAD.rstrip("\n"), "", index, *parts, "## Shapes\n", *shapes]).rstrip("\n") + "\n"


def _operation(whole: Schema, route: Route) -> Schema:
    found: Schema = whole["paths"][f"/{route.path}"][route.method.lower()]
    return found


def _summary(whole: Schema, route: Route) -> str:
    return str(_operation(whole, route)["summary"])


def _heading(route: Route) -> str:
    return f"{route.method} /{route.path}"


def _route(whole: Schema, route: Route) -> str:
    operation = _operation(whole, route)
    about = operation["description"]
    who = "" if route.roles is None else " that the card in question is seen by" if route.by_card else ""
    parts = [
        f"## {_heading(route)}\n",
        f"*{operation['summary']}* ({code(operation_id(route.name))}), open to {_who(route)}{who}. {about}\n",
    ]
    rows = [_parameter(whole, each) for each in operation["parameters"]]
    if rows:
        parts.append(table(("takes", "in", "type", ""), rows))
    answers = [
        (status, _answer(status, each))
        for status, each in operation["responses"].items()
        if int(status) not in _EVERYWHERE
    ]
    parts.append(table(("answers", ""), answers))
    return "\n".join(parts)


def _who(route: Route) -> str:
    if route.roles is None:
        return "everyone"
    if route.roles == OPERATORS:
        return "the operator"
    return _MARKED.get(route.roles, ", ".join(sorted(route.roles)))


def _parameter(whole: Schema, parameter: Schema) -> tuple[str, str, str, str]:
    if "$ref" in parameter:
        parameter = whole["parameters"][parameter["$ref"].rpartition("/")[2]]
    schema = parameter.get("schema", parameter)
    about = parameter.get("description", "")
    needed = " (required)" if parameter.get("required") else ""
    return code(parameter["name"]), parameter["in"], type_of(schema) + needed, about


def _answer(status: str, answer: Schema) -> str:
    phrase = HTTPStatus(int(status)).phrase
    return f"{phrase}: {type_of(answer['schema'])}" if "schema" in answer else phrase


def _shape(name: str, schema: Schema) -> str:
    about = schema.get("description", "")
    required = schema.get("required", ())
    rows = []
    for field, each in schema.get("properties", {}).items():
        default = each.get("default")
        shown = "" if default in (None, "", [], {}) else f" Without it: {code(_json(default))}."
        needed = " (required)" if field in required else ""
        rows.append((code(field), type_of(each) + needed, f"{each.get('description', '')}{shown}".strip()))
    fields = table(("field", "type", ""), rows) if rows else f"{type_of(schema)}\n"
    return "\n".join(part for part in (f"### {name}\n", f"{about}\n" if about else "", fields) if part)


def _json(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_FORMATS = {"date-time": "instant", "binary": "file"}
_KINDS = {"integer": "whole number", "number": "number", "boolean": "true or false", "object": "object"}


def type_of(schema: Schema) -> str:
    """Give a type as people read it: `list of Row`, `text: open or resolved`, `number, 1 to 100`."""
    null = " or null" if schema.get("x-nullable") else ""
    return _type(schema) + null


def _type(schema: Schema) -> str:
    if "allOf" in schema or "$ref" in schema:
        name = (schema.get("allOf") or [schema])[0]["$ref"].rpartition("/")[2]
        return f"[{name}](#{anchor(name)})"
    if "enum" in schema:
        return ", ".join(code(str(each)) for each in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        inner = schema.get("items", {})
        return f"list of {type_of(inner)}" if inner else "list"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{type_of(schema['additionalProperties'])} by name"
    if kind == "string":
        return {"date-time": "instant", "binary": "file"}.get(schema.get("format", ""), "text") + _length(
            schema
        )
    return {
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "object": "object",
    }.get(str(kind), "any") + _bounds(schema)


def _length(schema: Schema) -> str:
    return f", at most {schema['maxLength']:,} characters" if "maxLength" in schema else ""


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high:,}"
    if low is not None:
        return f", {'more than' if schema.get('exclusiveMinimum') else 'at least'} {low}"
    return "" if high is None else f", at most {high}"
