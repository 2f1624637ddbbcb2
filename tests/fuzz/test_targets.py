"""Every parser and edge holds its laws for what is drawn; `./run fuzz` looks further, by coverage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dev.fuzz.target import Target
from dev.fuzz.targets import TARGETS

NAMES = [each.name for each in TARGETS]


@pytest.mark.parametrize("target", TARGETS, ids=NAMES)
def test_a_target_holds_from_where_it_begins(target: Target) -> None:
    """What each search begins from, spoiled in one way each, breaks no law."""
    for seed in target.seeds():
        target.run(seed)


@pytest.mark.parametrize("target", TARGETS, ids=NAMES)
def test_a_target_holds_for_whatever_is_drawn(target: Target) -> None:
    """No input breaks a parser: it is refused by one of our errors, or read as what it says."""

    @settings(max_examples=target.examples)
    @given(st.binary(max_size=80))
    def holds(data: bytes) -> None:
        target.run(data)

    holds()


def test_targets_are_told_apart() -> None:
    """A target is named once, and says what it holds."""
    assert len({*NAMES}) == len(NAMES)
    assert all(each.about for each in TARGETS)
