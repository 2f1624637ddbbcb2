"""How often somebody may ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import settings
from shared.access.rates import MOST_NAMES, Rates
from shared.errors import ConfigurationError


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(1, 100), st.lists(st.floats(0, 90), max_size=200))
async def test_nobody_gets_more_than_the_budget(per_minute: int, pauses: list[float]) -> None:
    """In any stretch of time: a full budget, and what fills up meanwhile. Who waits as told is let in."""
    clock = _Clock()
    rates, taken = Rates(clock), 0
    for pause in pauses:
        clock.now += pause
        wait = rates.wait("ann", per_minute)
        taken += wait == 0
        if wait:
            clock.now += wait
            assert rates.wait("ann", per_minute) == 0
            taken += 1
    assert taken <= per_minute + clock.now * per_minute / 60 + 1e-6


async def test_one_does_not_pay_for_another() -> None:
    """Each name has a budget of its own, which is full again after a minute and holds no more."""
    clock = _Clock()
    rates = Rates(clock)
    assert [0, 0, 0, 20] == [rates.wait("ann", 3) for _ in range(4)]
    assert rates.wait("bob", 3) == 0
    clock.now = 600
    assert [0, 0, 0, 20] == [rates.wait("ann", 3) for _ in range(4)]


async def test_names_are_forgotten_before_memory_ends() -> None:
    """However many come, those who came last are kept."""
    rates = Rates(_Clock())
    for number in range(MOST_NAMES + 5):
        rates.wait(str(number), 1)
    assert len(rates._kept) == MOST_NAMES
    assert rates.wait("0", 1) == 0
    assert rates.wait(str(MOST_NAMES), 1) == 60


async def test_budgets_can_be_set() -> None:
    """By app settings; what is no number is said, not passed over."""
    assert (600, 30) == (settings.requests_per_minute({}), settings.refusals_per_minute({}))
    assert settings.requests_per_minute({"TIEOUT_REQUESTS_PER_MINUTE": " 90 "}) == 90
    for wrong in ("0", "-1", "many", "1.5"):
        with pytest.raises(ConfigurationError, match="TIEOUT_REFUSALS_PER_MINUTE"):
            settings.refusals_per_minute({"TIEOUT_REFUSALS_PER_MINUTE": wrong})
