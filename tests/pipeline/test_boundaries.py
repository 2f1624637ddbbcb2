"""What takes long or breaks behind one card's reading holds up no other card (GEN-01)."""

from typing import Any

import pytest

from shared.cards import CARDS
from shared.pipeline import evaluate
from shared.pipeline.follow import Found, follow
from shared.pipeline.publish import publish
from shared.store.exception_entities import CardName
from tests.pipeline.bench import CARD, OTHER_CARD, Bench
from tests.pipeline.vendors import customer, order


def _lose_two(bench: Bench) -> None:
    """Let two of six buyers be missing in the ledger."""
    bench.orders.knows(*(order(number) for number in range(6)))
    bench.customers.knows(*(customer(number) for number in range(4)))


async def test_no_reading_waits_for_exceptions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """All cards are there before the first exception is written: of a large shop, that takes minutes."""
    there: list[int] = []

    async def look(services: Any, card: Any, found: Found) -> int:
        readings = await bench.store.readings.latest_of("shop", [each.id for each in CARDS])
        there.append(sum(each is not None for each in readings))
        return await follow(services, card, found)

    _lose_two(bench)
    monkeypatch.setattr(evaluate, "follow", look)
    await bench.round()
    assert there
    assert {len(CARDS)} == {*there}


async def test_a_card_that_cannot_be_published_leaves_no_exceptions_behind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published before it is followed, though the evaluation ends with what broke."""

    async def break_down(services: Any, card: Any, *more: Any) -> Any:
        if card is CARDS[-1]:
            raise ConnectionError(card.id)
        return await publish(services, card, *more)

    _lose_two(bench)
    monkeypatch.setattr(evaluate, "publish", break_down)
    with pytest.raises(ConnectionError):
        await bench.round()
    exceptions = await bench.store.exceptions.every(CardName(bench.name().workspace, CARD))
    assert {row["id"] for row in await bench.rows()} == {each.case.id for each in exceptions}
    assert 2 == len(exceptions)


async def test_exceptions_that_cannot_be_followed_hold_up_no_card(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readings are published for every card; the next evaluation makes up for the exceptions."""

    async def break_down(services: Any, card: Any, found: Found) -> int:
        if card.id == CARD:
            raise ValueError(card.id)
        return await follow(services, card, found)

    _lose_two(bench)
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
