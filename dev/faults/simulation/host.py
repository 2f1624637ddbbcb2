"""The Functions host of a simulation: gives out messages at least once and in any order.

What becomes of a message is settled by the local host's own code (dev/host/queues.py).
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

import azure.functions as func
from azure.core.exceptions import HttpResponseError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from dev.faults.simulation import app, clock
from dev.faults.simulation.fleet import Fleet
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.instance import Instance
from dev.faults.storage.operations import Calm, Operation
from dev.faults.storage.queued import Queue
from dev.faults.storage.queues import QueueOf, given_of
from dev.host import ROOT
from dev.host.configuration import read
from dev.host.functions import Function
from dev.host.queues import TAKEN_SECONDS, QueueListener

_POLL_SECONDS = 0.3
_FOREVER = 10_000.0


class Host:
    """Gives messages to instances."""

    def __init__(self, ground: Ground, fleet: Fleet) -> None:
        self._ground = ground
        self._fleet = fleet
        self._woken = asyncio.Event()
        self._queues = app.queue_functions()
        self._settings = read(ROOT, {}).extensions.queues
        self.under_way = 0
        ground.on_notice(self._woken.set)

    async def run(self) -> None:
        """Give out messages until cancelled."""
        dice = self._ground.dice
        while True:
            instance = self._fleet.any()
            due = self.due() if instance else []
            if instance and due:
                self._give(dice.choice(due), instance)
                await asyncio.sleep(dice.random() * _POLL_SECONDS)
                continue
            self._woken.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._wait() if instance else 1.0):
                    await self._woken.wait()

    def due(self) -> list[str]:
        """Give the queues that have a message for somebody."""
        now = clock.instant(clock.seconds())
        return [name for name, each in self._known() if any(kept.visible_at <= now for kept in each.messages)]

    @property
    def is_idle(self) -> bool:
        """Say whether nothing is under way or waits."""
        return not self.under_way and not any(each.messages for _, each in self._known())

    def _known(self) -> list[tuple[str, Queue]]:
        found = []
        for name in self._queues:
            with suppress(HttpResponseError):  # no message was ever sent there
                found.append((name, self._ground.storage.queue(name)))
        return found

    def _wait(self) -> float:
        now = clock.instant(clock.seconds())
        waits = [
            (kept.visible_at - now).total_seconds() for _, each in self._known() for kept in each.messages
        ]
        return max(0.001, min(waits, default=_FOREVER))

    def _give(self, name: str, instance: Instance) -> None:
        ground, queue = self._ground, self._ground.storage.queue(name)
        [message] = queue.receive(1, TAKEN_SECONDS)
        for each in ground.armed.met({"delayed"}, name):
            ground.trace.add(f"{name} {str(message.id)[-4:]} waits {each.seconds:g}")
            message.visible_at += timedelta(seconds=each.seconds - TAKEN_SECONDS)
            message.dequeue_count -= 1
            return
        met = {each.kind for each in ground.armed.met({"twice", "undeleted"}, name)}
        takers = [(instance, given_of(message))]
        if "twice" in met and (other := self._fleet.any()):
            message.dequeue_count += 1  # it showed again, and the first holder's receipt is void
            takers.append((other, given_of(queue.renew(message.id, message.receipt, TAKEN_SECONDS, None))))
        listener = self._listener(name, is_deleted="undeleted" not in met)
        for taker, given in takers:
            number = f"{str(given.id)[-4:]} {given.dequeue_count}"
            ground.trace.add(f"i{taker.number} gets {name} {number}", *sorted(met))
            taker.start(self._process(listener, given))

    def _listener(self, name: str, *, is_deleted: bool) -> QueueListener:
        """Give what settles a message of a queue."""
        storage, faults = self._ground.storage, _Noticed(self._ground)
        queue = (QueueOf if is_deleted else _Undeleted)(storage, faults, name)
        poison = QueueOf(storage, faults, f"{name}-poison")
        clients = (cast("QueueClient", queue), cast("QueueClient", poison))
        return QueueListener(self._queues[name], *clients, self._settings, self._invoke)

    async def _process(self, listener: QueueListener, message: QueueMessage) -> None:
        """Let a listener settle a message."""
        self.under_way += 1
        try:
            await listener.process(message)
        finally:
            self.under_way -= 1

    async def _invoke(self, function: Function, message: func.QueueMessage) -> Any:
        """Run a function on a message."""
        try:
            return await function.call(**{function.trigger["name"]: message})
        except Exception as error:
            self._ground.trace.add(f"{function.name} fails on {str(message.id)[-4:]}", type(error).__name__)
            raise


class _Noticed(Calm):
    """Tells the host what it did itself: a message that is hidden for less long shows earlier."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def after(self, operation: Operation) -> None:
        """Tell of it."""
        if operation.verb == "send":
            self._ground.trace.add(f"a message goes to {operation.on}")
        self._ground.noticed()


class _Undeleted(QueueOf):
    """A queue whose host ends before it deletes a message that is done."""

    async def delete_message(self, *_: Any, **__: Any) -> None:
        """Leave it."""
