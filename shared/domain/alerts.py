"""Alerts as values: what was seen, how an alert stands, what a workspace wants told, and what is told."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from shared.domain.severity import Severity

AlertState = Literal["quiet", "open", "acknowledged", "snoozed"]
"""`quiet` is no alert: nothing is past its threshold, or not yet long enough."""

MessageKind = Literal["opened", "severity_rose", "worsened", "reminder", "escalated", "recovered"]

MISSING_DATA = "missing_data"
"""Stands for the card in the key of a source whose data is missing."""
UNDELIVERED = "undelivered"
"""Stands for the card in the key of a recipient whom messages do not reach."""
OPERATIONAL = frozenset({MISSING_DATA, UNDELIVERED})
"""Alerts about Tieout itself, which no card raises."""


@dataclass(frozen=True, slots=True, order=True)
class AlertKey:
    """What an alert is about: there is at most one open alert for each."""

    card: str
    """The card's id, `missing_data` or `undelivered`."""
    subset: str = ""
    """A part with a threshold of its own, `b2b`; the connection or the recipient."""
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one evaluation says about one key."""

    as_of: str
    """The evaluation's instant, RFC 3339 in UTC: a later one is newer."""
    is_gone: bool = False
    """Nothing speaks for the key any more, its card or recipient is off say: it closes without a word."""
    is_breach: bool = False
    value: Decimal = Decimal(0)
    """What is held against the threshold: a count, or a percentage."""
    threshold: Decimal = Decimal(0)
    oldest_days: int = 0
    """The age of the oldest row."""
    waits_for: tuple[str, ...] = ()
    """What is missing or does not work, and why, as people are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a workspace wants told about one key."""

    opens_after: int = 1
    """Breaches in a row."""
    resolves_after: int = 2
    """Clear evaluations in a row."""
    worsens_by_percent: Decimal = Decimal(25)
    """Of the value that was told last; 0 tells of no worsening."""
    remind_after: timedelta | None = timedelta(hours=24)
    escalate_after: timedelta | None = None
    high_at: Decimal = Decimal(2)
    """From this multiple of the threshold on the severity is high; of a threshold of 0, from this count."""
    critical_at: Decimal = Decimal(5)
    old_days: int = 12
    """With a row of this age the severity is one step higher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """How one key stands: the fold of its observations and of what people did. Instants as text."""

    key: AlertKey
    state: AlertState = "quiet"
    as_of: str = ""
    """Of the last observation that counted."""
    breaches: int = 0
    clears: int = 0
    value: Decimal = Decimal(0)
    threshold: Decimal = Decimal(0)
    waits_for: tuple[str, ...] = ()
    severity: Severity = "low"
    opened_at: str = ""
    """Names the incident, with the key; "" while there is none."""
    told: int = 0
    """Messages of this incident so far."""
    told_at: str = ""
    told_value: Decimal = Decimal(0)
    told_severity: Severity = "low"
    """The worst that was told of this incident."""
    escalated_at: str = ""
    quietened_by: str = ""
    """Who acknowledged or snoozed it."""
    snoozed_until: str = ""
    resolved_at: str = ""

    @property
    def is_open(self) -> bool:
        """Say whether there is an incident, told of or not."""
        return self.state != "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to tell people; made once, delivered to each recipient at least once."""

    kind: MessageKind
    alert: Alert
    """As it stands with this message."""
    number: int
    """Which message of its incident; with key and `opened_at` it names the message."""
    lasted_seconds: int = 0
    """For a recovery: how long the incident lasted."""
    before: Decimal = Decimal(0)
    """The value that was told last."""

    @property
    def severity(self) -> Severity:
        """Give how bad it is; of a recovery how bad it was: who was told of the worst is told of its end."""
        return self.alert.told_severity if self.kind == "recovered" else self.alert.severity
