"""NCRONTAB, the schedules of timer triggers: six fields, seconds first, in UTC.

It is not cron: the day of the month AND the day of the week must fit, Sunday is only 0, a name may be cut
short, a reversed range is read forwards, and `a/n` runs from `a` to the field's end.
https://github.com/atifaziz/NCrontab, https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
"""

import re
from calendar import day_name, month_name
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import NamedTuple

WEEKDAYS = (day_name[6], *day_name[:6])


class Field(NamedTuple):
    """One of the six fields: its bounds, and the names of its values from the least on."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()


FIELDS = (
    Field("second", 0, 59),
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day", 1, 31),
    Field("month", 1, 12, tuple(month_name[1:])),
    Field("weekday", 0, 6, WEEKDAYS),
)
# No name is longer than nine letters, and int() refuses numbers of thousands of digits.
PART = re.compile(r"(?:(\*)|(\w{1,9})(?:-(\w{1,9}))?)(?:/(\d{1,9}))?", re.ASCII)
# The longest gap of a date that comes at all: 29 February on one weekday, over a century without a leap day.
LONGEST_GAP = timedelta(days=366 * 41)


class ScheduleError(ValueError):
    """A schedule that cannot be read, or that never comes."""


@dataclass(frozen=True)
class Schedule:
    """The values that fit, in ascending order, of each field."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def next_after(self, moment: datetime) -> datetime:
        """Give the first second after the moment that fits, in UTC; raises ScheduleError if none does."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day, floor = start.date(), start.time()
        for _ in range(LONGEST_GAP.days):
            fits = day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays
            if fits and (found := self._time_from(floor)):
                return datetime.combine(day, found, UTC)
            if day == date.max:
                break
            day, floor = day + timedelta(days=1), time()
        raise ScheduleError(f"the schedule {self.text!r} never comes")

    def _time_from(self, floor: time) -> time | None:
        hours = [hour for hour in self.hours if hour >= floor.hour]
        times = (time(*parts) for parts in product(hours, self.minutes, self.seconds))
        return next((each for each in times if each >= floor), None)


def _value(text: str, field: Field) -> int:
    named = {name: field.least + at for at, name in enumerate(field.names)}
    fits = (value for name, value in named.items() if name.lower().startswith(text.lower()))
    value = int(text) if text.isdecimal() else next(fits, -1)
    if not field.least <= value <= field.most:
        raise ScheduleError(f"{text!r} is not a {field.name} from {field.least} to {field.most}")
    return value


def _values(text: str, field: Field) -> tuple[int, ...]:
    values: set[int] = set()
    for part in text.split(","):
        read = PART.fullmatch(part)
        if read is None:
            raise ScheduleError(f"{part!r} cannot be read")
        everything, first, last, step = read.groups()
        low = field.least if everything else _value(first, field)
        high = _value(last, field) if last else low
        if everything or (step and not last):
            high = field.most
        low, high = min(low, high), max(low, high)
        values.update(range(low, high + 1, int(step or 1) or 1))
    return tuple(sorted(values))


def parse(text: str) -> Schedule:
    """Read a schedule; raises ScheduleError, which says what is wrong with it."""
    fields = text.split()
    if len(fields) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        raise ScheduleError(f"the schedule {text!r} has {len(fields)} fields, not six: {names}")
    try:
        return Schedule(text, *(_values(part, field) for part, field in zip(fields, FIELDS, strict=True)))
    except ScheduleError as error:
        raise ScheduleError(f"the schedule {text!r}: {error}") from None
