"""The Functions host of a simulation: gives out messages at least once and in any order, and fires timers."""

import asyncio
from base64 import b64decode
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from azure.core.exceptions import HttpResponseError

from dev.faults.simulation import app, clock
from dev.faults.simulation.fleet import Fleet
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.instance import Instance
from dev.faults.storage.queued import Message, Queue

_POLL_SECONDS = 0.3
_FOREVER = 10_000.0


class Host:
    """Gives messages to instances."""

    def __init__(self, ground: Ground, fleet: Fleet) -> None:
        self._ground = ground
        self._fleet = fleet
        self._woken = asyncio.Event()
        self._queues = app.queue_functions()
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
        [message] = queue.receive(1, app.TAKEN_SECONDS)
        for each in ground.armed.met({"delayed"}):
            ground.trace.add(f"{name} {message.id[-4:]} waits {each.seconds:g}")
            message.visible_at += timedelta(seconds=each.seconds - app.TAKEN_SECONDS)
            message.dequeue_count -= 1
            return
        met = {each.kind for each in ground.armed.met({"twice", "undeleted"})}
        takers = [(instance, replace(message))]
        if "twice" in met and (other := self._fleet.any()):
            message.dequeue_count += 1  # it showed again, and the first holder's receipt is void
            takers.append((other, replace(queue.renew(message.id, message.receipt, app.TAKEN_SECONDS, None))))
        for taker, given in takers:
            ground.trace.add(
                f"i{taker.number} gets {name} {given.id[-4:]} {given.dequeue_count}", *sorted(met)
            )
            taker.start(self._process(name, given, is_deleted="undeleted" not in met))

    async def _process(self, name: str, message: Message, *, is_deleted: bool) -> None:
        """Run a function on a message, and settle what becomes of it."""
        self.under_way += 1
        try:
            await self._settled(name, message, is_deleted=is_deleted)
        finally:
            self.under_way -= 1

    async def _settled(self, name: str, message: Message, *, is_deleted: bool) -> None:
        held = _Held(self._ground.storage.queue(name), message.id, message.receipt)
        count, text = message.dequeue_count, message.text
        renewing = asyncio.get_running_loop().create_task(held.renew_for_ever())
        try:
            await app.call_with_message(self._queues[name], message, b64decode(text))
        except Exception as error:  # noqa: BLE001 - the boundary of one message
            self._ground.trace.add(f"{name} {message.id[-4:]} fails", type(error).__name__)
            with suppress(HttpResponseError):  # somebody else has it meanwhile
                if count >= app.MAY_FAIL:
                    held.remove()
                    self._poison(name, text)
                else:
                    held.hide(app.HIDDEN_SECONDS)
        else:
            with suppress(HttpResponseError):
                if is_deleted:
                    held.remove()
        finally:
            renewing.cancel()

    def _poison(self, name: str, text: str) -> None:
        self._ground.trace.add(f"a message of {name} goes to the poison queue")
        self._ground.storage.make_queue(f"{name}-poison")
        self._ground.storage.queue(f"{name}-poison").send(text, None, None)
        self._ground.noticed()


class _Held:
    """A message that somebody works on, by the receipt that they hold."""

    def __init__(self, queue: Queue, name: str, receipt: str) -> None:
        self._queue, self._name, self._receipt = queue, name, receipt

    def hide(self, seconds: int) -> None:
        """Keep it from others for so long."""
        self._receipt = self._queue.renew(self._name, self._receipt, seconds, None).receipt

    def remove(self) -> None:
        """Delete it."""
        self._queue.remove(self._name, self._receipt)

    async def renew_for_ever(self) -> None:
        """Keep it until cancelled, or until somebody else has it."""
        with suppress(HttpResponseError):
            while True:
                await asyncio.sleep(app.TAKEN_SECONDS / 2)
                self.hide(app.TAKEN_SECONDS)
