"""The messages of an incident are numbered from one on, without gap or repeat."""

import pytest

from dev.faults.simulation.checks.alerts import _misnumbered
from shared.domain.events import Event


def _event(kind: str, number: int) -> Event:
    message = {"card": "sage", "subset": "", "heading": "It", "kind": kind, "number": number}
    return Event(number=1, made_at="", cards=("sage",), roles=(), message=message)


@pytest.mark.parametrize(
    ("told", "problems"),
    [
        ((("opened", 1), ("worsened", 2), ("severity_rose", 3), ("recovered", 4), ("opened", 1)), 0),
        ((("opened", 1), ("worsened", 2), ("worsened", 2)), 1),
        ((("opened", 1), ("worsened", 3)), 1),
        ((("opened", 1), ("opened", 1)), 2),
        ((("worsened", 1),), 1),
    ],
    ids=["all is well", "one is told twice", "one is missing", "it opens twice", "it never opened"],
)
def test_numbers_of_an_incident(told: tuple[tuple[str, int], ...], problems: int):
    """A message that is repeated, left out or out of place is found; the next incident counts anew."""
    known: dict[tuple[str, str], int] = {}
    found = [each for kind, number in told for each in _misnumbered(_event(kind, number), known)]
    assert len(found) == problems
