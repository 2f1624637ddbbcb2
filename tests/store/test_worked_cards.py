"""Where nobody has worked, nothing is looked for; and wherever somebody has, it is found."""

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dev.faults.storage.operations import Operation
from shared.store.exception_entities import CardName
from shared.store.exceptions import Exceptions
from shared.store.tables import Table, key
from shared.store.worked_cards import WorkedCards
from tests.builders import law
from tests.pipeline.memory import AtOnce, Watch, memory_table
from tests.store.deeds import CARD, DEEDS, Deed, do, step_of

OTHER = CardName(CARD.workspace, "revenue_gap_detailed_breakdown")
CARDS = [OTHER.card, CARD.card]


class _Dying(AtOnce):
    """Fails at a chosen write."""

    def __init__(self, dies_at: int) -> None:
        self._writes, self._dies_at = 0, dies_at

    async def before(self, operation: Operation) -> None:
        self._writes += operation.writes
        if operation.writes and self._writes == self._dies_at:
            raise ConnectionError


def _read(watch: Watch) -> list[str]:
    """Give the partitions in which single rows were asked for, and forget them."""
    asked, watch.asked = watch.asked, []
    return [each.partition for each in asked if each.verb == "get"]


@law
@given(DEEDS, st.booleans(), st.integers(0, 20))
@example(
    deeds=[Deed(0, ["a"], "appeared", is_together=False), Deed(0, ["a"], "assign", is_together=False)],
    is_noted=True,
    dies_at=4,
)
def test_nobodys_work_is_missed(deeds: list[Deed], is_noted: bool, dies_at: int) -> None:  # noqa: FBT001 - drawn
    """Whoever did what, and wherever an instance died: asked for at once, cards have what each has alone."""

    async def history() -> None:
        table = memory_table(_Dying(dies_at))
        instances = [Exceptions(table) for _ in range(2)]
        try:
            if is_noted:
                await instances[0].worked_cards.note(CARD, is_worked=False)
            for number, deed in enumerate(deeds):
                await do(instances[deed.instance], deed, step_of(number, deed.action))
        except ConnectionError:
            pass
        for each in (*instances, Exceptions(table)):
            alone = [await each.touched(CardName(CARD.workspace, card)) for card in CARDS]
            assert alone == await each.touched_of(CARD.workspace, CARDS)

    asyncio.run(history())


async def test_it_is_asked_once_where_nobody_worked() -> None:
    """One request tells of all cards; a card that people worked on is asked for itself."""
    watch = Watch()
    exceptions = Exceptions(memory_table(watch))
    for card in (CARD, OTHER):
        await exceptions.worked_cards.note(card, is_worked=False)
        await exceptions.take(card, "x", step_of(1, "appeared"))
    _read(watch)
    assert [{}, {}] == await exceptions.touched_of(CARD.workspace, CARDS)
    assert [key(CARD.workspace)] == _read(watch)
    await exceptions.take(CARD, "x", step_of(2, "assign"))
    _read(watch)
    assert [[], ["x"]] == [[*each] for each in await exceptions.touched_of(CARD.workspace, CARDS)]
    assert [key(CARD.workspace), CARD.partition] == _read(watch)
    await exceptions.touched_of(CARD.workspace, [CARD.card])
    assert [CARD.partition] == _read(watch)


async def test_what_nobody_noted_is_looked_for() -> None:
    """Of what an earlier release left, nothing is noted: then every card is asked."""
    exceptions = Exceptions(memory_table())
    await exceptions.take(CARD, "x", step_of(1, "appeared"))
    await exceptions.take(CARD, "x", step_of(2, "assign"))
    await exceptions._table.delete(key(CARD.workspace), "cards")
    assert [[], ["x"]] == [[*each] for each in await exceptions.touched_of(CARD.workspace, CARDS)]


@pytest.mark.parametrize("is_worked_first", [True, False])
async def test_work_is_never_taken_back(table: Table, is_worked_first: bool) -> None:  # noqa: FBT001 - a case
    """Two instances note at once that people work on a card and that nobody has yet: they work on it."""
    first, second = WorkedCards(table), WorkedCards(table)
    await asyncio.gather(
        first.note(CARD, is_worked=is_worked_first),
        second.note(CARD, is_worked=not is_worked_first),
        second.note(OTHER, is_worked=False),
    )
    for each in (first, second, WorkedCards(table)):
        assert {CARD.card} == await each.among(CARD.workspace, CARDS)
