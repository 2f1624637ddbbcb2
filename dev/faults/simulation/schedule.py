"""What a seed draws: the size of things, what happens at the vendors, what people do, and what goes wrong.

A schedule is a list that can be read, and from which entries can be left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from dev.faults.simulation.clock import told
from dev.faults.simulation.history import drawn_changes
from dev.faults.simulation.world import Change
from dev.faults.simulation.wrong import KINDS, PEOPLE, TROUBLES, Entry

ROUND = 900.0
"""Seconds between two rounds of pulls."""
TROUBLED_ROUNDS, QUIET_ROUNDS = 4, 3
QUIET_FROM = TROUBLED_ROUNDS * ROUND
END = QUIET_FROM + QUIET_ROUNDS * ROUND
MOST_SKEW = 90.0
"""Seconds by which the clock of an instance may be wrong."""
_MOST_TROUBLES, _MOST_ACTIONS = 14, 5
_FIRST_ACT = 120.0
"""Seconds after which there is something to do for people."""
_AT_ONCE, _APART = 0.5, 3.0
"""How often two people take the same thing on, and within how many seconds."""
_ASKED = 2
"""How often somebody asks for an evaluation in the middle of a round."""
_WITH_DOCUMENTS = 0.3
_MOST_QUIET = 3
_KIND_COMES_UP = 0.4
_ON_THE_WAY = 0.7
"""The share of troubles that come while a round is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Everything that a simulation goes by."""

    seed: int
    instances: int
    page_size: int
    has_documents: bool
    threshold: int
    """Of how many missing customers nobody is told: the fewer, the sooner there is an alert."""
    budget_seconds: float
    """How long one message pulls."""
    tarrying: float
    """The share of writes to storage that take seconds."""
    changes: tuple[Change, ...]
    entries: tuple[Entry, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Say what happens, step by step."""
        documents = f"alerts at more than {self.threshold}, "
        documents += "with documents" if self.has_documents else "without documents"
        yield (
            f"seed {self.seed}: {self.instances} instances, pages of {self.page_size}, {documents}, "
            f"{self.budget_seconds:g} s a message, {self.tarrying:.0%} of writes slow; "
            f"quiet from {told(QUIET_FROM)} to {told(END)}"
        )
        steps: list[Change | Entry] = [*self.changes, *self.entries]
        steps.sort(key=lambda each: each.at)
        yield from (f"  {each}" for each in steps)


def drawn(seed: int) -> Schedule:
    """Give what a seed draws."""
    dice = Random(f"schedule {seed}")
    has_documents = dice.random() < _WITH_DOCUMENTS
    return Schedule(
        seed=seed,
        instances=dice.randint(1, 3),
        page_size=dice.choice((3, 5, 100)),
        has_documents=has_documents,
        threshold=dice.randint(1, _MOST_QUIET),
        budget_seconds=dice.choice((480.0, 480.0, 3.0)),
        tarrying=dice.choice((0.0, 0.1, 0.3)),
        changes=tuple(drawn_changes(dice, QUIET_FROM - 300, has_documents=has_documents)),
        entries=tuple(sorted(_entries(dice), key=lambda each: each.at)),
    )


def _entries(dice: Random) -> Iterator[Entry]:
    """Draw from some kinds of trouble only, others for each seed: so rare combinations come up."""
    kinds = [each for each in TROUBLES if dice.random() < _KIND_COMES_UP] or [dice.choice(TROUBLES)]
    for _ in range(dice.randint(1, _MOST_TROUBLES)):
        yield dice.choice(kinds).drawn(dice, _moment(dice))
    for _ in range(_ASKED):
        yield KINDS["evaluate"].drawn(dice, dice.randrange(TROUBLED_ROUNDS) * ROUND + dice.uniform(0, 4))
    for _ in range(dice.randint(0, _MOST_ACTIONS)):
        yield from _acts(dice)


def _acts(dice: Random) -> Iterator[Entry]:
    """Draw what somebody does; often while a round is on its way, or at once with somebody else."""
    act = dice.choice(PEOPLE).drawn(dice, max(_FIRST_ACT, _moment(dice)))
    yield act
    if dice.random() < _AT_ONCE:
        others = [each for each in PEOPLE if each.name == act.kind]
        other = dice.choice(others).drawn(dice, act.at + dice.uniform(0, _APART))
        yield replace(other, nth=act.nth)


def _moment(dice: Random) -> float:
    if dice.random() < _ON_THE_WAY:
        return dice.randrange(TROUBLED_ROUNDS) * ROUND + min(dice.expovariate(1 / 15), ROUND / 2)
    return dice.uniform(0, QUIET_FROM - 60)
