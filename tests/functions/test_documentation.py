"""docs/http.md and docs/dashboard.md say what exists."""

import inspect
import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

from functions import problems
from functions.problems import Problem
from functions.routes import OPERATORS, ROUTES
from functions.row_queries import RowPageQuery
from shared.access import CARD_ROLES, MAY_CONFIGURE, MAY_READ_CONFIGURATION, MAY_RUN, ROLES
from tests.functions.app import FUNCTIONS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = "".join((DOCS / f"{each}.md").read_text(encoding="utf-8") for each in ("http", "dashboard"))


def test_every_route_is_described_and_no_other() -> None:
    """The table of routes is the app's, verb by verb."""
    described, route = set(), ""
    for first, verbs in re.findall(r"^\| (`/[^`]+`|) ?\| ([A-Z]+(?:, [A-Z]+)*) \|", TEXT, re.MULTILINE):
        route = first.strip("`") or route
        described |= {(verb, route) for verb in verbs.split(", ")}
    triggers: list[Any] = [json.loads(each.get_raw_bindings()[0]) for each in FUNCTIONS.values()]
    assert described == {
        (verb, f"/{trigger['route']}".removeprefix("/api/v1"))
        for trigger in triggers
        if trigger["type"] == "httpTrigger"
        for verb in trigger["methods"]
    }


WHO = {
    "everyone": None,
    "any role": ROLES,
    "the card's roles": ROLES,
    "the cards' roles": ROLES,
    "any card's role": CARD_ROLES,
    "all but marketing": MAY_RUN,
    "all but marketing, of the card's roles": MAY_RUN,
    "admin": MAY_CONFIGURE,
    "admin; a new one: operator": MAY_CONFIGURE,
    "admin, owner, finance": MAY_READ_CONFIGURATION,
    "operator": OPERATORS,
}


def test_who_may_is_what_the_route_says() -> None:
    """The table's third column is each route's own rule."""
    route, described = "", {}
    for first, verbs, who in re.findall(
        r"^\| (`/[^`]+`|) ?\| ([A-Z]+(?:, [A-Z]+)*) \| ([^|]+) \|", TEXT, re.MULTILINE
    ):
        route = first.strip("`") or route
        roles = WHO[who]
        described |= {(verb, route): roles and frozenset(roles) for verb in verbs.split(", ")}
    assert described == {
        (each.method, f"/{each.path}".removeprefix("/api/v1")): each.roles for each in ROUTES.values()
    }


def test_every_problem_is_described_and_no_other() -> None:
    """The table of problems has each type with its status."""
    makers = [
        maker
        for name, maker in inspect.getmembers(problems, inspect.isfunction)
        if not name.startswith("_") and inspect.signature(maker).return_annotation is Problem
    ]
    source = inspect.getsource(problems)
    kinds = re.findall(r'Problem\(\s*"([a-z-]+)",\s*HTTPStatus\.([A-Z_]+)', source)
    assert len(makers) == len(kinds)
    described = set(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", TEXT, re.MULTILINE))
    assert described == {(slug, str(HTTPStatus[status].value)) for slug, status in kinds}


def test_every_parameter_of_rows_is_described() -> None:
    """No filter is left for readers of the code to find."""
    assert [name for name in RowPageQuery.model_fields if f"`{name}" not in TEXT] == []
