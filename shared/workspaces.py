"""A workspace document against what the code knows: sources, cards, secrets, and who may reach out.

The model checks a document's shape; here it is checked for meaning, so that what is saved can run.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import WithDefaultSchema

from shared.cards import card_of, sage
from shared.domain.notifications import Notifications
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.sources import SOURCES, source_of
from shared.sources.addresses import is_safe
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
    found += _window_faults(workspace)
    found += _recipient_faults(workspace)
    found += _notification_faults(workspace)
    found += [
        Fault(f"field_map.entity_routing.{at}.connection", "no connection has this name")
        for at, rule in enumerate(workspace.field_map.entity_routing)
        if rule.connection and workspace.connection(rule.connection) is None
    ]
    found += [
        Fault(path, "this setting is the app's own; name one that holds this secret only")
        for path, reference in references(workspace)
        if reference.upper().startswith(tuple(f"ENV:{name}" for name in _OWN_SETTINGS))
    ]
    return found


def _window_faults(workspace: Workspace) -> list[Fault]:
    """Keep the B2B card a part of the wider one: no day of it may lie outside the other (SAGE-CM-03)."""
    b2b, wider = (workspace.card(card).window_days or sage.WINDOW_DAYS for card in (sage.B2B, sage.WIDER))
    if b2b <= wider:
        return []
    return [
        Fault(f"cards.{sage.B2B}.window_days", f"may not be longer than that of {sage.WIDER}, {wider} days")
    ]


def _recipient_faults(workspace: Workspace) -> Iterator[Fault]:
    """Find who could never be told: of a card that is not there or not theirs, or over no channel."""
    notifications = workspace.notifications
    for role, each in workspace.recipients.items():
        for at, card_id in enumerate(each.cards):
            card = card_of(card_id)
            if card is None:
                yield Fault(f"recipients.{role}.cards.{at}", "there is no card of this id")
            elif role not in card.roles:
                yield Fault(f"recipients.{role}.cards.{at}", "this role does not see this card")
        if each.email and notifications.mail is None:
            yield Fault(
                f"recipients.{role}.email", "notifications.mail is missing: it says which mailbox sends"
            )
        if each.hooks and notifications.hook_secret is None:
            yield Fault(f"recipients.{role}.hooks", "notifications.hook_secret is missing: hooks are signed")


def _notification_faults(workspace: Workspace) -> Iterator[Fault]:
    notifications = workspace.notifications
    addresses = {"notifications.dashboard_url": notifications.dashboard_url}
    if mail := notifications.mail:
        addresses |= {"notifications.mail.endpoint": mail.endpoint}
        addresses |= {"notifications.mail.token_url": mail.token_url}
    for path, address in addresses.items():
        # Loopback is for a person's own machine, as with connections.
        if address and not is_safe(address, is_local=True):
            yield Fault(path, "must be an https address")


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
    return found + _messaging_outreach(workspace, before)


def _messaging_outreach(workspace: Workspace, before: Workspace | None) -> list[Fault]:
    """Find what changes where messages go, as whom, or with which secrets; that something goes is fine."""
    told = set(_recipients(before).values()) if before else set()
    found = [
        Fault(path, "only the operator may refer to another secret")
        for path, reference in _recipients(workspace).items()
        if reference not in told
    ]
    known = _reach(before.notifications if before else Notifications())
    return found + [
        Fault(f"notifications.{name}", "only the operator may change this")
        for name, value in _reach(workspace.notifications).items()
        if value and value != known.get(name)
    ]


def _reach(notifications: Notifications) -> dict[str, Any]:
    """Give what says where messages go, as whom, and with which secrets."""
    mail = notifications.mail.model_dump() if notifications.mail else {}
    addresses = {"dashboard_url": notifications.dashboard_url, "hook_secret": notifications.hook_secret}
    return {f"mail.{name}": value for name, value in mail.items()} | addresses


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


class _WithDefaults(GenerateJsonSchema):
    """Tells defaults that are made when they are needed, too: editors complete a document by them."""

    def get_default_value(self, schema: WithDefaultSchema) -> Any:
        made = cast("Callable[[], Any] | None", schema.get("default_factory"))
        return super().get_default_value(schema) if made is None else made()


def schema() -> dict[str, Any]:
    """Give the document's JSON Schema, with the options and secrets of each kind of connection."""
    document = Workspace.model_json_schema(schema_generator=_WithDefaults)
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
    if addresses := [
        Fault(f"{path}.{name}", "must be an https address")
        for name in ("base_url", "token_url")
        # Loopback is let through here and refused when it is used, unless the app runs locally.
        if getattr(connection, name) and not is_safe(getattr(connection, name), is_local=True)
    ]:
        return addresses
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


def references(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Give each reference to a secret with its path."""
    for at, connection in enumerate(workspace.connections):
        for name, reference in connection.secrets.items():
            yield f"connections.{at}.secrets.{name}", reference
    yield from _recipients(workspace).items()
    notifications = workspace.notifications
    if notifications.hook_secret:
        yield "notifications.hook_secret", notifications.hook_secret
    if notifications.mail:
        for name, reference in notifications.mail.secrets.items():
            yield f"notifications.mail.secrets.{name}", reference


def _recipients(workspace: Workspace) -> dict[str, str]:
    """Give the references of all addresses that are secrets, by their paths."""
    return {
        f"recipients.{role}.{channel}.{at}": reference
        for role, recipients in workspace.recipients.items()
        for channel, references in (("teams", recipients.teams), ("hooks", recipients.hooks))
        for at, reference in enumerate(references)
    }
