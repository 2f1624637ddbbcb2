"""What a person sees where a page cannot be given: what happened, and the next step."""

from html import escape
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import azure.functions as func

from functions import http
from functions.answers import page_headers
from functions.dashboard import rendering
from functions.problems import Problem

SIGN_IN = "/dashboard/sign-in"


def refused(request: func.HttpRequest, request_id: str, problem: Problem) -> func.HttpResponse:
    """Give a problem as a page, or a visitor whom nobody knows the way to sign in; a program gets JSON."""
    if "text/html" not in request.headers.get("accept", ""):
        return http.refusal(request, request_id, problem)
    if problem.status != HTTPStatus.UNAUTHORIZED:
        return _page(request_id, problem)
    if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
        return _once_more(request)
    place = f"{SIGN_IN}?next={quote(_here(request), safe='')}" if request.method == "GET" else SIGN_IN
    headers = {"Cache-Control": "no-store", "Location": place}
    return func.HttpResponse(status_code=HTTPStatus.SEE_OTHER.value, headers=headers)


def _page(request_id: str, problem: Problem) -> func.HttpResponse:
    text = rendering.rendered("problem.html", problem=problem, request_id=request_id)
    headers = page_headers() | {"Cache-Control": "no-store", **problem.headers}
    return func.HttpResponse(text, status_code=problem.status.value, headers=headers, mimetype="text/html")


def _once_more(request: func.HttpRequest) -> func.HttpResponse:
    """Have the browser ask again from here: it keeps the cookie back from a link in an email or a chat."""
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Tieout</title>'
        f'<meta http-equiv="refresh" content="0;url={escape(_here(request))}">'
        f'<p><a href="{escape(_here(request))}">Go on to the dashboard</a></p></html>'
    )
    headers = page_headers() | {"Cache-Control": "no-store"}
    return func.HttpResponse(text, status_code=HTTPStatus.OK.value, headers=headers, mimetype="text/html")


def _here(request: func.HttpRequest) -> str:
    split = urlsplit(request.url)
    return f"{split.path}?{split.query}" if split.query else split.path
