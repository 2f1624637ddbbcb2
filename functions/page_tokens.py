"""Page tokens: where the next page starts, in which evaluation, and for which question.

A token stays with the evaluation that it began in, so that pages fit together while new readings
come; it is opaque to callers and opens nothing that their key does not.
"""

import base64
import binascii
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from functions.problems import bad_query
from shared.domain.deferred import Deferred
from shared.workspaces import Fault


class Place(Deferred):
    """Where a page starts."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    evaluation: str = Field(pattern=r"^[A-Za-z0-9.:_-]{1,64}$")
    evaluated_at: str
    offset: int = Field(ge=0)
    question: str
    """The tag of the filters and the sort that the pages belong to."""
    states: str = ""
    """The tag of the rows' states, where filters or sort go by them."""


AnyPlace = TypeVar("AnyPlace", bound=BaseModel)


def written(place: BaseModel) -> str:
    """Write a place as a token."""
    return base64.urlsafe_b64encode(place.model_dump_json().encode()).decode().rstrip("=")


def decoded(token: str, model: type[AnyPlace]) -> AnyPlace:
    """Read a token; raises Problem where it is none."""
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return model.model_validate_json(text)
    except (ValueError, binascii.Error, ValidationError):
        raise bad_query([Fault("page_token", "not a token that a page gave")]) from None


def read(token: str, question: str) -> Place:
    """Read a token of rows; raises Problem where it is none, or belongs to another question."""
    place = decoded(token, Place)
    if place.question != question:
        raise bad_query([Fault("page_token", "belongs to other filters; begin again without it")])
    return place
