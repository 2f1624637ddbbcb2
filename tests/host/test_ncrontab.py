"""Schedules mean what NCrontab means by them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.ncrontab import FIELDS, Field, ScheduleError, parse

LAST_NOON = datetime(9999, 12, 30, 12)  # noqa: DTZ001 - the strategy adds the zone
"""The last noon that has a midnight behind it: the calendar ends on the day after."""
CASES = [
    ("0 */5 * * * *", "2026-03-01T10:04:59", "2026-03-01T10:05:00"),
    ("0 */5 * * * *", "2026-03-01T10:05:00", "2026-03-01T10:10:00"),
    ("30 0 6 * * *", "2026-12-31T06:00:30", "2027-01-01T06:00:30"),
    # Day of the month AND day of the week: the first Friday the 13th.
    ("0 0 0 13 * Fri", "2026-03-14T00:00:00", "2026-11-13T00:00:00"),
    # A reversed range is read forwards: Monday to Saturday, so Sunday 1 March is not in it.
    ("0 0 0 * * Sat-Mon", "2026-02-28T00:00:00", "2026-03-02T00:00:00"),
    # From 40 to the end of the minute in tens.
    ("40/10 * * * * *", "2026-03-01T00:00:40", "2026-03-01T00:00:50"),
    ("40/10 * * * * *", "2026-03-01T00:00:50", "2026-03-01T00:01:40"),
    ("0 0 0 1 janu,SEPTEMBER *", "2026-02-01T00:00:00", "2026-09-01T00:00:00"),
    # 12-12 is one hour, not every hour; a step of 0 is a step of 1.
    ("0 0 12-12 * * *", "2026-03-01T12:00:00", "2026-03-02T12:00:00"),
    ("0 0-10/0 0 * * *", "2026-03-01T00:03:00", "2026-03-01T00:04:00"),
    ("0 0 0 29 2 0", "2026-01-01T00:00:00", "2032-02-29T00:00:00"),
]
UNREADABLE = [
    "*/5 * * * *",
    "0 0 0 * * 7",
    "0 60 * * * *",
    "0 0 0 0 * *",
    "0 0 0 * Foo *",
    "0 0 0 L * *",
    "0 0 0 ? * *",
    "0 0 0 -1 * *",
    "00:05:00",
    "",
]


@pytest.mark.parametrize(("text", "moment", "expected"), CASES)
def test_next_comes_as_ncrontab_says(text: str, moment: str, expected: str):
    """The documented differences from cron hold."""
    start = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert datetime.fromisoformat(expected).replace(tzinfo=UTC) == parse(text).next_after(start)


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_refused(text: str):
    """A schedule outside the six fields' language is an error, never a guess."""
    with pytest.raises(ScheduleError):
        parse(text)


def test_what_never_comes_is_refused():
    """30 February is an error, not a timer that stays silent."""
    with pytest.raises(ScheduleError, match="never comes"):
        parse("0 0 0 30 2 *").next_after(datetime(2026, 1, 1, tzinfo=UTC))


def fields(field: Field) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    """Draw a field's text with the values that it means."""
    values = st.sets(st.integers(field.least, field.most), min_size=1, max_size=4)
    listed = values.map(lambda chosen: (",".join(map(str, chosen)), frozenset(chosen)))
    every = st.just(("*", frozenset(range(field.least, field.most + 1))))
    steps = st.integers(1, 15).map(
        lambda step: (f"*/{step}", frozenset(range(field.least, field.most + 1, step)))
    )
    return st.one_of(every, listed, steps)


@given(
    st.tuples(*(fields(field) for field in FIELDS[:3])),
    st.tuples(*(fields(field) for field in FIELDS[3:])),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - a naive bound is asked for
)
def test_next_is_the_first_moment_that_fits(
    times: tuple[tuple[str, frozenset[int]], ...],
    dates: tuple[tuple[str, frozenset[int]], ...],
    start: datetime,
):
    """The next moment fits every field, comes after the start, and no fitting day or time lies between."""
    text = " ".join(each for each, _ in (*times, *dates))
    start = start.replace(tzinfo=UTC)
    (seconds, minutes, hours), (days, months, weekdays) = (
        [values for _, values in part] for part in (times, dates)
    )
    try:
        found = parse(text).next_after(start)
    except ScheduleError:
        assert not any(
            day <= (29 if month == 2 else 30 + (month in {1, 3, 5, 7, 8, 10, 12}))
            for day in days
            for month in months
        )
        return

    def day_fits(moment: datetime) -> bool:
        weekday = (moment.weekday() + 1) % 7
        return moment.day in days and moment.month in months and weekday in weekdays

    assert found > start
    assert (found.second in seconds, found.minute in minutes, found.hour in hours) == (True, True, True)
    assert day_fits(found)
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(min(800, (found.date() - start.date()).days - 1)):
        day += timedelta(days=1)
        assert not day_fits(day)
    earliest = found.replace(hour=min(hours), minute=min(minutes), second=min(seconds))
    assert found == earliest or (found.date() == start.date() and earliest <= start)


@given(st.datetimes(max_value=LAST_NOON, timezones=st.just(timezone(timedelta(hours=5, minutes=30)))))
@example(LAST_NOON.replace(tzinfo=UTC))
def test_schedules_are_in_utc(start: datetime):
    """Midnight is UTC's midnight, wherever the moment was told."""
    if start.year < 2:
        return
    found = parse("0 0 0 * * *").next_after(start)
    assert (found.hour, found.tzinfo) == (0, UTC)
    assert timedelta() < found - start <= timedelta(days=1)
