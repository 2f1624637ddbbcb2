"""Averages of exchange rates over a window: by base currency, what one unit of each other is worth in it.

A ledger's rate holds from its first day until the next one, so its average is over all days of the
window. A reference rate is for the day of its publication, so its average is over those days.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

from shared.domain.snapshot import Table
from shared.domain.windows import Window
from shared.domain.workspace import ReferenceRate

Quotes = Mapping[str, Mapping[str, Decimal]]
_EURO = "EUR"
_ONE_DAY = timedelta(days=1)
_MONTH = len("2026-10")


def ledger_average(rates: Table, window: Window) -> Quotes:
    """Average the rates in force on each day of the window, over all companies that hold some."""
    steps: dict[tuple[str, str], dict[tuple[str, str], list[tuple[str, Decimal]]]]
    steps = defaultdict(lambda: defaultdict(list))
    for row, base in enumerate(rates["base_currency"]):
        holder = rates.connections[row], rates["company"][row]
        step = rates["starts_on"][row], Decimal(rates["rate"][row])
        steps[base, rates["currency"][row]][holder].append(step)
    quotes: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for (base, currency), held in steps.items():
        sums = [_in_force(sorted(each), window) for _, each in sorted(held.items())]
        if days := sum(count for count, _ in sums):
            quotes[base][currency] = sum((total for _, total in sums), Decimal(0)) / days
    return quotes


def _in_force(steps: list[tuple[str, Decimal]], window: Window) -> tuple[int, Decimal]:
    """Give for how many days of the window there is a rate, and the sum of the rates of those days."""
    end = (date.fromisoformat(window.last_day) + _ONE_DAY).isoformat()
    ends = [*(starts_on for starts_on, _ in steps[1:]), end]
    days, total = 0, Decimal(0)
    for (starts_on, rate), until in zip(steps, ends, strict=True):
        first, after = max(starts_on, window.first_day), min(until, end)
        if first < after:
            count = (date.fromisoformat(after) - date.fromisoformat(first)).days
            days, total = days + count, total + rate * count
    return days, total


class Told(NamedTuple):
    """What posted documents of one day and currency say of their rate."""

    posted_on: str
    base_currency: str
    currency: str
    rate: str


def told_by(documents: Table) -> frozenset[Told]:
    """Give what posted documents tell of rates, each thing once: thousands of a day say the same."""
    if not any(documents.values("exchange_rate")):
        return frozenset()
    names = ("posted_on", "base_currency", "currency", "exchange_rate", "state")
    told = set(zip(*map(documents.values, names), strict=True))
    return frozenset(
        Told(day, base, currency, rate)
        for day, base, currency, rate, state in told
        if base and rate and state == "posted"
    )


def documents_average(told: Iterable[Told], window: Window) -> Quotes:
    """Average what the documents posted in the window say of themselves, each day counting once."""
    daily: dict[tuple[str, str], dict[str, set[Decimal]]] = defaultdict(lambda: defaultdict(set))
    for each in told:
        if window.holds_day(each.posted_on):
            daily[each.base_currency, each.currency][each.posted_on].add(Decimal(each.rate))
    quotes: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for (base, currency), days in daily.items():
        quotes[base][currency] = _mean(_mean(sorted(rates)) for _, rates in sorted(days.items()))
    return quotes


def reference_average(rates: Iterable[ReferenceRate], window: Window) -> Quotes:
    """Average the reference rates of the days in the window; a month's average stands for all its days.

    They are told per euro; the average is taken of what is told, and turned round afterwards.
    """
    told: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for each in rates:
        told[each.currency][each.on] = each.rate
    averages = {}
    for currency, by_time in told.items():
        if values := list(_of_days(by_time, window)):
            averages[currency] = 1 / _mean(values)
    return {_EURO: averages} if averages else {}


def _of_days(told: Mapping[str, Decimal], window: Window) -> Iterable[Decimal]:
    """Give the rates to average: those of single days, and where a month has none, its own for each day."""
    by_day = {day: rate for day, rate in sorted(told.items()) if len(day) > _MONTH}
    yield from (rate for day, rate in by_day.items() if window.holds_day(day))
    for month in sorted(told.keys() - by_day.keys() - {day[:_MONTH] for day in by_day}):
        yield from repeat(told[month], _days_shared(month, window))


def _days_shared(month: str, window: Window) -> int:
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    begin = max(first, date.fromisoformat(window.first_day))
    end = min(following, date.fromisoformat(window.last_day) + _ONE_DAY)
    return max(0, (end - begin).days)


def _mean(values: Iterable[Decimal]) -> Decimal:
    listed = list(values)
    return sum(listed, Decimal(0)) / len(listed)
