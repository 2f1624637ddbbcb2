"""A reading is kept from one call to the next, and is never other than what is stored."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.store.readings import Readings
from shared.store.standing import Mark, Standing
from shared.store.tables import Entity, Table
from tests.builders import law
from tests.pipeline.memory import MemoryTable

CARDS = ("x", "y")


@dataclass(frozen=True)
class Evaluation:
    """What one of two instances finds, of whichever release, and when it dies."""

    instance: int
    values: tuple[int, int]
    steps: int
    """It dies after so many steps, or comes to its end."""
    is_older: bool = False
    """Of a release that knows of no versions."""


EVALUATIONS = st.lists(
    st.builds(
        Evaluation,
        instance=st.integers(0, 1),
        values=st.tuples(st.integers(0, 1), st.integers(0, 1)),
        steps=st.sampled_from([1, 2, 3, 9]),
        is_older=st.booleans(),
    ),
    max_size=6,
)


def _reading(number: int, card: str, value: int) -> dict[str, Any]:
    named = {"workspace": "shop", "card": card, "evaluation": f"E{number}", "published_at": f"{number}"}
    return {**named, "status": "ok", "rows_digest": "", "value": value}


async def _evaluate(readings: Readings, number: int, found: Evaluation) -> AsyncIterator[None]:
    """Publish what differs and say how it stands, write by write, as an evaluation does."""
    before = await readings.standing("shop")
    marks, versions = dict(before.marks), dict(before.versions)
    for card, value in zip(CARDS, found.values, strict=True):
        stored, version = await readings.versioned("shop", card)
        if stored is None or stored["value"] != value:
            stored = _reading(number, card, value)
            if not found.is_older:
                before = await readings.unname("shop", card, before)
                yield
            version = await readings.publish(stored, None)
        marks[card] = Mark(stored["evaluation"], stored["published_at"], {"as_of": f"{number}"})
        versions[card] = version
        yield
    await readings.stand("shop", Standing(marks, before.etag, {} if found.is_older else versions))


@law
@given(EVALUATIONS)
@example([Evaluation(0, (0, 0), 9), Evaluation(1, (1, 1), 2), Evaluation(0, (1, 0), 3)])
def test_what_is_kept_is_what_is_stored(evaluations: list[Evaluation]) -> None:
    """Whoever published what, and wherever they died, an instance shows what one that starts now reads.

    While one of an older release publishes, what stood before it may be shown until it has said what stands.
    """

    async def history() -> None:
        tables = cast("tuple[Table, Table]", (MemoryTable(), MemoryTable()))
        instances = [Readings(*tables), Readings(*tables)]

        async def same() -> None:
            fresh = await Readings(*tables).latest_of("shop", CARDS)
            for each in instances:
                assert fresh == await each.latest_of("shop", CARDS)

        for number, found in enumerate(evaluations):
            left = 9 if found.is_older else found.steps
            async for _ in _evaluate(instances[found.instance], number, found):
                if not found.is_older:
                    await same()
                left -= 1
                if not left:
                    break
            await same()

    asyncio.run(history())


async def test_who_was_held_up_takes_no_version_for_his_own() -> None:
    """Another evaluation that stood meanwhile stays, and what was published behind its back is read."""
    tables = cast("tuple[Table, Table]", (MemoryTable(), MemoryTable()))
    instances = [Readings(*tables), Readings(*tables)]
    async for _ in _evaluate(instances[0], 0, Evaluation(0, (0, 0), 9)):
        pass
    held_up = _evaluate(instances[0], 1, Evaluation(0, (1, 1), 9))
    await anext(held_up)
    async for _ in _evaluate(instances[1], 2, Evaluation(1, (2, 2), 9)):
        await instances[1].latest_of("shop", CARDS)
    seen = []
    async for _ in held_up:
        found = [await each.latest_of("shop", CARDS) for each in (*instances, Readings(*tables))]
        assert found[0] == found[1] == found[2]
        seen.append([each["value"] for each in found[0] if each])
    assert seen[-1] == [1, 1]


@pytest.mark.parametrize("is_older", [False, True])
async def test_who_is_overtaken_names_no_version_of_before(is_older: bool) -> None:  # noqa: FBT001 - a case
    """What was published since an evaluation read it is not hidden by what that one says stands."""
    tables = cast("tuple[Table, Table]", (MemoryTable(), MemoryTable()))
    instances = [Readings(*tables), Readings(*tables)]
    for last_is_older in (False, is_older):
        async for _ in _evaluate(instances[0], 0, Evaluation(0, (0, 0), 9, last_is_older)):
            pass
        assert all([await each.latest_of("shop", CARDS) for each in instances])
    slow = _evaluate(instances[0], 1, Evaluation(0, (0, 0), 9))
    await anext(slow)
    overtaking = _evaluate(instances[1], 2, Evaluation(1, (1, 1), 9))
    for _ in range(3):
        await anext(overtaking)
        assert len([await each.latest_of("shop", CARDS) for each in instances]) == 2
    async for _ in slow:
        pass
    for values in ([1, 0], [1, 0]):
        found = [await each.latest_of("shop", CARDS) for each in (*instances, Readings(*tables))]
        assert [values] * 3 == [[each["value"] for each in shown if each] for shown in found]


class _Watched(MemoryTable):
    """A table that counts how often one entity of it is read."""

    gets = 0

    async def get(self, partition: str, row: str, select: list[str] | None = None) -> Entity | None:
        self.gets += 1
        return await super().get(partition, row, select)


async def test_one_request_tells_that_none_has_changed() -> None:
    """Once they were read, the readings of all cards take one request until one of them is replaced."""
    table = _Watched()
    readings = Readings(*cast("tuple[Table, Table]", (table, MemoryTable())))
    for number, (values, first) in enumerate([((0, 0), 3), ((0, 0), 1), ((0, 1), 2)]):
        async for _ in _evaluate(readings, number, Evaluation(0, values, 9)):
            pass
        for expected in (first, 1, 1):
            table.gets = 0
            shown = await readings.latest_of("shop", CARDS)
            assert [(each["value"], each["as_of"]) for each in shown if each] == [
                (value, f"{number}") for value in values
            ]
            assert expected == table.gets
