"""Answers: JSON without NaN, entity tags, and 304 for what the caller has already."""

import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import azure.functions as func

HEADERS = {
    "Cache-Control": "private, no-cache",
    "Vary": "x-api-key",
    "X-Content-Type-Options": "nosniff",
}


def json_answer(
    body: Any,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> func.HttpResponse:
    """Answer with JSON in UTF-8."""
    return func.HttpResponse(
        json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(),
        status_code=status.value,
        headers={**HEADERS, **(headers or {})},
        mimetype=content_type,
    )


def tagged(request: func.HttpRequest, body: Any) -> func.HttpResponse:
    """Answer with JSON tagged by its own contents, or 304 where the caller has it."""
    tag = entity_tag(json.dumps(body, sort_keys=True, allow_nan=False))
    return not_modified(request, tag) or json_answer(body, headers={"ETag": tag})


def entity_tag(*parts: str) -> str:
    """Give the strong tag of what these parts determine."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f'"{digest[:32]}"'


def not_modified(request: func.HttpRequest, tag: str) -> func.HttpResponse | None:
    """Give 304 where If-None-Match names the tag, None where it does not."""
    if not names(request.headers.get("if-none-match", ""), tag):
        return None
    return func.HttpResponse(status_code=HTTPStatus.NOT_MODIFIED.value, headers={**HEADERS, "ETag": tag})


def names(header: str, tag: str) -> bool:
    """Say whether If-Match or If-None-Match names a tag; `*` names all.

    A proxy that compresses makes tags weak (`W/`), so both forms are taken
    (https://www.rfc-editor.org/rfc/rfc9110#section-13.1).
    """
    given = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in given or tag in given
