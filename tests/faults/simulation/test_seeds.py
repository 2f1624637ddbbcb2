"""The whole app under faults: hundreds of simulations, each drawn by its seed."""

import pytest

from dev.faults.simulation.report import report
from dev.faults.simulation.run import simulate
from dev.faults.simulation.schedule import drawn

SEEDS, TOGETHER = 300, 12
FOUND = (348, 457, 640, 673, 902, 1193, 1657, 1834, 1979, 2250, 2432, 3459, 3762, 4503)
"""Seeds beyond those that have broken a promise, or shown the checks to be wrong."""


@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_faults_break_no_promise(first: int):
    """Whatever fails: no reading is wrong when shown, no work is lost, and all comes right in the end."""
    for seed in range(first, first + TOGETHER):
        outcome = simulate(drawn(seed))
        assert not outcome.failures, report(outcome)


@pytest.mark.parametrize("seed", FOUND)
def test_what_was_found_is_kept_now(seed: int):
    """What has once gone wrong does not go wrong again."""
    outcome = simulate(drawn(seed))
    assert not outcome.failures, report(outcome)
