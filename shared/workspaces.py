"""A workspace document against what the code knows: sources, cards, secrets, and who may reach out.

The model checks a document's shape; here it is checked for meaning, so that what is saved can run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from shared.cards import card_of
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.sources import SOURCES, source_of
from shared.sources.source import Options, Source

_OWN_SETTINGS = (
    "APPINSIGHTS_",
    "APPLICATIONINSIGHTS_",
    "APPSETTING_",
    "AZURE",
    "CONTAINER_",
    "FUNCTIONS_",
    "IDENTITY_",
    "MSI_",
    "TIEOUT_",
    "WEBSITE_",
)
"""Beginnings of the environment variables that are the app's own and no vendor's."""

_TAKEN = frozenset({"schema"})
"""What stands where a workspace's name stands in an address."""

_ABSENT = object()
"""Stands for an option that is not given, which is not the same as null."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, as a path such as `connections.0.secrets.access_token`, and what."""

    path: str
    message: str


def faults_of(error: ValidationError, *before: str | int) -> list[Fault]:
    """Give pydantic's findings as faults under a path; what was sent is not repeated."""
    return [
        Fault(
            ".".join(str(part) for part in (*before, *found["loc"])),
            found["msg"].removeprefix("Value error, "),
        )
        for found in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def faults(workspace: Workspace) -> list[Fault]:
    """Give everything in a document that the code could not run."""
    found: list[Fault] = []
    if workspace.id in _TAKEN:
        found.append(Fault("id", "this name is taken by a route"))
    for at, connection in enumerate(workspace.connections):
        found += _connection_faults(connection, f"connections.{at}")
    found += [
        Fault(f"cards.{card_id}", "there is no card of this id")
        for card_id in workspace.cards
        if card_of(card_id) is None
    ]
    found += [
        Fault(f"field_map.entity_routing.{at}.connection", "no connection has this name")
        for at, rule in enumerate(workspace.field_map.entity_routing)
        if rule.connection and workspace.connection(rule.connection) is None
    ]
    found += [
        Fault(path, "this setting is the app's own; name one that holds this secret only")
        for path, reference in _references(workspace)
        if reference.upper().startswith(tuple(f"ENV:{name}" for name in _OWN_SETTINGS))
    ]
    return found


def reaches_out(workspace: Workspace, before: Workspace | None) -> list[Fault]:
    """Give what only the operator may bring in: where requests go, and which secret goes with them.

    An administrator of one workspace could otherwise send a secret wherever they like. Options count
    as a whole, since hosts follow from them in ways that only each source knows.
    """
    known = before.connections if before else ()
    found: list[Fault] = []
    for at, connection in enumerate(workspace.connections):
        old = next((each for each in known if each.name == connection.name), None)
        found += _outreach(connection, old, f"connections.{at}")
    told = set(_recipients(before).values()) if before else set()
    found += [
        Fault(path, "only the operator may refer to another secret")
        for path, reference in _recipients(workspace).items()
        if reference not in told
    ]
    return found


def _outreach(connection: Connection, before: Connection | None, path: str) -> list[Fault]:
    if before is None:
        return [Fault(path, "only the operator may add or rename a connection")]
    names = ("kind", "base_url", "token_url")
    changed = [name for name in names if getattr(connection, name) != getattr(before, name)]
    changed += [
        f"options.{name}"
        for name in sorted(connection.options.keys() | before.options.keys())
        if connection.options.get(name, _ABSENT) != before.options.get(name, _ABSENT)
    ]
    return [Fault(f"{path}.{name}", "only the operator may change this") for name in changed] + [
        Fault(f"{path}.secrets.{name}", "only the operator may refer to another secret")
        for name, reference in connection.secrets.items()
        if before.secrets.get(name) != reference
    ]


def schema() -> dict[str, Any]:
    """Give the document's JSON Schema, with the options and secrets of each kind of connection."""
    document = Workspace.model_json_schema()
    connection = document["$defs"]["Connection"]
    connection["properties"]["kind"]["enum"] = [source.kind for source in SOURCES]
    connection["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": source.kind}}, "required": ["kind"]},
            "then": {"properties": {"options": {"$ref": f"#/$defs/{_options_name(source)}"}}},
        }
        for source in SOURCES
    ]
    for source in SOURCES:
        options = source.options.model_json_schema(ref_template="#/$defs/{model}")
        document["$defs"] |= options.pop("$defs", {})
        document["$defs"][_options_name(source)] = options | {"title": f"Options of {source.title}"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "/api/v1/workspaces/schema",
        **document,
    }


def _options_name(source: Source) -> str:
    return f"{source.kind}_options"


def _connection_faults(connection: Connection, path: str) -> list[Fault]:
    source = source_of(connection.kind)
    if source is None:
        kinds = ", ".join(source.kind for source in SOURCES)
        return [Fault(f"{path}.kind", f"not a kind of source; these are: {kinds}")]
    try:
        options = source.options.model_validate(connection.options)
    except ValidationError as error:
        return faults_of(error, path, "options") + _missing_secrets(source, connection, path)
    return _access_faults(source, connection, options, path)


def _access_faults(source: Source, connection: Connection, options: Options, path: str) -> list[Fault]:
    """Let the source itself say whether it can work with what it is given: it knows its flavours."""
    if missing := _missing_secrets(source, connection, path):
        return missing
    try:
        source.access(connection, options, dict.fromkeys(connection.secrets, "given"))
    except ConfigurationError as error:
        return [Fault(f"{path}.{error.path}".rstrip("."), str(error))]
    except KeyError as error:
        return [Fault(f"{path}.secrets.{error.args[0]}", "this secret is missing")]
    return []


def _missing_secrets(source: Source, connection: Connection, path: str) -> list[Fault]:
    return [
        Fault(f"{path}.secrets.{name}", f"{source.title} needs a reference to this secret")
        for name in source.secrets
        if name not in connection.secrets
    ]


def _references(workspace: Workspace) -> Iterator[tuple[str, str]]:
    for at, connection in enumerate(workspace.connections):
        for name, reference in connection.secrets.items():
            yield f"connections.{at}.secrets.{name}", reference
    yield from _recipients(workspace).items()


def _recipients(workspace: Workspace) -> dict[str, str]:
    return {
        f"recipients.{role}.teams.{at}": reference
        for role, recipients in workspace.recipients.items()
        for at, reference in enumerate(recipients.teams)
    }
