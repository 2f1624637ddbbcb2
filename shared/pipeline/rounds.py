"""When a source is pulled next, and since when its silence is too long, by the schedule of its timer."""

from datetime import datetime, timedelta
from functools import lru_cache

from shared import ncrontab, settings
from shared.sources import POLLED, QUARTER_HOURLY
from shared.sources.source import Source


def next_pull(source: Source, moment: datetime) -> datetime | None:
    """Give when the timer of a source comes next; None for what is sent to us, or for no good schedule."""
    if source.form is not None:
        return None
    try:
        own = POLLED.get(source.kind, QUARTER_HOURLY)
        return _schedule(settings.schedule(source.kind, own)).next_after(moment)
    except ncrontab.ScheduleError:
        return None


def interval(source: Source, moment: datetime) -> timedelta | None:
    """Give the time between the next two pulls."""
    first = next_pull(source, moment)
    second = None if first is None else next_pull(source, first)
    return None if first is None or second is None else second - first


def stale_after(source: Source, last_success_at: datetime, rounds: int) -> datetime:
    """Give the instant after which a stream is stale: so many rounds, or pulls of a rarer schedule, later."""
    due: datetime | None = last_success_at
    for _ in range(rounds):
        due = None if due is None else next_pull(source, due)
    return max(last_success_at + source.round * rounds, due or last_success_at)


@lru_cache
def _schedule(text: str) -> ncrontab.Schedule:
    return ncrontab.parse(text)
