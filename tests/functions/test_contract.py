"""The served document against the app: whatever a machine asks by it, the app answers as it says."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from functions import runtime
from shared.domain.workspace import Workspace
from shared.pipeline.services import Services
from tests.functions.app import (
    ABSENT,
    GAP,
    OPERATOR_KEY,
    _found,
    customer,
    document,
    function,
    order,
    publish,
    unpacked,
)
from tests.functions.contract import swagger
from tests.pipeline.memory import memory_store

REQUESTS = int(os.environ.get("TIEOUT_REQUESTS", "5000"))
"""How many requests are made over all operations."""
NOW = datetime(2026, 4, 12, 3, tzinfo=UTC)
KNOWN = {
    "workspace": ("acme",),
    "card": (GAP, ABSENT),
    "connection": ("shop", "log"),
    "exception": ("r1",),
    "alert": (GAP,),
}
"""Parts of addresses that lead somewhere: most requests have these, the others are made up."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = {
    operation.ok().definition.raw["operationId"]: operation.ok()
    for operation in schemathesis.openapi.from_dict(swagger()).get_all_operations()
}


async def _services() -> Services:
    """Give the services of an app that has one workspace with two readings."""
    store = memory_store()
    connections = [*document()["connections"], {"name": "log", "kind": "sync_log"}]
    await store.workspaces.put(Workspace.model_validate(document(connections=connections)))
    rows = [order(f"SH-{number}", gap=number) for number in range(3)]
    await publish(store, [each | {"id": f"r{at}"} for at, each in enumerate(rows)])
    await publish(store, [customer("Ann")], ABSENT, unit="customers", currency=None, value=1, compared="1")
    return Services(store, lambda: NOW)


async def _answer(sent: requests.PreparedRequest) -> func.HttpResponse | None:
    """Send a request as the host hands it over; None where no route fits the address."""
    split = urlsplit(str(sent.url))
    try:
        name, parts = _found(str(sent.method), split.path)
    except LookupError:
        return None
    body = sent.body if isinstance(sent.body, bytes) else (sent.body or "").encode()
    request = func.HttpRequest(
        str(sent.method),
        str(sent.url),
        headers=dict(sent.headers),
        params=dict(parse_qsl(split.query)),
        route_params=parts,
        body=body,
    )
    return await function(name)(request)  # type: ignore[no-any-return] # what the host calls


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[[requests.PreparedRequest], Any]:
    """Give what sends a request to an app with a store in memory."""
    monkeypatch.setenv("TIEOUT_ADMIN_KEY", OPERATOR_KEY)
    monkeypatch.setenv("TIEOUT_REQUESTS_PER_MINUTE", "1000000")
    monkeypatch.setenv("TIEOUT_REFUSALS_PER_MINUTE", "1000000")
    with asyncio.Runner() as runner:
        kept = runner.run(_services())

        @asynccontextmanager
        async def services() -> AsyncIterator[Services]:
            yield kept

        monkeypatch.setattr(runtime, "services", services)
        yield lambda sent: runner.run(_answer(sent))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_described(name: str, ask: Callable[[requests.PreparedRequest], Any]) -> None:
    """Whatever is asked, sense or nonsense, is answered with a status and a body that the document has."""
    operation = OPERATIONS[name]
    cases = st.one_of(
        *(operation.as_strategy(generation_mode=each) for each in (GenerationMode.POSITIVE,) * 2),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @seed(1)
    @settings(
        max_examples=max(3, -(-REQUESTS // len(OPERATIONS))),
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=[*HealthCheck],
    )
    @given(case=cases, is_known=st.integers(0, 4), has_key=st.integers(0, 9), data=st.data())
    def send(case: Any, is_known: int, has_key: int, data: st.DataObject) -> None:
        if is_known:
            given_parts = case.path_parameters or {}
            known = {each: data.draw(st.sampled_from(KNOWN[each])) for each in given_parts if each in KNOWN}
            case.path_parameters = given_parts | known
        headers = {"x-api-key": OPERATOR_KEY} if has_key else {}
        taken = case.as_transport_kwargs(base_url="https://tieout.example", headers=headers)
        names = ("method", "url", "headers", "cookies", "params", "data", "json", "files")
        sent = requests.Request(**{each: taken[each] for each in names if each in taken}).prepare()
        if (answer := ask(sent)) is None:
            return
        found = schemathesis.Response(
            status_code=answer.status_code,
            headers={key.lower(): [value] for key, value in answer.headers.items()}
            | {"content-type": [answer.mimetype]},
            content=unpacked(answer),
            request=sent,
            elapsed=0.0,
            verify=False,
        )
        case.validate_response(found, checks=CHECKS)

    send()
