"""Signing in with a key, and out."""

from urllib.parse import parse_qs, urlsplit

import azure.functions as func

from functions import callers, cookies, forgeries, http, problems, requests, routes, runtime
from functions.answers import page_headers
from functions.blueprints import blueprint
from functions.dashboard import rendering
from functions.dashboard.pages import page, seen_other
from functions.dashboard.refusals import SIGN_IN, refused
from functions.dashboard.visit import Visit
from functions.problems import Problem
from functions.routes import Route
from shared.access import ROLES
from shared.access.sessions import begin, end
from shared.pipeline import log

BLUEPRINT = blueprint()
_HOME = "/dashboard"
_MOST_BYTES = 16_384
_FORWARDED = "x-forwarded-for"


async def show_sign_in(request: func.HttpRequest) -> func.HttpResponse:
    """Show the form that takes a key."""
    return _form(str(request.params.get("next", "")))


async def sign_in(request: func.HttpRequest) -> func.HttpResponse:
    """Begin a session for the holder of a key, and go on to where they were going."""
    if not forgeries.is_from_here(request):
        raise problems.forged()
    body = requests.body_of(request, _MOST_BYTES, (forgeries.FORM,)).decode("utf-8", "replace")
    fields = {name: values[0] for name, values in parse_qs(body).items()}
    place = fields.get("next", "")
    async with runtime.services() as services:
        try:
            caller = await callers.known(_with_key(request, fields.get("key", "").strip()), services)
        except Problem as problem:
            return _form(place, problem)
        now = services.clock()
        token = await begin(caller, services.store, callers.session_rules(), now)
        await end(cookies.token_of(request), services.store)
    log.step("sign_in", by=caller.name)
    return seen_other(_safe(place), {"Set-Cookie": cookies.kept(request, token)})


@page(BLUEPRINT, "sign_out", "sign-out", roles=ROLES, method="POST")
async def sign_out(visit: Visit) -> func.HttpResponse:
    """End the session."""
    await end(visit.token, visit.services.store)
    log.step("sign_out", by=visit.caller.name)
    return seen_other(SIGN_IN, {"Set-Cookie": cookies.dropped(visit.request)})


def _open_page(method: str, name: str, work: http.Work) -> None:
    http.register_work(
        BLUEPRINT, routes.add(Route(name, method, SIGN_IN.removeprefix("/"), None, work)), work, refused
    )


_open_page("GET", "show_sign_in", show_sign_in)
_open_page("POST", "sign_in", sign_in)


def _with_key(request: func.HttpRequest, key: str) -> func.HttpRequest:
    """Give the request as a program would send it: by this key alone."""
    headers = {_FORWARDED: request.headers.get(_FORWARDED, "")}
    if key.isascii():
        headers["x-api-key"] = key
    return func.HttpRequest("GET", request.url, headers=headers, body=b"")


def _form(place: str, problem: Problem | None = None) -> func.HttpResponse:
    text = rendering.rendered("sign_in.html", next=_safe(place), problem=problem)
    status = 200 if problem is None else problem.status.value
    headers = page_headers() | {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    if problem is not None and "Retry-After" in problem.headers:
        headers["Retry-After"] = problem.headers["Retry-After"]
    return func.HttpResponse(text, status_code=status, headers=headers, mimetype="text/html")


def _safe(place: str) -> str:
    """Give a place to go on to: a page of the dashboard, whatever the address says."""
    split = urlsplit(place)
    is_ours = not split.scheme and not split.netloc and (split.path + "/").startswith(f"{_HOME}/")
    is_plain = place.isascii() and place.isprintable() and not set(place) & set('\\ "<>')
    return place if is_ours and is_plain and ".." not in place and "//" not in split.path else _HOME
