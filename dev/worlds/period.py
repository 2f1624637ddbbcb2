"""The days that a world's card looks at."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

OPENS = time(7)
CLOSES = time(17, 30)
LONGEST_LOOK_BACK = 90
"""How many days before the window the earliest order or new account is."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """The instant that a card looks from, in local time, and how many days it looks back."""

    as_of: datetime
    days: int

    @property
    def first_day(self) -> date:
        """The first day of the window."""
        return self.as_of.date() - timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        """The first instant of the window, in UTC."""
        return datetime.combine(self.first_day, time(), self.as_of.tzinfo).astimezone(UTC)

    @property
    def last_minute(self) -> datetime:
        """The last instant at which anything is changed, in UTC."""
        return self.as_of.astimezone(UTC) - timedelta(minutes=20)

    def local_day(self, moment: datetime) -> date:
        """Give the day of an instant where the merchant is."""
        return moment.astimezone(self.as_of.tzinfo).date()

    def at(self, random: Random, day: date) -> datetime:
        """Draw an instant of a day, in UTC, while people are at work."""
        opens = datetime.combine(day, OPENS, self.as_of.tzinfo)
        closes = datetime.combine(day, CLOSES, self.as_of.tzinfo)
        seconds = random.randrange(int((closes - opens).total_seconds()))
        return (opens + timedelta(seconds=seconds)).astimezone(UTC)

    def within(self, random: Random) -> datetime:
        """Draw an instant inside the window."""
        return self.at(random, self.first_day + timedelta(days=random.randrange(self.days)))

    def before(self, random: Random, days: int) -> datetime:
        """Draw an instant in the `days` before the window, at most `LONGEST_LOOK_BACK`."""
        return self.at(random, self.first_day - timedelta(days=random.randint(1, days)))

    def long_before(self, random: Random, days: int) -> datetime:
        """Draw an instant in the `days` before the window, but before any order that is drawn there."""
        return self.at(random, self.first_day - timedelta(days=random.randint(LONGEST_LOOK_BACK + 1, days)))

    def days_ago(self, random: Random, days: int) -> datetime:
        """Draw an instant so many days before the last day."""
        return self.at(random, self.as_of.date() - timedelta(days=days))
