"""host.json and the app settings, as far as the local host follows them.

An app setting `AzureFunctionsJobHost__extensions__queues__batchSize` overrides the value at that path.
https://learn.microsoft.com/azure/azure-functions/functions-host-json
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from pydantic.alias_generators import to_camel

from dev.host.errors import StartupError

OVERRIDE = "AzureFunctionsJobHost__"
SETTING = re.compile(r"%([^%]+)%")


def _span(text: object) -> object:
    read = re.fullmatch(r"(\d+):(\d\d):(\d\d)", text) if isinstance(text, str) else None
    if read is None:
        return text
    hours, minutes, seconds = map(int, read.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


Span = Annotated[timedelta, BeforeValidator(_span)]


class Part(BaseModel):
    """A part of host.json; what this host does not follow is let be."""

    model_config = {"alias_generator": to_camel, "frozen": True, "validate_by_name": True}


class Queues(Part):
    """How queue triggers take their messages."""

    batch_size: int = Field(default=16, ge=1, le=32)
    new_batch_threshold: int | None = Field(default=None, ge=0)
    """Messages in flight below which the next batch is taken; half a batch where it is not given."""
    max_dequeue_count: int = Field(default=5, ge=1)
    visibility_timeout: Span = timedelta()
    """How long a message that failed is hidden."""
    max_polling_interval: Span = timedelta(minutes=1)
    message_encoding: Literal["base64", "none"] = "base64"

    @property
    def threshold(self) -> int:
        """The messages in flight below which the next batch is taken."""
        return self.batch_size // 2 if self.new_batch_threshold is None else self.new_batch_threshold


class Http(Part):
    """How HTTP triggers are reached."""

    route_prefix: str = "api"


class Extensions(Part):
    """The triggers' settings."""

    queues: Queues = Queues()
    http: Http = Http()


class Configuration(Part):
    """host.json, version 2.0."""

    version: Literal["2.0"]
    extensions: Extensions = Extensions()


def _overridden(document: Any, environment: Mapping[str, str]) -> Any:
    for name, value in environment.items():
        if name.startswith(OVERRIDE):
            *path, last = name.removeprefix(OVERRIDE).split("__")
            at = document
            for step in path:
                at = at.setdefault(step, {})
            at[last] = value
    return document


def read(app_folder: Path, environment: Mapping[str, str]) -> Configuration:
    """Read the app's host.json under its overrides; raises StartupError."""
    try:
        document = json.loads((app_folder / "host.json").read_text("utf-8"))
        return Configuration.model_validate(_overridden(document, environment))
    except (OSError, json.JSONDecodeError, ValidationError) as error:
        raise StartupError(f"host.json cannot be used: {error}") from error


def resolved(text: str, environment: Mapping[str, str]) -> str:
    """Fill in each `%SETTING%`; raises StartupError where there is no such setting."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise StartupError(f"{text!r} names the app setting {found[1]!r}, which is not set")
        return environment[found[1]]

    return SETTING.sub(value, text)


def connection_string(connection: str, environment: Mapping[str, str]) -> str:
    """Give the storage connection that a trigger names; raises StartupError."""
    for name in (connection, f"AzureWebJobs{connection}"):
        if environment.get(name):
            return environment[name]
    raise StartupError(f"the connection {connection!r} is not set; only connection strings work locally")
