"""What people read about a seed that failed: what was not kept, what happened, and how to see it again."""

from collections.abc import Iterator

from dev.faults.simulation.run import Outcome

_LONGEST = 1_500


def report(outcome: Outcome) -> str:
    """Give the report of an outcome."""
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    yield from outcome.schedule.lines()
    yield f"hash {outcome.hash}, {outcome.steps} steps"
    for each in outcome.failures:
        yield f"NOT KEPT  {each[:_LONGEST]}"
    yield f"Again, with all steps: ./run faults --from {outcome.schedule.seed} --seeds 1 --steps"
