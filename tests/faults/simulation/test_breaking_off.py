"""A simulation that breaks off is one that failed: its seed is told, and replays."""

from unittest.mock import patch

import pytest

from dev.faults.simulation.instance import Death
from dev.faults.simulation.report import report
from dev.faults.simulation.run import simulate
from dev.faults.simulation.schedule import drawn

RUN = "dev.faults.simulation.run"


@pytest.mark.parametrize(
    ("place", "error"),
    [
        (f"{RUN}.verdict", KeyError("a check that fails itself")),
        (f"{RUN}.verdict", Death()),
        (f"{RUN}.Host.run", OSError("the host ends")),
        (f"{RUN}.Strikes.strike", ValueError("an entry that cannot be done")),
    ],
)
def test_an_error_is_told_with_its_seed(place: str, error: BaseException):
    """Whatever raises, what raised, the steps before it and the seed are in the report."""
    with patch(place, side_effect=error):
        outcome = simulate(drawn(3))
    told = report(outcome)
    assert repr(error) in outcome.failures[0]
    assert "--from 3 --seeds 1" in told
    assert len(outcome.failures) > 1


def test_one_that_never_ends_is_told_with_its_seed():
    """A host that is never done keeps nobody waiting, and is told of."""
    with patch(f"{RUN}.Host.is_idle", new=False):
        assert "TimeoutError" in simulate(drawn(3)).failures[0]
