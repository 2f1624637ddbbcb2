"""Queue triggers, as the Functions host's storage extension runs them.

A message is taken for ten minutes, renewed while its function runs, deleted when it succeeds, hidden for
the visibility timeout when it fails; to `<queue>-poison` goes what failed too often or cannot be decoded.
QueueListener.cs and QueueProcessor.cs in https://github.com/Azure/azure-webjobs-sdk
"""

import asyncio
import binascii
import logging
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import azure.functions as func
from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from dev.host.configuration import Queues
from dev.host.functions import Function
from dev.host.invocation import Invoke

TAKEN_SECONDS = 600
SHORTEST_WAIT_SECONDS = 0.1
SHUTDOWN_SECONDS = 3
_log = logging.getLogger("host")


def decoded(content: str, encoding: str) -> bytes:
    """Give a message's body; raises ValueError where it is not in the encoding that host.json names."""
    if encoding == "none":
        return content.encode()
    try:
        return b64decode(content, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


@dataclass(frozen=True)
class QueueListener:
    """Takes the messages of one queue, and runs one function on each."""

    function: Function
    queue: QueueClient
    poison: QueueClient
    settings: Queues
    invoke: Invoke
    taken_seconds: int = TAKEN_SECONDS
    in_flight: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Poll until cancelled; then give what runs a moment to end."""
        wait = SHORTEST_WAIT_SECONDS
        try:
            while True:
                if len(self.in_flight) > self.settings.threshold:
                    await asyncio.wait(self.in_flight, return_when=asyncio.FIRST_COMPLETED)
                    continue
                messages = await self._take()
                for message in messages:
                    task = asyncio.create_task(self.process(message))
                    self.in_flight.add(task)
                    task.add_done_callback(self.in_flight.discard)
                longest = self.settings.max_polling_interval.total_seconds()
                wait = SHORTEST_WAIT_SECONDS if messages else min(wait * 2, longest)
                await asyncio.sleep(0 if messages else wait)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        if self.in_flight:
            await asyncio.wait(self.in_flight, timeout=SHUTDOWN_SECONDS)
        for task in self.in_flight:
            task.cancel()

    async def _take(self) -> list[QueueMessage]:
        count = self.settings.batch_size
        pages = self.queue.receive_messages(messages_per_page=count, visibility_timeout=self.taken_seconds)
        try:
            async for page in pages.by_page():
                return [message async for message in page]
        except ResourceNotFoundError:
            return []
        except AzureError:
            _log.exception("cannot poll", extra={"queue": self.queue.queue_name})
        return []

    async def process(self, message: QueueMessage) -> None:
        """Run the function on a message that was taken, and settle what becomes of it."""
        fields = {"queue": self.queue.queue_name, "id": message.id, "dequeues": message.dequeue_count}
        try:
            if (message.dequeue_count or 0) > self.settings.max_dequeue_count:
                await self._to_poison(message)
                return
            try:
                body = decoded(message.content, self.settings.message_encoding)
            except ValueError:
                _log.warning("cannot decode", extra=fields)
                await self._to_poison(message)
                return
            await self._run(message, body)
        except AzureError:
            _log.exception("cannot settle", extra=fields)

    async def _run(self, message: QueueMessage, body: bytes) -> None:
        try:
            async with self._renewed(message):
                await self.invoke(self.function, _given(message, body))
        except Exception:  # noqa: BLE001 - the boundary of one message; invoke has logged it
            if (message.dequeue_count or 0) >= self.settings.max_dequeue_count:
                await self._to_poison(message)
            else:
                hidden = int(self.settings.visibility_timeout.total_seconds())
                await self.queue.update_message(message, visibility_timeout=hidden)
        else:
            await self.queue.delete_message(message)

    async def _to_poison(self, message: QueueMessage) -> None:
        with suppress(ResourceExistsError):
            await self.poison.create_queue()
        await self.poison.send_message(message.content)
        await self.queue.delete_message(message)
        _log.warning("poisoned", extra={"queue": self.queue.queue_name, "id": message.id})

    @asynccontextmanager
    async def _renewed(self, message: QueueMessage) -> AsyncIterator[None]:
        is_done = asyncio.Event()
        renewing = asyncio.create_task(self._renew(message, is_done))
        try:
            yield
        finally:
            # A renewal under way must end: it changes the receipt that settles the message.
            is_done.set()
            await asyncio.wait({renewing})

    async def _renew(self, message: QueueMessage, is_done: asyncio.Event) -> None:
        while not is_done.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(is_done.wait(), self.taken_seconds / 2)
                return
            try:
                renewed = await self.queue.update_message(message, visibility_timeout=self.taken_seconds)
            except AzureError:
                _log.exception("cannot renew", extra={"queue": self.queue.queue_name, "id": message.id})
            else:
                message.pop_receipt = renewed.pop_receipt


def _given(message: QueueMessage, body: bytes) -> func.QueueMessage:
    return func.queue.QueueMessage(  # type: ignore[no-untyped-call]
        id=message.id,
        body=body,
        dequeue_count=message.dequeue_count,
        expiration_time=message.expires_on,
        insertion_time=message.inserted_on,
        time_next_visible=message.next_visible_on,
        pop_receipt=message.pop_receipt,
    )
