"""An evaluation is a function of what is stored: the same instant gives the same rows, byte for byte."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.cards import CARDS
from shared.domain.records import Order
from shared.errors import SourceError
from shared.pipeline import health
from shared.pipeline.asking import TRY_AGAIN
from shared.store.queues import EVALUATE
from tests.pipeline.bench import CARD, OTHER_CARD, Bench
from tests.pipeline.vendors import START, customer, order


async def _filled(bench: Bench) -> None:
    bench.orders.knows(*(order(number) for number in range(6)))
    bench.customers.knows(*(customer(number) for number in range(4)))
    await bench.round()


async def _stored(bench: Bench) -> list[dict[str, Any]]:
    """Give every entity of rows as it is stored."""
    return [dict(each) async for each in bench.store.readings._rows._client.list_entities()]


async def test_the_same_instant_gives_the_same_bytes(bench: Bench) -> None:
    """Two evaluations at one instant write the same rows, byte for byte, and the same figures."""
    await _filled(bench)
    reading, rows = await bench.reading(), await _stored(bench)
    await bench.evaluate()
    assert await _stored(bench) == rows
    assert await bench.reading() == reading
    assert (reading["value"], reading["status"], len(await bench.rows())) == (2, "attention", 2)


async def test_what_was_just_committed_is_judged(bench: Bench) -> None:
    """A pull and its evaluation within one second: the evaluation sees what the pull brought.

    A run that looked later than the evaluation it asked for would make every customer look absent.
    """
    bench.orders.knows(order(1))
    bench.customers.knows(customer(1))
    for stream in ("orders", "companies", "customers"):
        await bench.pull(stream)
    await bench.evaluate()
    reading = await bench.reading()
    assert (reading["value"], reading["status"]) == (0, "ok")
    assert reading["figures"]["distinct_buyers"] == 1


async def test_what_is_committed_later_is_not_judged(bench: Bench) -> None:
    """A reading at a pinned instant sees what was committed by then."""
    await _filled(bench)
    bench.clock.advance(minutes=5)
    await bench.workspace(as_of=(bench.clock.now - timedelta(minutes=2)).isoformat())
    (run,) = await bench.runs()
    late = replace(run, run="00000009", segments=1, committed_at=bench.clock.now)
    await bench.store.segments.write(bench.name(), late.run, 0, Order, [order(77)])
    await bench.store.segments.commit(bench.name(), late)
    await bench.evaluate()
    assert (await bench.reading())["figures"]["distinct_buyers"] == 6


async def test_a_reading_says_how_old_its_data_is(bench: Bench) -> None:
    """Every reading has its join timestamp, the older side's bound, and its lag (GEN-01, GEN-02)."""
    await _filled(bench)
    older = (await bench.checkpoint("orders")).complete_until
    assert older
    bench.clock.advance(minutes=10)
    await bench.round("ledger")
    reading = await bench.reading()
    assert reading["joined_at"] == older.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert 600 <= reading["lag_seconds"] <= 602
    assert {each["stream"] for each in reading["inputs"]} == {"orders", "companies", "customers"}


async def test_one_evaluates_and_the_others_come_again(bench: Bench) -> None:
    """While one instance evaluates a workspace, another's message is put off and not lost."""
    await _filled(bench)
    now = bench.clock.now
    lease = await bench.store.checkpoints.claim_evaluation("shop", now, now + timedelta(minutes=10))
    assert lease
    before = await bench.reading()
    bench.clock.advance(minutes=1)
    await bench.evaluate()
    assert bench.queues.take() == [(EVALUATE, {"workspace": "shop"}, TRY_AGAIN)]
    assert await bench.reading() == before
    await bench.store.checkpoints.release_evaluation("shop", lease, now)
    await bench.evaluate()
    assert bench.queues.take() == []
    assert (await bench.reading())["as_of"] > before["as_of"]


