"""Request bodies: read by a model, and refused by name where they are wrong."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from functions import problems
from functions.http import Call
from shared.workspaces import faults_of

AnyBody = TypeVar("AnyBody", bound=BaseModel)


def body_of(call: Call, model: type[AnyBody]) -> AnyBody:
    """Read a request's JSON; raises Problem where it is none, or naming each field that is wrong."""
    try:
        return model.model_validate_json(call.body())
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise problems.bad_body("It is not JSON in UTF-8.") from None
        raise problems.invalid(faults_of(error)) from None
