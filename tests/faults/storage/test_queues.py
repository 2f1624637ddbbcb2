"""The queues in memory do what the emulator's do: what is told apart by time takes a second of it there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient

from tests.faults.storage.conftest import Both

Wait = Callable[[float], Awaitable[None]]
SECOND = 1.1
"""A time-out of a second is surely over after it."""


async def _take(queue: QueueClient, count: int = 32, **options: Any) -> list[Any]:
    pages = queue.receive_messages(messages_per_page=count, **options).by_page()
    return [each async for page in pages async for each in page]


def _told(messages: list[Any]) -> list[tuple[str, int | None]]:
    return sorted((each.content, each.dequeue_count) for each in messages)


async def _refused(asked: Awaitable[Any]) -> tuple[str, int | None]:
    with pytest.raises(HttpResponseError) as refused:
        await asked
    return type(refused.value).__name__, refused.value.status_code


async def _taken_messages_hide(queue: QueueClient, wait: Wait) -> Any:
    for name in "abc":
        await queue.send_message(name)
    first = _told(await _take(queue, visibility_timeout=1))
    hidden = _told(await _take(queue))
    count = (await queue.get_queue_properties()).approximate_message_count
    await wait(SECOND)
    return first, hidden, count, _told(await _take(queue, 2, visibility_timeout=5))


async def _delayed_messages_come_later(queue: QueueClient, wait: Wait) -> Any:
    sent = await queue.send_message("later", visibility_timeout=1)
    waits = sent.next_visible_on - sent.inserted_on
    early = await queue.receive_message()
    await wait(SECOND)
    late = await queue.receive_message()
    return waits, early, late and (late.content, late.dequeue_count)


async def _messages_expire(queue: QueueClient, wait: Wait) -> Any:
    sent = await queue.send_message("short", time_to_live=1)
    await queue.send_message("long", time_to_live=-1)
    usual = await queue.send_message("usual")
    lives = [each.expires_on - each.inserted_on for each in (sent, usual)]
    await wait(SECOND)
    return lives, _told(await queue.peek_messages(32))


async def _a_receipt_is_good_once(queue: QueueClient, wait: Wait) -> Any:
    await queue.send_message("work")
    first: Any = await queue.receive_message(visibility_timeout=1)
    await wait(SECOND)
    second: Any = await queue.receive_message(visibility_timeout=30)
    stale = [
        await _refused(queue.delete_message(first)),
        await _refused(queue.update_message(first, visibility_timeout=0)),
    ]
    renewed = await queue.update_message(second, visibility_timeout=30)
    stale.append(await _refused(queue.delete_message(second)))
    await queue.delete_message(second.id, renewed.pop_receipt)
    gone = await _refused(queue.delete_message(second.id, renewed.pop_receipt))
    return stale, gone, (await queue.get_queue_properties()).approximate_message_count


async def _a_receipt_outlives_its_time(queue: QueueClient, wait: Wait) -> Any:
    await queue.send_message("work")
    taken: Any = await queue.receive_message(visibility_timeout=1)
    await wait(SECOND)
    await queue.delete_message(taken)
    return await queue.peek_messages()


async def _an_update_shows_and_rewrites(queue: QueueClient, wait: Wait) -> Any:
    del wait
    await queue.send_message("work")
    taken: Any = await queue.receive_message()
    updated = await queue.update_message(taken, content="more", visibility_timeout=0)
    again: Any = await queue.receive_message()
    return updated.content, again.content, again.dequeue_count


async def _limits(queue: QueueClient, wait: Wait) -> Any:
    del wait
    await queue.send_message("x" * 65_536)
    return [
        await _refused(queue.send_message("x" * 65_537)),
        await _refused(queue.send_message("x", visibility_timeout=7 * 24 * 3600 + 1)),
        await _refused(queue.send_message("x", visibility_timeout=10, time_to_live=10)),
        await _refused(_take(queue, 33)),
        await _refused(_take(queue, 1, visibility_timeout=0)),
        len(await queue.peek_messages(32)),
    ]


async def _at_most_so_many(queue: QueueClient, wait: Wait) -> Any:
    del wait
    for number in range(40):
        await queue.send_message(f"{number}")
    pages = queue.receive_messages(messages_per_page=32).by_page()
    sizes = [len([each async for each in page]) async for page in pages]
    await queue.clear_messages()
    for number in range(5):
        await queue.send_message(f"{number}")
    some = len([each async for each in queue.receive_messages(messages_per_page=2, max_messages=3)])
    return sizes, some, len([each async for each in queue.receive_messages()])


CASES = (
    _taken_messages_hide,
    _delayed_messages_come_later,
    _messages_expire,
    _a_receipt_is_good_once,
    _a_receipt_outlives_its_time,
    _an_update_shows_and_rewrites,
    _limits,
    _at_most_so_many,
)


async def test_a_queue_answers_as_the_emulators(both: Both, storage_names: str) -> None:
    """Hiding, delay, expiry, receipts, counts and limits are what they are on the emulator."""
    memory, emulator = both.queues

    async def played(play: Any, service: Any, wait: Wait) -> Any:
        queue = service.get_queue_client(f"{storage_names}-{CASES.index(play)}")
        await queue.create_queue()
        with pytest.raises(ResourceExistsError):
            await queue.create_queue()
        return await play(queue, wait)

    expected = await asyncio.gather(*(played(play, emulator, asyncio.sleep) for play in CASES))
    for play, answer in zip(CASES, expected, strict=True):
        assert answer == await played(play, memory, both.clock.go_on), play.__name__


async def test_a_missing_queue_is_missed_alike(both: Both, storage_names: str) -> None:
    """Operations on a queue that is not there end alike, and a message is encoded as its client says."""
    found = []
    for service in both.queues:
        queue = service.get_queue_client(storage_names, message_encode_policy=TextBase64EncodePolicy())
        for asked in (
            queue.send_message("x"),
            queue.peek_messages(),
            queue.receive_message(),
            queue.delete_message("x", "y"),
            queue.delete_queue(),
        ):
            with pytest.raises(ResourceNotFoundError):
                await asked
        await queue.create_queue()
        sent = await queue.send_message("ä")
        found.append((sent.content, [each.content for each in await queue.peek_messages()]))
    assert found[0] == found[1] == ("ä", ["w6Q="])
