"""What a failure does not need is left out of its schedule, and of nothing else."""

from dev.faults.simulation.run import Outcome
from dev.faults.simulation.schedule import Schedule, drawn
from dev.faults.simulation.shrink import shrunk

LONG = next(each for each in map(drawn, range(100)) if len(each.entries) > 5 and len(each.changes) > 5)
NEEDED = (LONG.entries[1], LONG.entries[4], LONG.changes[3])


def _run(schedule: Schedule) -> Outcome:
    """Fail where all is there that a failure needs."""
    fails = all(each in (*schedule.entries, *schedule.changes) for each in NEEDED)
    return Outcome(schedule, "", 0, ("wrong",) if fails else ())


def test_what_a_failure_needs_is_left() -> None:
    """The least schedule has what is needed and nothing besides."""
    least = shrunk(LONG, _run)
    assert (*least.entries, *least.changes) == NEEDED


def test_a_schedule_can_be_read() -> None:
    """Each entry and each change is a line, in the order of their times."""
    lines = str(LONG).splitlines()
    assert len(lines) == 1 + len(LONG.entries) + len(LONG.changes)
    assert [each[:14] for each in lines[1:]] == sorted(each[:14] for each in lines[1:])
