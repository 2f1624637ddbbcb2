"""The stretch of time that a card looks at."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from shared.domain.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to and including `end`, both as RFC 3339 text in UTC; dates are local."""

    start: str
    end: str
    first_day: str
    last_day: str

    def holds(self, moment: str) -> bool:
        """Say whether an instant lies in the window."""
        return self.start <= moment <= self.end

    def holds_day(self, day: str) -> bool:
        """Say whether a date lies in the window."""
        return self.first_day <= day <= self.last_day


def rolling(workspace: Workspace, as_of: datetime, days: int) -> Window:
    """Give the window of N days: from the start of the day N-1 days ago until now (decision 1).

    Days are the workspace's own. Without `include_today` the window ends with yesterday.
    """
    today = as_of.astimezone(workspace.zone).date()
    last = today if workspace.include_today else today - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    start = datetime.combine(first, time(), workspace.zone)
    end = as_of
    if not workspace.include_today:
        # In UTC: on the clock, an evening that comes twice would end with its first turn.
        end = datetime.combine(today, time(), workspace.zone).astimezone(UTC) - timedelta(seconds=1)
    return Window(text(start), text(end), first.isoformat(), last.isoformat())


def before(workspace: Workspace, window: Window, days: int) -> Window:
    """Give the stretch of so many days before a window, for what came up then and is still open.

    Documents count up to the window's last day: what was settled since is settled.
    """
    first = date.fromisoformat(window.first_day) - timedelta(days=days)
    end = text(instant(window.start) - timedelta(seconds=1))
    start = text(datetime.combine(first, time(), workspace.zone))
    return Window(start, end, first.isoformat(), window.last_day)


def text(moment: datetime) -> str:
    """Write an instant as records have it: UTC, to the second."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"  # strftime writes the year 443 in three digits


def instant(moment: str) -> datetime:
    """Read an instant as records have it."""
    return datetime.fromisoformat(moment)


def local_date(moment: str, workspace: Workspace) -> str:
    """Give an instant's date in the workspace's time zone."""
    return instant(moment).astimezone(workspace.zone).date().isoformat()


def count_by_day(moments: Iterable[str], window: Window, workspace: Workspace) -> Counter[str]:
    """Count the instants of a window by their dates in the workspace's time zone."""
    ordered = sorted(moments)
    return counted_by_day(lambda ends: [bisect_left(ordered, end) for end in ends], window, workspace)


def counted_by_day(
    before: Callable[[Sequence[str]], Sequence[int]], window: Window, workspace: Workspace
) -> Counter[str]:
    """Count the same, where `before` tells how many of them are before some instants."""
    first, last = date.fromisoformat(window.first_day), date.fromisoformat(window.last_day)
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    ends = [text(datetime.combine(day + timedelta(days=1), time(), workspace.zone)) for day in days]
    places = (0, *before(ends))
    counts = {day.isoformat(): end - start for day, (start, end) in zip(days, pairwise(places), strict=True)}
    return +Counter(counts)


def age_in_days(moment: str, as_of: datetime, workspace: Workspace) -> int:
    """Give whole days between two local dates (decision 9)."""
    day = instant(moment).astimezone(workspace.zone).date()
    return (as_of.astimezone(workspace.zone).date() - day).days
