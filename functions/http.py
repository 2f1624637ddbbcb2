"""HTTP functions: one way to take a request, to know its caller, to answer, and to fail."""

import re
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Unpack
from urllib.parse import urlsplit
from uuid import uuid4

import azure.functions as func
from azure.core.exceptions import AzureError

from functions import answers, callers, invocations, problems, requests, routes, runtime
from functions.problems import Problem
from functions.routes import OPERATORS, Route, Takes
from shared.access import Caller, may_see
from shared.cards import card_of
from shared.cards.card import Card
from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError, RetryLater
from shared.pipeline import log
from shared.pipeline.services import Services

BASE = "api/v1"
MOST_BYTES = 1_048_576
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

Work = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]
Refusal = Callable[[func.HttpRequest, str, Problem], func.HttpResponse]


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a caller whom its route lets in, with all that it takes to answer it."""

    request: func.HttpRequest
    services: Services
    caller: Caller
    """With the roles that it has in the route's workspace, where the route names one."""
    stored: tuple[Workspace, str] | None = None
    """The route's workspace and its etag; only to the operator it may be missing."""

    @property
    def workspace(self) -> Workspace:
        """The route's workspace; raises Problem where there is none."""
        if self.stored is None:
            raise _no_workspace()
        return self.stored[0]

    @property
    def etag(self) -> str:
        """The etag of the route's workspace; "" where there is none."""
        return self.stored[1] if self.stored else ""

    def part(self, name: str) -> str:
        """Give a part of the route."""
        return str(self.request.route_params.get(name, ""))

    def card(self, workspace: Workspace) -> Card:
        """Give the route's card; one that is off or hidden from the caller is not there."""
        card = card_of(self.part("card"))
        if card is None or not workspace.card(card.id).enabled or not may_see(card, self.caller):
            raise problems.not_found("There is no card of this name that your key opens.")
        return card

    def recomputes(self) -> None:
        """Say that this takes as much as an evaluation; raises Problem for who asks for that too often."""
        callers.hold_back_recomputations(self.caller)

    def body(self, most: int = MOST_BYTES, kinds: Collection[str] = requests.JSON) -> bytes:
        """Give the body; raises Problem for one that is larger, or of another kind, than this route takes."""
        return requests.body_of(self.request, most, kinds)


Handler = Callable[[Call], Awaitable[func.HttpResponse]]


def endpoint(
    blueprint: func.Blueprint,
    name: str,
    method: str,
    path: str,
    *,
    roles: Collection[str],
    **takes: Unpack[Takes],
) -> Callable[[Handler], Handler]:
    """Register a handler as the function `name` behind a path under `/api/v1`, for those with one of `roles`.

    Where the path names a workspace, these are the roles in that workspace; `OPERATORS` lets in no other.
    Nobody else reaches the handler.
    """

    def register(handler: Handler) -> Handler:
        route = routes.add(Route(name, method, f"{BASE}/{path}", frozenset(roles), handler), **takes)

        async def work(request: func.HttpRequest) -> func.HttpResponse:
            async with runtime.services() as services:
                caller = await callers.known(request, services)
                return await answered(route, Call(request, services, caller))

        register_work(blueprint, route, work)
        return handler

    return register


def open_endpoint(blueprint: func.Blueprint, name: str, path: str) -> Callable[[Work], Work]:
    """Register a handler as the function `name` for everyone, known or not."""

    def register(work: Work) -> Work:
        register_work(blueprint, routes.add(Route(name, "GET", path, None, work)), work)
        return work

    return register


async def answered(route: Route, call: Call) -> func.HttpResponse:
    """Give what a route answers to a call; raises Problem for a caller whom it does not let in."""
    response: func.HttpResponse = await route.handler(await _let_in(route, call))
    return response


async def _let_in(route: Route, call: Call) -> Call:
    """Give the call as its handler gets it; raises Problem for a caller whom the route does not let in.

    Another's workspace is as unknown as one that is not there, and both are told before anything is read.
    """
    if "workspace" in route.parts:
        call = await _entered(call)
    if route.roles is not None and not call.caller.has(*route.roles):
        wanted = (
            "the operator"
            if route.roles == OPERATORS
            else f"one of the roles {', '.join(sorted(route.roles))}"
        )
        raise problems.forbidden(f"This takes {wanted}.")
    if "card" in route.parts:
        call.card(call.workspace)
    return call


async def _entered(call: Call) -> Call:
    name = call.part("workspace")
    if not call.caller.may_enter(name):
        raise _no_workspace()
    stored = await call.services.store.workspaces.get(name)
    if stored is None and not call.caller.is_operator:
        raise _no_workspace()
    return replace(call, caller=call.caller.within(name), stored=stored)


def _no_workspace() -> Problem:
    return problems.not_found("There is no workspace of this name that your key opens.")


def register_work(
    blueprint: func.Blueprint, route: Route, work: Work, refused: Refusal | None = None
) -> None:
    """Register what answers a route's requests; a problem is answered by `refused`, or as JSON."""

    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        with invocations.by_request(route.name) as marks:
            response = await _answer(route.name, req, work, refused or refusal)
            marks["outcome"] = str(response.status_code)
        return response

    # The host asks for no key of its own: we know whom we let in, and it does not.
    level = func.AuthLevel.ANONYMOUS
    triggered = blueprint.route(route=route.path, methods=[route.method], auth_level=level)(answer)
    blueprint.function_name(route.name)(triggered)


async def _answer(name: str, request: func.HttpRequest, work: Work, refused: Refusal) -> func.HttpResponse:
    """Answer whatever happens, with the request's id in the answer and in the log."""
    started = time.monotonic()
    given = request.headers.get("x-request-id", "")
    request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    try:
        requests.check(request)
        response = await work(request)
    except Problem as problem:
        response = refused(request, request_id, problem)
    except Exception as error:  # noqa: BLE001 - the boundary of one request
        is_store = isinstance(error, AzureError | ConfigurationError | RetryLater)
        response = refused(request, request_id, problems.unavailable() if is_store else problems.failed())
        log.failure("http", error, function=name, request=request_id)
    response.headers["x-request-id"] = request_id
    seconds = round(time.monotonic() - started, 3)
    log.step("http", function=name, request=request_id, status=response.status_code, seconds=seconds)
    return answers.finished(request, response)


def refusal(request: func.HttpRequest, request_id: str, problem: Problem) -> func.HttpResponse:
    """Give a problem as it is sent to programs."""
    instance = urlsplit(request.url).path
    return answers.json_answer(
        problem.as_json(instance, request_id),
        status=HTTPStatus(problem.status),
        headers={"Cache-Control": "no-store", **problem.headers},
        content_type="application/problem+json",
    )
