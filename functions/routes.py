"""Every HTTP route with who may use it: what the walls, the documents and the tests are made from."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from inspect import getdoc
from typing import TypedDict, Unpack

import azure.functions as func
from pydantic import BaseModel

from functions.queries import Query
from shared.access import ROLES

OPERATORS = frozenset({"operator"})
"""In place of roles: nobody but an operator, who opens everything."""

Handler = Callable[..., Awaitable[func.HttpResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address: who may use it, what it takes, and what answers."""

    name: str
    """Of the function, and so of the operation."""
    method: str
    path: str
    """Without the first slash: `api/v1/workspaces/{workspace}`."""
    roles: frozenset[str] | None
    """One of these opens it, and the operator opens all; None for everyone, known or not."""
    handler: Handler
    query: type[Query] = Query
    """The query parameters that it takes; the bare class has none."""
    body: type[BaseModel] | None = None
    """The JSON that it takes; None where it takes none, or what no model reads."""
    by_card: bool = False
    """What it shows or changes is seen by the roles of its card only."""

    @property
    def is_open(self) -> bool:
        """Say whether everyone may use it."""
        return self.roles is None

    @property
    def is_page(self) -> bool:
        """Say whether it is of the dashboard: for people's browsers, and no part of the interface."""
        return self.path.partition("/")[0] == "dashboard"

    @property
    def parts(self) -> frozenset[str]:
        """The names in its address that stand for something: `workspace`, `card`."""
        return frozenset(each[1:-1] for each in self.path.split("/") if each.startswith("{"))

    @property
    def text(self) -> str:
        """What it does, in its handler's words."""
        return getdoc(self.handler) or ""


class Takes(TypedDict, total=False):
    """What a route may say of itself beside who may use it; see Route."""

    query: type[Query]
    body: type[BaseModel] | None
    by_card: bool


ROUTES: dict[str, Route] = {}
"""All routes by name, in the order of their files, once `functions` is imported."""


def add(route: Route, **takes: Unpack[Takes]) -> Route:
    """Enter a route; raises ValueError for one that opens to nobody, to roles unknown, or stands already."""
    if route.roles is not None and route.roles != OPERATORS and not set() < route.roles <= set(ROLES):
        raise ValueError(f"{route.name}: say which roles open it, of {', '.join(ROLES)}")
    is_for_all = route.roles in (None, OPERATORS, frozenset(ROLES))
    if not is_for_all and "{workspace}" not in route.path:
        raise ValueError(f"{route.name}: roles are those in a workspace, and its address names none")
    address = (route.method, route.path)
    if route.name in ROUTES or address in {(each.method, each.path) for each in ROUTES.values()}:
        raise ValueError(f"{route.name}: there is a route of this name or address already")
    entered = replace(route, **takes)
    ROUTES[route.name] = entered
    return entered
