"""What people changed is kept from one call to the next, and is never other than what is stored."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.exceptions import TIEOUT, NotAllowed, Step
from shared.store.exception_entities import WORKED, CardName
from shared.store.exceptions import TOGETHER, Exceptions
from shared.store.tables import Entity, Table
from tests.builders import law
from tests.pipeline.memory import MemoryTable

CARD = CardName("fern", "ecom_customers_absent_from_sage")
OTHER = CardName("fern", "revenue_gap_detailed_breakdown")


@dataclass(frozen=True)
class Deed:
    """Something that one of two instances does to some exceptions of a card, or the sweep of old ones."""

    instance: int
    ids: list[str]
    action: str
    is_together: bool


DEEDS = st.lists(
    st.builds(
        Deed,
        instance=st.integers(0, 1),
        ids=st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True),
        action=st.sampled_from(["appeared", "matched", "came_back", "assign", "snooze", "resolve", "drop"]),
        is_together=st.booleans(),
    ),
    max_size=10,
)

_TO_ITS_END = ("appeared", "resolve", "drop")


def _step(number: int, action: str) -> Step:
    who = TIEOUT if action in {"appeared", "matched", "came_back"} else "ann"
    at = f"2026-04-14T09:00:{number:02}Z"
    return Step(at=at, who=who, action=cast("Any", action), until="2027-01-01T00:00:00Z", assignee="AR")


async def _do(exceptions: Exceptions, deed: Deed, step: Step) -> None:
    if deed.action == "drop":
        await exceptions.drop_resolved(CARD, step.at)
    elif deed.is_together:
        await exceptions.take_all(CARD, dict.fromkeys(deed.ids, (step, None)))
    else:
        for case_id in deed.ids:
            try:
                await exceptions.take(CARD, case_id, step)
            except NotAllowed:
                continue


@law
@given(DEEDS)
@example([Deed(number % 2, ["a"], action, is_together=False) for number, action in enumerate(_TO_ITS_END)])
def test_what_is_kept_is_what_is_stored(deeds: list[Deed]) -> None:
    """Whoever did what, an instance gives what one that starts now reads of people's changes."""

    async def history() -> None:
        table = cast("Table", MemoryTable())
        instances = [Exceptions(table), Exceptions(table)]
        for number, deed in enumerate(deeds):
            await _do(instances[deed.instance], deed, _step(number, deed.action))
            fresh = Exceptions(table)
            stored = {each.case.id: each.case for each in await fresh.every(CARD) if each.is_touched}
            for each in (*instances, fresh):
                assert stored == await each.touched(CARD)

    asyncio.run(history())


class _Watched(MemoryTable):
    """A table that counts how often a range of it is read."""

    ranges = 0

    async def between(
        self, partition: str, first: str = "", last: str = "", select: list[str] | None = None
    ) -> AsyncIterator[Entity]:
        self.ranges += 1
        async for each in super().between(partition, first, last, select):
            yield each


async def test_it_is_read_again_only_when_it_changes() -> None:
    """Whatever appears and is settled, what people changed is looked for only once they did."""
    table = _Watched()
    exceptions = Exceptions(cast("Table", table))
    deeds: list[tuple[CardName, Step, int]] = [
        (CARD, _step(0, "appeared"), 1),
        (CARD, _step(1, "matched"), 0),
        (CARD, _step(2, "came_back"), 0),
        (CARD, _step(3, "assign"), 1),
        (OTHER, _step(4, "appeared"), 0),
        (OTHER, _step(5, "assign"), 0),
        (CARD, _step(6, "matched"), 1),
        (CARD, _step(7, "came_back"), 1),
    ]
    await exceptions.prepare(CARD)
    for card, step, expected in deeds:
        await exceptions.take(card, "x", step)
        table.ranges = 0
        for _ in range(3):
            await exceptions.touched(CARD)
        assert expected == table.ranges, step


@pytest.mark.parametrize("count", [TOGETHER, TOGETHER + 1])
async def test_a_whole_transaction_of_work_fits(table: Table, count: int) -> None:
    """As many exceptions as are changed together leave room in their transaction for what tells of it."""
    exceptions = Exceptions(table)
    ids = [f"{number:03}" for number in range(count)]
    for action in ("appeared", "assign"):
        await exceptions.take_all(CARD, dict.fromkeys(ids, (_step(1, action), None)))
    assert ids == sorted(await exceptions.touched(CARD))


async def test_looking_writes_nothing() -> None:
    """Where nothing tells yet of what people changed, it is read each time: reading takes no writes."""
    table = _Watched()
    exceptions = Exceptions(cast("Table", table))
    assert {} == await exceptions.touched(CARD)
    assert await table.get(CARD.partition, WORKED) is None
