"""The app's own document, and every answer of a test held to it: no status, no field but those it names."""

import json
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from functions.models.base import Problem
from functions.openapi.answers import EVENT, EVENTS, answers_of
from functions.openapi.document import document
from functions.openapi.operations import operation_id
from functions.routes import ROUTES


@cache
def swagger() -> dict[str, Any]:
    """Give the document as it is served."""
    return json.loads(
        json.dumps(
            document((each for each in ROUTES.values() if not each.is_page), "https", "tieout.example")
        )
    )


@cache
def _statuses(name: str) -> frozenset[int]:
    found = {
        each["operationId"]: each["responses"]
        for path in swagger()["paths"].values()
        for method, each in path.items()
        if method in {"get", "put", "post", "patch", "delete"}
    }
    return frozenset(int(status) for status in found[operation_id(name)])


def hold(name: str, status: int, kind: str, body: bytes) -> None:
    """Fail for an answer of a route that its document does not describe."""
    assert status in _statuses(name), f"{name} answers {status}, which its document does not name"
    model: Any = answers_of(name).get(status)
    if model is EVENTS:
        TypeAdapter(list[EVENT]).validate_json(body)  # type: ignore[valid-type]
    elif isinstance(model, type) and issubclass(model, BaseModel):
        model.model_validate_json(body)
    elif status >= 400:
        assert kind == "application/problem+json"
        Problem.model_validate_json(body)
    elif model is None:
        assert body == b""
