"""What takes long or breaks behind one card's reading holds up no other card."""

import asyncio
import weakref
from datetime import timedelta
from typing import Any

import pytest

from shared.cards import CARDS
from shared.domain.snapshot import Snapshot
from shared.pipeline import evaluate
from shared.pipeline.follow import Found, follow
from shared.pipeline.judging import judge
from shared.pipeline.publish import publish
from shared.store.exception_entities import CardName
from tests.pipeline.bench import CARD, OTHER_CARD, Bench


def _break_the_last_card(monkeypatch: pytest.MonkeyPatch, why: BaseException) -> None:
    async def break_down(services: Any, card: Any, *more: Any) -> Any:
        if card is CARDS[-1]:
            raise why
        return await publish(services, card, *more)

    monkeypatch.setattr(evaluate, "publish", break_down)


async def test_no_reading_waits_for_exceptions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are there before the first exception is written, which takes minutes in a large shop (GEN-01)."""
    there: list[int] = []

    async def look(services: Any, card: Any, found: Found) -> int:
        readings = await bench.store.readings.latest_of("shop", [each.id for each in CARDS])
        there.append(sum(each is not None for each in readings))
        return await follow(services, card, found)

    monkeypatch.setattr(evaluate, "follow", look)
    await bench.filled()
    assert there
    assert {len(CARDS)} == {*there}


async def test_while_exceptions_are_written_no_record_is_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first evaluation writes tens of thousands: what it read is let go of before, uncollected."""
    read: list[weakref.ref[Snapshot]] = []
    kept: list[int] = []

    def look(card: Any, snapshot: Snapshot, **more: Any) -> Any:
        read.append(weakref.ref(snapshot))
        return judge(card, snapshot, **more)

    async def count(services: Any, card: Any, found: Found) -> int:
        kept.append(sum(each() is not None for each in read))
        return await follow(services, card, found)

    monkeypatch.setattr(evaluate, "judge", look)
    monkeypatch.setattr(evaluate, "follow", count)
    await bench.filled()
    assert len(CARDS) == len(read)
    assert {0} == {*kept}


async def test_an_evaluation_that_dies_over_exceptions_is_not_taken_for_a_fresh_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until exceptions and alerts are there, the catch-up timer counts from the evaluation before."""

    async def die(*_: Any) -> int:
        raise asyncio.CancelledError

    await bench.filled()
    before = await bench.reading()
    bench.clock.advance(minutes=15)
    monkeypatch.setattr(evaluate, "follow", die)
    with pytest.raises(asyncio.CancelledError):
        await bench.evaluate()
    assert before["evaluated_at"] == (await bench.reading())["evaluated_at"]


async def test_a_card_that_cannot_be_published_leaves_no_exceptions_behind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published before it is followed, though the evaluation ends with what broke."""
    _break_the_last_card(monkeypatch, ConnectionError())
    with pytest.raises(ConnectionError):
        await bench.filled()
    exceptions = await bench.store.exceptions.every(CardName(bench.name().workspace, CARD))
    assert {row["id"] for row in await bench.rows()} == {each.case.id for each in exceptions}
    assert 2 == len(exceptions)


async def test_an_evaluation_that_is_called_off_writes_nothing_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that stops waits for nothing that the next evaluation does as well; the lease is free."""
    _break_the_last_card(monkeypatch, asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await bench.filled()
    assert [] == await bench.store.exceptions.every(CardName(bench.name().workspace, CARD))
    now = bench.clock.now
    assert await bench.store.checkpoints.claim_evaluation("shop", now, now + timedelta(minutes=1))


async def test_exceptions_that_cannot_be_followed_hold_up_no_card(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readings are published for every card; the next evaluation makes up for the exceptions."""

    async def break_down(services: Any, card: Any, found: Found) -> int:
        if card.id == CARD:
            raise ValueError(card.id)
        return await follow(services, card, found)

    with monkeypatch.context() as broken:
        broken.setattr(evaluate, "follow", break_down)
        await bench.filled()
    assert 2 == len(await bench.rows())
    assert await bench.reading(OTHER_CARD) is not None
    where = CardName(bench.name().workspace, CARD)
    assert [] == await bench.store.exceptions.every(where)
    bench.clock.advance(minutes=15)
    await bench.evaluate()
    assert {row["id"] for row in await bench.rows()} == {
        each.case.id for each in await bench.store.exceptions.every(where)
    }
