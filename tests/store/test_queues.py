"""Queues: what the Functions host expects on the wire."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from azure.storage.queue.aio import QueueServiceClient

from shared.store.store import Store


async def _peeked(azurite: str, name: str) -> list[Any]:
    async with QueueServiceClient.from_connection_string(azurite) as service:
        return await service.get_queue_client(name).peek_messages(32)


async def test_a_message_is_json_in_base64(store: Store, azurite: str, storage_names: str) -> None:
    """A message is JSON in base64, as `messageEncoding` of host.json says; its queue is made when missing."""
    await store.queues.send("pull", {"workspace": "shöp", "stream": "orders"})
    await store.queues.send("pull", {"workspace": "b"})
    await store.queues.send("evaluate", {"workspace": "c"})
    pulls = await _peeked(azurite, f"{storage_names}pull")
    assert [json.loads(base64.b64decode(each.content, validate=True)) for each in pulls] == [
        {"workspace": "shöp", "stream": "orders"},
        {"workspace": "b"},
    ]
    assert len(await _peeked(azurite, f"{storage_names}evaluate")) == 1


@pytest.mark.parametrize(("delay", "seconds"), [(0, 0), (-3, 0), (0.2, 1), (15.0, 15), (900, 900)])
async def test_a_message_waits_as_long_as_it_is_told(
    store: Store, azurite: str, storage_names: str, delay: float, seconds: int
) -> None:
    """A delayed message is not seen before its time, never earlier than asked, to the second."""
    await store.queues.send("pull", {"workspace": "shop"}, delay)
    assert (0 if seconds else 1) == len(await _peeked(azurite, f"{storage_names}pull"))
    if not seconds:
        return
    async with QueueServiceClient.from_connection_string(azurite) as service:
        client = service.get_queue_client(f"{storage_names}pull")
        answer = await client.send_message("another", visibility_timeout=seconds)
        waits = answer["next_visible_on"] - answer["inserted_on"]
    assert timedelta(seconds=seconds) == waits
