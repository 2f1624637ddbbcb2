"""Figures, money and times as the reader's language writes them, with the exact value behind each.

Words stay English; the forms of numbers and dates are those of `Accept-Language`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, Self
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

_MOST_ASKED = 10
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
NONE = "\N{EN DASH}"
_SIGNS = ("\N{MINUS SIGN}", "", "+")


@dataclass(frozen=True, slots=True)
class Reader:
    """How one reader's language writes figures, and the time zone that they think in."""

    locale: str
    zone: str

    @classmethod
    def of(cls, accepted: str, zone: str) -> Self:
        """Give the reader of an Accept-Language header: the first language that is known, or English."""
        weighed: list[tuple[float, int, str]] = []
        for at, each in enumerate(accepted.split(",")[:_MOST_ASKED]):
            name, _, weight = each.strip().partition(";")
            weighed.append((-_weight(weight), at, name.strip()))
        known = (_known(name) for weight, _, name in sorted(weighed) if weight < 0)
        return cls(next((each for each in known if each), "en_GB"), zone)

    def number(self, value: int | str | Decimal | None) -> str:
        """Write a number with its groups: 1,284."""
        if value is None:
            return NONE
        return str(
            _babel("numbers").format_decimal(Decimal(value), locale=self.locale, decimal_quantization=False)
        )

    def signed(self, value: int | str | Decimal | None) -> str:
        """Write a change: +4, or -3 with a true minus."""
        return _with_sign(self.number(abs(Decimal(value))), value) if value is not None else NONE

    def percent(self, value: str | Decimal | None) -> str:
        """Write a percentage that is given in percent: 7.1 %."""
        if value is None:
            return NONE
        share = Decimal(value) / 100
        return str(_babel("numbers").format_percent(share, locale=self.locale, decimal_quantization=False))

    def money(self, amount: str | Decimal | None, currency: str | None) -> Markup:
        """Write an amount with its currency, and the exact value on hover."""
        if amount is None:
            return escape(NONE)
        shown = self._money(Decimal(amount), currency)
        return Markup('<data value="{}" title="{} {}">{}</data>').format(
            amount, currency or "", amount, shown
        )

    def money_change(self, amount: str | Decimal | None, currency: str | None) -> Markup:
        """Write by how much an amount changed, with its sign."""
        if amount is None:
            return escape(NONE)
        shown = _with_sign(self._money(abs(Decimal(amount)), currency), amount)
        return Markup('<data value="{}" title="{} {}">{}</data>').format(
            amount, currency or "", amount, shown
        )

    def instant(self, text: str | None) -> Markup:
        """Write an instant in the workspace's time zone, with the instant in UTC on hover."""
        if not text:
            return escape(NONE)
        local = _instant(text).astimezone(ZoneInfo(self.zone))
        dates = _babel("dates")
        both = dates.get_datetime_format("medium", locale=self.locale)
        day = dates.format_date(local, "medium", locale=self.locale)
        time = dates.format_time(local, "short", locale=self.locale)
        return _time(text, both.replace("{1}", day).replace("{0}", time).replace("'", ""))

    def clock(self, text: str | None, now: datetime) -> Markup:
        """Write an instant as today's time of day, or with its day where it is another."""
        if not text:
            return escape(NONE)
        local = _instant(text).astimezone(ZoneInfo(self.zone))
        if local.date() != now.astimezone(local.tzinfo).date():
            return self.instant(text)
        return _time(text, str(_babel("dates").format_time(local, "short", locale=self.locale)))

    def day(self, text: str | None) -> Markup:
        """Write a day: of a date as it is, of an instant the day in the workspace's time zone."""
        if not text:
            return escape(NONE)
        is_date = "T" not in text
        of = date.fromisoformat(text) if is_date else _instant(text).astimezone(ZoneInfo(self.zone)).date()
        return _time(text, str(_babel("dates").format_date(of, "medium", locale=self.locale)))

    def ago(self, text: str | None, now: datetime) -> Markup:
        """Write how long ago an instant was, with the instant in UTC on hover."""
        if not text:
            return escape(NONE)
        return _time(text, _long(int((now - _instant(text)).total_seconds())))

    def duration(self, seconds: float | None) -> str:
        """Write how long something takes: 14 min."""
        return NONE if seconds is None else _span(int(seconds))

    def _money(self, amount: Decimal, currency: str | None) -> str:
        numbers = _babel("numbers")
        if not currency:
            return str(numbers.format_decimal(amount, locale=self.locale, format="#,##0.00"))
        return str(numbers.format_currency(amount, currency, locale=self.locale))


def _long(seconds: int) -> str:
    return "just now" if seconds < _MINUTE else f"{_span(seconds)} ago"


def _span(seconds: int) -> str:
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h"
    return f"{seconds // _DAY} days"


def _with_sign(shown: str, value: int | str | Decimal) -> str:
    return _SIGNS[int(Decimal(value).compare(Decimal(0))) + 1] + shown


def _time(text: str, shown: str) -> Markup:
    exact = text.replace("T", " ").removesuffix("Z") + (" UTC" if "T" in text else "")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(text, exact, shown)


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _weight(text: str) -> float:
    value = text.strip().removeprefix("q=")
    try:
        return min(1.0, max(0.0, float(value))) if value else 1.0
    except ValueError:
        return 0.0


def _known(name: str) -> str:
    """Give a language tag as Babel has it; "" for one that it does not know."""
    core: Any = _babel("core")
    try:
        return str(core.Locale.parse(name, sep="-"))
    except (core.UnknownLocaleError, ValueError, TypeError):
        return ""


def _babel(part: str) -> Any:
    """Give a part of Babel, imported when it is first needed: it takes 60 ms that few starts need."""
    return import_module(f"babel.{part}")
