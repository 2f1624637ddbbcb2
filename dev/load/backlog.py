"""A queue that has grown while nobody worked: thousands of messages for a few deliveries, and its drain."""

import asyncio
import json
import os
import random
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from azure.storage.queue.aio import QueueClient

from dev.load.merchant import Merchant
from dev.load.plant import Plant
from shared.store.queues import NOTIFY

AT_ONCE = 50
"""Messages that are sent at the same time."""


@dataclass(frozen=True)
class Sample:
    """How far a drain was at a moment."""

    seconds: float
    waiting: int
    """Messages in the queue, those at work included."""
    megabytes: tuple[float, ...]
    """What each host's process holds."""


def megabytes(pid: int) -> float:
    """Give the resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    (held,) = (line.split()[1] for line in lines if line.startswith("VmRSS"))
    return round(int(held) / 1024, 1)


def processor_seconds(pid: int) -> float:
    """Give the processor time that a process has taken: what else runs on the machine does not change it."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pile_up(merchant: Merchant, count: int) -> int:
    """Ask `count` times for the deliveries that there are, in a drawn order; give how many those are."""
    waiting = [each["id"] for each in merchant.get("/deliveries")["deliveries"]]
    name = merchant.world.document["id"]
    asked = [waiting[number % len(waiting)] for number in range(count)]
    random.Random(count).shuffle(asked)
    texts = [json.dumps({"workspace": name, "delivery": each}) for each in asked]
    asyncio.run(_send(merchant.plant.storage.connection_string, texts))
    return len(waiting)


async def _send(connection_string: str, texts: list[str]) -> None:
    async with QueueClient.from_connection_string(connection_string, NOTIFY) as queue:
        for start in range(0, len(texts), AT_ONCE):
            part = (b64encode(each.encode()).decode() for each in texts[start : start + AT_ONCE])
            await asyncio.gather(*(queue.send_message(each) for each in part))


def drained(plant: Plant, merchant: Merchant, seconds: float, every: float = 1.0) -> Iterator[Sample]:
    """Give how it goes until the queue is empty; raises TimeoutError where it is not in time."""
    began = monotonic()
    while True:
        waiting = merchant.messages(NOTIFY)[0]
        held = tuple(megabytes(each.pid) for each in plant.instances)
        sample = Sample(round(monotonic() - began, 1), waiting, held)
        yield sample
        if not waiting:
            return
        if sample.seconds > seconds:
            raise TimeoutError(f"{waiting} messages are left after {seconds} seconds")
        sleep(every)


def growth(samples: list[Sample]) -> float:
    """Give by how many megabytes a host grew at most, from a quarter of the way to the end.

    Until then it loads what it works with, and fills what it keeps.
    """
    first = samples[len(samples) // 4]
    return max(last - before for before, last in zip(first.megabytes, samples[-1].megabytes, strict=True))
