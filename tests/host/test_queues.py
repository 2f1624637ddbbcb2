"""Queue triggers take, retry and poison messages as the host's storage extension does."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import azure.functions as func
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from dev.host.queues import decoded
from tests.host.apps import KEYS, app_with, hosted
from tests.threads import given_to_threads

Handle = Callable[[func.QueueMessage], Awaitable[None]]


class Queue:
    """One queue behind a host whose function does what the test says, and its poison queue."""

    def __init__(self, azurite: str, name: str) -> None:
        self.name = name
        self.main = QueueClient.from_connection_string(azurite, name, use_env_settings=False)
        self.poison = QueueClient.from_connection_string(azurite, f"{name}-poison")
        self.settings = {"AzureWebJobsStorage": azurite, "QUEUE": name}

    async def send(self, text: str) -> None:
        """Send text as the app's own code does."""
        await self.main.send_message(b64encode(text.encode()).decode())

    async def is_empty(self) -> bool:
        """Tell whether the queue holds no message at all, hidden ones included."""
        return (await self.main.get_queue_properties()).approximate_message_count == 0

    async def poisoned(self) -> list[str]:
        """Give the contents of the poison queue."""
        try:
            return [message.content for message in await self.poison.peek_messages(32)]
        except ResourceNotFoundError:
            return []

    def app(self, handle: Handle) -> func.FunctionApp:
        """Give an app whose one function hands its messages to `handle`."""

        def register(app: func.FunctionApp) -> None:
            @app.queue_trigger("message", "%QUEUE%", "AzureWebJobsStorage")
            async def take(message: func.QueueMessage) -> None:
                await handle(message)

        return app_with(register)


@asynccontextmanager
async def queue_of(azurite: str, name: str) -> AsyncIterator[Queue]:
    """Give a new queue."""
    queue = Queue(azurite, name)
    async with queue.main, queue.poison:
        await queue.main.create_queue()
        yield queue


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds, ten seconds at most."""
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - what we wait for is in the storage
            await asyncio.sleep(0.02)


async def test_a_message_that_succeeds_is_gone(azurite: str, storage_names: str, tmp_path: Path):
    """Each message runs once, decoded, with its number of dequeues, and leaves the queue."""
    seen: list[tuple[str, int | None]] = []

    async def handle(message: func.QueueMessage) -> None:
        await asyncio.sleep(0)
        seen.append((message.get_body().decode(), message.dequeue_count))

    async with queue_of(azurite, storage_names) as queue:
        for number in range(10):
            await queue.send(f"ü{number}")
        async with hosted(queue.app(handle), tmp_path, queue.settings):
            await until(queue.is_empty)
        assert sorted(seen) == [(f"ü{number}", 1) for number in range(10)]
        assert await queue.poisoned() == []


async def test_no_poll_takes_a_thread(
    azurite: str, storage_names: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Where the environment names no proxy, a message is taken and settled by the event loop alone."""

    async def handle(_: func.QueueMessage) -> None:
        await asyncio.sleep(0)

    async with queue_of(azurite, storage_names) as queue:
        await queue.send("x")
        given = given_to_threads(monkeypatch)
        async with hosted(queue.app(handle), tmp_path, queue.settings):
            await until(queue.is_empty)
    assert [] == given


async def test_a_message_that_fails_comes_again(azurite: str, storage_names: str, tmp_path: Path):
    """A failure brings the message back after the visibility timeout, with a higher number of dequeues."""
    counts: list[int | None] = []

    async def handle(message: func.QueueMessage) -> None:
        await asyncio.sleep(0)
        counts.append(message.dequeue_count)
        if len(counts) == 1:
            raise ValueError

    async with queue_of(azurite, storage_names) as queue:
        await queue.send("x")
        async with hosted(queue.app(handle), tmp_path, queue.settings):
            await until(queue.is_empty)
        assert counts == [1, 2]
        assert await queue.poisoned() == []


async def test_a_message_that_always_fails_is_poisoned(azurite: str, storage_names: str, tmp_path: Path):
    """After maxDequeueCount failures the message moves, as it was, to `<queue>-poison`."""
    counts: list[int | None] = []

    async def handle(message: func.QueueMessage) -> None:
        await asyncio.sleep(0)
        counts.append(message.dequeue_count)
        raise ValueError

    async with queue_of(azurite, storage_names) as queue:
        await queue.send("x")
        async with hosted(queue.app(handle), tmp_path, queue.settings):
            await until(queue.is_empty)
        assert counts == [1, 2, 3]
        assert await queue.poisoned() == [b64encode(b"x").decode()]


async def test_a_message_that_cannot_be_decoded_is_poisoned(azurite: str, storage_names: str, tmp_path: Path):
    """What is not base64 never reaches a function."""
    seen: list[bytes] = []

    async def handle(message: func.QueueMessage) -> None:
        await asyncio.sleep(0)
        seen.append(message.get_body())

    async with queue_of(azurite, storage_names) as queue:
        await queue.main.send_message("{not base64}")
        async with hosted(queue.app(handle), tmp_path, queue.settings):
            await until(queue.is_empty)
        assert seen == []
        assert await queue.poisoned() == ["{not base64}"]


async def test_no_more_run_at_once_than_host_json_says(azurite: str, storage_names: str, tmp_path: Path):
    """At most batchSize + newBatchThreshold messages of a queue are in flight."""
    running = most = 0

    async def handle(message: func.QueueMessage) -> None:
        nonlocal running, most
        running += bool(message.id)
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1

    async with queue_of(azurite, storage_names) as queue:
        for number in range(20):
            await queue.send(str(number))
        async with hosted(queue.app(handle), tmp_path, queue.settings):
            await until(queue.is_empty)
    assert 4 <= most <= 4 + 2


async def test_a_queue_may_be_missing_and_come_later(azurite: str, storage_names: str, tmp_path: Path):
    """A queue that does not exist is an empty one; so is one that its first sender makes later."""
    seen = asyncio.Event()

    async def handle(message: func.QueueMessage) -> None:
        await asyncio.sleep(0)
        assert message.get_body() == b"x"
        seen.set()

    async with queue_of(azurite, storage_names) as queue:
        await queue.main.delete_queue()
        async with hosted(queue.app(handle), tmp_path, queue.settings), asyncio.timeout(10):
            await queue.main.create_queue()
            await queue.send("x")
            await seen.wait()


async def test_a_queue_function_can_be_run_by_hand(azurite: str, storage_names: str, tmp_path: Path):
    """`POST /admin/functions/{name}` hands its input to the function as a message."""
    seen: asyncio.Queue[bytes] = asyncio.Queue()

    async def handle(message: func.QueueMessage) -> None:
        await seen.put(message.get_body())

    queue = Queue(azurite, storage_names)
    async with hosted(queue.app(handle), tmp_path, queue.settings) as client, queue.main, queue.poison:
        headers = {"x-functions-key": KEYS.master}
        answer = await client.post("/admin/functions/take", headers=headers, json={"input": "by hand"})
        assert answer.status_code == 202
        async with asyncio.timeout(10):
            assert await seen.get() == b"by hand"


@pytest.mark.parametrize("content", ["x", "{}", "eA=", "eA==\n"])
def test_only_strict_base64_is_decoded(content: str):
    """Half a message is never guessed."""
    with pytest.raises(ValueError, match=r".+"):
        decoded(content, "base64")
    assert decoded(content, "none") == content.encode()
