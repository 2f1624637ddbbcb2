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
from tests.pipeline.bench import Bench


@contextmanager
def _watched(lost: type[Record] | None = None) -> Iterator[list[type[Record]]]:
    """Note the types whose segments are read; those of one type cannot be."""
    seen: list[type[Record]] = []
    real = Segments.batches

    async def batches(self: Segments, stream: Any, record_type: type[Record], runs: Any) -> Any:
        seen.append(record_type)
        if record_type is lost:
            raise ServiceRequestError("the store does not answer")
        return await real(self, stream, record_type, runs)

    with patch.object(Segments, "batches", batches):
        yield seen


async def _asked(bench: Bench) -> tuple[Any, ...]:
    workspace = await bench.workspace()
    checkpoints = await bench.store.checkpoints.of(workspace.id)
    return bench.services, workspace, inputs_of(workspace, checkpoints, bench.clock.now), bench.clock.now


async def test_what_is_judged_first_is_read_first(bench_in_memory: Bench) -> None:
    """Types come in the order asked for, the others behind them; a type that no stream has is passed over."""
    bench = bench_in_memory
    await bench.filled()
    asked = await _asked(bench)
    with _watched() as seen:
        async with arriving(*asked, [CreditMemo, MasterCustomer]) as (_, reading):
            await asyncio.gather(*reading.values())
    assert MasterCustomer is seen[0]
    assert {Order, MasterCustomer} <= set(seen) == set(reading)


async def test_who_asks_beside_the_loop_waits(bench_in_memory: Bench) -> None:
    """A thread that asks for a type before it is read gets all of it; the loop itself would wait for ever."""
    bench = bench_in_memory
    await bench.filled()
    async with arriving(*await _asked(bench)) as (snapshot, _):
        with pytest.raises(RuntimeError, match="beside the event loop"):
            snapshot.table(MasterCustomer)
        found = await asyncio.to_thread(lambda: len(snapshot.table(MasterCustomer)))
        assert len(await bench.seen("customers")) == found > 0
        assert found == sum(batch.count for batch in snapshot.batches[MasterCustomer])


@pytest.mark.parametrize("lost", [Order, MasterCustomer])
async def test_a_store_that_does_not_answer_holds_no_card(bench_in_memory: Bench, lost: type[Record]) -> None:
    """Where records cannot be read, the evaluation ends with the store's error and publishes nothing.

    The message comes again, and finds everything as it was.
    """
    bench = bench_in_memory
    await bench.filled()
    before = await bench.reading()
    with _watched(lost), pytest.raises(ServiceRequestError):
        await bench.evaluate()
    assert before == await bench.reading()
    await bench.evaluate()
    assert before["value"] == (await bench.reading())["value"]
