"""One simulation from its beginning to its end, and what the checks say of it."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from unittest.mock import patch

from dev.faults.simulation import app, clock, world
from dev.faults.simulation.fleet import Fleet
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.host import Host
from dev.faults.simulation.instance import CURRENT, Death, Instance
from dev.faults.simulation.schedule import END, QUIET_FROM, ROUND, Schedule
from dev.faults.simulation.seams import simulated
from dev.faults.simulation.strikes import Strikes
from dev.faults.simulation.timers import Timers
from dev.faults.simulation.trace import Lines
from dev.faults.simulation.verdict import verdict
from shared.pipeline import pull
from shared.sources import SOURCES
from shared.sources.source import Source

_SWEPT_EVERY = timedelta(minutes=25)
"""Stands for a day, and so does the next for the hour after which a sweep that failed is tried again."""
_SWEPT_AGAIN = timedelta(minutes=10)
_EACH_ROUND = {f"TIEOUT_SCHEDULE_{kind.upper()}": "0 */15 * * * *" for kind in world.KINDS}
_SMALL = 5
_TO_END_SECONDS = 900.0
"""How long what is under way at the end may take."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a simulation."""

    schedule: Schedule
    hash: str
    steps: int
    failures: tuple[str, ...]
    """What was promised and not kept; none where all is well."""
    lines: tuple[str, ...] = ()


def simulate(schedule: Schedule, *, is_trace_kept: bool = False) -> Outcome:
    """Run a schedule; the same one gives the same steps. A run that breaks off is one that failed."""
    app.functions()
    with simulated(schedule.seed), _app_as_simulated(schedule):
        ground = Ground(schedule, is_trace_kept=is_trace_kept)
        trace = ground.trace
        try:
            failures = clock.run(_simulate(ground))
        except (Exception, BaseExceptionGroup, Death) as error:  # noqa: BLE001 - a seed that fails is told
            failures = [f"it broke off: {error!r}", *(f"before that: {each}" for each in trace.latest)]
    return Outcome(schedule, trace.hash, trace.steps, tuple(failures), tuple(trace.lines))


async def _simulate(ground: Ground) -> list[str]:
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    with _logged(ground):
        return await _Simulation(ground).run()


class _Simulation:
    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._fleet = Fleet(ground)
        self._host = Host(ground, self._fleet)
        self._timers = Timers(ground, self._fleet)
        self._strikes = Strikes(ground, self._fleet, self._timers)

    async def run(self) -> list[str]:
        """Run to the end and give what was not kept of the promises."""
        ground = self._ground
        calm = await Instance(ground, 0).services()
        await calm.store.workspaces.put(ground.workspace)
        async with asyncio.TaskGroup() as group:
            host = group.create_task(self._host.run())
            for each in (self._timers.run(), self._changes(), self._entries()):
                group.create_task(each)
            await asyncio.sleep(QUIET_FROM - clock.seconds())
            self._heal()
            await asyncio.sleep(END - clock.seconds())
            async with asyncio.timeout(_TO_END_SECONDS):
                while not self._host.is_idle:  # noqa: ASYNC110 - simulated time costs nothing
                    await asyncio.sleep(5)
            host.cancel()
        return await verdict(ground, calm)

    async def _changes(self) -> None:
        """Let happen at the vendors what is to happen."""
        for change in sorted(self._ground.schedule.changes, key=lambda each: each.at):
            await asyncio.sleep(change.at - clock.seconds())
            self._ground.trace.add(change)
            world.apply(self._ground.accounts, change)

    async def _entries(self) -> None:
        """Let go wrong what is to go wrong."""
        for entry in sorted(self._ground.schedule.entries, key=lambda each: each.at):
            await asyncio.sleep(entry.at - clock.seconds())
            self._ground.trace.add(entry)
            self._strikes.strike(entry)

    def _heal(self) -> None:
        """Let nothing go wrong any more."""
        ground = self._ground
        ground.trace.add("from now on it is quiet")
        ground.armed.disarm()
        ground.out_until.clear()
        ground.tarrying = 0.0
        self._timers.stalled_until = 0.0
        self._fleet.heal()
        for account in ground.accounts.values():
            account.faults.plan = {}
            account.faults.seconds_a_call = 0.0


def _source(source: Source) -> Source:
    """Give a source that is pulled each round, and swept every other."""
    streams = tuple(replace(each, sweep_every=_SWEPT_EVERY) for each in source.streams)
    return replace(source, streams=streams, round=timedelta(seconds=ROUND))


_SOURCES = tuple(_source(each) if each.kind in world.KINDS else each for each in SOURCES)


@contextmanager
def _app_as_simulated(schedule: Schedule) -> Iterator[None]:
    """Let the app's functions run on the instance that calls them."""

    class _Services:
        async def __aenter__(self) -> object:
            return await CURRENT.get().services()

        async def __aexit__(self, *_: object) -> None:
            pass

    with (
        patch("functions.runtime.services", _Services),
        patch("shared.sources.SOURCES", _SOURCES),
        # Small pages are stored one by one, so that others come in between.
        patch("shared.pipeline.gather.LONGEST_SECONDS", 10.0 if schedule.page_size > _SMALL else 0.0),
        patch("shared.pipeline.sweep.AGAIN", _SWEPT_AGAIN),
        patch.dict("os.environ", _EACH_ROUND),
        patch.object(pull.pull, "__defaults__", (schedule.budget_seconds,)),
    ):
        yield


@contextmanager
def _logged(ground: Ground) -> Iterator[None]:
    """Put what the code logs into the trace, where somebody is going to read it."""
    logger, handler = logging.getLogger("tieout"), Lines(ground.trace)
    if not ground.trace.is_kept:
        with patch("shared.pipeline.log.step", _unsaid), patch("shared.pipeline.log.problem", _unsaid):
            yield
        return
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _unsaid(name: str, **facts: object) -> None:
    """Write no line that nobody reads."""
    del name, facts
