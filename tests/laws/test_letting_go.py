"""What was judged is let go of at once: nothing that a snapshot keeps leads back to it.

The garbage collector rests while a workspace is judged. What holds itself would lie beside all records of the
next evaluation.
"""

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cards import CARDS
from shared.cards.card import Card
from shared.domain.windows import rolling
from shared.domain.workspace import Workspace
from shared.pipeline.older import older_unresolved
from tests.builders import AS_OF, law, snapshot
from tests.laws import customer_scenes, ledger_scenes
from tests.laws.plain_scenes import draw_plain_scene

SEEDS = st.integers(0, 10**9)
PEOPLE = st.tuples(SEEDS.map(customer_scenes.draw_town), st.sampled_from(customer_scenes.WORKSPACES))
BOOKS = st.tuples(
    SEEDS.map(ledger_scenes.draw_scene) | SEEDS.map(draw_plain_scene),
    st.sampled_from(ledger_scenes.WORKSPACES),
)


class _Batches(dict):  # type: ignore[type-arg]
    """The records of a snapshot and of all its parts, whose end can be seen."""


@pytest.fixture(autouse=True)
def _collector_at_rest() -> Iterator[None]:
    was_at_work = gc.isenabled()
    gc.disable()
    yield
    if was_at_work:
        gc.enable()


def _judged(card: Card, scene: ledger_scenes.Scene, here: Workspace) -> "weakref.ref[_Batches]":
    """Judge what a card shows, and what came up before; give where the records were."""
    seen = snapshot(here, scene)
    seen = replace(seen, batches=_Batches(seen.batches))
    settings = here.card(card.id)
    window = rolling(here, AS_OF, card.window_days_in(settings))
    judgement = card.judge(seen, window, settings)
    older_unresolved(card, seen, window, judgement)
    return weakref.ref(seen.batches)  # type: ignore[arg-type]


@pytest.mark.parametrize("card", [each for each in CARDS if not each.unready], ids=lambda each: each.id)
@law
@given(PEOPLE | BOOKS)
def test_nothing_of_a_judged_snapshot_stays(card: Card, drawn: tuple[ledger_scenes.Scene, Workspace]) -> None:
    """With the last who holds a snapshot its records go, without the collector being asked."""
    assert _judged(card, *drawn)() is None
