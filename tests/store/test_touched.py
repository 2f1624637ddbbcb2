"""What people changed is kept from one call to the next, and is never other than what is stored."""

import asyncio

import pytest
from hypothesis import example, given

from shared.domain.exceptions import Step
from shared.store.exception_entities import WORKED, CardName
from shared.store.exceptions import TOGETHER, Exceptions
from shared.store.tables import Table
from tests.builders import law
from tests.pipeline.memory import Watch, memory_table
from tests.store.deeds import CARD, DEEDS, Deed, do, step_of

OTHER = CardName("fern", "revenue_gap_detailed_breakdown")


_TO_ITS_END = ("appeared", "resolve", "drop")


@law
@given(DEEDS)
@example([Deed(number % 2, ["a"], action, is_together=False) for number, action in enumerate(_TO_ITS_END)])
def test_what_is_kept_is_what_is_stored(deeds: list[Deed]) -> None:
    """Whoever did what, an instance gives what one that starts now reads of people's changes."""

    async def history() -> None:
        table = memory_table()
        instances = [Exceptions(table), Exceptions(table)]
        for number, deed in enumerate(deeds):
            await do(instances[deed.instance], deed, step_of(number, deed.action))
            fresh = Exceptions(table)
            stored = {each.case.id: each.case for each in await fresh.every(CARD) if each.is_touched}
            for each in (*instances, fresh):
                assert stored == await each.touched(CARD)

    asyncio.run(history())


async def test_it_is_read_again_only_when_it_changes() -> None:
    """Whatever appears and is settled, what people changed is looked for only once they did."""
    watch = Watch()
    exceptions = Exceptions(memory_table(watch))
    deeds: list[tuple[CardName, Step, int]] = [
        (CARD, step_of(0, "appeared"), 1),
        (CARD, step_of(1, "matched"), 0),
        (CARD, step_of(2, "came_back"), 0),
        (CARD, step_of(3, "assign"), 1),
        (OTHER, step_of(4, "appeared"), 0),
        (OTHER, step_of(5, "assign"), 0),
        (CARD, step_of(6, "matched"), 1),
        (CARD, step_of(7, "came_back"), 1),
    ]
    await exceptions.prepare(CARD)
    for card, step, expected in deeds:
        await exceptions.take(card, "x", step)
        watch.asked.clear()
        for _ in range(3):
            await exceptions.touched(CARD)
        assert expected == sum(each.verb == "query" for each in watch.asked), step


@pytest.mark.parametrize("count", [TOGETHER, TOGETHER + 1])
async def test_a_whole_transaction_of_work_fits(table: Table, count: int) -> None:
    """As many exceptions as are changed together leave room in their transaction for what tells of it."""
    exceptions = Exceptions(table)
    ids = [f"{number:03}" for number in range(count)]
    for action in ("appeared", "assign"):
        await exceptions.take_all(CARD, dict.fromkeys(ids, (step_of(1, action), None)))
    assert ids == sorted(await exceptions.touched(CARD))


async def test_looking_writes_nothing() -> None:
    """Where nothing tells yet of what people changed, it is read each time: reading takes no writes."""
    table = memory_table()
    exceptions = Exceptions(table)
    assert {} == await exceptions.touched(CARD)
    assert await table.get(CARD.partition, WORKED) is None
