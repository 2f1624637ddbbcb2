"""An evaluation that was away for longer than its lease puts nothing in the place of what is newer."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from functools import partial
from typing import Any

import pytest

from shared.domain.alerts import AlertKey
from shared.pipeline import evaluate
from shared.pipeline.asking import TRY_AGAIN, Asked
from shared.pipeline.follow import follow
from shared.pipeline.judging import judge
from shared.store.exception_entities import CardName
from shared.store.queues import EVALUATE
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.vendors import customer, order

Act = Callable[[], Coroutine[Any, Any, None]]


def _once_judged(monkeypatch: pytest.MonkeyPatch, *acts: Act) -> None:
    """Have these happen behind the first cards, in turn: each is judged by then, and not yet published."""
    loop, left = asyncio.get_running_loop(), list(acts)

    def slow(*given: Any, **options: Any) -> Any:
        found = judge(*given, **options)
        if left:
            asyncio.run_coroutine_threadsafe(left.pop(0)(), loop).result()
        return found

    monkeypatch.setattr(evaluate, "judge", slow)


async def _nothing() -> None:
    """Let this card be judged as ever."""


async def _taken(bench: Bench) -> bool:
    """Try to take the lease, as another instance does."""
    now = bench.clock.now
    return await bench.store.checkpoints.claim_evaluation("shop", now, now + evaluate.LEASE) is not None


async def _take_over(bench: Bench) -> None:
    """Let the lease run out, and another instance take it."""
    bench.clock.advance(minutes=10)
    assert await _taken(bench)


@pytest.mark.parametrize("judged", range(5))
async def test_older_readings_replace_no_newer_ones(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, judged: int
) -> None:
    """What another instance has published meanwhile stands, wherever the late one was, and all follows it.

    Whoever asked for the late one is answered by the other, which began since: that is seen later.
    """
    await bench.filled()
    known = await bench.store.checkpoints.evaluations("shop")
    asked = asdict(Asked(known.begun, known.looked_at))
    newer: dict[str, Any] = {}

    async def be_away() -> None:
        bench.orders.knows(order(7), since=bench.clock.now)
        bench.clock.advance(minutes=10)
        await bench.round()
        newer.update(await bench.reading())

    _once_judged(monkeypatch, *[_nothing] * judged, be_away)
    await bench.evaluate(asked=asked)
    assert newer == await bench.reading()
    assert 3 == newer["row_count"]
    kept = await bench.store.exceptions.every(CardName(bench.name().workspace, CARD))
    assert {row["id"] for row in await bench.rows()} == {each.case.id for each in kept}
    assert [(EVALUATE, {"workspace": "shop", "asked": asked}, TRY_AGAIN)] == bench.queues.sent
    await bench.drain()
    ended = await bench.store.checkpoints.evaluations("shop")
    assert (ended.begun, ended.ended) == (known.begun + 2, known.begun + 2)


async def test_nothing_is_published_while_another_has_the_lease(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be an erasure, which masks what was judged; the lease stays with whoever took it."""
    await bench.filled()
    before = await bench.reading()
    bench.orders.knows(order(7), since=bench.clock.now)
    bench.clock.advance(minutes=1)
    await bench.pull()

    _once_judged(monkeypatch, partial(_take_over, bench))
    await bench.evaluate()
    assert before == await bench.reading()
    assert not await _taken(bench)
    assert "another instance took over" in caplog.text


async def test_who_is_late_follows_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even what it published before: whoever took over judges and follows all cards."""
    await bench.filled()
    followed: list[object] = []

    async def note(*given: object) -> int:
        followed.append(given)
        return 0

    _once_judged(monkeypatch, *[_nothing] * 3, partial(_take_over, bench))
    monkeypatch.setattr(evaluate, "follow", note)
    await bench.evaluate()
    assert [] == followed


async def test_who_is_late_and_alone_publishes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease that ran out and that nobody took stops nobody."""
    await bench.filled()
    before = await bench.reading()

    async def be_away() -> None:
        bench.clock.advance(minutes=30)

    _once_judged(monkeypatch, be_away)
    bench.clock.advance(minutes=1)
    await bench.evaluate()
    assert before["as_of"] < (await bench.reading())["as_of"]


async def test_who_is_late_with_exceptions_tells_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it found is old by then: of a breach that is over, nobody hears."""
    await bench.workspace(cards={CARD: {"threshold": 1}})

    async def slowly(*given: Any) -> int:
        changed = await follow(*given)
        monkeypatch.setattr(evaluate, "follow", follow)
        bench.customers.knows(*(customer(number) for number in range(6)), since=bench.clock.now)
        bench.clock.advance(minutes=10)
        await bench.round()
        return changed

    monkeypatch.setattr(evaluate, "follow", slowly)
    bench.orders.knows(*(order(number) for number in range(6)))
    bench.customers.knows(*(customer(number) for number in range(4)))
    await bench.round()
    assert 0 == (await bench.reading())["row_count"]
    assert AlertKey(CARD) not in await bench.store.alerts.of("shop")
