"""A merchant's day in five acts, which a test may disturb, and everything that must come out of it anyway."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any, Self

import httpx

from dev.load.merchant import Merchant
from shared.store.queues import EVALUATE, FOLD, NOTIFY, PULL

CARD = "ecom_customers_absent_from_sage"
COMMENTS = 12
OF_ITS_TIME = {"alert", "evaluated_at", "published_at", "took_seconds", "workspace_version", "lag_seconds"}
"""What says when a reading was made and at which port its vendors were: no two runs have these in common."""

Disturb = Callable[[Merchant, str], None]


def undisturbed(_: Merchant, __: str) -> None:
    """Let it be."""


@dataclass(frozen=True)
class Reaper:
    """Kills the hosts, restarts the storage, or both, at drawn moments of the work of a queue."""

    dice: random.Random
    caught: Counter[str]
    """Kills that met work, by queue: a message was taken and nobody had ended it."""

    @classmethod
    def drawn(cls, seed: int) -> Self:
        """Give one whose moments are drawn by this seed."""
        return cls(random.Random(seed), Counter())  # noqa: S311 - drawn, not guarded

    def __call__(self, merchant: Merchant, queue: str) -> None:
        """Wait until a message of the queue is at work, and kill all hosts a moment later.

        Half of the times the storage is restarted before there are hosts again; and half of the times once
        more while they work, who go on without it for as long as that takes.
        """
        plant = merchant.plant
        self._await_work(merchant, queue)
        count = len(plant.instances)
        for instance in [*plant.instances]:
            plant.kill(instance)
        self.caught[queue] += bool(merchant.messages(queue)[1])
        if self.dice.random() < 0.5:
            plant.restart_storage()
        for _ in range(count):
            plant.start()
        if self.dice.random() < 0.5:
            self._await_work(merchant, queue)
            self.caught[queue] += bool(merchant.messages(queue)[1])
            plant.restart_storage()

    def _await_work(self, merchant: Merchant, queue: str) -> None:
        patience = monotonic() + 5
        while monotonic() < patience and not merchant.messages(queue)[1]:
            sleep(0.01)
        sleep(self.dice.random() * 0.25)


def _patiently(call: Callable[[], httpx.Response]) -> httpx.Response | None:
    """Ask, and give nothing where the answer was lost: the caller must look whether it was done."""
    try:
        answer = call()
    except httpx.TransportError:
        sleep(0.1)
        return None
    return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer.raise_for_status()


def work_the_list(merchant: Merchant, ids: list[str]) -> None:
    """Comment on each exception and assign it, as a person does, who looks where no answer came."""
    with merchant.plant.client() as client:
        for number, name in enumerate(ids):
            path, text, to = f"{merchant.path}/exceptions/{name}", f"note {number}", f"person {number % 3}"
            while True:
                shown = _patiently(lambda path=path: client.get(path))
                if shown is None:
                    continue
                found = shown.json()
                if text not in {step["comment"] for step in found["steps"]}:
                    _patiently(
                        lambda path=path, text=text: client.post(f"{path}/comments", json={"comment": text})
                    )
                elif found["assignee"] != to:
                    change = {"action": "assign", "assignee": to}
                    _patiently(lambda path=path, change=change: client.patch(path, json=change))
                else:
                    break
            sleep(0.05)


def live(merchant: Merchant, disturb: Disturb) -> dict[str, Any]:
    """Go through a first read, people at work, an outage, its end and a fold; give what there is then."""
    ledger = merchant.world.accounts[f"{merchant.world.document['id']}-intacct"]

    def is_shown(status: str) -> bool:
        return bool(status == merchant.get(f"/cards/{CARD}")["status"])

    merchant.enter()
    merchant.ask_pulls()
    disturb(merchant, PULL)
    merchant.ask_pulls()
    disturb(merchant, NOTIFY)
    merchant.rest(lambda: is_shown("alert"))
    ids = sorted(each["id"] for each in merchant.get("/exceptions")["exceptions"])[:COMMENTS]
    with ThreadPoolExecutor(1) as person:
        working = person.submit(work_the_list, merchant, ids)
        merchant.ask_evaluation()
        disturb(merchant, EVALUATE)
        ledger.is_broken = True
        merchant.fire("pull_sage_intacct")
        merchant.rest(lambda: is_shown("held"))
        ledger.is_broken = False
        merchant.ask_pulls()
        merchant.rest(lambda: is_shown("alert"))
        merchant.fire("fold_nightly")
        disturb(merchant, FOLD)
        merchant.rest(lambda: is_shown("alert") and working.done())
        working.result()
    return outcome(merchant)


def outcome(merchant: Merchant) -> dict[str, Any]:
    """Give everything that must not depend on what failed on the way."""
    reading = merchant.get(f"/cards/{CARD}")
    exceptions = merchant.get("/exceptions", page_size=1_000)["exceptions"]
    details = [merchant.get(f"/exceptions/{each['id']}") for each in exceptions]
    audit = merchant.get("/audit", page_size=1_000)["entries"]
    return {
        "reading": {
            name: value
            for name, value in reading.items()
            if name not in {*OF_ITS_TIME, "inputs", "other_inputs"}
        },
        "records": {(each["connection"], each["stream"]): each["records"] for each in reading["inputs"]},
        "rows": merchant.get(f"/cards/{CARD}/rows", page_size=1_000)["rows"],
        "exceptions": {
            each["id"]: (
                each["state"],
                each["assignee"],
                [(step["who"], step["action"], step["comment"], step["assignee"]) for step in each["steps"]],
            )
            for each in details
        },
        "audit": Counter(
            (each["who"], each["subject"], each["id"], each["action"], each["after"]) for each in audit
        ),
        "alerts": {
            each["id"]: (each["state"], each["severity"], each["value"], each["told"])
            for each in merchant.get("/alerts")["alerts"]
        },
        "deliveries": Counter(
            (each["channel"], each["recipient"], each["kind"], each["title"], each["state"])
            for each in merchant.get("/deliveries")["deliveries"]
        ),
    }
