"""A workspace: one merchant's settings, as a document that people write and machines check.

The JSON Schema is published at `/api/v1/workspaces/schema`. Secrets never stand in it, only references
(`env:NAME`, `keyvault:NAME`).
"""

import re
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from shared.domain.notifications import (
    AlertSettings,
    Figure,
    Notifications,
    Recipients,
    Role,
    SecretReference,
)

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
# Looking through the time zone database takes 10 ms, and every request reads a workspace.
_time_zones = cache(available_timezones)
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_TEMPLATE = re.compile(r"(?:[^{}]|\{(?:number|id|order_number)\})*")
KeyName = Literal["vat", "account_reference", "email", "name_and_address"]


class Document(BaseModel):
    """A part of the document: immutable, and nothing unknown in it."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class Entity(Document):
    """A legal entity of the merchant, and what the ledgers call it."""

    id: Identifier
    name: str
    company_codes: tuple[str, ...] = ()
    """Business Central company names, Finance & Operations dataAreaIds, Intacct entity ids."""


class Connection(Document):
    """One configured account at a vendor."""

    name: Identifier
    kind: str
    base_url: str = ""
    """Overrides the vendor's own address."""
    token_url: str = ""
    """Overrides the address that access tokens come from."""
    secrets: dict[str, SecretReference] = {}
    options: dict[str, Any] = {}
    """What this kind of source needs besides; checked by the source's own model."""
    order_reference: str = "{number}"
    """How the ledger names this store's orders: `{number}` and `{id}` are filled in."""
    return_reference: str = "{id}"
    """How the ledger names this store's returns: `{number}`, `{id}`, `{order_number}`."""
    enabled: bool = True

    @field_validator("order_reference", "return_reference")
    @classmethod
    def _fills(cls, template: str) -> str:
        # Python's own format would also take widths and attributes: text without end, and insides.
        if not _TEMPLATE.fullmatch(template):
            msg = "only {number}, {id} and {order_number} can be filled in"
            raise ValueError(msg)
        return template


class RoutingRule(Document):
    """Orders that fit every condition given here post to this entity."""

    entity: Identifier
    connection: str = ""
    store: str = ""
    currency: str = ""
    ship_to_country: str = ""
    tag: str = ""


class CustomerOverride(Document):
    """One customer's orders post to this entity, whatever the routing rules say."""

    key: Literal["vat", "account_reference", "email"]
    value: str = Field(min_length=1)
    """As people write it: `GB 123 4567 89`; a VAT number with its country's prefix."""
    entity: Identifier


class KeyPrecedence(Document):
    """The keys that are tried for a buyer, in order (GEN-12)."""

    b2b: tuple[KeyName, ...] = ("vat", "account_reference", "email")
    dtc: tuple[KeyName, ...] = ("email",)
    d365_fallback: tuple[KeyName, ...] = ("name_and_address",)
    """Tried last, against Dynamics 365 only (D365-ABS-04)."""


class FieldMap(Document):
    """Which field means what, where merchants differ."""

    key_precedence: KeyPrecedence = Field(default_factory=KeyPrecedence)
    commerce_id_field: Literal["external_document_number", "customer_reference"] = "external_document_number"
    vat_field: str = ""
    """The name of the form field, attribute or extra field that carries the VAT number."""
    account_reference_field: str = ""
    b2b_customer_groups: tuple[str, ...] = ()
    holding_customers: tuple[str, ...] = ()
    """Ledger accounts that stand for many buyers, such as `WEB-SALES`."""
    email_rules: tuple[Literal["plus_tags", "gmail_dots"], ...] = ()
    """Which habits of mail providers make two addresses one: none unless asked for (SAGE-ABS-06)."""
    shared_key_limit: int = Field(default=10, ge=1)
    """A key that more records of one ledger company share is nobody's: a reseller's or clerk's mailbox."""
    default_entity: str = ""
    entity_routing: tuple[RoutingRule, ...] = ()
    """The first rule that fits an order says where it posts to."""
    customer_overrides: tuple[CustomerOverride, ...] = ()
    """These come before the rules; the first that fits a buyer's keys counts for all its orders."""


class CardSettings(Document):
    """What a workspace changes about one card; what is not given stays as the card has it."""

    enabled: bool = True
    threshold: Figure | None = Field(default=None, ge=0)
    b2b_threshold: Figure | None = Field(default=None, ge=0)
    window_days: int | None = Field(default=None, ge=1, le=366)
    scope: Literal["all", "b2b"] = "all"
    include_guests: bool = True
    exclude_suspected_duplicates: bool = False
    alert_basis: Literal["all", "excluding_lag"] = "all"
    alert: AlertSettings = Field(default_factory=AlertSettings)
    older_days: int = Field(default=90, ge=0, le=366)
    """How far before the window what is still unresolved is looked for; 0 does not look."""
    tolerance_minor_units: int = Field(default=1, ge=0)
    """Rounding that is never a finding, in cents (or what the currency has for them) a document line."""


