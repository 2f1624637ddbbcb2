"""Figures as people read them in a message."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

_BARS = "\N{LOWER ONE EIGHTH BLOCK}▂▃▄▅▆▇█"
_NONE = "\N{MIDDLE DOT}"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def number(value: Decimal | int) -> str:
    """Write a number with thousands apart, without an empty fraction: `1,284`, `4.9`."""
    plain = Decimal(value).normalize()
    return f"{plain:,f}"


def money(amount: str | Decimal, currency: str) -> str:
    """Write an amount as it stands in a reading, `680000.00`, with its currency: `USD 680,000.00`."""
    return f"{currency} {Decimal(amount):,.2f}"


def duration(seconds: int) -> str:
    """Write a stretch of time by its two largest units: `2 days 3 hours`, `15 minutes`."""
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    parts = [(days, "day"), (hours, "hour"), (rest // _MINUTE, "minute")]
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count]
    return " ".join(said[:2]) or "less than a minute"


def moment(instant: str, zone: ZoneInfo) -> str:
    """Write an instant in a time zone: `14 Apr 2026, 18:00 BST`."""
    local = datetime.fromisoformat(instant).astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}"


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: `1 order`, `3 orders`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def sparkline(values: Sequence[Decimal | None]) -> str:
    """Draw values as a line of bars of text, from zero to the highest; a dot where there is none."""
    highest = max((abs(each) for each in values if each is not None), default=Decimal(0))
    return "".join(
        _NONE if each is None else _BARS[int(abs(each) / highest * (len(_BARS) - 1)) if highest else 0]
        for each in values
    )
