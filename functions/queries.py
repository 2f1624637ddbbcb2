"""Query parameters: read by a model, and refused by name where they are unknown or wrong."""

from datetime import UTC, datetime
from typing import Annotated, TypeVar

import azure.functions as func
from pydantic import AfterValidator, AwareDatetime, ConfigDict, ValidationError

from functions.problems import bad_query
from shared.domain.deferred import Deferred
from shared.workspaces import Fault, faults_of


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("no instant between the years 1 and 9999 of UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant as callers give it. The last evening of 9999 west of Greenwich is none that can be written."""


class Query(Deferred):
    """The query parameters that a route knows; the bare class knows none."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AnyQuery = TypeVar("AnyQuery", bound=Query)


def query_of(request: func.HttpRequest, model: type[AnyQuery]) -> AnyQuery:
    """Read a request's query parameters; raises Problem naming each that is unknown or wrong."""
    try:
        return model.model_validate(dict(request.params))
    except ValidationError as error:
        unknown = "unknown; known are " + (", ".join(model.model_fields) or "none")
        raise bad_query(
            Fault(found.path, unknown if found.path not in model.model_fields else found.message)
            for found in faults_of(error)
        ) from None