class ReferenceRate(Document):
    """A reference rate of the European Central Bank: what one euro is worth on a day, or over a month."""

    currency: Currency
    on: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])(-[0-3][0-9])?$")]
    """`2026-10-30`, or `2026-10` for the month's average."""
    rate: Decimal = Field(gt=0, max_digits=18, decimal_places=9)
    """Units of `currency` for one euro, as the bank publishes it."""


class Retention(Document):
    """How long things are kept, in days; as long as `readings` also exceptions that were resolved."""

    records: int = Field(default=400, ge=31, le=36_600)
    readings: int = Field(default=800, ge=31, le=36_600)


class Workspace(Document):
    """One merchant: its entities, connections, field map, cards and recipients."""

    id: Identifier
    name: str
    time_zone: str
    reporting_currency: Currency
    entities: tuple[Entity, ...] = ()
    connections: tuple[Connection, ...]
    field_map: FieldMap = Field(default_factory=FieldMap)
    reference_rates: tuple[ReferenceRate, ...] = ()
    """Used for currencies that the ledger has no rate for."""
    cards: dict[str, CardSettings] = {}
    recipients: dict[Role, Recipients] = {}
    """Who is told, by role."""
    notifications: Notifications = Field(default_factory=Notifications)
    retention: Retention = Field(default_factory=Retention)
    include_today: bool = True
    grace_minutes: int = Field(default=15, ge=0, le=44_640)
    """How long a record may be on its way before its absence is a finding (decision 13)."""
    stale_after_missed_rounds: int = Field(default=3, ge=1, le=10_000)
    largest_plausible_loss: Decimal = Field(default=Decimal("0.2"), ge=0, le=1)
    """The share of a customer master that may go between two runs; more holds its cards, 1 never does."""
    as_of: AwareDatetime | None = None
    """Pins the workspace's clock, for demonstrations and training; null follows real time."""
    enabled: bool = True

    @field_validator("as_of")
    @classmethod
    def _is_between_the_years(cls, moment: datetime | None) -> datetime | None:
        # All that looks back looks from here, and in any zone: the calendar has to reach as far.
        if moment is not None and not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(f"the clock can stand between the years {_FIRST_YEAR} and {_LAST_YEAR}")
        return moment

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, time_zone: str) -> str:
        if time_zone not in _time_zones():
            msg = "not an IANA time zone such as Europe/London"
            raise ValueError(msg)
        return time_zone

    @model_validator(mode="after")
    def _names_are_unique_and_known(self) -> Self:
        names = [connection.name for connection in self.connections]
        if len(names) != len(set(names)):
            msg = "two connections have the same name"
            raise ValueError(msg)
        known = {entity.id for entity in self.entities}
        field_map = self.field_map
        routed = {rule.entity for rule in field_map.entity_routing}
        routed |= {override.entity for override in field_map.customer_overrides}
        routed |= {field_map.default_entity} - {""}
        if unknown := sorted(routed - known):
            msg = f"field_map routes to entities that are not listed: {', '.join(unknown)}"
            raise ValueError(msg)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Give the workspace's time zone."""
        return ZoneInfo(self.time_zone)

    def now(self, now: datetime) -> datetime:
        """Give the workspace's time: `now`, unless `as_of` pins it."""
        return self.as_of or now

    def connection(self, name: str) -> Connection | None:
        """Give the connection of that name, if there is one."""
        return next((each for each in self.connections if each.name == name), None)

    def kind_of(self, name: str) -> str:
        """Give the kind of the connection of that name; "" where there is none."""
        found = self.connection(name)
        return found.kind if found else ""

    def connections_of(self, *kinds: str) -> tuple[Connection, ...]:
        """Give the enabled connections of these kinds, or all of them."""
        return tuple(each for each in self.connections if each.enabled and (not kinds or each.kind in kinds))

    def card(self, card_id: str) -> CardSettings:
        """Give what this workspace says about a card."""
        return self.cards.get(card_id, CardSettings())

    def entity_of_company(self, code: str) -> str:
        """Give the entity that a ledger's company code belongs to; the code itself if none is listed.

        Finance & Operations and Dataverse spell the same code in different case.
        """
        folded = code.casefold()
        for entity in self.entities:
            if folded in {entity.id, *(each.casefold() for each in entity.company_codes)}:
                return entity.id
        return code
