"""Workspaces, keys, and whether the app works."""

from typing import Literal

from functions.models.base import Instant, Model
from functions.models.sources import CheckResult


class WorkspaceEntry(Model):
    """A workspace that the caller may enter."""

    id: str
    name: str
    time_zone: str
    reporting_currency: str
    enabled: bool
    roles: list[str]
    """What the caller is there; the operator, who may do everything, needs none."""
    href: str


class WhoAsks(Model):
    """Who the caller is."""

    name: str
    roles: list[str]
    is_operator: bool


class WorkspaceList(Model):
    """The workspaces that the caller may enter, and who the caller is."""

    workspaces: list[WorkspaceEntry]
    caller: WhoAsks


class CheckedOfDocument(CheckResult):
    """What a check of one connection of a document found."""

    connection: str
    kind: str


class CheckedDocument(Model):
    """What saving a document would change, and what its connections lack."""

    workspace: str
    is_new: bool
    changes: str
    """The parts that would change, by name; never what stands in them."""
    connections: list[CheckedOfDocument]


class KeyEntry(Model):
    """A key, without what opens anything."""

    id: str
    name: str
    roles: list[str]
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None


class KeyList(Model):
    """A workspace's keys."""

    keys: list[KeyEntry]


class MadeKey(KeyEntry):
    """A key that was just made."""

    key: str
    """The key itself, which is shown this once."""


class HealthChecks(Model):
    """What was looked at, in counts."""

    store: Literal["ok", "unreachable"]
    workspaces: int = 0
    unreadable_workspaces: int = 0
    streams: int = 0
    stale_streams: int = 0
    bad_records: int = 0


class Health(Model):
    """Whether the app works."""

    status: Literal["ok", "degraded", "down"]
    checks: HealthChecks


class SymptomEntry(Model):
    """One thing that is wrong, or worth knowing."""

    area: str
    about: str
    message: str
    remedy: str
    """What to do about it."""
    is_wrong: bool
    """Something does not work; otherwise it is only worth knowing."""


class Examination(Model):
    """What is wrong with the app."""

    is_well: bool
    areas: list[str]
    """All that was looked at."""
    findings: list[SymptomEntry]
