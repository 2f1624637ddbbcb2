"""A queue that has grown while nobody worked: thousands of messages for little work, and its drain."""

import asyncio
import json
import os
import random
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from azure.storage.queue.aio import QueueClient

from dev.load.merchant import Merchant
from shared.store.queues import EVALUATE

AT_ONCE = 50
"""Messages that are sent at the same time."""
MOST_WAITING = 500
EVERY_SECONDS = 1.0
"""How often it is looked how far a drain is."""
PATIENCE_SECONDS = 3_600.0


@dataclass(frozen=True)
class Sample:
    """How far a drain was at a moment."""

    seconds: float
    waiting: int
    """Messages in the queue, those at work included."""
    megabytes: tuple[float, ...]
    """What each host's process holds."""
    load: float
    """How many processes of the machine wanted a processor, over the last minute."""


def megabytes(pid: int) -> float:
    """Give the resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    (held,) = (line.split()[1] for line in lines if line.startswith("VmRSS"))
    return round(int(held) / 1024, 1)


def processor_seconds(pid: int) -> float:
    """Give the processor time that a process has taken: what else runs on the machine does not change it."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Pile:
    """The messages of a queue that has grown; those behind the first hundreds lie ready outside.

    The emulator looks through all that wait: to give out four of 20,000 messages took it 340 ms of a
    processor, and to delete one as much. What a host takes, and when, is the same.
    """

    def __init__(self, merchant: Merchant, queue: str, texts: Sequence[str]) -> None:
        self.merchant = merchant
        self.queue = queue
        self._ready = random.Random(len(texts)).sample(texts, len(texts))
        self.fill()

    def fill(self) -> int:
        """Let as many wait as may where half of them are done; give how many are left of all."""
        waiting = self.merchant.messages(self.queue)[0]
        if self._ready and waiting <= MOST_WAITING / 2:
            sent, self._ready = self._ready[: MOST_WAITING - waiting], self._ready[MOST_WAITING - waiting :]
            asyncio.run(_send(self.merchant.plant.storage.connection_string, self.queue, sent))
            waiting += len(sent)
        return waiting + len(self._ready)


def asking_for_deliveries(merchant: Merchant, count: int) -> list[str]:
    """Give so many messages, each for one of the few deliveries that there are."""
    waiting = [each["id"] for each in merchant.get("/deliveries")["deliveries"]]
    name = merchant.world.document["id"]
    return [
        json.dumps({"workspace": name, "delivery": waiting[number % len(waiting)]}) for number in range(count)
    ]


def asking_for_evaluations(merchant: Merchant, count: int) -> list[str]:
    """Give so many messages as the app sends them where somebody asks for an evaluation now."""
    merchant.ask_evaluation()
    [asked] = merchant.peek(EVALUATE)
    return [asked] * count


async def _send(connection_string: str, name: str, texts: Sequence[str]) -> None:
    async with QueueClient.from_connection_string(connection_string, name) as queue:
        for start in range(0, len(texts), AT_ONCE):
            part = (b64encode(each.encode()).decode() for each in texts[start : start + AT_ONCE])
            await asyncio.gather(*(queue.send_message(each) for each in part))


def drained(pile: Pile, began: float, left: int = 0) -> Iterator[Sample]:
    """Give how it goes, in seconds since it began, until so many messages are left; raises TimeoutError."""
    plant = pile.merchant.plant
    while True:
        waiting, held = pile.fill(), tuple(megabytes(each.pid) for each in plant.instances)
        sample = Sample(round(monotonic() - began, 1), waiting, held, os.getloadavg()[0])
        yield sample
        if waiting <= left:
            return
        if sample.seconds > PATIENCE_SECONDS:
            raise TimeoutError(f"{waiting} messages are left after {sample.seconds} seconds")
        sleep(EVERY_SECONDS)


def growth(samples: list[Sample]) -> float:
    """Give by how many megabytes a host grew at most, from a quarter of the way to the end.

    Until then it loads what it works with, and fills what it keeps.
    """
    first = samples[len(samples) // 4]
    return max(last - before for before, last in zip(first.megabytes, samples[-1].megabytes, strict=True))
