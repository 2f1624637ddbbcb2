"""Records that are read while cards are judged: in which order, by whom, and what where they cannot be."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from azure.core.exceptions import ServiceRequestError

from shared.domain.records import CreditMemo, MasterCustomer, Order, Record
from shared.pipeline.freshness import inputs_of
from shared.pipeline.snapshots import arriving
from shared.store.segments import Segments
from tests.pipeline.bench import CARD, OTHER_CARD, TYPES, Bench
from tests.pipeline.vendors import order


@contextmanager
def _watched(
    lost: type[Record] | None = None, gate: asyncio.Event | None = None
) -> Iterator[list[type[Record]]]:
    """Note the types whose segments are read; those of one type cannot be, and none before the gate opens."""
    seen: list[type[Record]] = []
    real = Segments.batches

    async def batches(self: Segments, stream: Any, record_type: type[Record], runs: Any) -> Any:
        seen.append(record_type)
        if gate is not None:
            await gate.wait()
        if record_type is lost:
            raise ServiceRequestError("the store does not answer")
        return await real(self, stream, record_type, runs)

    with patch.object(Segments, "batches", batches):
        yield seen


@contextmanager
def _no_details() -> Iterator[None]:
    async def content(*_: Any) -> Any:
        raise ServiceRequestError("the store does not answer")

    with patch("shared.store.segment_details.content", content):
        yield


async def _asked(bench: Bench) -> tuple[Any, ...]:
    workspace = await bench.workspace()
    checkpoints = await bench.store.checkpoints.of(workspace.id)
    return bench.services, workspace, inputs_of(workspace, checkpoints, bench.clock.now), bench.clock.now


async def test_what_is_judged_first_is_read_first(empty_bench: Bench) -> None:
    """Types come in the order asked for, the others behind them; a type that no stream has is passed over."""
    bench = empty_bench
    await bench.filled()
    asked = await _asked(bench)
    with _watched() as seen:
        async with arriving(*asked, [CreditMemo, MasterCustomer]) as (_, reading):
            await asyncio.gather(*reading.values())
    assert MasterCustomer is seen[0]
    assert {Order, MasterCustomer} <= set(seen) == set(reading)


async def test_who_asks_beside_the_loop_waits(empty_bench: Bench) -> None:
    """A thread that asks for a type before it is read gets all of it; the loop itself would wait for ever."""
    bench = empty_bench
    await bench.filled()
    async with arriving(*await _asked(bench)) as (snapshot, _):
        with pytest.raises(RuntimeError, match="beside the event loop"):
            snapshot.table(MasterCustomer)
        found = await asyncio.to_thread(lambda: len(snapshot.table(MasterCustomer)))
        assert len(await bench.seen("customers")) == found > 0
        assert found == sum(batch.count for batch in snapshot.batches[MasterCustomer])


async def test_types_wait_for_their_turn(empty_bench: Bench) -> None:
    """One type at a time is read, and nobody sees a type of which a stream is still being read."""
    bench = empty_bench
    await bench.filled()
    asked = await _asked(bench)
    gate = asyncio.Event()
    with _watched(gate=gate) as seen:
        async with arriving(*asked, [MasterCustomer]) as (snapshot, reading):
            waiting = asyncio.create_task(asyncio.to_thread(snapshot.table, MasterCustomer))
            await asyncio.wait([waiting], timeout=0.05)
            assert not waiting.done()
            assert {MasterCustomer} == set(seen)
            gate.set()
            assert len(await bench.seen("customers")) == len(await waiting)
            await asyncio.gather(*reading.values())


async def test_nothing_is_read_on(empty_bench: Bench) -> None:
    """Whoever leaves the block before all is read leaves nothing behind that reads."""
    bench = empty_bench
    await bench.filled()
    asked = await _asked(bench)
    with _watched(gate=asyncio.Event()):
        before = asyncio.all_tasks()
        async with arriving(*asked):
            await asyncio.sleep(0)
            assert before < asyncio.all_tasks()
        assert before == asyncio.all_tasks()


@pytest.mark.parametrize("lost", ["orders", "customers", "details"])
async def test_a_store_that_does_not_answer_holds_no_card(empty_bench: Bench, lost: str) -> None:
    """Where records or details cannot be read, the evaluation ends with the store's error: nothing is said.

    No card of it is published, be the records of only the last one lost. The message comes again.
    """
    bench = empty_bench
    await bench.filled()
    await bench.workspace(cards={CARD: {"enabled": True}, OTHER_CARD: {"enabled": True}})
    await bench.evaluate()
    bench.clock.advance(minutes=15)
    bench.orders.knows(order(6), since=bench.clock())
    bench.clock.advance(minutes=15)
    await bench.pull()
    before = await bench.reading(), await bench.store.alerts.of("shop")
    with _watched(TYPES[lost]) if lost in TYPES else _no_details(), pytest.raises(ServiceRequestError):
        await bench.evaluate()
    assert before == (await bench.reading(), await bench.store.alerts.of("shop"))
    await bench.evaluate()
    assert before[0]["value"] + 1 == (await bench.reading())["value"]
