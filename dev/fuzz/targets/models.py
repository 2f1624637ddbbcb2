"""What routes and queues take: each body, each set of query parameters and each message, by its own model."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import azure.functions as func
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

import functions
from dev.fuzz.choices import Choices
from dev.fuzz.spoiling import ODD_TEXTS, spoiled_bytes, spoiled_json, written
from dev.fuzz.target import Target, hold, hold_refusal
from dev.worlds.gifts_sage import gifts_sage
from functions import bodies, messages
from functions.openapi.operations import body_model
from functions.problems import Problem
from functions.queries import query_of
from functions.routes import ROUTES

assert functions.BLUEPRINTS  # noqa: S101 - whose import enters the routes

BODY_MODELS: tuple[type[BaseModel], ...] = tuple(
    dict.fromkeys(model for each in ROUTES.values() if (model := body_model(each)) is not None)
)
"""Each model of a body, once; a new route's comes by itself."""
QUERY_MODELS = tuple(dict.fromkeys(each.query for each in ROUTES.values()))
MESSAGE_MODELS: tuple[type[messages.Message], ...] = (
    messages.EvaluateMessage,
    messages.PullMessage,
    messages.FoldMessage,
    messages.NotifyMessage,
    messages.EraseMessage,
)
_CHANGE = {"action": "snooze", "assignee": "Kim", "until": "2026-11-02T09:00:00Z", "reason": "on its way"}
_BUYER = {"kind": "alias", "card": "", "identity": "email:kim@example.com", "connection": "ledger"}
BODIES_TO_BEGIN_FROM: Mapping[str, Any] = {
    "AlertChange": {"action": "snooze", "until": "2026-11-02T09:00:00Z"},
    "BulkChange": {"ids": ["a", "b"], "change": _CHANGE},
    "Change": _CHANGE,
    "NewComment": {"comment": "asked them"},
    "NewDecision": {**_BUYER, "company": "", "number": "C-1", "why": "they said so"},
    "NewHook": {"callback_url": "https://prod-01.westeurope.logic.azure.com/x?sig=y", "card": ""},
    "NewKey": {"name": "flow", "roles": ["owner"], "expires_at": "2027-11-02T09:00:00+02:00"},
    "Person": {"by": "email", "value": "kim@example.com"},
    "TriedSettings": {"grace_minutes": 30, "cards": {"a": {"threshold": "1.5"}}},
    "Workspace": gifts_sage().document,
}
_STREAM = {"workspace": "acme", "connection": "ledger", "stream": "customers"}
MESSAGES_TO_BEGIN_FROM: Mapping[str, Any] = {
    "EvaluateMessage": {"workspace": "acme", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"},
    "PullMessage": _STREAM,
    "FoldMessage": {**_STREAM, "base": "00000002~20261101~4000", "chunks": 3, "segments": 2, "records": 1},
    "NotifyMessage": {"workspace": "acme", "delivery": "0" * 32},
    "EraseMessage": {"workspace": "acme", "erasure": "f" * 32},
}
_VALUES = (
    *("2026-11-01T09:00:00Z", "2026-11-01", "true", "false", "0", "1", "20", "1000", "open", "high", "a|b"),
    *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"),
)


def _spoiled(choices: Choices, document: Any) -> tuple[bytes, bool]:
    """Give a document as it is sent, and whether it was spoiled."""
    if choices.chance(8):
        return written(document), False
    body = written(spoiled_json(choices, document))
    return (spoiled_bytes(choices, body) if choices.chance(6) else body), True


def _hold_same(model: type[BaseModel], found: BaseModel) -> None:
    hold(found == model.model_validate_json(found.model_dump_json()), "it is written as another")
    found.model_dump_json().encode()


def _run_bodies(data: bytes) -> None:
    choices = Choices(data)
    model = choices.pick(BODY_MODELS)
    body, is_spoiled = _spoiled(choices, BODIES_TO_BEGIN_FROM[model.__name__])
    try:
        found = bodies.read(body, model)
    except Problem as problem:
        hold_refusal(problem.status)
        hold(is_spoiled, f"what a {model.__name__} is made of is refused")
    else:
        _hold_same(model, found)


def _run_messages(data: bytes) -> None:
    choices = Choices(data)
    model = choices.pick(MESSAGE_MODELS)
    body, is_spoiled = _spoiled(choices, MESSAGES_TO_BEGIN_FROM[model.__name__])
    message = func.QueueMessage(id="1", body=body)
    refused: ValueError | None = None
    try:
        found = messages.read(message, model)
    except ValueError as error:
        refused = error
    if refused is None:
        _hold_same(model, found)
    else:
        hold(is_spoiled, f"what a {model.__name__} is made of is refused")
        hold(str(refused) == f"the message 1 is not a {model.__name__}", "a refusal says more than which")


def _run_queries(data: bytes) -> None:
    choices = Choices(data)
    model = choices.pick(QUERY_MODELS)
    names: Sequence[str] = [*model.model_fields, "unknown"]
    params = {
        choices.pick(names): choices.pick((*_VALUES, *ODD_TEXTS, choices.text()))
        if choices.chance(3)
        else choices.pick(_VALUES)
        for _ in range(choices.below(4))
    }
    request = func.HttpRequest(method="GET", url="https://x/", params=params, body=b"")
    try:
        found = query_of(request, model)
    except Problem as problem:
        hold_refusal(problem.status)
        return
    hold(found == model.model_validate(found.model_dump()), "it is asked for as another")
    hold("unknown" not in params, "what nobody knows is passed over")
    # Halves of a character, which no address can carry.
    with suppress(UnicodeEncodeError, PydanticSerializationError):
        found.model_dump_json().encode()


BODIES = Target(
    "bodies",
    "a body is refused by field, or read as what it says",
    _run_bodies,
    lambda: [bytes([which, 0, 0, at]) for which in range(len(BODY_MODELS)) for at in range(3)],
    examples=200,
)
QUERIES = Target("queries", "query parameters are refused by name, or read as what they say", _run_queries)
MESSAGES = Target(
    "messages",
    "a message of ours is taken, and another one is refused without a word of what it said",
    _run_messages,
    lambda: [bytes([which, 7]) for which in range(len(MESSAGE_MODELS))],
)
