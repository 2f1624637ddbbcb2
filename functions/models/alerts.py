"""Alerts, what was told of them, and what flows get."""

from typing import Literal

from functions.models.base import Instant, Model, Number
from shared.domain.alerts import AlertState, MessageKind
from shared.domain.deliveries import Channel, DeliveryState
from shared.domain.severity import Severity


class AlertEntry(Model):
    """An alert as it stands."""

    id: str
    card: str
    subset: str
    entity: str
    state: AlertState
    severity: Severity
    value: Number
    threshold: Number
    unit: Literal["count", "percent"] | None
    waiting_for: list[str]
    opened_at: Instant
    resolved_at: Instant | None
    told: int
    told_at: Instant | None
    escalated_at: Instant | None
    quietened_by: str
    snoozed_until: Instant | None
    href: str


class AlertList(Model):
    """The alerts of the cards that the caller may see."""

    workspace: str
    alerts: list[AlertEntry]


class AlertEvent(Model):
    """What happened to an alert, as flows get it."""

    id: str
    """The same for the same event, by whichever trigger it comes."""
    workspace: str
    card: str
    """The card's id; `missing_data` or `undelivered` for what is wrong with Tieout itself."""
    title: str
    heading: str
    """What happened, in one sentence."""
    kind: MessageKind
    severity: Severity
    subset: str
    entity: str
    value: str
    """What is held against the threshold, as people read it."""
    opened_at: Instant
    happened_at: Instant
    row_count: int
    what: str
    todo: str
    link: str
    """The card in the dashboard; empty where the workspace names none."""


class DeliveryAttempt(Model):
    """One attempt to deliver, and how it ended."""

    at: Instant
    outcome: str


class DeliveryEntry(Model):
    """One message to one recipient."""

    id: str
    channel: Channel
    recipient: str
    role: str
    kind: str
    title: str
    card: str
    state: DeliveryState
    made_at: Instant
    not_before: Instant | None
    attempts: list[DeliveryAttempt]


class DeliveryList(Model):
    """What was told to whom."""

    workspace: str
    total: int
    deliveries: list[DeliveryEntry]


class HookEntry(Model):
    """A flow that is called when a card alerts."""

    id: str
    card: str
    """Only of this card; empty for all that its maker may see."""
    host: str
    """Where it is called; the rest of the address is a secret and is not shown."""
    made_by: str
    made_at: Instant
    href: str


class HookList(Model):
    """The flows that are called when a card alerts."""

    workspace: str
    hooks: list[HookEntry]
