"""The whole app under faults: hundreds of simulations, each drawn by its seed."""

import pytest

from dev.faults.simulation.report import report
from dev.faults.simulation.run import simulate
from dev.faults.simulation.schedule import drawn

SEEDS, TOGETHER = 300, 5


@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_faults_break_no_promise(first: int):
    """Whatever fails: no reading is wrong when shown, no work is lost, and all comes right in the end."""
    for seed in range(first, first + TOGETHER):
        outcome = simulate(drawn(seed))
        assert not outcome.failures, report(outcome)
