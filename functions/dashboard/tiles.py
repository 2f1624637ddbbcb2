"""A card as its tile shows it: the value, what it is held against, how it moved, and how fresh it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from functions.dashboard.chart_parts import NO_READING
from functions.dashboard.charts import Point, sparkline
from functions.dashboard.reader import Reader

Reading = Mapping[str, Any]
WEEKS = 12
WORKED = ("acknowledged", "assigned", "snoozed", "ignored")


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a card that one entity has."""

    value: int | str
    name: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One card of the overview."""

    reading: Reading
    trend: Markup | None
    """Its last weeks as a line; None where there are not two of them to draw."""
    share: Share | None
    """What of it is the chosen entity's; None where none is chosen, or where it has nothing."""
    is_cut: bool
    """An entity is chosen, and the tile shows that alone."""

    @property
    def status(self) -> str:
        """How it stands: of a part of it, nothing but whether there is any can be said."""
        return str(self.reading["status"])

    @property
    def is_read(self) -> bool:
        """Say whether there is anything to show but its state."""
        return self.status not in {"not_configured", "not_evaluated"}

    @property
    def value(self) -> int | str | None:
        """The headline, or the chosen entity's part of it."""
        if not self.is_cut or self.reading["value"] is None:
            found: int | str | None = self.reading["value"]
            return found
        if self.share is not None:
            return self.share.value
        return "0.00" if self.reading["unit"] == "money" else 0

    @property
    def worked(self) -> list[tuple[int, str]]:
        """How many of its rows people have in hand, by state."""
        states = self.reading.get("exceptions") or {}
        return [(states[state], state) for state in WORKED if states.get(state)]


def tile(reading: Reading, weeks: Sequence[Mapping[str, Any]], entity: str, reader: Reader) -> Tile:
    """Give the tile of a card's reading and its history; with an entity, of its part alone."""
    parts = [each for each in reading.get("breakdown", ()) if each["dimension"] == "entity"]
    part = next((each for each in parts if each["code"] == entity), None) if entity else None
    amount = "gap_amount" if reading["unit"] == "money" else "customers"
    share = None if part is None else Share(part[amount], part["label"])
    return Tile(reading, None if entity else _trend(reading, weeks, reader), share, bool(entity))


def _trend(reading: Reading, weeks: Sequence[Mapping[str, Any]], reader: Reader) -> Markup | None:
    points = [
        Point(
            label=str(reader.day(each["week_to"]).striptags()),
            value=None if each["value"] is None else Decimal(each["value"]),
            shown=NO_READING if each["value"] is None else _shown(each["value"], reading, reader),
        )
        for each in weeks
    ]
    if sum(each.value is not None for each in points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    limit = Decimal(reading["threshold"]["value"]) if reading["threshold"]["unit"] == "count" else None
    return sparkline(f"{reading['title']}, week by week", points, limit)


def _shown(value: int | str, reading: Reading, reader: Reader) -> str:
    if reading["unit"] == "money":
        return str(reader.money(str(value), reading["currency"]).striptags())
    return reader.number(value)
