"""What operators set: schedules, secret references and numbers in the environment."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from dev.fuzz.choices import Choices
from dev.fuzz.spoiling import ODD_TEXTS
from dev.fuzz.target import Target, hold
from shared import settings
from shared.errors import ConfigurationError
from shared.ncrontab import FIELDS, ScheduleError, parse

_PARTS = (
    "*",
    "*/5",
    "0",
    "1-5",
    "5-1",
    "a/3",
    "Mon",
    "jan-mar",
    "sat-mon",
    "0,30",
    "*/0",
    "31",
    "7",
    "29",
    "/",
    "-",
)
_START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def _run_schedules(data: bytes) -> None:
    choices = Choices(data)
    parts = [
        choices.pick((*_PARTS, choices.text(6)))
        for _ in range(6 if not choices.chance(8) else choices.below(9))
    ]
    if choices.chance(6):
        parts[choices.below(len(parts) or 1) : 1] = [
            choices.pick(("9" * 5_000, "*/" + "9" * 5_000, "٣", "²"))
        ]
    try:
        schedule = parse(" ".join(parts))
        found = schedule.next_after(_START)
    except ScheduleError:
        return
    hold(found > _START, "found > _START")
    for at, values in enumerate((schedule.seconds, schedule.minutes, schedule.hours, schedule.days)):
        hold(values, "no value fits")
        hold(
            FIELDS[at].least <= values[0] <= values[-1] <= FIELDS[at].most,
            "FIELDS[at].least <= values[0] <= values[-1] <= FIELDS[at].mo",
        )
    hold(found.second in schedule.seconds, "found.second in schedule.seconds")
    hold(found.minute in schedule.minutes, "found.minute in schedule.minutes")
    hold(found.hour in schedule.hours, "found.hour in schedule.hours")
    hold(found.day in schedule.days, "found.day in schedule.days")
    hold(found.isoweekday() % 7 in schedule.weekdays, "found.isoweekday() % 7 in schedule.weekdays")
    hold(
        schedule.next_after(found - timedelta(seconds=1)) == found,
        "schedule.next_after(found - timedelta(seconds=1)) == found",
    )


def _run_settings(data: bytes) -> None:
    choices = Choices(data)
    names = (
        "TIEOUT_SESSION_HOURS",
        "TIEOUT_SESSION_IDLE_MINUTES",
        "TIEOUT_REQUESTS_PER_MINUTE",
        "A",
        "TIEOUT_KEY",
    )
    value = choices.pick((*ODD_TEXTS, "60", choices.text()))
    environment = {
        choices.pick(names): value,
        "TIEOUT_ENTRA_ACCESS": choices.text(),
        "TIEOUT_CALLBACK_HOSTS": value,
    }
    with suppress(ConfigurationError):
        hold(
            settings.session_length(environment) > timedelta(),
            "settings.session_length(environment) > timedelta()",
        )
    with suppress(ConfigurationError):
        hold(
            settings.session_idle(environment) > timedelta(),
            "settings.session_idle(environment) > timedelta()",
        )
    with suppress(ConfigurationError):
        hold(settings.requests_per_minute(environment) > 0, "settings.requests_per_minute(environment) > 0")
    hold(
        all(each.strip() == each != "" for each in settings.callback_hosts(environment)),
        "all(each.strip() == each != '' for each in settings.callback",
    )
    with suppress(ConfigurationError):
        reference = choices.pick(("env:A", "env:", "keyvault:a", "env:TIEOUT_KEY", choices.text()))
        hold(
            asyncio.run(settings.secret(reference, environment))
            == environment[reference.removeprefix("env:")],
            "asyncio.run(settings.secret(reference, environment)) == envi",
        )


SCHEDULES = Target("schedules", "a schedule is refused, or comes when it says", _run_schedules)
SETTINGS = Target("settings", "a setting is refused by name, or can be worked with", _run_settings)
