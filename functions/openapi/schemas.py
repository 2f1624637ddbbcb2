"""JSON Schema, as pydantic writes it, in the words of OpenAPI 2.0.

It has no null, no alternatives, no constants and no fixed places in lists: what may be null says so by
`x-nullable`; of alternatives that are not one type nothing is said. https://swagger.io/specification/v2/
"""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]

_KEPT = (
    "type",
    "format",
    "enum",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "required",
    "additionalProperties",
    "x-ms-notification-url",
    "x-ms-visibility",
)


def definitions(
    models: Iterable[tuple[type[BaseModel], Mode]],
) -> tuple[dict[tuple[type[BaseModel], Mode], Schema], dict[str, Schema]]:
    """Give the reference of each model, and the definitions that they refer to."""
    asked_for = [*models]
    references, whole = models_json_schema(asked_for, ref_template="#/definitions/{model}")
    defined = {_name(name): converted(each) for name, each in whole.get("$defs", {}).items()}
    found = {asked: converted(references[asked]) for asked in asked_for}
    return found, defined


def title_of(name: str) -> str:
    """Give a field's name as makers of flows read it: Title Case."""
    return " ".join(each.upper() if each in {"id", "url"} else each.capitalize() for each in name.split("_"))


def converted(schema: Any) -> Schema:
    """Give a schema as OpenAPI 2.0 has it."""
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        start, _, name = schema["$ref"].rpartition("/")
        return {"$ref": f"{start}/{_name(name)}"}
    if "anyOf" in schema or "oneOf" in schema:
        return _alternatives(schema)
    kept = _plainly(schema)
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = converted(kept["additionalProperties"])
    if schema.get("description"):
        kept["description"] = " ".join(schema["description"].split())
    if schema.get("type") == "array":
        kept["items"] = converted(schema.get("items", {}))
        kept.pop("default", None)
    if schema.get("properties"):
        kept["properties"] = {name: _property(name, each) for name, each in schema["properties"].items()}
    return kept


def _plainly(schema: Schema) -> Schema:
    """Give what is said alike in both, and bounds and constants; a default that says nothing is left out."""
    kept: Schema = {name: schema[name] for name in _KEPT if schema.get(name) not in (None, "")}
    if "const" in schema:
        kept["enum"] = [schema["const"]]
    for bound, end in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if bound in schema:
            kept |= {end: schema[bound], bound: True}
    return kept


def _property(name: str, schema: Schema) -> Schema:
    shown = converted(schema)
    # What stands beside a reference is not read (RFC 6901 references replace all).
    return shown if "$ref" in shown else shown | {"x-ms-summary": title_of(name)}


def _alternatives(schema: Schema) -> Schema:
    given = schema.get("anyOf") or schema["oneOf"]
    rest = [each for each in given if each.get("type") != "null"]
    is_null = len(rest) < len(given)
    types = {each.get("type") for each in rest}
    if len(rest) == 1:
        shown = converted(rest[0])
    elif types == {"string"}:
        shown = {"type": "string"}
    elif types == {"number", "string"} and "pattern" in rest[1]:
        shown = converted(rest[0])  # a decimal: as a number it says its bounds, and text is taken as well
    else:
        shown = {}
    if "$ref" in shown:
        shown = {"allOf": [shown]}
    beside = {name: schema[name] for name in ("default", "description") if schema.get(name) is not None}
    return shown | beside | ({"x-nullable": True} if is_null else {})


def _name(name: str) -> str:
    return name.replace("-Input", "Input").replace("-Output", "").replace("-", "")
