"""A round in which nothing changed costs few transactions, from the timer to the evaluation."""

import pytest

from dev.bench.quiet_rounds import KINDS, TARGET, measure
from shared.sources.source import Source


@pytest.mark.parametrize("source", KINDS, ids=lambda source: source.kind)
async def test_a_quiet_round_is_cheap(azurite: str, source: Source) -> None:
    """A connection at which nothing changed takes less than 200 transactions, with its evaluation."""
    found = await measure(azurite, source)
    assert found.messages >= 2, "a pull and an evaluation"
    assert 0 < found.all_transactions < TARGET
    assert found.dollars < 1
