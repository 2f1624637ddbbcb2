"""The least that still goes wrong: entries and changes are left out as long as the simulation still fails."""

from collections.abc import Callable
from dataclasses import replace

from dev.faults.simulation.run import Outcome, simulate
from dev.faults.simulation.schedule import Schedule

Run = Callable[[Schedule], Outcome]


def shrunk(schedule: Schedule, run: Run = simulate) -> Schedule:
    """Give a schedule that fails as this one does, from which nothing can be left out."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for entry in schedule.entries:
            without = replace(schedule, entries=tuple(each for each in schedule.entries if each is not entry))
            if run(without).failures:
                schedule, is_smaller = without, True
        for change in schedule.changes:
            without = replace(
                schedule, changes=tuple(each for each in schedule.changes if each is not change)
            )
            if run(without).failures:
                schedule, is_smaller = without, True
    return schedule
