"""The simulated host gives up on messages as the local one does, whose code it runs."""

import asyncio
from dataclasses import replace
from typing import Any

from dev.faults.simulation import clock
from dev.faults.simulation.fleet import Fleet
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.host import Host
from dev.faults.simulation.schedule import drawn
from dev.faults.storage.account import Account
from dev.host.functions import Function

QUEUE, POISON = "notify", "notify-poison"


def _given(texts: tuple[str, ...], taken_before: int = 0) -> tuple[Account, int]:
    """Let a host work on messages that always fail; give the storage, and how often they were tried."""
    calls = 0

    async def fail(message: Any) -> None:
        nonlocal calls
        calls += 1
        raise ValueError(message.id)

    async def run() -> Account:
        ground = Ground(replace(drawn(0), instances=2, entries=(), changes=()))
        ground.storage.make_queue(QUEUE)
        for text in texts:
            ground.storage.queue(QUEUE).send(text, None, None).dequeue_count = taken_before
        host = Host(ground, Fleet(ground))
        host._queues = {QUEUE: Function("take", fail, {"name": "message"}, has_context=False, folder="")}
        running = asyncio.get_running_loop().create_task(host.run())
        await asyncio.sleep(600)
        running.cancel()
        return ground.storage

    return clock.run(run()), calls


def test_each_message_that_fails_too_often_is_kept():
    """Five tries each; the second message finds the poison queue there and is kept like the first."""
    storage, calls = _given(("YQ==", "Yg=="))
    assert sorted(each.text for each in storage.queue(POISON).messages) == ["YQ==", "Yg=="]
    assert not storage.queue(QUEUE).messages
    assert calls == 10


def test_a_message_whose_takers_all_ended_is_not_tried_again():
    """One that five instances took and none settled goes to the poison queue unread."""
    storage, calls = _given(("YQ==",), taken_before=5)
    assert len(storage.queue(POISON).messages) == 1
    assert not calls
