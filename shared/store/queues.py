"""Queues: messages carry ids, never payloads, and go out at least once, in any order."""

import json
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from shared import telemetry

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueServiceClient

PULL, EVALUATE, NOTIFY, FOLD, ERASE = "pull", "evaluate", "notify", "fold", "erase"


class Queues(Protocol):
    """What the pipeline needs of queues."""

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:
        """Send a message that becomes visible after `delay` seconds."""


class StorageQueues:
    """Azure Storage queues, in the base64 that the Functions host expects."""

    def __init__(self, service: "QueueServiceClient", prefix: str = "") -> None:
        self._service = service
        self._prefix = prefix

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:
        """Send a message that becomes visible after `delay` seconds; the queue is made if missing.

        Where telemetry is on, it names the operation that sends it, so that what it asks for is part of it.
        """
        from azure.storage.queue import TextBase64EncodePolicy  # noqa: PLC0415 - heavy to load

        client = self._service.get_queue_client(
            f"{self._prefix}{queue}", message_encode_policy=TextBase64EncodePolicy()
        )
        parent = telemetry.traceparent()
        text = json.dumps(message | {"traceparent": parent} if parent else message)
        wait = max(0, math.ceil(delay))
        try:
            await client.send_message(text, visibility_timeout=wait)
        except ResourceNotFoundError:
            with suppress(ResourceExistsError):  # another instance was quicker
                await client.create_queue()
            await client.send_message(text, visibility_timeout=wait)
