"""The whole document: what every part of it is made from, put together.

What Power Automate needs besides OpenAPI 2.0:
https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions
"""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from functions.openapi.answers import EVENT, PROBLEM, answers_of
from functions.openapi.operations import body_model, operation, shared_parameters
from functions.openapi.schemas import Mode, Schema, definitions, title_of
from functions.openapi.words import DYNAMIC, PARAMETERS
from functions.routes import Route

Document = dict[str, Any]

_INFO = {
    "title": "Tieout",
    "description": (
        "Shows each customer and order that did not make it from the shop to the books: cards with their "
        "rows, what people do about them, and alerts that start flows."
    ),
    "version": "1.0",
    "contact": {"name": "The operator of this installation"},
}
_ENTRA = "https://login.microsoftonline.com/organizations/oauth2/v2.0"
_SECURITY = {
    "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "entra": {
        "type": "oauth2",
        "flow": "accessCode",
        "authorizationUrl": f"{_ENTRA}/authorize",
        "tokenUrl": f"{_ENTRA}/token",
        "scopes": {},
    },
}
_ABOUT = [
    {"propertyName": "Website", "propertyValue": "https://github.com/tieout/tieout"},
    {"propertyName": "Privacy policy", "propertyValue": "https://github.com/tieout/tieout"},
    {"propertyName": "Categories", "propertyValue": "Finance;Commerce"},
]


def document(routes: Iterable[Route], scheme: str, host: str) -> Document:
    """Give the document of these routes, as they are called at a host."""
    every = [*routes]
    references, defined = definitions(_models(every))
    paths: dict[str, Document] = {}
    for route in every:
        path = paths.setdefault(f"/{route.path}", {})
        path[route.method.lower()] = operation(route, references)
        if route.name == "make_hook":
            path["x-ms-notification-content"] = {
                "description": EVENT.__doc__,
                "schema": references[EVENT, "serialization"],
            }
            hook = defined["NewHook"]["properties"]["callback_url"]
            hook |= {"x-ms-notification-url": True, "x-ms-visibility": "internal"}
    for address, found in paths.items():
        parts = [each[1:-1] for each in address.split("/") if each.startswith("{")]
        if parts:
            found["parameters"] = [_part(each) for each in parts]
    return {
        "swagger": "2.0",
        "info": _INFO,
        "host": host,
        "basePath": "/",
        "schemes": [scheme],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "definitions": defined,
        "parameters": shared_parameters(),
        "securityDefinitions": _SECURITY,
        "security": [{"key": []}, {"entra": []}],
        "x-ms-connector-metadata": _ABOUT,
    }


def _models(routes: Iterable[Route]) -> list[tuple[type[BaseModel], Mode]]:
    found: dict[tuple[type[BaseModel], Mode], None] = {
        (PROBLEM, "serialization"): None,
        (EVENT, "serialization"): None,
    }
    for route in routes:
        if (body := body_model(route)) is not None:
            found[body, "validation"] = None
        for answer in answers_of(route.name).values():
            if isinstance(answer, type):
                found[answer, "serialization"] = None
    return [*found]


def _part(name: str) -> Schema:
    """Give a parameter that stands in the address."""
    picked = {"x-ms-dynamic-values": DYNAMIC[name]} if name in DYNAMIC else {}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "type": "string",
        "description": PARAMETERS.get(name, title_of(name)),
        "x-ms-summary": title_of(name),
        "x-ms-url-encoding": "single",
        **picked,
    }
