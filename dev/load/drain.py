"""Two queues that have grown, each drained by several hosts: of deliveries, and of evaluations."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Self

from dev import host
from dev.load.backlog import (
    Pile,
    Sample,
    asking_for_deliveries,
    asking_for_evaluations,
    drained,
    growth,
    processor_seconds,
)
from dev.load.merchant import Merchant
from dev.load.plant import Plant, planted, shortened
from dev.processes import ignore
from dev.worlds.gifts_sage import gifts_sage
from shared.store.queues import EVALUATE, NOTIFY, PULL

MOST_GROWTH = 25.0
"""Megabytes that a host may grow by after the first quarter of a drain."""
CARD = "ecom_customers_absent_from_sage"
DELIVERIES = 5
THRESHOLD = "123456"
"""What somebody sets while the queue is drained."""
EVALUATED = '"step\\": \\"evaluated\\"'
"""How a host says that it has evaluated a workspace: a line within a line."""
OF_ITS_TIME = frozenset({"evaluated_at", "published_at", "took_seconds", "workspace_version"})
"""What says of a reading when it was made, and not what it found."""


@dataclass(frozen=True)
class Drain:
    """What came of a drain."""

    samples: list[Sample]
    processor: tuple[float, float]
    """Seconds of processor time that the hosts took, and the storage."""
    poisoned: int
    """Messages that nobody could work off."""
    outcome: str
    """What was done, for people."""
    is_right: bool
    """Whether that is what the messages asked for, and no more."""

    @property
    def has_passed(self) -> bool:
        """Whether it came out right, in level memory."""
        return self.is_right and not self.poisoned and growth(self.samples) < MOST_GROWTH


@dataclass(frozen=True)
class Work:
    """The processor time that the hosts of a plant have taken, and its storage."""

    plant: Plant
    hosts: float
    storage: float

    @classmethod
    def of(cls, plant: Plant) -> Self:
        """Give it as it is now."""
        hosts = sum(processor_seconds(each.pid) for each in plant.instances)
        return cls(plant, hosts, processor_seconds(plant.storage_pid))

    def since(self) -> tuple[float, float]:
        """Give how much more it is by now."""
        now = Work.of(self.plant)
        return now.hosts - self.hosts, now.storage - self.storage


def drain_deliveries(count: int, hosts: int = 2, busy_seconds: int = 60) -> Drain:
    """Ask for the same few deliveries all over again; each is to arrive once.

    For `busy_seconds` a host has a delivery to itself; its messages that come meanwhile come again then.
    """
    with shortened() as app, _grown(NOTIFY, app=app) as merchant:
        merchant.ask_pulls()
        merchant.until(lambda: merchant.get("/deliveries")["total"] == DELIVERIES)
        pile = Pile(merchant, NOTIFY, asking_for_deliveries(merchant, count))
        _relieve(merchant, hosts, {"SHORTENED_BUSY_SECONDS": str(busy_seconds)})
        work = Work.of(merchant.plant)
        samples = list(drained(pile, monotonic()))
        taken = work.since()
        poisoned = merchant.messages(f"{NOTIFY}-poison")[0]
        states = {each["state"] for each in merchant.get("/deliveries")["deliveries"]}
        arrived = Counter(
            f"{each['channel']} {each['to']} {each['title']}" for each in merchant.plant.inbox()
        )
    is_right = {"sent"} == states and Counter(arrived.values()) == {1: DELIVERIES}
    return Drain(samples, taken, poisoned, f"{arrived.total()} of {DELIVERIES} deliveries arrived", is_right)


def drain_evaluations(count: int, hosts: int = 2) -> Drain:
    """Ask for evaluations that find little new, and half-way for one that has something to find.

    Right afterwards each card is to say what it says after one more evaluation.
    """
    evaluated: list[str] = []

    def note(line: str) -> None:
        if EVALUATED in line:
            evaluated.append(line)

    with _grown(EVALUATE, log=note) as merchant:
        pile = Pile(merchant, EVALUATE, asking_for_evaluations(merchant, count - 1))
        merchant.ask_pulls()
        merchant.until(lambda: not merchant.messages(PULL)[0])
        _relieve(merchant, hosts)
        began, work = monotonic(), Work.of(merchant.plant)
        samples = list(drained(pile, began, left=count // 2))
        _raise_threshold(merchant)
        samples += drained(pile, began)
        taken = work.since()
        done, found = len(evaluated), _found(merchant)
        poisoned = merchant.messages(f"{EVALUATE}-poison")[0]
        merchant.ask_evaluation()
        merchant.until(lambda: len(evaluated) > done and not merchant.messages(EVALUATE)[0])
        is_right = found == _found(merchant) and THRESHOLD in {each["threshold"]["value"] for each in found}
    return Drain(samples, taken, poisoned, f"{done} evaluations", is_right)


def _raise_threshold(merchant: Merchant) -> None:
    """Change what a card is held against, as a person does, and ask for its evaluation."""
    document = merchant.world.at(merchant.plant.vendors)
    document["cards"][CARD]["threshold"] = int(THRESHOLD)
    merchant.http.put(merchant.path, json=document).raise_for_status()
    merchant.ask_evaluation()


def _found(merchant: Merchant) -> list[dict[str, Any]]:
    """Give what the cards say, less what says when."""
    shown = merchant.get("/cards")["cards"]
    return [{name: value for name, value in each.items() if name not in OF_ITS_TIME} for each in shown]


@contextmanager
def _grown(queue: str, *, app: Path = host.ROOT, log: Callable[[str], None] = ignore) -> Iterator[Merchant]:
    """Give a merchant with one host, at which nobody works off the queue."""
    world = gifts_sage()
    with planted([world], app=app, log=log) as plant, plant.client() as client:
        plant.start({f"AzureWebJobs.{queue}.Disabled": "true"})
        merchant = Merchant(plant, world, client)
        merchant.enter()
        yield merchant


def _relieve(merchant: Merchant, hosts: int, extra: dict[str, str] | None = None) -> None:
    """Let so many hosts take the place of the one."""
    plant = merchant.plant
    for each in [*plant.instances]:
        plant.stop(each)
    for _ in range(hosts):
        plant.start(extra)
