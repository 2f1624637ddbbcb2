"""Who is told, through what, and when: the part of a workspace's document that alerts go by."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.domain.severity import Severity

SecretReference = Annotated[str, StringConstraints(pattern=r"^(env|keyvault):[A-Za-z0-9_-]{1,127}$")]
EmailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+$")]
Role = Literal["owner", "finance", "operations", "engineering", "marketing"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""As `date.weekday` counts them."""
Figure = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]
"""What people write: room for any amount, and none for one that takes a page to write down."""
Hours = Annotated[Figure, Field(gt=0, le=24 * 31)]


class Document(BaseModel):
    """A part of the document: immutable, and nothing unknown in it."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class Recipients(Document):
    """Whom to tell as one role: what the role may not see is not in what they get.

    A message and all its deliveries are written at once, so there are at most so many: for more people, a
    mailing list or a channel.
    """

    email: tuple[EmailAddress, ...] = Field(default=(), max_length=10)
    teams: tuple[SecretReference, ...] = Field(default=(), max_length=4)
    """Addresses of Teams workflows that post what a webhook takes. An address is a secret."""
    hooks: tuple[SecretReference, ...] = Field(default=(), max_length=4)
    """Addresses that get each message as signed JSON. An address is a secret."""
    cards: tuple[str, ...] = ()
    """Only these cards; none given, all that the role may see."""
    minimum_severity: Severity = "low"


class AlertSettings(Document):
    """When one card's alert opens, is told of again, and recovers."""

    opens_after: int = Field(default=1, ge=1, le=100)
    """Evaluations past the threshold in a row."""
    resolves_after: int = Field(default=2, ge=1, le=100)
    """Clear evaluations in a row."""
    worsens_by_percent: Figure = Field(default=Decimal(25), ge=0, le=10_000)
    """Told of again when the value rose by so much of what was told last; 0 never."""
    remind_after_hours: Hours | None = Decimal(24)
    escalate_after_hours: Hours | None = None
    """Told to the owners when nobody has acknowledged it by then."""
    high_at: Figure = Field(default=Decimal(2), gt=0)
    """From this multiple of the threshold on the severity is high; of a threshold of 0, from this count."""
    critical_at: Figure = Field(default=Decimal(5), gt=0)
    old_days: int = Field(default=12, ge=1)
    """With a row of this age the severity is one step higher."""
    money_floor: Figure = Field(default=Decimal(0), ge=0)
    """A percentage past its threshold is no alert while the amount behind it is smaller than this."""


class QuietHours(Document):
    """The hours, in the workspace's time zone, in which only what is critical is told."""

    begins: time
    ends: time
    """Before `begins` it means the next day."""
    days: tuple[Weekday, ...] = ()
    """Whole days that are quiet as well."""

    @model_validator(mode="after")
    def _is_some_time(self) -> Self:
        if self.begins == self.ends:
            msg = "quiet hours begin and end at different times"
            raise ValueError(msg)
        return self


class Mail(Document):
    """How email goes out: by Microsoft Graph from a mailbox, or by Azure Communication Services."""

    transport: Literal["graph", "azure_communication_services"] = "graph"
    sender: EmailAddress
    tenant_id: str = ""
    """Of Microsoft Entra, for Graph."""
    endpoint: str = ""
    """Of the Communication Services resource; for Graph, overrides Graph's own address."""
    token_url: str = ""
    """Overrides the address that Graph's access tokens come from."""
    secrets: dict[Literal["client_id", "client_secret", "access_key"], SecretReference] = {}

    @model_validator(mode="after")
    def _has_what_it_takes(self) -> Self:
        graph = self.transport == "graph"
        needed = {"client_id", "client_secret"} if graph else {"access_key"}
        missing = sorted(needed - self.secrets.keys())
        if missing:
            msg = f"{self.transport} needs references to these secrets: {', '.join(missing)}"
            raise ValueError(msg)
        if graph and not self.tenant_id:
            msg = "graph needs a tenant_id"
            raise ValueError(msg)
        if not graph and not self.endpoint:
            msg = "azure_communication_services needs the endpoint of its resource"
            raise ValueError(msg)
        return self


class Digest(Document):
    """When one role gets a summary, in the workspace's time zone."""

    days: tuple[Weekday, ...] = ("monday",)
    at: time = time(8)


class Notifications(Document):
    """How a workspace tells people, besides whom."""

    dashboard_url: str = Field(default="", pattern=r"^(https?://[^\s?#]+)?$")
    """Where links in messages lead; "" leaves them out."""
    mail: Mail | None = None
    quiet_hours: QuietHours | None = None
    show_names: bool = True
    """Whether messages name customers; off, they say how many and how much."""
    digest: dict[Role, Digest] = {}
    hook_secret: SecretReference | None = None
    """Signs what hooks get (HMAC-SHA256)."""


def hours(value: Decimal | None) -> timedelta | None:
    """Give a number of hours as a stretch of time."""
    return None if value is None else timedelta(seconds=int(value * 3600))
