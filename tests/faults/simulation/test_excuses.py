"""A delivery that arrives twice is excused only where its sender could not know, or could not say."""

import pytest

from dev.faults.simulation.checks.deliveries import _is_excused, _problems
from dev.faults.simulation.journal import Journal, Noted, Taken
from shared.domain.deliveries import Delivery

FIRST, AGAIN = 100.0, 1_000.0


def _journal(**noted: object) -> Journal:
    return Journal(**noted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("journal", "is_lost", "is_excused"),
    [
        (_journal(), False, False),
        (_journal(), True, True),
        (_journal(ended={1: FIRST + 1}), False, True),
        (_journal(ended={1: FIRST + 300}), False, False),
        (_journal(ended={2: FIRST + 1}), False, False),
        (_journal(failed=[(FIRST + 1, 1, "delivery|d")]), False, True),
        (_journal(failed=[(FIRST + 1, 1, "alert|d")]), False, False),
        (_journal(ended={1: FIRST + 2}, noted=[Noted(FIRST + 1, "d", "sent", 1)]), False, False),
    ],
    ids=[
        "for nothing",
        "for a lost answer",
        "for a death before the note",
        "not for one after it was due",
        "not for another's",
        "for a note that storage refused",
        "not for another row's",
        "not once it is noted",
    ],
)
def test_a_repeat_is_excused(journal: Journal, *, is_lost: bool, is_excused: bool):
    """Each of the three reasons is bounded by the note that was due."""
    first, again = Taken(FIRST, "d", 1, is_lost), Taken(AGAIN, "d", 2, is_lost=False)
    assert _is_excused(journal, "d", first, again) is is_excused


def _opening(name: str) -> Delivery:
    return Delivery(
        id=name,
        channel="hook",
        recipient="hook",
        role="finance",
        message={},
        made_at="2026-11-21T09:00:00Z",
        state="sent",
    )


def test_two_that_say_the_same_may_arrive_once_each():
    """An alert that opens again soon says so in the same words: two arrive, and a third is one too many."""
    same = [_opening("first"), _opening("second")]
    takes = [Taken(FIRST + at, "same", 1, is_lost=False) for at in (0.0, 30.0, 60.0)]
    assert [] == list(_problems(same, takes[:2], _journal()))
    assert 1 == len(list(_problems(same, takes, _journal())))
    assert ["it is sent, and did not arrive"] == list(_problems(same, takes[:1], _journal()))
