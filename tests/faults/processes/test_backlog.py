"""A queue that has grown is drained by several hosts in level memory, and comes out right."""

from collections.abc import Callable
from functools import partial

import pytest

from dev.load.backlog import growth
from dev.load.drain import MOST_GROWTH, Drain, drain_deliveries, drain_evaluations

MESSAGES = 1_000


@pytest.mark.parametrize("drain", [partial(drain_deliveries, busy_seconds=12), drain_evaluations])
def test_two_hosts_drain_a_grown_queue(drain: Callable[[int], Drain]) -> None:
    """A small version of `./run load --messages 50000`.

    Each delivery is asked for hundreds of times, by two hosts at once, and arrives once. Evaluations, asked
    for as often, leave the readings of the last state, with what was set half-way.
    """
    found = drain(MESSAGES)
    assert found.samples[0].waiting > MESSAGES / 2
    assert (True, 0) == (found.is_right, found.poisoned), found.outcome
    assert growth(found.samples) < MOST_GROWTH
