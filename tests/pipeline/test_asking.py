"""One evaluation answers all who asked before it began, and nobody who asked later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.pipeline import asking
from shared.pipeline import evaluate as evaluating
from shared.pipeline.asking import Asked, request_evaluation
from shared.pipeline.evaluate import evaluate
from shared.pipeline.services import Services
from shared.store.checkpoints import Evaluations
from shared.store.queues import EVALUATE
from shared.store.tables import Conflict
from tests.pipeline.bench import CARD, Bench

ASKED = 5


async def _work_off(bench: Bench) -> None:
    """Work off what asks for evaluations, as the queue's function does; what is put off stays."""
    for queue, message, _ in bench.queues.take():
        assert queue == EVALUATE
        await bench.evaluate(message["workspace"], message["asked"])


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the workspaces that are evaluated, in turn."""
    found: list[str] = []
    real = evaluating._evaluate

    async def noted(services: Services, workspace: Any, lease: Evaluations) -> str:
        found.append(workspace.id)
        return await real(services, workspace, lease)

    monkeypatch.setattr(evaluating, "_evaluate", noted)
    return found


async def test_one_evaluation_answers_all_who_asked_before(bench: Bench, evaluated: list[str]) -> None:
    """Of many messages in a row one is worked off, the first; later ones are worked off again."""
    await bench.filled()
    evaluated.clear()
    for _ in range(2):
        for _ in range(ASKED):
            await request_evaluation(bench.services, "shop")
        await _work_off(bench)
    assert ["shop", "shop"] == evaluated


async def test_who_asks_while_one_runs_is_not_answered_by_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, evaluated: list[str]
) -> None:
    """What is read by a pull in the middle of an evaluation is in the reading once its message is done."""
    await bench.filled()
    real = evaluating.arriving

    @asynccontextmanager
    async def meanwhile(*args: Any) -> AsyncIterator[Any]:
        monkeypatch.setattr(evaluating, "arriving", real)
        async with real(*args) as found:
            bench.customers.forgets("C0")
            await bench.enqueue("ledger", is_anew=True)
            bench.queues.take()
            await bench.pull("customers")
            yield found

    monkeypatch.setattr(evaluating, "arriving", meanwhile)
    await bench.evaluate()
    before = await bench.reading()
    await _work_off(bench)
    assert (2, 3) == (before["value"], (await bench.reading())["value"])
    assert 3 == len(evaluated), "the first, that of the test, and that of the pull"


async def test_what_is_set_just_before_it_begins_is_seen(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sets something between an evaluation's first look and its beginning has their answer by it."""
    await bench.filled()
    real = bench.store.checkpoints.claim_evaluation

    async def late(*args: Any) -> Any:
        await bench.workspace(cards={CARD: {"enabled": True, "threshold": 1}})
        await request_evaluation(bench.services, "shop")
        return await real(*args)

    with monkeypatch.context() as patched:
        patched.setattr(bench.store.checkpoints, "claim_evaluation", late)
        await bench.evaluate()
    await _work_off(bench)
    assert "alert" == (await bench.reading())["status"]


async def _fails(*_: Any) -> None:
    raise Conflict


@pytest.mark.parametrize("what", ["publish", "follow", "tell"])
async def test_one_that_failed_answers_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, evaluated: list[str], what: str
) -> None:
    """Where an evaluation breaks, or leaves its exceptions to the next, that next one is not passed over."""
    await bench.filled()
    for _ in range(2):
        await request_evaluation(bench.services, "shop")
    evaluated.clear()
    with monkeypatch.context() as patched:
        patched.setattr(evaluating, what, _fails)
        try:
            await evaluate(bench.services, "shop")
        except Conflict:
            assert what != "follow"
    await _work_off(bench)
    assert ["shop", "shop"] == evaluated


async def test_one_whose_lease_ran_out_answers_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, evaluated: list[str]
) -> None:
    """Whoever took too long, and was taken over from, says nothing of what has been seen."""
    await bench.filled()
    real = evaluating.tell

    async def slow(*args: Any) -> Any:
        later = bench.clock.now + timedelta(minutes=11)
        taken = await bench.store.checkpoints.claim_evaluation("shop", later, bench.clock.now)
        assert taken is not None
        return await real(*args)

    await request_evaluation(bench.services, "shop")
    with monkeypatch.context() as patched:
        patched.setattr(evaluating, "tell", slow)
        await evaluate(bench.services, "shop")
    evaluated.clear()
    await _work_off(bench)
    assert ["shop"] == evaluated


@pytest.mark.parametrize(("behind", "count"), [(0, 1), (2, 2)])
async def test_a_slow_clock_answers_nobody_who_is_ahead(
    bench: Bench, evaluated: list[str], behind: float, count: int
) -> None:
    """What was decided by a clock that is ahead does not count yet for a slow one: it is looked again."""
    await bench.filled()
    bench.clock.advance(minutes=1)
    await request_evaluation(bench.services, "shop")
    evaluated.clear()
    slow = replace(bench.services, clock=lambda: bench.clock.now - timedelta(seconds=behind))
    await evaluate(slow, "shop")
    await _work_off(bench)
    assert count == len(evaluated)


async def test_a_pinned_clock_answers_all_the_same(bench: Bench, evaluated: list[str]) -> None:
    """In a workspace that always looks from one instant, messages are passed over, too."""
    await bench.workspace(as_of="2026-03-01T00:00:00+00:00")
    for _ in range(ASKED):
        await request_evaluation(bench.services, "shop")
    await _work_off(bench)
    assert ["shop"] == evaluated


@pytest.mark.parametrize("asked", [None, Asked(begun=7, at="2026-04-14T12:00:00Z")])
async def test_what_is_put_off_asks_for_what_it_asked_for(bench: Bench, asked: Asked | None) -> None:
    """A message that meets another's evaluation comes again as it was: older than what begins from now on."""
    now = bench.clock.now
    await bench.store.checkpoints.claim_evaluation("shop", now, now + timedelta(minutes=1))
    await evaluate(bench.services, "shop", asked)
    expected = {"workspace": "shop"} | ({"asked": {"begun": 7, "at": asked.at}} if asked else {})
    assert [(EVALUATE, expected, asking.TRY_AGAIN)] == bench.queues.take()
