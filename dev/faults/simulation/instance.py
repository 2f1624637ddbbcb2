"""An instance of the app: a process of its own, with its own clock and caches, that may die at any step.

What is dead reaches nobody any more: whatever it still tries, cleaning up behind itself say, fails.
"""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar, copy_context
from datetime import datetime
from typing import Any

import httpx

from dev.faults.simulation import clock, merchant
from dev.faults.simulation.ground import Ground
from dev.faults.storage.account import connect
from shared.pipeline.reached import Reached
from shared.pipeline.services import Services
from shared.sources.http import Access, VendorClient
from shared.store.kept import Kept
from shared.store.store import store_over

CRASHES = frozenset({"crash_before", "crash_after"})


class Death(BaseException):
    """The process is gone."""


class Instance:
    """A process."""

    def __init__(self, ground: Ground, number: int) -> None:
        from dev.faults.simulation.network import Wire  # noqa: PLC0415 - it knows instances
        from dev.faults.simulation.strained import Strained  # noqa: PLC0415 - it knows instances

        self.number = number
        self.skew = 0.0
        self.is_alive = self.takes_work = True
        self._ground = ground
        self._tasks: list[asyncio.Task[None]] = []
        self._tables, self._queues = connect(ground.storage, Strained(ground, self))
        self._wire: httpx.AsyncBaseTransport = Wire(ground, self)
        self._reached, self._made, self._kept = Reached(), set[str](), Kept()

    def clock(self) -> datetime:
        """Give the time, as this machine has it."""
        return clock.instant(clock.seconds() + self.skew)

    def check(self) -> None:
        """Go on, or stay dead."""
        if not self.is_alive:
            raise Death

    async def services(self) -> Services:
        """Give what a call works with."""
        store = await store_over(self._tables, self._queues, "", self._made, self._kept)
        return Services(
            store, self.clock, merchant.secret, self._connect, reached=self._reached, is_local=True
        )

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let this process do something beside all else."""
        context = copy_context()
        context.run(CURRENT.set, self)
        self._tasks = [each for each in self._tasks if not each.done()]
        self._tasks.append(asyncio.get_running_loop().create_task(work, context=context))

    def die(self) -> None:
        """Be gone, in the middle of whatever it does."""
        self.is_alive = False
        self._end("dies")

    def stop(self) -> None:
        """Be told to end: what it does is cancelled, and may clean up for a moment."""
        self._end("stops")
        asyncio.get_running_loop().call_later(1.0, self._gone)

    def _gone(self) -> None:
        self.is_alive = False

    def _end(self, word: str) -> None:
        self.takes_work = False
        self._ground.trace.add(f"instance {self.number} {word}")
        self._ground.journal.ended.setdefault(self.number, clock.seconds())
        for task in self._tasks:
            task.cancel()

    def _connect(self, access: Access, name: str) -> VendorClient:
        return VendorClient(access, name=name, transport=self._wire)


CURRENT: ContextVar[Instance] = ContextVar("the instance that does it")
