"""How a page is registered, and how it is answered."""

from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from typing import Any, Unpack

import azure.functions as func

from functions import callers, cookies, http, routes, runtime
from functions.answers import page_headers
from functions.dashboard import rendering
from functions.dashboard.asking import ask
from functions.dashboard.navigation import navigation
from functions.dashboard.refusals import refused
from functions.dashboard.visit import Visit
from functions.problems import Problem
from functions.routes import Route, Takes
from shared.access.sessions import new_token

Handler = Callable[[Visit], Awaitable[func.HttpResponse]]


def page(
    blueprint: func.Blueprint,
    name: str,
    path: str,
    *,
    roles: Collection[str],
    method: str = "GET",
    **takes: Unpack[Takes],
) -> Callable[[Handler], Handler]:
    """Register a handler as the function `name` behind a path under `/dashboard`, for those with `roles`.

    Where nobody is signed in, a browser is sent to sign in, and comes back. A change (`method="POST"`) is
    answered only where a form of this session asks for it.
    """

    def register(handler: Handler) -> Handler:
        full = f"dashboard/{path}" if path else "dashboard"
        route = routes.add(Route(name, method, full, frozenset(roles), handler), **takes)

        async def work(request: func.HttpRequest) -> func.HttpResponse:
            async with runtime.services() as services:
                caller = await callers.known(request, services)
                token = cookies.token_of(request) or new_token()
                visit = Visit(request, services, caller, everywhere=caller, token=token)
                return await http.answered(route, visit)

        http.register_work(blueprint, route, work, refused)
        return handler

    return register


async def shown(
    visit: Visit, template: str, *, problem: Problem | None = None, **values: Any
) -> func.HttpResponse:
    """Answer with a template and these values; see base.html for what each page has.

    With a problem, the page says so, and the answer has its status.
    """
    opened = (await ask(visit, "GET", "/workspaces"))["workspaces"]
    text = rendering.rendered(
        template,
        base=visit.base if visit.stored else "/dashboard",
        csrf_token=visit.form_token,
        has_session=bool(cookies.token_of(visit.request)),
        is_platform=visit.is_platform,
        navigation=navigation(visit),
        now=visit.now,
        opened=opened,
        problem=problem,
        reader=visit.reader,
        visit=visit,
        workspace=visit.stored[0] if visit.stored else None,
        **values,
    )
    headers = page_headers() | {"Referrer-Policy": "same-origin"}
    if not cookies.token_of(visit.request):
        headers["Set-Cookie"] = cookies.kept(visit.request, visit.token)
    status = problem.status if problem else HTTPStatus.OK.value
    return func.HttpResponse(text, status_code=status, headers=headers, mimetype="text/html")


def seen_other(address: str, headers: dict[str, str] | None = None) -> func.HttpResponse:
    """Send a browser to another page, which it gets: after a form, so that loading again repeats nothing."""
    return func.HttpResponse(
        status_code=HTTPStatus.SEE_OTHER.value,
        headers={"Cache-Control": "no-store", "Location": address, **(headers or {})},
    )
