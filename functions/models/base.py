"""What all models of answers share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""RFC 3339 in UTC."""
Amount = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]+$")]
"""Money as text; its currency stands beside it."""
Number = Annotated[str, Field(pattern=r"^-?[0-9.]+(E[+-]?[0-9]+)?$")]
"""A number as text, so that no digit is lost."""
AnyObject = dict[str, Any]


class Model(BaseModel):
    """A part of an answer: nothing is in it that is not named, and nothing named is missing."""

    model_config = ConfigDict(
        defer_build=True, frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


class Problem(Model):
    """What was wrong with a request (RFC 9457)."""

    type: str
    """Tells problems apart: `urn:tieout:problem:` and a word that stays the same."""
    title: str
    status: int
    detail: str
    """What to do about it."""
    instance: str
    request_id: str
    """Finds the request in the log."""
    errors: list["Wrong"] = []
    """The parts that are wrong, where single parts are."""


class Wrong(Model):
    """One part of a request that is wrong."""

    path: str
    message: str
