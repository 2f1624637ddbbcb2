"""Builders: a caller of the app's HTTP functions, and the workspaces and readings that it finds."""

import base64
import gzip
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import azure.functions as func

from dev.host.routes import compiled, decoded
from functions import BLUEPRINTS
from shared.domain.rows import CustomerRow, OrderRow, as_json
from shared.domain.workspace import Workspace
from shared.store.queues import StorageQueues
from shared.store.store import Store
from tests.functions.contract import hold

OPERATOR_KEY = "an invented operator's key"
GAP = "revenue_gap_detailed_breakdown"
ABSENT = "ecom_customers_absent_from_sage"
D365 = "ecom_customers_absent_from_d365"

OUTSIDE = frozenset({"/health", "/swagger.json"})
"""What does not stand under `/api/v1`."""

Document = dict[str, Any]


def _functions() -> list[Any]:
    app = func.FunctionApp()
    for blueprint in BLUEPRINTS:
        app.register_functions(blueprint)
    return app.get_functions()


FUNCTIONS = {each.get_function_name(): each for each in _functions()}
_TRIGGERS = {name: json.loads(each.get_raw_bindings()[0]) for name, each in FUNCTIONS.items()}
_ENDPOINTS = sorted(
    (
        (compiled(trigger["route"]), trigger["methods"], name)
        for name, trigger in _TRIGGERS.items()
        if trigger["type"] == "httpTrigger"
    ),
    key=lambda endpoint: endpoint[0].precedence,
)


def function(name: str) -> Any:
    """Give what the host calls for a function."""
    return FUNCTIONS[name].get_user_function()


@dataclass(frozen=True)
class Answer:
    """What a caller got."""

    status: int
    headers: Any
    body: bytes
    type: str

    @property
    def json(self) -> Any:
        """The body, read as strict JSON."""
        return json.loads(self.body, parse_constant=_refuse)


def unpacked(response: func.HttpResponse) -> bytes:
    """Give an answer's body as it was before it was compressed."""
    body = response.get_body()
    return gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _found(method: str, path: str) -> tuple[str, dict[str, str]]:
    for route, methods, name in _ENDPOINTS:
        parts = route.match(path.strip("/"))
        if parts is not None and method in methods:
            return name, parts
    raise LookupError(f"the host knows no {method} {path}")


async def call(
    method: str, target: str, key: str = "", body: Any = None, headers: dict[str, str] | None = None
) -> Answer:
    """Send a request as the host hands it over: `target` begins behind `/api/v1`, or is one of OUTSIDE.

    The answer is held to the document of the interface.
    """
    address = target if target in OUTSIDE else f"/api/v1{target}"
    split = urlsplit(address)
    name, parts = _found(method, decoded(split.path.encode()))
    request = func.HttpRequest(
        method,
        f"https://tieout.example{address}",
        headers={
            **({"X-Api-Key": key} if key else {}),
            **({} if body is None else {"Content-Type": "application/json"}),
            **(headers or {}),
        },
        params=dict(parse_qsl(split.query)),
        route_params=parts,
        body=body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode(),
    )
    response = await function(name)(request)
    hold(name, response.status_code, response.mimetype, unpacked(response))
    return Answer(response.status_code, response.headers, response.get_body(), response.mimetype)


def document(workspace: str = "acme", **changes: Any) -> Document:
    """Give a workspace document that is valid."""
    connection = {
        "name": "shop",
        "kind": "shopify",
        "secrets": {"access_token": "env:ACME_SHOP_TOKEN"},
        "options": {"shop": "acme"},
    }
    return {
        "id": workspace,
        "name": "Acme Gifts",
        "time_zone": "Europe/London",
        "reporting_currency": "GBP",
        "entities": [{"id": "uk", "name": "Acme UK"}],
        "connections": [connection],
        **changes,
    }


async def add_workspace(store: Store, workspace: str = "acme", **changes: Any) -> Workspace:
    """Store a workspace."""
    added = Workspace.model_validate(document(workspace, **changes))
    await store.workspaces.put(added)
    return added


def reading(card: str = GAP, number: int = 1, **changes: Any) -> Document:
    """Give the reading of one evaluation, as the pipeline publishes it."""
    moment = f"2026-04-12T{number:02}:00:00Z"
    return {
        "workspace": "acme",
        "card": card,
        "title": "A card",
        "evaluation": f"20260412T{number:02}0000Z",
        "evaluated_at": moment,
        "status": "alert",
        "value": "680000.00",
        "unit": "money",
        "currency": "USD",
        "threshold": {"value": "5", "unit": "percent"},
        "compared": "7.10",
        "window_start": "2026-03-14T00:00:00Z",
        "window_end": moment,
        "window_days": 30,
        "sentiment": "",
        "older_unresolved": None,
        "comparison": None,
        "as_of": moment,
        "value_as_of": moment,
        "joined_at": moment,
        "lag_seconds": 0,
        "figures": {},
        "breakdown": [],
        "subsets": [],
        "inputs": [],
        "waiting_for": [],
        "rows_of": f"20260412T{number:02}0000Z",
        "row_count": 0,
        **changes,
    }


async def publish(
    store: Store, rows: list[Document], card: str = GAP, number: int = 1, **changes: Any
) -> None:
    """Publish a reading with its rows."""
    found = sum(not row["is_settled"] for row in rows)
    await store.readings.publish(reading(card, number, **{"row_count": found, **changes}), rows)


def order(reference: str, *, is_settled: bool = False, **changes: Any) -> Document:
    """Give the row of an order; amounts are in whole units."""
    for amount in ("gap", "commerce_gross", "commerce_net", "ledger_amount"):
        if amount in changes:
            changes[amount] *= 10_000
    fields: Document = {
        "id": reference,
        "name": "Somebody",
        "order": reference,
        "currency": "USD",
        "evidence": {},
    }
    return as_json(OrderRow(**(fields | changes))) | {"is_settled": is_settled}


def customer(name: str, *, is_settled: bool = False, **changes: Any) -> Document:
    """Give the row of a customer."""
    fields: Document = {"id": name, "name": name, "evidence": {}}
    return as_json(CustomerRow(**(fields | changes))) | {"is_settled": is_settled}


async def messages(store: Store, queue: str) -> list[Document]:
    """Take the messages that wait in a queue."""
    queues = store.queues
    assert isinstance(queues, StorageQueues)
    client = queues._service.get_queue_client(f"{queues._prefix}{queue}")
    return [
        json.loads(base64.b64decode(each.content)) async for each in client.receive_messages(max_messages=32)
    ]


def rows_address(card: str = GAP, **query: Any) -> str:
    """Give the address of a card's rows under these filters."""
    asked = "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
    return f"/workspaces/acme/cards/{card}/rows?{asked}"
