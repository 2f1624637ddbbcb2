"""The document of the interface: complete, valid OpenAPI 2.0, and what Power Automate asks of a connector."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV2SpecValidator

from functions.openapi.answers import ANSWERS
from functions.openapi.operations import operation_id
from functions.openapi.words import PARAMETERS, SUMMARIES
from functions.routes import ROUTES
from tests.functions.app import call
from tests.functions.contract import swagger

INTERFACE = {name: each for name, each in ROUTES.items() if not each.is_page}
"""The dashboard's pages are for people, and no part of it."""
METHODS = frozenset({"get", "put", "post", "patch", "delete"})


def _operations() -> Iterator[dict[str, Any]]:
    for path in swagger()["paths"].values():
        yield from (each for method, each in path.items() if method in METHODS)


OPERATIONS = {each["operationId"]: each for each in _operations()}


def _parameters() -> Iterator[dict[str, Any]]:
    document = swagger()
    yield from document["parameters"].values()
    for path in document["paths"].values():
        yield from path.get("parameters", ())
    for operation in OPERATIONS.values():
        yield from (each for each in operation["parameters"] if "$ref" not in each)


def test_it_is_valid() -> None:
    """The document is OpenAPI 2.0."""
    assert [] == [str(each) for each in OpenAPIV2SpecValidator(swagger()).iter_errors()]


def test_every_route_is_in_it_and_no_other() -> None:
    """Each route is one operation, at its own address."""
    found = {
        (method.upper(), path, each["operationId"])
        for path, verbs in swagger()["paths"].items()
        for method, each in verbs.items()
        if method in METHODS
    }
    assert {(each.method, f"/{each.path}", operation_id(each.name)) for each in INTERFACE.values()} == found
    assert len(found) == len(INTERFACE)


def test_every_route_has_its_words_and_answers() -> None:
    """Of each route it is said what it is called and what it answers, and of no other."""
    assert set(INTERFACE) == set(SUMMARIES) == set(ANSWERS)
    taken = {name for route in INTERFACE.values() for name in (*route.parts, *route.query.model_fields)}
    assert taken - set(PARAMETERS) == set()


async def test_everyone_may_read_it() -> None:
    """It is served to whoever asks, below one megabyte, and not again to whoever has it."""
    answer = await call("GET", "/swagger.json")
    assert (200, "tieout.example", ["https"]) == (
        answer.status,
        answer.json["host"],
        answer.json["schemes"],
    )
    assert len(answer.body) < 1_000_000
    again = await call("GET", "/swagger.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert 304 == again.status


def test_its_head_is_what_microsoft_certifies() -> None:
    """A title without "API", a description of 30 to 500 characters, a contact, and who stands behind it."""
    info, about = swagger()["info"], swagger()["x-ms-connector-metadata"]
    assert not re.search("api|connector|power", info["title"], re.IGNORECASE)
    assert 30 <= len(info["description"]) <= 500
    assert info["contact"]
    assert {"Website", "Privacy policy", "Categories"} == {each["propertyName"] for each in about}
    assert {"apiKey", "oauth2"} == {each["type"] for each in swagger()["securityDefinitions"].values()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_can_be_used_in_a_flow(name: str) -> None:
    """It has a PascalCase id, a summary in sentence case, a description, and schemas of its answers."""
    operation = OPERATIONS[name]
    assert re.fullmatch(r"([A-Z][a-z0-9]*)+", name)
    summary = operation["summary"]
    assert re.fullmatch(r"[A-Z].{2,79}[^.]", summary)
    assert operation["description"].endswith(".")
    assert operation["description"] != summary
    assert operation.get("x-ms-visibility", "none") in {"none", "important", "advanced", "internal"}
    for status, answer in operation["responses"].items():
        assert answer["description"]
        empty = {"304", "204"} | ({"202"} if name == "PollAlerts" else set())
        assert ("schema" in answer) == (status not in empty)


def test_ids_summaries_and_parameters_are_told_apart() -> None:
    """No two operations have one summary; each parameter has a description and a Title Case name."""
    assert len({each["summary"] for each in OPERATIONS.values()}) == len(OPERATIONS)
    for each in _parameters():
        assert each["description"].endswith("."), each["name"]
        assert re.fullmatch(r"[A-Z][A-Za-z-]*( [A-Z][A-Za-z]*)*", each["x-ms-summary"]), each["name"]
        assert not each["required"] or each.get("x-ms-visibility") != "internal"


def test_lists_to_pick_from_lead_somewhere() -> None:
    """Where a value is picked from a list, that list's operation and its fields are there."""
    picked = [each["x-ms-dynamic-values"] for each in _parameters() if "x-ms-dynamic-values" in each]
    assert {"ListWorkspaces", "ListCards", "ListSources"} == {each["operationId"] for each in picked}
    for each in picked:
        schema = _answer(each["operationId"])["properties"][each["value-collection"]]["items"]
        entry = swagger()["definitions"][schema["$ref"].rpartition("/")[2]]
        assert {each["value-path"], each["value-title"]} <= set(entry["properties"])


def _answer(name: str) -> dict[str, Any]:
    reference = OPERATIONS[name]["responses"]["200"]["schema"]["$ref"]
    found: dict[str, Any] = swagger()["definitions"][reference.rpartition("/")[2]]
    return found


def test_triggers_are_what_flows_expect() -> None:
    """One trigger is called, and names what it is called with; the other polls for a list of the same."""
    path = swagger()["paths"]["/api/v1/workspaces/{workspace}/hooks"]
    event = {"$ref": "#/definitions/AlertEvent"}
    assert "single" == path["post"]["x-ms-trigger"]
    assert "201" in path["post"]["responses"]
    assert event == path["x-ms-notification-content"]["schema"]
    url = swagger()["definitions"]["NewHook"]["properties"]["callback_url"]
    assert (True, "internal") == (url["x-ms-notification-url"], url["x-ms-visibility"])
    assert "delete" in swagger()["paths"]["/api/v1/workspaces/{workspace}/hooks/{hook}"]
    polled = OPERATIONS["PollAlerts"]
    assert "batch" == polled["x-ms-trigger"]
    assert {"type": "array", "items": event} == polled["responses"]["200"]["schema"]
    [state] = [each for each in polled["parameters"] if each["name"] == "since"]
    assert (False, "internal") == (state["required"], state["x-ms-visibility"])


def test_nothing_is_in_it_that_openapi_2_does_not_have() -> None:
    """No null, no alternatives, no constants, no schema dialect."""
    text = json.dumps(swagger())
    for word in ("anyOf", "oneOf", "const", "$defs", "prefixItems", '"null"'):
        assert f'"{word}":' not in text, word
