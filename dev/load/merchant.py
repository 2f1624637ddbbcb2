"""One merchant at a plant: asked for over HTTP, driven by its timers, looked at until it has come to rest."""

from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

import httpx
from azure.core.exceptions import AzureError

from dev.load.plant import API, Plant
from dev.worlds.world import World
from shared.store.queues import EVALUATE, FOLD, NOTIFY, PULL

PATIENCE_SECONDS = 180.0
"""For what takes ten seconds on a quiet machine; a busy one is no fault."""
QUEUES = (PULL, EVALUATE, NOTIFY, FOLD)
LOOK_EVERY_SECONDS = 0.25
"""Each look asks the app and its storage, and takes from both what they work with."""
TICK_SECONDS = 2.5
"""How often timers fire that Azure fires every ten or fifteen minutes; to alerts, a second is one instant."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Merchant:
    """A world's workspace, as people and timers reach it."""

    plant: Plant
    world: World
    http: httpx.Client

    @property
    def path(self) -> str:
        """Give the workspace's address."""
        return f"{API}/{self.world.document['id']}"

    def enter(self) -> None:
        """Make the workspace."""
        self.http.put(self.path, json=self.world.at(self.plant.vendors)).raise_for_status()

    def get(self, path: str, **params: Any) -> Any:
        """Give what the workspace answers at a path."""
        return self.http.get(f"{self.path}{path}", params=params).raise_for_status().json()

    def fire(self, timer: str) -> None:
        """Fire a timer, as Azure does at its time."""
        self.http.post(f"/admin/functions/{timer}", json={}).raise_for_status()

    def ask_pulls(self) -> None:
        """Fire the timers of all kinds of sources."""
        for kind in sorted({each["kind"] for each in self.world.document["connections"]}):
            self.fire(f"pull_{kind}")

    def ask_evaluation(self) -> None:
        """Ask for an evaluation, as people do."""
        self.http.post(f"{self.path}/evaluate").raise_for_status()

    def peek(self, queue: str) -> list[str]:
        """Give what the next messages of a queue say, 32 at most."""
        found = self.plant.queues.get_queue_client(queue).peek_messages(32)
        return [b64decode(each.content).decode() for each in found]

    def messages(self, queue: str) -> tuple[int, int]:
        """Give how many messages a queue has, and how many of them are hidden: taken, or to come later."""
        client = self.plant.queues.get_queue_client(queue)
        with suppress(AzureError):
            count = client.get_queue_properties().approximate_message_count or 0
            return count, max(0, count - len(client.peek_messages(32))) if count else 0
        return 0, 0

    def rest(self, holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until it holds, no message is left and every delivery has ended; raises TimeoutError."""
        self.until(lambda: self._is_still() and holds(), seconds)

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until it holds, and fire the catch-up timers while it does not; raises TimeoutError."""
        deadline, tick = monotonic() + seconds, monotonic() + TICK_SECONDS
        while not holds():
            if monotonic() > deadline:
                raise TimeoutError(f"not so after {seconds} seconds: {self._going_on()}")
            if monotonic() > tick:
                self.fire("notify_catch_up")
                if not self.messages(EVALUATE)[0]:
                    self.fire("evaluate_catch_up")
                tick = monotonic() + TICK_SECONDS
            sleep(LOOK_EVERY_SECONDS)

    def _is_still(self) -> bool:
        return not any(self.messages(queue)[0] for queue in QUEUES) and not self._untold()

    def _untold(self) -> set[str]:
        return {each["state"] for each in self.get("/deliveries")["deliveries"]} & {"waiting", "sending"}

    def _going_on(self) -> Document:
        return {
            "cards": [
                (each["card"], each["status"], each.get("waiting_for"))
                for each in self.get("/cards")["cards"]
            ],
            "messages": {queue: self.messages(queue) for queue in QUEUES},
            "deliveries": Counter(each["state"] for each in self.get("/deliveries")["deliveries"]),
        }
