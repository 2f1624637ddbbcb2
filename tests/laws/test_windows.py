"""Laws of windows and ages: local days, whole and strict at both ends."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.windows import age_in_days, instant, local_date, rolling, text
from tests.builders import law, workspace

ZONES = st.sampled_from(
    ["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Asia/Beirut", "UTC"]
)
START = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 366 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
DAYS = st.integers(1, 40)


@law
@given(ZONES, MOMENTS, DAYS)
def test_a_window_starts_at_local_midnight(zone: str, as_of: datetime, days: int) -> None:
    """The window is N local days, today included, and ends now (decision 1, D365-ABS-06)."""
    window = rolling(workspace(time_zone=zone), as_of, days)
    here = as_of.astimezone(ZoneInfo(zone))
    first = here.date() - timedelta(days=days - 1)
    start = instant(window.start).astimezone(ZoneInfo(zone))
    before = (instant(window.start) - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    assert (start.date(), before.date()) == (first, first - timedelta(days=1))
    assert window.end == text(as_of)
    assert (window.first_day, window.last_day) == (first.isoformat(), here.date().isoformat())


@law
@given(ZONES, MOMENTS, DAYS)
@example("Asia/Beirut", datetime(2026, 10, 25, 12, tzinfo=UTC), 7)
def test_without_today_the_window_is_whole_days(zone: str, as_of: datetime, days: int) -> None:
    """Without today the window ends with yesterday's last second: the next begins today."""
    here = workspace(time_zone=zone, include_today=False)
    window = rolling(here, as_of, days)
    after = text(instant(window.end) + timedelta(seconds=1))
    today = as_of.astimezone(here.zone).date()
    assert local_date(window.end, here) == window.last_day == (today - timedelta(days=1)).isoformat()
    assert local_date(after, here) == today.isoformat()
    assert window == rolling(here, instant(after), days)


@law
@given(ZONES, MOMENTS, DAYS, st.integers(-45 * 86_400, 86_400))
def test_an_instant_lies_in_the_window_where_its_day_does(
    zone: str, as_of: datetime, days: int, offset: int
) -> None:
    """Up to now, an instant counts exactly where its local date does (REVGAP-08)."""
    here = workspace(time_zone=zone)
    window = rolling(here, as_of, days)
    moment = text(as_of + timedelta(seconds=offset))
    assert window.holds(moment) == (offset <= 0 and window.holds_day(local_date(moment, here)))


@pytest.mark.parametrize(
    ("as_of", "start"),
    [
        ("2026-04-14T17:00:00Z", "2026-04-07T23:00:00Z"),
        ("2026-03-29T12:00:00Z", "2026-03-23T00:00:00Z"),
        ("2026-03-30T12:00:00Z", "2026-03-24T00:00:00Z"),
        ("2026-10-25T12:00:00Z", "2026-10-18T23:00:00Z"),
        ("2026-04-14T22:59:59Z", "2026-04-07T23:00:00Z"),
        ("2026-04-14T23:00:00Z", "2026-04-08T23:00:00Z"),
    ],
)
def test_seven_days_in_london(as_of: str, start: str) -> None:
    """Seven days begin at midnight six days ago, with the clocks' change in between or not (decision 1)."""
    window = rolling(workspace(), instant(as_of), 7)
    assert window.start == start
    assert window.holds(start)
    assert window.holds(as_of)
    assert not window.holds(text(instant(start) - timedelta(seconds=1)))
    assert not window.holds(text(instant(as_of) + timedelta(seconds=1)))


def test_thirty_days_are_those_of_the_example() -> None:
    """Thirty days up to 12 April 2026 begin on 14 March (TV-REVGAP)."""
    window = rolling(workspace(), datetime(2026, 4, 12, 17, tzinfo=UTC), 30)
    assert (window.first_day, window.last_day) == ("2026-03-14", "2026-04-12")


@law
@given(ZONES, MOMENTS, st.integers(0, 40 * 86_400))
def test_an_age_is_the_days_between_local_dates(zone: str, as_of: datetime, ago: int) -> None:
    """An age counts midnights, not hours (decision 9)."""
    here = workspace(time_zone=zone)
    moment = text(as_of - timedelta(seconds=ago))
    midnights = date.fromisoformat(local_date(text(as_of), here)) - date.fromisoformat(
        local_date(moment, here)
    )
    assert age_in_days(moment, as_of, here) == midnights.days


@law
@given(year=st.integers(1, 9999))
def test_instants_as_text_stand_in_the_order_of_time(year: int) -> None:
    """A year has four digits, also before 1000: texts are compared in place of instants."""
    moment = datetime(year, 1, 2, tzinfo=UTC)
    assert instant(text(moment)) == moment
    assert text(moment)[:4] == f"{year:04}"
