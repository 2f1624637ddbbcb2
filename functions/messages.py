"""Queue messages: ids, and of an evaluation when it was asked for; one that cannot be read ends as poison."""

from typing import TypeVar

import azure.functions as func
from pydantic import ConfigDict, Field, ValidationError

from shared.domain.deferred import Deferred
from shared.domain.workspace import Identifier
from shared.pipeline.asking import Asked


class Message(Deferred):
    """Asks for something in a workspace."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workspace: Identifier
    traceparent: str = Field(default="", max_length=100)
    """The span that sent it, as W3C has it; what is none is let go. No part of what is asked for."""


class EvaluateMessage(Message):
    """Asks for the evaluation of a workspace."""

    asked: Asked | None = None
    """When; a message of an earlier release does not say."""


class PullMessage(Message):
    """Asks for the pull of one stream of one connection."""

    connection: Identifier
    stream: str


class FoldMessage(PullMessage):
    """Asks for the fold of one stream, or for the rest of it."""

    base: str = Field(default="", pattern=r"^([0-9]{8}~[0-9]{8}(~[0-9]{1,8})?)?$")
    chunks: int = Field(default=0, ge=0)
    segments: int = Field(default=0, ge=0)
    records: int = Field(default=0, ge=0)


class NotifyMessage(Message):
    """Asks for one delivery."""

    delivery: str = Field(pattern=r"^[0-9a-f]{32}$")


class EraseMessage(Message):
    """Asks that an erasure goes on."""

    erasure: str = Field(pattern=r"^[0-9a-f]{32}$")


AnyMessage = TypeVar("AnyMessage", bound=Message)


def read(message: func.QueueMessage, model: type[AnyMessage]) -> AnyMessage:
    """Read a message; raises ValueError, which does not repeat what was sent."""
    try:
        return model.model_validate_json(message.get_body())
    except ValidationError:
        raise ValueError(f"the message {message.id} is not a {model.__name__}") from None
