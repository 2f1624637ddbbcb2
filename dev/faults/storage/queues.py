"""The queue clients of an account in memory: what is used of azure.storage.queue.aio."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from azure.core.async_paging import AsyncItemPaged, AsyncPageIterator
from azure.storage.queue import QueueMessage, QueueProperties

from dev.faults.storage.account import Account
from dev.faults.storage.operations import Client, Faults, Operation, done
from dev.faults.storage.queued import Message, Queue

T = TypeVar("T")


class QueueService(Client):
    """All queues of an account."""

    def __init__(self, account: Account, faults: Faults) -> None:
        self._account = account
        self._faults = faults

    def get_queue_client(self, queue: str, *, message_encode_policy: Any = None, **_: Any) -> "QueueOf":
        """Give the client of a queue, whether or not there is one."""
        return QueueOf(self._account, self._faults, queue, message_encode_policy)


class QueueOf(Client):
    """One queue."""

    def __init__(self, account: Account, faults: Faults, queue_name: str, encode: Any = None) -> None:
        self._account = account
        self._faults = faults
        self._encode = encode or _text
        self.queue_name = queue_name

    async def create_queue(self, **_: Any) -> None:
        """Make the queue; raises ResourceExistsError."""
        await self._done("create_queue", lambda: self._account.make_queue(self.queue_name))

    async def delete_queue(self, **_: Any) -> None:
        """Delete the queue; raises ResourceNotFoundError."""
        await self._done("delete_queue", lambda: self._account.drop_queue(self.queue_name))

    async def get_queue_properties(self, **_: Any) -> QueueProperties:
        """Say about how many messages there are, hidden ones too."""
        count = await self._done("count", lambda: len(self._queue().messages))
        properties = QueueProperties()
        properties.name, properties.approximate_message_count = self.queue_name, count
        return properties

    async def send_message(
        self,
        content: Any,
        *,
        visibility_timeout: int | None = None,
        time_to_live: int | None = None,
        **_: Any,
    ) -> QueueMessage:
        """Add a message."""
        text = self._encode(content)
        given = await self._done(
            "send", lambda: given_of(self._queue().send(text, visibility_timeout, time_to_live), content)
        )
        given.dequeue_count = None
        return given

    async def receive_message(
        self, *, visibility_timeout: int | None = None, **_: Any
    ) -> QueueMessage | None:
        """Take a message, if one shows."""
        found = await self._receive(1, visibility_timeout)
        return found[0] if found else None

    def receive_messages(
        self,
        *,
        messages_per_page: int | None = None,
        visibility_timeout: int | None = None,
        max_messages: int | None = None,
        **_: Any,
    ) -> AsyncItemPaged[QueueMessage]:
        """Take messages page by page, until none shows or so many are taken."""
        left = max_messages

        async def page(_: str | None) -> list[QueueMessage]:
            nonlocal left
            if left == 0:
                return []
            size = messages_per_page if left is None else min(messages_per_page or 1, left)
            found = await self._receive(size, visibility_timeout)
            left = None if left is None else left - len(found)
            return found

        async def given(found: list[QueueMessage]) -> tuple[str, AsyncIterator[QueueMessage]]:
            if not found:
                raise StopAsyncIteration
            messages: Any = found
            return "more", messages

        return AsyncItemPaged(page, given, page_iterator_class=AsyncPageIterator)

    async def peek_messages(self, max_messages: int | None = None, **_: Any) -> list[QueueMessage]:
        """Look at messages that show."""
        found = await self._done(
            "peek", lambda: [given_of(each) for each in self._queue().peek(max_messages)]
        )
        for each in found:
            each.pop_receipt = each.next_visible_on = None
        return found

    async def update_message(
        self,
        message: QueueMessage | str,
        pop_receipt: str | None = None,
        content: Any = None,
        *,
        visibility_timeout: int | None = None,
        **_: Any,
    ) -> QueueMessage:
        """Hide a message that was taken for so long; it keeps its text unless another is given."""
        name, receipt = _held(message, pop_receipt)
        if isinstance(message, QueueMessage):
            content = content or message.content
        text = None if content is None else self._encode(content)
        hidden = visibility_timeout or 0
        return await self._done(
            "renew", lambda: given_of(self._queue().renew(name, receipt, hidden, text), content), name
        )

    async def delete_message(
        self, message: QueueMessage | str, pop_receipt: str | None = None, **_: Any
    ) -> None:
        """Delete a message that was taken."""
        name, receipt = _held(message, pop_receipt)
        await self._done("remove", lambda: self._queue().remove(name, receipt), name)

    async def clear_messages(self, **_: Any) -> None:
        """Delete all messages."""
        await self._done("clear", lambda: self._queue().clear())

    async def _receive(self, most: int | None, hidden: int | None) -> list[QueueMessage]:
        return await self._done(
            "receive", lambda: [given_of(each) for each in self._queue().receive(most, hidden)]
        )

    async def _done(self, verb: str, act: Callable[[], T], name: str = "") -> T:
        return await done(self._faults, Operation(verb, self.queue_name, row=name), act)

    def _queue(self) -> Queue:
        return self._account.queue(self.queue_name)


def _text(content: Any) -> str:
    if isinstance(content, bytes):
        raise TypeError("Message content must not be bytes.")
    return str(content or "")


def _held(message: QueueMessage | str, pop_receipt: str | None) -> tuple[str, str]:
    name, known = (message.id, message.pop_receipt) if isinstance(message, QueueMessage) else (message, None)
    receipt = pop_receipt or known
    if receipt is None:
        raise ValueError("pop_receipt must be present")
    return name, receipt


def given_of(kept: Message, content: Any = None) -> QueueMessage:
    """Give a message as the client gives it."""
    return QueueMessage(
        content=kept.text if content is None else content,
        id=kept.id,
        inserted_on=kept.inserted_at.replace(microsecond=0),
        expires_on=kept.expires_at.replace(microsecond=0),
        next_visible_on=kept.visible_at.replace(microsecond=0),
        dequeue_count=kept.dequeue_count,
        pop_receipt=kept.receipt,
    )
