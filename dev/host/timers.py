"""Timer triggers: each runs at its schedule's moments, one run at a time; runs missed meanwhile are dropped.

Nothing is remembered from one start of the host to the next, so no run is ever past due here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import azure.functions as func

from dev.host.configuration import resolved
from dev.host.errors import StartupError
from dev.host.functions import Function
from dev.host.invocation import Invoke
from shared.ncrontab import Schedule, ScheduleError, parse

LONGEST_SLEEP_SECONDS = 60
"""A machine that was asleep meanwhile finds the time again within this."""


@dataclass(frozen=True)
class Clock:
    """Where the time comes from, and how it is waited for."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


def request(schedule: Schedule, last: datetime | None, now: datetime) -> func.TimerRequest:
    """Give what a timer function receives at this moment."""
    status = {
        "Last": (last or datetime.min.replace(tzinfo=UTC)).isoformat(),
        "Next": schedule.next_after(now).isoformat(),
        "LastUpdated": (last or now).isoformat(),
    }
    # func.TimerRequest is abstract in one of the package's two lines.
    return func.timer.TimerRequest(past_due=False, schedule_status=status, schedule={"AdjustForDST": True})


def schedule_of(function: Function, environment: Mapping[str, str]) -> Schedule:
    """Read the function's schedule; raises StartupError."""
    try:
        schedule = parse(resolved(function.trigger["schedule"], environment))
        schedule.next_after(datetime.now(UTC))
    except ScheduleError as error:
        raise StartupError(f"function {function.name!r}: {error}") from error
    return schedule


async def _sleep_until(due: datetime, clock: Clock) -> None:
    while (left := (due - clock.now()).total_seconds()) > 0:
        await clock.sleep(min(left, LONGEST_SLEEP_SECONDS))


async def run(function: Function, schedule: Schedule, invoke: Invoke, clock: Clock) -> None:
    """Run the function at each moment of its schedule, until cancelled."""
    last: datetime | None = None
    is_due = bool(function.trigger.get("runOnStartup"))
    while True:
        if not is_due:
            await _sleep_until(schedule.next_after(clock.now()), clock)
        is_due, started = False, clock.now()
        given = request(schedule, last, started)
        with suppress(Exception):  # the boundary of one run; invoke has logged it
            await invoke(function, given)
        last = started
