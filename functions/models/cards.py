"""Cards with their readings, and their history."""

from typing import Literal

from pydantic import ConfigDict, Field

from functions.models.alerts import AlertEntry
from functions.models.base import Amount, AnyObject, Instant, Model, Number

Status = Literal["ok", "attention", "alert", "held", "not_configured", "not_evaluated"]


class Threshold(Model):
    """Past what a card alerts."""

    value: Number
    unit: Literal["count", "percent"]


class Worth(Model):
    """An amount of one currency."""

    amount: Amount
    currency: str


class Slice(Model):
    """One part of a reading, with its figures: counts, and amounts as text."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int | str]

    dimension: str
    code: str
    label: str
    note: str
    exposure: list[Worth]


class Subset(Model):
    """A part of the count that has a threshold of its own."""

    name: str
    value: int
    threshold: Number
    status: Literal["ok", "alert"]


class InputStream(Model):
    """A stream that a card was judged from."""

    connection: str
    kind: str
    stream: str
    last_success_at: Instant | None
    complete_until: Instant | None
    records: int
    bad_records: int
    problem: str
    is_awaited: bool
    run: str = ""
    """The last run that was read of it."""
    poll_seconds: int | None = None
    """How often it is polled; null where its records are sent."""


class Driver(Model):
    """The reason that moved the value most."""

    code: str
    label: str
    change: Amount
    share: Number


class Comparison(Model):
    """The value one window earlier, and how it changed since."""

    value: int | Amount | None
    change: int | Amount | None
    as_of: Instant | None
    evaluation: str | None
    driver: Driver | None
    why_none: str


class Older(Model):
    """What came up before the window and is still open."""

    count: int | None
    oldest_at: Instant | None
    oldest_age_days: int | None
    since: Instant | None
    why_none: str
    amount: Amount | None = None
    """Of a card whose unit is money."""


class States(Model):
    """The rows of a reading, counted by state."""

    open: int
    acknowledged: int
    assigned: int
    snoozed: int
    ignored: int
    resolved: int
    reopened: int


class Links(Model):
    """Where to read on."""

    self: str
    rows: str
    csv: str
    history: str


class Reading(Model):
    """A card's last reading; of one that was not evaluated yet only what the settings say."""

    workspace: str
    card: str
    title: str
    status: Status
    value: int | Amount | None
    """A count, or money as text, as `unit` says; null while there is none."""
    unit: Literal["customers", "money"]
    currency: str | None
    threshold: Threshold
    window_days: int
    exceptions: States | None
    """Null as of a past instant: what people did is of now."""
    alert_value: Number | None
    """What is held against the threshold, without what people snoozed or ignored."""
    evaluation: str = ""
    sentiment: str = ""
    window_start: Instant = ""
    window_end: Instant = ""
    as_of: Instant = ""
    evaluated_at: Instant = ""
    joined_at: Instant | None = None
    lag_seconds: int | None = None
    inputs: list[InputStream] = Field(default_factory=list)
    other_inputs: list[InputStream] = Field(default_factory=list)
    """The workspace's other streams, in which rows of sibling cards are found."""
    compared: Number | None = None
    breakdown: list[Slice] = Field(default_factory=list)
    figures: dict[str, int | str] = Field(default_factory=dict)
    subsets: list[Subset] = Field(default_factory=list)
    older_unresolved: Older | None = None
    comparison: Comparison | None = None
    waiting_for: list[str] = Field(default_factory=list)
    value_as_of: Instant | None = None
    rows_of: str | None = None
    rows_digest: str = ""
    """Changes with any of its rows."""
    row_count: int = 0
    published_at: Instant = ""
    """Since when it stands."""
    took_seconds: float = 0
    """From the beginning of the evaluation to this reading."""
    workspace_version: str = ""
    """Names the workspace's document that it was evaluated with."""
    is_recomputed: bool = False
    """It was worked out again for a past instant."""
    asked_for: Instant = ""
    """The instant that was asked for."""


class CardEntry(Reading):
    """A card as it is listed."""

    alert: AlertEntry | None
    what: str
    links: Links


class CardList(Model):
    """The cards that the caller may see."""

    workspace: str
    cards: list[CardEntry]


class Difference(Model):
    """A legitimate reason why a manual count may differ."""

    reason: str
    direction: str
    why: str


class Sibling(Model):
    """A card to read together with this one."""

    card: str
    title: str
    why: str
    href: str


class About(Model):
    """What a card is about."""

    what: str
    text: str
    roles: list[str]
    where_to_look: list[str]
    differences: list[Difference]
    siblings: list[Sibling]


class CardReading(Reading):
    """A card's last reading, and what explains it."""

    alert: AlertEntry | None
    about: About
    links: Links


class Week(Model):
    """A card's value at the end of a week; null where no reading of it is kept."""

    week_to: Instant
    as_of: Instant | None
    value: int | Amount | None
    change: int | Amount | None
    row_count: int | None
    status: Status | None


class CardHistory(Model):
    """A card's value week by week."""

    workspace: str
    card: str
    title: str
    unit: Literal["customers", "money"]
    currency: str | None
    status: Status
    weeks: list[Week]
    links: Links


class TriedReading(Model):
    """What a card says under one document of settings."""

    value: int | Amount | None
    compared: Number | None
    status: Status
    threshold: Threshold
    window_start: Instant
    window_end: Instant
    breakdown: list[Slice]
    figures: dict[str, int | str]
    subsets: list[Subset]
    row_count: int
    waiting_for: list[str]


class TriedChanges(Model):
    """How many rows come, go and change under other settings, and the first of each."""

    appear: "TriedRows"
    go: "TriedRows"
    change: "TriedRows"


class TriedRows(Model):
    """Rows that come, go or change: how many, and the first of them."""

    count: int
    first: list[AnyObject]


class PreviewAnswer(Model):
    """What a card would say under other settings, beside what it says now."""

    workspace: str
    card: str
    as_of: Instant
    unit: Literal["customers", "money"]
    now: TriedReading
    then: TriedReading
    rows: TriedChanges
