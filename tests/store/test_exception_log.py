"""The log of exceptions: each step once, many that are alike in one entity, and gone with its exception."""

import asyncio
from collections import defaultdict
from dataclasses import asdict
from typing import cast

import pytest
from hypothesis import example, given

from shared.domain.exceptions import Step, replay
from shared.store.exception_entities import Entry
from shared.store.exceptions import TOGETHER, Exceptions
from shared.store.tables import Table
from tests.builders import law
from tests.pipeline.memory import MemoryTable
from tests.store.deeds import CARD, DEEDS, Deed, do, step_of


def _by_exception(entries: list[Entry]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    for each in entries:
        found[each.exception].append(each.step)
    return dict(found)


@law
@given(DEEDS)
@example(
    [
        Deed(0, ["a", "b", "c"], "appeared", is_together=True),
        Deed(0, ["a", "b"], "resolve", is_together=True),
        Deed(1, ["a"], "drop", is_together=False),
    ]
)
def test_the_log_has_each_step_of_each_exception(deeds: list[Deed]) -> None:
    """Whoever did what, together or apart: the log has the steps of the exceptions that are kept, in order.

    It has no others, each says from what to what, and they replay to how the exception stands.
    """

    async def history() -> None:
        table = cast("Table", MemoryTable())
        instances = [Exceptions(table), Exceptions(table)]
        for number, deed in enumerate(deeds):
            await do(instances[deed.instance], deed, step_of(number, deed.action))
            kept = {each.case.id: each for each in await instances[0].every(CARD)}
            log = await instances[1].log([CARD])
            assert {name: list(each.steps) for name, each in kept.items()} == _by_exception(log)
            for name, each in kept.items():
                own = [entry for entry in log if entry.exception == name]
                assert each.case == replay(name, [entry.step for entry in own])
                assert ["", *(entry.after for entry in own)] == [
                    *(entry.before for entry in own),
                    each.case.state,
                ]

    asyncio.run(history())


async def test_exceptions_that_appear_together_share_an_entity(table: Table) -> None:
    """Thirty thousand that a first evaluation finds are not thirty thousand entities of log."""
    exceptions = Exceptions(table)
    ids = [f"{number:03}" for number in range(3 * TOGETHER)]
    await exceptions.take_all(CARD, dict.fromkeys(ids, (step_of(1, "appeared"), None)))
    assert ids == [each.exception for each in await exceptions.log([CARD])]
    assert 3 == len([each async for each in table.between(CARD.partition, "audit|", "audit}")])


@pytest.mark.parametrize("count", [TOGETHER, TOGETHER + 1])
async def test_a_transaction_of_different_steps_fits(table: Table, count: int) -> None:
    """As many exceptions as are changed together leave room for entries of different steps."""
    exceptions = Exceptions(table)
    ids = [f"{number:03}" for number in range(count)]
    for action in ("appeared", "assign"):
        steps = {each: (step_of(number % 60, action), None) for number, each in enumerate(ids)}
        await exceptions.take_all(CARD, steps)
    assert 2 * count == len(await exceptions.log([CARD]))


async def test_an_entry_of_its_own_is_read_and_dropped() -> None:
    """What an earlier release wrote, one entity for each step, is read and dropped as well."""
    table = MemoryTable()
    exceptions = Exceptions(cast("Table", table))
    step = step_of(1, "appeared")
    await exceptions.take(CARD, "x", step)
    row = f"audit|{step.at}|x|000001"
    alone = {"exception": "x", "before": "", "after": "open", **asdict(step)}
    await table.put({"PartitionKey": CARD.partition, "RowKey": row, **alone})
    assert [Entry(CARD.card, "x", 1, step, "", "open")] == await exceptions.log([CARD])
    await exceptions.take(CARD, "x", step_of(2, "matched"))
    assert 1 == await exceptions.drop_resolved(CARD, "2027")
    assert [] == await exceptions.log([CARD])
