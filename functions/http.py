"""HTTP functions: one way to take a request, to know its caller, to answer, and to fail."""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

import azure.functions as func
from azure.core.exceptions import AzureError

from functions import answers, problems, runtime
from functions.problems import Problem
from shared import access, settings
from shared.access import Caller
from shared.cards import card_of
from shared.cards.card import Card
from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError
from shared.pipeline import log
from shared.pipeline.services import Services

BASE = "api/v1"
MOST_BYTES = 1_048_576
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

Work = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a known caller, with all that it takes to answer it."""

    request: func.HttpRequest
    services: Services
    caller: Caller

    def part(self, name: str) -> str:
        """Give a part of the route."""
        return str(self.request.route_params.get(name, ""))

    async def stored(self) -> tuple[Workspace, str]:
        """Give the route's workspace and its etag; another's is as unknown as one that is not there."""
        name = self.part("workspace")
        found = await self.services.store.workspaces.get(name) if self.caller.may_enter(name) else None
        if found is None:
            raise problems.not_found("There is no workspace of this name that your key opens.")
        return found

    async def workspace(self, *roles: str) -> Workspace:
        """Give the route's workspace to a caller with one of these roles; none given, any role will do."""
        workspace, _ = await self.stored()
        self.needs(*roles)
        return workspace

    def needs(self, *roles: str) -> None:
        """Refuse a caller who has none of these roles."""
        if roles and not self.caller.has(*roles):
            raise problems.forbidden(f"This takes one of the roles {', '.join(sorted(roles))}.")

    def card(self, workspace: Workspace) -> Card:
        """Give the route's card; one that is off or hidden from the caller is not there."""
        card = card_of(self.part("card"))
        if card is None or not workspace.card(card.id).enabled or not access.may_see(card, self.caller):
            raise problems.not_found("There is no card of this name that your key opens.")
        return card

    def body(self, most: int = MOST_BYTES) -> bytes:
        """Give the body; raises Problem for one that is larger than this route takes."""
        body = self.request.get_body()
        if len(body) > most:
            raise problems.too_large(f"A body has at most {most} bytes.")
        return body


Handler = Callable[[Call], Awaitable[func.HttpResponse]]


def endpoint(blueprint: func.Blueprint, name: str, method: str, route: str) -> Callable[[Handler], Handler]:
    """Register a handler as the function `name` behind a route under `/api/v1`; callers need a key."""

    def register(handler: Handler) -> Handler:
        async def work(request: func.HttpRequest) -> func.HttpResponse:
            async with runtime.services() as services:
                key = request.headers.get("x-api-key", "")
                caller = await access.authenticate(
                    services.store.api_keys, key, settings.operator_key(), services.clock()
                )
                if caller is None:
                    raise problems.unauthorised()
                return await handler(Call(request, services, caller))

        _register(blueprint, name, method, f"{BASE}/{route}", work)
        return handler

    return register


def open_endpoint(blueprint: func.Blueprint, name: str, route: str) -> Callable[[Work], Work]:
    """Register a handler as the function `name` for everyone, key or not."""

    def register(work: Work) -> Work:
        _register(blueprint, name, "GET", route, work)
        return work

    return register


def _register(blueprint: func.Blueprint, name: str, method: str, route: str, work: Work) -> None:
    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        return await _answer(name, req, work)

    # The host asks for no key of its own: we know whom we let in, and it does not.
    level = func.AuthLevel.ANONYMOUS
    triggered = blueprint.route(route=route, methods=[method], auth_level=level)(answer)
    blueprint.function_name(name)(triggered)


async def _answer(name: str, request: func.HttpRequest, work: Work) -> func.HttpResponse:
    """Answer whatever happens, with the request's id in the answer and in the log."""
    started = time.monotonic()
    given = request.headers.get("x-request-id", "")
    request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    try:
        response = await work(request)
    except Problem as problem:
        response = _refused(request, request_id, problem)
    except Exception as error:  # noqa: BLE001 - the boundary of one request
        is_store = isinstance(error, AzureError | ConfigurationError)
        response = _refused(request, request_id, problems.unavailable() if is_store else problems.failed())
        log.failure("http", error, function=name, request=request_id)
    response.headers["x-request-id"] = request_id
    seconds = round(time.monotonic() - started, 3)
    log.step("http", function=name, request=request_id, status=response.status_code, seconds=seconds)
    return response


def _refused(request: func.HttpRequest, request_id: str, problem: Problem) -> func.HttpResponse:
    instance = urlsplit(request.url).path
    return answers.json_answer(
        problem.as_json(instance, request_id),
        status=HTTPStatus(problem.status),
        headers={"Cache-Control": "no-store", **problem.headers},
        content_type="application/problem+json",
    )
