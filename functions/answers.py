"""Answers: JSON without NaN, entity tags, and 304 for what the caller has already."""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import azure.functions as func

HEADERS = {"Cache-Control": "private, no-cache"}
_GUARDS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding, Authorization, Cookie, x-api-key, x-ms-client-principal",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer says to browsers: it is nobody's page, frame or script.

https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
"""
_HTTPS_ONLY = "max-age=31536000; includeSubDomains"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WORTH_PACKING = 1_400
"""Bytes that travel in one packet as they are."""
_UNFIT = re.compile(r"[^ -~]")
_IS_NOTHING = re.compile(r"0(\.0{0,3})?")


def page_headers() -> dict[str, str]:
    """Give the headers of an HTML page: it loads what this app serves, and runs no script of its own text."""
    return {**HEADERS, "Content-Security-Policy": _PAGE_POLICY}


def finished(request: func.HttpRequest, response: func.HttpResponse) -> func.HttpResponse:
    """Give an answer as it leaves: guarded, in gzip where that is worth it and asked for.

    No header carries anything but visible ASCII, so none can begin another.
    """
    headers = {**_GUARDS, **dict(response.headers.items())}
    if is_https(request):
        headers["Strict-Transport-Security"] = _HTTPS_ONLY
    body, is_packed = response.get_body(), False
    if len(body) >= WORTH_PACKING and _takes_gzip(request.headers.get("accept-encoding", "")):
        # Level 6 takes twice the time of level 1 for a tenth less; the tag is weak, since the bytes differ.
        body, is_packed = gzip.compress(body, compresslevel=1, mtime=0), True
    if is_packed:
        headers["Content-Encoding"] = "gzip"
        if headers.get("ETag", "").startswith('"'):
            headers["ETag"] = f"W/{headers['ETag']}"
    plain = {_UNFIT.sub("", name): _UNFIT.sub("", value) for name, value in headers.items()}
    return func.HttpResponse(
        body,
        status_code=response.status_code,
        headers=plain,
        mimetype=response.mimetype,
        charset=response.charset,
    )


def is_https(request: func.HttpRequest) -> bool:
    """Say whether a request came over HTTPS, if need be to the proxy before us."""
    schemes = urlsplit(request.url).scheme, request.headers.get("x-forwarded-proto", "")
    return "https" in schemes


def _takes_gzip(accepted: str) -> bool:
    """Say whether an Accept-Encoding takes gzip (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)."""
    weights: dict[str, bool] = {}
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        weights[name.strip()] = not _IS_NOTHING.fullmatch(weight.strip().removeprefix("q="))
    return weights.get("gzip", weights.get("*", False))


def json_answer(
    body: Any,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> func.HttpResponse:
    """Answer with JSON in UTF-8."""
    return func.HttpResponse(
        _written(body).encode(),
        status_code=status.value,
        headers={**HEADERS, **(headers or {})},
        mimetype=content_type,
    )


def tagged(request: func.HttpRequest, body: Any) -> func.HttpResponse:
    """Answer with JSON tagged by its own contents, or 304 where the caller has it."""
    content = _written(body)
    tag = entity_tag(content)
    return not_modified(request, tag) or func.HttpResponse(
        content.encode(), headers={**HEADERS, "ETag": tag}, mimetype="application/json"
    )


def _written(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


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
