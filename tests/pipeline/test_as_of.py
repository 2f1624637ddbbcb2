"""What a card said at a past instant is worked out again from what was stored then."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import sources
from shared.cards import card_of
from shared.cards.card import Card
from shared.domain.windows import text
from shared.errors import SourceError
from shared.pipeline import as_of, settled
from shared.pipeline.as_of import NotKept, NotYet, recompute
from shared.pipeline.reading import ASKED
from shared.store.readings import SETTLED
from tests.builders import law as few
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.memory import memory_store
from tests.pipeline.test_publish import ACTIONS, act
from tests.pipeline.vendors import customer, order

SAGE = card_of(CARD)
assert SAGE is not None
_NOT_REPEATED = {*ASKED, "evaluation", "published_at", "rows_of", "is_recomputed", "asked_for"}


async def _recomputed(bench: Bench, moment: str) -> as_of.Recomputed:
    found = await bench.store.workspaces.get("shop")
    assert found
    assert SAGE is not None
    return await recompute(bench.services, found[0], SAGE, datetime.fromisoformat(moment))


@settings(few, max_examples=15)
@given(st.lists(ACTIONS, max_size=10))
def test_every_published_instant_can_be_had_again(actions: list[tuple[str, int]]) -> None:
    """The same rows, byte for byte, and the same reading, whatever came, went or was set since."""

    async def history() -> None:
        bench = Bench(memory_store())
        await bench.workspace()
        published: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
        with mock.patch.object(sources, "SOURCES", bench.sources):
            for action, number in [("round", 0), *actions, ("pass", 15), ("round", 0)]:
                await act(bench, action, number)
                if await bench.store.readings.stored("shop", CARD):
                    shown = await bench.reading()
                    published[shown["as_of"]] = shown, await bench.rows() if shown["rows_of"] else []
            for moment, (shown, rows) in published.items():
                again = await _recomputed(bench, moment)
                assert list(again.rows) == rows
                for name in shown.keys() - _NOT_REPEATED:
                    assert again.reading[name] == shown[name], name
                assert bool(again.reading["value_as_of"]) is bool(shown["value_as_of"])

    asyncio.run(history())


async def test_what_came_later_is_not_seen(empty_bench: Bench) -> None:
    """Orders, customers and settings of later leave the past as it was."""
    bench = empty_bench
    await bench.filled()
    before, rows = await bench.reading(), await bench.rows()
    told = [each["stream"] for each in [*before["inputs"], *before["other_inputs"]]]
    assert sorted(told) == ["companies", "customers", "orders"]  # siblings' streams, too
    bench.clock.advance(minutes=15)
    bench.customers.knows(customer(4), customer(5), since=bench.clock.now - timedelta(minutes=1))
    await bench.workspace(cards={CARD: {"threshold": 0}}, time_zone="Europe/Berlin")
    await bench.round()
    assert (await bench.reading())["value"] == 0
    again = await _recomputed(bench, before["as_of"])
    assert list(again.rows) == rows
    assert (again.reading["value"], again.reading["status"]) == (2, "attention")
    assert again.reading["rows_digest"] == before["rows_digest"]
    assert again.reading["threshold"] == before["threshold"]


async def test_between_two_evaluations_the_records_of_then_are_judged(empty_bench: Bench) -> None:
    """What was committed by an instant counts there, whether or not anybody evaluated it."""
    bench = empty_bench
    await bench.filled()
    bench.clock.advance(minutes=15)
    bench.customers.knows(customer(4), since=bench.clock.now - timedelta(minutes=1))
    await bench.pull("customers")
    bench.clock.advance(minutes=5)
    between = text(bench.clock.now)
    bench.clock.advance(minutes=10)
    bench.customers.knows(customer(5), since=bench.clock.now - timedelta(minutes=1))
    await bench.round()
    again = await _recomputed(bench, between)
    assert (again.reading["value"], again.reading["as_of"]) == (1, between)
    assert [row["match_value"] for row in again.rows] == [order(5).email]


async def test_a_held_card_is_held_then(empty_bench: Bench) -> None:
    """It says what it waited for, and shows the value and the rows that it kept (decision 15)."""
    bench = empty_bench
    await bench.filled()
    judged, rows = await bench.reading(), await bench.rows()
    bench.clock.advance(minutes=15)
    bench.orders.trouble[0] = SourceError("out")
    await bench.round()
    held = await bench.reading()
    bench.clock.advance(minutes=15)
    bench.customers.knows(customer(4), customer(5), since=bench.clock.now - timedelta(minutes=1))
    await bench.round()
    again = await _recomputed(bench, held["as_of"])
    assert again.reading["status"] == held["status"] == "held"
    assert again.reading["waiting_for"] == held["waiting_for"]
    assert (again.reading["value"], again.reading["value_as_of"]) == (judged["value"], judged["as_of"])
    assert list(again.rows) == rows


async def test_what_went_stale_without_an_evaluation_is_held(empty_bench: Bench) -> None:
    """Hours after the last run nobody can say how things stood, though nobody evaluated it."""
    bench = empty_bench
    await bench.filled()
    bench.clock.advance(hours=6)
    again = await _recomputed(bench, text(bench.clock.now))
    assert again.reading["status"] == "held"
    assert "was last read" in again.reading["waiting_for"][0]
    assert len(again.rows) == 2


async def test_before_the_first_reading_there_is_nothing(empty_bench: Bench) -> None:
    """Nothing is made up for the time before the first evaluation."""
    bench = empty_bench
    await bench.filled()
    with pytest.raises(NotYet):
        await _recomputed(bench, text(bench.clock.now - timedelta(days=1)))


@pytest.mark.parametrize("lost", ["retention", "document", "release"])
async def test_what_is_not_kept_any_more_is_said_to_be_gone(empty_bench: Bench, lost: str) -> None:
    """Beyond retention, or where the settings of then are not known, nothing is guessed."""
    bench = empty_bench
    await bench.filled()
    before = await bench.reading()
    if lost == "retention":
        bench.clock.advance(days=401)
    elif lost == "document":
        assert await bench.store.workspaces.drop_versions("shop", ()) == 1
    else:
        del before["workspace_version"]
        await bench.store.readings.publish(before, None)
    with pytest.raises(NotKept):
        await _recomputed(bench, before["as_of"])


def _with_settled(card: Card) -> Card:
    """Let a card settle every buyer that it would list, under another name."""

    def judge(*asked: Any) -> Any:
        found = card.judge(*asked)
        rows = tuple(replace(row, id=f"settled {row.id}") for row in found.rows)
        return replace(found, settled=rows)

    return replace(card, judge=judge)


async def test_settled_rows_wait_until_somebody_asks(empty_bench: Bench) -> None:
    """They are worked out once, for the reading that they belong to, and stay what they were then."""
    bench = empty_bench
    await bench.filled()
    assert SAGE is not None
    card, before = _with_settled(SAGE), await bench.reading()
    assert not await bench.store.readings.has_rows("shop", CARD, before["rows_of"], SETTLED)
    bench.clock.advance(minutes=15)
    bench.customers.knows(customer(4), customer(5), since=bench.clock.now - timedelta(minutes=1))
    await bench.round()
    for _ in range(2):
        evaluation = await settled.settle(bench.services, card, before)
    rows = await bench.store.readings.rows("shop", CARD, evaluation, SETTLED)
    assert [row["id"] for row in rows] == [
        f"settled {row['id']}" for row in await bench.store.readings.rows("shop", CARD, before["rows_of"])
    ]
    assert {row["is_settled"] for row in rows} == {True}
    with mock.patch.object(as_of, "repeat", side_effect=AssertionError("again")):
        assert await settled.settle(bench.services, card, before) == evaluation


async def test_settled_rows_go_with_their_reading(empty_bench: Bench) -> None:
    """What is dropped takes its rows along, settled ones too; the reading that stood then stays."""
    bench = empty_bench
    await bench.filled()
    assert SAGE is not None
    first = await bench.reading()
    await settled.settle(bench.services, _with_settled(SAGE), first)
    for number in (4, 5):
        bench.clock.advance(days=1)
        bench.customers.knows(customer(number), since=bench.clock.now - timedelta(minutes=1))
        await bench.round()
    last = await bench.reading()
    readings = bench.store.readings
    assert await readings.drop_before("shop", CARD, bench.clock.now - timedelta(hours=1)) == 1
    assert await readings.at("shop", CARD, first["evaluation"]) is None
    assert not await readings.has_rows("shop", CARD, first["rows_of"])
    assert not await readings.has_rows("shop", CARD, first["rows_of"], SETTLED)
    assert await readings.latest("shop", CARD) == last
    assert await readings.has_rows("shop", CARD, last["rows_of"])
