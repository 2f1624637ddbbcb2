"""Each evaluation notes where people work, so that what another release left unnoted is shown again."""

from datetime import timedelta

import pytest

from shared.domain.exceptions import Step
from shared.domain.windows import text
from shared.store.exception_entities import CardName
from shared.store.worked_cards import WorkedCards
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.vendors import customer, order

NAME = CardName("shop", CARD)


@pytest.mark.parametrize("is_held", [False, True])
async def test_an_evaluation_notes_work(empty_bench: Bench, is_held: bool) -> None:  # noqa: FBT001 - a case
    """Work that is noted nowhere, or as none, is listed from the next evaluation on, held or not."""
    bench = empty_bench
    await bench.workspace()
    bench.orders.knows(order(1), order(2, placed_before=timedelta(days=1)))
    bench.customers.knows(customer(9))
    await bench.round()
    exceptions = bench.store.exceptions
    assert set() == await WorkedCards(exceptions._table).among("shop", [CARD])
    before = await exceptions._table.get("shop", "cards")
    assert before is not None
    first, *_ = await exceptions.every(NAME)
    await exceptions.take(NAME, first.case.id, Step(at=text(bench.clock()), who="ann", action="acknowledge"))
    await exceptions._table.put({name: value for name, value in before.items() if name != "etag"})
    exceptions.worked_cards = WorkedCards(exceptions._table)
    assert [{}] == await exceptions.touched_of("shop", [CARD])
    if is_held:
        bench.clock.advance(days=2)
        await bench.evaluate()
        assert "held" == (await bench.reading())["status"]
    else:
        bench.clock.advance(minutes=15)
        await bench.round()
    assert [[first.case.id]] == [[*each] for each in await exceptions.touched_of("shop", [CARD])]
