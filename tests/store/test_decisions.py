"""Laws of kept decisions: as they were taken, reversed once, never lost."""

from dataclasses import replace

import pytest

from shared.domain.decisions import Decision
from shared.store.store import Store
from shared.store.tables import Conflict

ALIAS = Decision(
    id="D1",
    kind="alias",
    identity="email:ana#1@x.example",
    connection="sage",
    company="",
    number="C/00019 #2",
    decided_at="2026-04-14T09:00:00Z",
    decided_by="ana@merchant.example",
    why="Moved house",
)
REVERSED = {"reversed_at": "2026-04-15T09:00:00Z", "reversed_by": "bo@merchant.example"}


async def test_a_decision_comes_back_as_it_was_taken(store: Store) -> None:
    """What is added is read again, by its own workspace only."""
    other = replace(ALIAS, id="D0", kind="not_same", why="")
    for each in (ALIAS, other):
        await store.decisions.add("acme", each)
    assert (other, ALIAS) == await store.decisions.of("acme")
    assert ALIAS == await store.decisions.get("acme", "D1")
    assert () == await store.decisions.of("other")
    assert await store.decisions.get("other", "D1") is None


async def test_an_id_is_taken_once(store: Store) -> None:
    """A decision that is there is never overwritten."""
    await store.decisions.add("acme", ALIAS)
    with pytest.raises(Conflict):
        await store.decisions.add("acme", replace(ALIAS, kind="not_same"))
    assert (ALIAS,) == await store.decisions.of("acme")


async def test_a_decision_is_reversed_once(store: Store) -> None:
    """Reversing keeps the decision and says since when and by whom; a second time changes nothing."""
    await store.decisions.add("acme", ALIAS)
    assert await store.decisions.reverse("acme", "D1", **REVERSED)
    assert await store.decisions.reverse("acme", "D1", "2026-04-16T09:00:00Z", "cy@merchant.example")
    assert (replace(ALIAS, **REVERSED),) == await store.decisions.of("acme")
    assert not await store.decisions.reverse("acme", "D2", **REVERSED)
