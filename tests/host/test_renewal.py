"""A message whose function takes long stays taken, and is settled by its newest receipt."""

import asyncio
from typing import Any

from azure.storage.queue import QueueMessage

from dev.host.configuration import Queues
from dev.host.functions import Function
from dev.host.queues import QueueListener


class FakeQueue:
    """A queue that gives a new receipt at each renewal, and keeps which one deleted the message."""

    queue_name = "fake"

    def __init__(self) -> None:
        self.renewals = 0
        self.is_renewed = asyncio.Event()
        self.deleted_by = ""

    async def update_message(self, message: QueueMessage, *, visibility_timeout: int) -> QueueMessage:
        """Renew."""
        assert visibility_timeout == 0
        self.renewals += 1
        await asyncio.sleep(0)
        if self.renewals == 3:
            self.is_renewed.set()
        renewed = QueueMessage(content=message.content)
        renewed.pop_receipt = f"receipt {self.renewals}"
        return renewed

    async def delete_message(self, message: QueueMessage) -> None:
        """Delete."""
        self.deleted_by = str(message.pop_receipt)


async def test_a_long_run_is_renewed_until_it_ends():
    """While its function runs a message is renewed; the receipt of the last renewal deletes it."""
    queue: Any = FakeQueue()

    async def invoke(function: Function, message: Any) -> None:
        assert (function.name, message.get_body()) == ("take", b"x")
        await queue.is_renewed.wait()

    function = Function("take", invoke, {"name": "message"}, has_context=False, folder="")
    message = QueueMessage(content="eA==")
    message.dequeue_count = 1
    listener = QueueListener(function, queue, queue, Queues(), invoke, taken_seconds=0)
    async with asyncio.timeout(5):
        await listener.process(message)
    assert queue.deleted_by == f"receipt {queue.renewals}"
