"""A rush on the app: the demo's largest merchant, read by many and worked on by some at the same time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from dev.commands.tables import shown_cards
from dev.load.backlog import megabytes, processor_seconds
from dev.load.callers import LISTED, Caller, Tally, client_of, reads, stored
from dev.load.merchant import Merchant
from dev.load.plant import planted
from dev.worlds.distribution_bc import distribution_bc
from dev.worlds.world import World

CUTS = (
    "platform=bigcommerce&page_size=50",
    "min_age_days=7&page_size=50",
    "q=tech",
    "state=open&page_size=50",
)
KEYS = 20
READING_SECONDS = 600.0
"""For what takes half a minute on a quiet machine: the vendors of the largest merchant."""
PLENTY = {"TIEOUT_REQUESTS_PER_MINUTE": "1000000"}
"""The budget of one caller is not what is measured: a few keys ask here for hundreds of people."""


@dataclass(frozen=True)
class Rush:
    """How many come, for how long, and how long each waits between two questions."""

    readers: int = 200
    writers: int = 20
    seconds: float = 60.0
    pause: float = 1.0
    hosts: int = 2
    world: Callable[[], World] = distribution_bc


@dataclass(frozen=True)
class Outcome:
    """What came of a rush."""

    tally: Tally
    seconds: float
    lost: int
    """Comments that the app said yes to and does not have."""
    doubled: int
    """Comments that it has more than once, or that nobody was told of."""
    megabytes: tuple[float, ...]
    """What each host held at the end."""
    processor: float
    """Seconds of processor time that the hosts took."""

    @property
    def calls(self) -> int:
        """How many calls were answered."""
        return sum(len(each.seconds) for each in self.tally.routes.values())

    @property
    def has_passed(self) -> bool:
        """Whether no call failed and no comment was lost or doubled."""
        return not (self.tally.errors or self.lost or self.doubled)


def rush(wanted: Rush) -> Outcome:
    """Start the app, read the merchant's vendors, let the callers in, and count what they wrote."""
    world = wanted.world()
    (card,) = shown_cards(world.document)
    with planted([world], settings=PLENTY) as plant:
        for _ in range(wanted.hosts):
            plant.start()
        with plant.client() as client:
            merchant = Merchant(plant, world, client)
            merchant.enter()
            merchant.ask_pulls()
            merchant.until(lambda: merchant.get(f"/cards/{card}")["status"] == "alert", READING_SECONDS)
            names = [f"caller {number}" for number in range(KEYS)]
            keys = [_key(merchant, name) for name in names]
            exceptions = merchant.get("/exceptions", page_size=LISTED)["exceptions"]
            ids = [each["id"] for each in exceptions]
            return asyncio.run(_let_in(merchant, wanted, keys, ids))


def _key(merchant: Merchant, name: str) -> str:
    made = merchant.http.post(f"{merchant.path}/keys", json={"name": name, "roles": ["owner"]})
    return str(made.raise_for_status().json()["key"])


async def _let_in(merchant: Merchant, wanted: Rush, keys: list[str], ids: list[str]) -> Outcome:
    pids = [each.pid for each in merchant.plant.instances]
    before = sum(map(processor_seconds, pids))
    tally, began = Tally(), perf_counter()
    (card,) = shown_cards(merchant.world.document)
    asked = reads(merchant.world.document["id"], card, CUTS)
    until, url = began + wanted.seconds, merchant.plant.url

    async def read(number: int) -> None:
        async with client_of(url) as client:
            await Caller(client, keys[number % KEYS], tally, until).read(number, asked, wanted.pause)

    async def write(number: int) -> None:
        async with client_of(url) as client:
            caller = Caller(client, keys[number % KEYS], tally, until)
            await caller.write(number, merchant.path, ids, wanted.pause)

    await asyncio.gather(*map(read, range(wanted.readers)), *map(write, range(wanted.writers)))
    seconds, processor = perf_counter() - began, sum(map(processor_seconds, pids)) - before
    async with client_of(url) as client:
        found: Counter[tuple[str, str]] = await stored(client, keys[0], merchant.path, ids)
    lost = sum(each not in found for each in tally.written)
    doubled = sum(count - (each in tally.written) for each, count in found.items())
    return Outcome(tally, seconds, lost, doubled, tuple(map(megabytes, pids)), processor)
