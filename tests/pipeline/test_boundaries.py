"""What breaks behind one card's reading costs that card's exceptions an evaluation, and nothing else."""

from typing import Any

import pytest

from shared.pipeline import evaluate
from shared.pipeline.follow import Found, follow
from shared.store.exception_entities import CardName
from tests.pipeline.bench import CARD, OTHER_CARD, Bench
from tests.pipeline.vendors import customer, order


async def test_exceptions_that_cannot_be_followed_hold_up_no_card(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readings are published for every card; the next evaluation makes up for the exceptions."""

    async def break_down(services: Any, card: Any, found: Found) -> int:
        if card.id == CARD:
            raise ValueError(card.id)
        return await follow(services, card, found)

    bench.orders.knows(*(order(number) for number in range(6)))
    bench.customers.knows(*(customer(number) for number in range(4)))
    with monkeypatch.context() as broken:
        broken.setattr(evaluate, "follow", break_down)
        await bench.round()
    assert 2 == len(await bench.rows())
    assert await bench.reading(OTHER_CARD) is not None
    where = CardName(bench.name().workspace, CARD)
    assert [] == await bench.store.exceptions.every(where)
    bench.clock.advance(minutes=15)
    await bench.evaluate()
    assert {row["id"] for row in await bench.rows()} == {
        each.case.id for each in await bench.store.exceptions.every(where)
    }
