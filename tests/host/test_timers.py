"""Timers fire at their schedule's moments, one run at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import azure.functions as func
import pytest

from dev.host.timers import Clock
from tests.host.apps import KEYS, app_with, hosted

START = datetime(2026, 3, 1, 9, 59, 30, tzinfo=UTC)


class FakeTime:
    """A clock that moves when it is slept on, up to an end where it stands still."""

    def __init__(self, end: datetime) -> None:
        self.moment = START
        self.end = end
        self.is_over = asyncio.Event()

    def now(self) -> datetime:
        """Give the time."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Move on at once, or for ever wait past the end."""
        self.moment += timedelta(seconds=seconds)
        if self.moment > self.end:
            self.is_over.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)

    def clock(self) -> Clock:
        """Give the host's view of it."""
        return Clock(self.now, self.sleep)


async def test_timers_fire_by_their_schedule(tmp_path: Path):
    """A timer of every ten minutes fires at 10:00 and 10:10 sharp, also after a run that failed."""
    time = FakeTime(START + timedelta(minutes=15))
    fired: list[datetime] = []

    def register(app: func.FunctionApp) -> None:
        @app.timer_trigger("timer", "%SCHEDULE%")
        async def function(timer: func.TimerRequest) -> None:
            fired.append(time.now())
            assert not timer.past_due
            raise ValueError

    async with hosted(app_with(register), tmp_path, {"SCHEDULE": "0 */10 * * * *"}, time.clock()):
        await time.is_over.wait()
    assert fired == [START.replace(hour=10, minute=0, second=0), START.replace(hour=10, minute=10, second=0)]


async def test_runs_of_one_timer_never_overlap(tmp_path: Path):
    """A run that outlasts its interval delays the next one, and missed moments are dropped."""
    time = FakeTime(START + timedelta(minutes=20))
    spans: list[tuple[datetime, datetime]] = []

    def register(app: func.FunctionApp) -> None:
        @app.timer_trigger("timer", "0 * * * * *")
        async def function(timer: func.TimerRequest) -> None:
            assert not timer.past_due
            started = time.now()
            time.moment += timedelta(minutes=4, seconds=30)
            await asyncio.sleep(0)
            spans.append((started, time.now()))

    async with hosted(app_with(register), tmp_path, clock=time.clock()):
        await time.is_over.wait()
    assert [started.minute for started, _ in spans] == [0, 5, 10, 15]
    assert all(ended <= started for (_, ended), (started, _) in pairwise(spans))


@pytest.mark.parametrize(
    ("name", "headers", "body", "status", "runs"),
    [
        ("function", {}, {"input": ""}, 401, 0),
        ("function", {"x-functions-key": KEYS.host}, {"input": ""}, 401, 0),
        ("other", {"x-functions-key": KEYS.master}, {"input": ""}, 404, 0),
        ("function", {"x-functions-key": KEYS.master}, None, 415, 0),
        ("function", {"x-functions-key": KEYS.master}, [], 400, 0),
        ("Function", {"x-functions-key": KEYS.master}, {"input": ""}, 202, 1),
        ("function", {"x-functions-key": KEYS.master}, {}, 202, 1),
    ],
)
async def test_a_timer_can_be_run_by_hand(  # noqa: PLR0913, PLR0917 - a case's columns
    tmp_path: Path, name: str, headers: dict[str, str], body: object, status: int, runs: int
):
    """`POST /admin/functions/{name}` runs it once for the master key, and answers before it is done."""
    may_end, count = asyncio.Event(), 0

    def register(app: func.FunctionApp) -> None:
        @app.timer_trigger("timer", "0 0 0 1 1 *")
        async def function(timer: func.TimerRequest) -> None:
            nonlocal count
            assert not timer.past_due
            await may_end.wait()
            count += 1

    time = FakeTime(START)
    async with hosted(app_with(register), tmp_path, clock=time.clock()) as client:
        answer = await client.post(f"/admin/functions/{name}", headers=headers, json=body)
        assert (status, 0) == (answer.status_code, count)
        may_end.set()
        for _ in range(5):
            await asyncio.sleep(0)
    assert count == runs
