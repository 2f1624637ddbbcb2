"""The log of exceptions: each step once, in order, and gone with its exception."""

import asyncio
from collections import defaultdict

from hypothesis import example, given

from shared.domain.exceptions import Step, replay
from shared.store.exception_entities import Entry
from shared.store.exceptions import Exceptions
from tests.builders import law
from tests.pipeline.memory import memory_table
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
        table = memory_table()
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
