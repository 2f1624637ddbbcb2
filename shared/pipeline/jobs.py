"""What there is to pull: the streams that a workspace's connections offer."""

import hashlib
import json
from dataclasses import dataclass

from pydantic import ValidationError

from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.sources import source_of
from shared.sources.source import Options, Source, Stream
from shared.store.segments import StreamName

RECORDS_VERSION = 2
"""Raised when a release normalises or maps records otherwise, so that they are read anew."""
SHAPING = {"vat_field", "account_reference_field", "b2b_customer_groups"}
"""The parts of the field map that sources read."""
_HOW = {"page_size", "calls_per_month"}
"""The options that say how a connection is read, not what."""


@dataclass(frozen=True, slots=True)
class Job:
    """One stream to pull, with everything that says how."""

    workspace: Workspace
    connection: Connection
    source: Source
    stream: Stream

    @property
    def name(self) -> StreamName:
        """Give the stream's name in the store."""
        return StreamName(self.workspace.id, self.connection.name, self.stream.name)

    @property
    def settings(self) -> str:
        """Give a mark of all settings that shape this stream's records.

        Records read under other settings carry other keys, so a change reads everything anew. What is sent
        to us cannot be read anew, and no setting shapes it.
        """
        if self.source.form is not None:
            return f"release {RECORDS_VERSION}"
        field_map = self.workspace.field_map.model_dump(mode="json", include=SHAPING)
        connection = self.connection.model_dump(mode="json", include={"kind", "base_url", "options"})
        for how in _HOW:
            connection["options"].pop(how, None)
        return hashlib.sha256(
            json.dumps([RECORDS_VERSION, field_map, connection], sort_keys=True).encode()
        ).hexdigest()[:16]

    @property
    def message(self) -> dict[str, str]:
        """Give the queue message that asks for this pull."""
        return {
            "workspace": self.workspace.id,
            "connection": self.connection.name,
            "stream": self.stream.name,
        }

    @property
    def facts(self) -> dict[str, str]:
        """Give what the log and the metrics say of where this is."""
        return {**self.message, "kind": self.source.kind}


def jobs_of(workspace: Workspace, connection: Connection) -> list[Job]:
    """Give the streams that a connection offers; none for one that is off or of an unknown kind.

    Raises ConfigurationError where its options cannot be read.
    """
    possible = possible_jobs_of(workspace, connection)
    if not possible:
        return []
    options = options_of(possible[0].source, connection)
    return [job for job in possible if job.stream.is_offered(options)]


def possible_jobs_of(workspace: Workspace, connection: Connection) -> list[Job]:
    """Give the streams that a connection of this kind may offer, whatever its options say."""
    source = source_of(connection.kind)
    if source is None or not (workspace.enabled and connection.enabled):
        return []
    return [Job(workspace, connection, source, each) for each in source.streams]


def find(workspace: Workspace, connection: str, stream: str) -> Job | None:
    """Give the stream of this name that a connection offers now, if there is one."""
    known = workspace.connection(connection)
    try:
        jobs = jobs_of(workspace, known) if known else []
    except ConfigurationError:
        return None
    return next((job for job in jobs if job.stream.name == stream), None)


def options_of(source: Source, connection: Connection) -> Options:
    """Read a connection's options; raises ConfigurationError naming the first that is wrong."""
    try:
        return source.options.model_validate(connection.options)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in ("options", *first["loc"]))
        raise ConfigurationError(f"{connection.name}: {path}: {first['msg']}", path) from None
