"""Request bodies: read by a model, and refused by name where they are wrong."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from functions import problems
from functions.http import Call
from shared.workspaces import faults_of

DEEPEST = 32
"""How deep lists and objects may lie in each other."""
LONGEST_NUMBER = 32
"""Characters of a number: to read one takes the square of its length."""

AnyBody = TypeVar("AnyBody", bound=BaseModel)


def body_of(call: Call, model: type[AnyBody]) -> AnyBody:
    """Read a request's JSON; raises Problem where it is none, or naming each field that is wrong."""
    return read(call.body(), model)


def read(body: bytes, model: type[AnyBody]) -> AnyBody:
    """Read JSON by a model, strictly: one value for each name, no number or depth without end.

    Raises Problem where it is none, or naming each field that is wrong.
    """
    try:
        _refuse_odd(body)
        return model.model_validate_json(body)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise problems.bad_body("It is not JSON in UTF-8.") from None
        raise problems.invalid(faults_of(error)) from None


def _refuse_odd(body: bytes) -> None:
    try:
        text = body.decode()
        found = json.loads(
            text,
            object_pairs_hook=_named_once,
            parse_int=_short,
            parse_float=_short,
            parse_constant=_refuse_constant,
        )
    except RecursionError:
        raise problems.bad_body(f"It is more than {DEEPEST} lists and objects deep.") from None
    except ValueError:  # no JSON, or no UTF-8
        raise problems.bad_body("It is not JSON in UTF-8.") from None
    level = [found]
    for _ in range(DEEPEST):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return
    raise problems.bad_body(f"It is more than {DEEPEST} lists and objects deep.")


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.values()]
    return value if isinstance(value, list) else []


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise problems.bad_body("One of its objects has the same name twice.")
    return found


def _short(digits: str) -> None:
    if len(digits) > LONGEST_NUMBER:
        raise problems.bad_body(f"A number has at most {LONGEST_NUMBER} characters.")


def _refuse_constant(constant: str) -> None:
    raise ValueError(constant)