async def test_a_lease_is_given_back_whatever_happens(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An evaluation that breaks does not block the next."""

    async def fails(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(bench.store.readings, "publish", fails)
        with pytest.raises(ConnectionError):
            await bench.evaluate()
    await bench.evaluate()
    assert (await bench.reading())["status"] == "held"
    assert bench.queues.sent == []


async def test_two_at_once_write_the_same(bench: Bench) -> None:
    """Two messages at the same time: one evaluates, the other is put off."""
    await _filled(bench)
    await asyncio.gather(bench.evaluate(), bench.evaluate())
    assert [each[0] for each in bench.queues.take()] == [EVALUATE]
    assert (await bench.reading())["value"] == 2


async def test_a_card_without_its_connection_is_not_configured(bench: Bench) -> None:
    """A card whose required connection is missing says so, and shows no value and no zero."""
    await _filled(bench)
    reading = await bench.reading(OTHER_CARD)
    assert (reading["status"], reading["value"], reading["row_count"]) == ("not_configured", None, 0)
    await bench.workspace(ledger={"enabled": False})
    await bench.evaluate()
    assert (await bench.reading(CARD))["status"] == "not_configured"
    assert [each.id for each in CARDS if await bench.store.readings.latest("shop", each.id)] == [
        each.id for each in CARDS
    ]


async def test_a_card_that_is_off_is_not_evaluated(bench: Bench) -> None:
    """A workspace chooses its cards."""
    await bench.workspace(cards={CARD: {"enabled": False}})
    await bench.evaluate()
    assert await bench.store.readings.latest("shop", CARD) is None
    assert await bench.store.readings.latest("shop", OTHER_CARD) is not None


@pytest.mark.parametrize("rounds", [1, 3])
async def test_stale_input_is_held(bench: Bench, rounds: int) -> None:
    """After the missed rounds that a workspace allows its cards are held (decision 15), not before."""
    await bench.workspace(stale_after_missed_rounds=rounds)
    await _filled(bench)
    read_at = (await bench.checkpoint("orders")).last_success_at
    assert read_at
    bench.clock.now = read_at + timedelta(minutes=15 * rounds)
    await bench.evaluate()
    fresh = await bench.reading()
    assert fresh["status"] == "attention"
    bench.clock.advance(seconds=1)
    await bench.evaluate()
    reading = await bench.reading()
    assert (reading["status"], reading["value"]) == ("held", 2)
    assert (reading["value_as_of"], reading["rows_of"]) == (fresh["as_of"], fresh["evaluation"])
    assert f"orders of store was last read {read_at:%d %b %H:%M} UTC" in reading["waiting_for"]
    assert len(await bench.rows()) == 2
    bench.clock.advance(hours=5)
    await bench.evaluate()
    later = await bench.reading()
    assert (later["value_as_of"], later["rows_of"]) == (fresh["as_of"], fresh["evaluation"])


async def test_a_pinned_clock_is_never_stale(bench: Bench) -> None:
    """A workspace with a pinned clock keeps its readings fresh, however late it is."""
    await bench.workspace(as_of=START.replace(microsecond=0).isoformat())
    await _filled(bench)
    bench.clock.advance(days=30)
    await bench.evaluate()
    assert ((await bench.reading())["status"], (await bench.reading())["lag_seconds"]) == ("attention", 0)


async def test_a_held_card_with_a_pinned_clock_keeps_its_rows(bench: Bench) -> None:
    """With a pinned clock all evaluations have one name: a held one does not wipe the rows of the last."""
    await bench.workspace(as_of=START.replace(microsecond=0).isoformat())
    await _filled(bench)
    rows = await bench.rows()
    assert len(rows) == 2
    bench.orders.trouble[0] = SourceError("out")
    await bench.round()
    assert (await bench.reading())["status"] == "held"
    assert await bench.rows() == rows


async def test_the_health_of_each_stream_is_told(bench: Bench) -> None:
    """Each stream says how far it is, what it brought, and what it waits for (GEN-01)."""
    workspace = await bench.workspace()
    bench.orders.knows(*(order(number) for number in range(6)))
    await bench.pull(budget=0)
    (orders, companies), (customers,) = [
        each["streams"] for each in await health.health(bench.services, workspace)
    ]
    assert (orders["is_pulling"], orders["progress"]["records"], orders["records"]) == (True, 2, 0)
    assert (customers["problem"], customers["lag_seconds"]) == (
        "customers of ledger has not been read yet",
        None,
    )
    await bench.drain()
    bench.clock.advance(minutes=10)
    status = await health.health(bench.services, workspace)
    orders, companies = status[0]["streams"]
    assert (orders["is_pulling"], orders["progress"], orders["records"]) == (False, None, 6)
    assert (orders["calls"], orders["problem"], companies["calls"]) == (3, "", 0)
    assert 600 <= orders["lag_seconds"] <= 601
