"""Many callers at once: readers who ask for everything there is, and writers who work the same list."""

import asyncio
import random
import ssl
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpx

from dev.load.plant import API, PATIENCE_SECONDS

RETRIED = frozenset({409, 412})
"""What says that somebody was quicker: an answer, no error, and a reason to look again."""
LISTED = 12
"""Exceptions that all writers work on, so that they get in each other's way."""
BULK = 5
GRACE_SECONDS = 60.0
"""So long after the end a change is still tried again that others were quicker than."""


@dataclass
class Calls:
    """What the calls of one route came to."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    """By status, or by the name of what broke."""
    conflicts: int = 0

    def quantile(self, share: float) -> float:
        """Give the milliseconds within which this share of the calls was answered."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass
class Tally:
    """What all callers have seen."""

    routes: defaultdict[str, Calls] = field(default_factory=lambda: defaultdict(Calls))
    written: set[tuple[str, str]] = field(default_factory=set)
    """The comments that the app has said yes to: exception and text."""

    @property
    def errors(self) -> int:
        """How many calls were not answered as they should be."""
        return sum(each.errors.total() for each in self.routes.values())


def reads(workspace: str, card: str, cuts: Sequence[str]) -> dict[str, list[str]]:
    """Give what readers ask for, by route; `cuts` are filters of the card's rows."""
    base = f"{API}/{workspace}"
    rows = f"{base}/cards/{card}/rows"
    return {
        "cards": [f"{base}/cards"],
        "card": [f"{base}/cards/{card}"],
        "card history": [f"{base}/cards/{card}/history?weeks=8"],
        "rows": [f"{rows}?page_size=50", f"{rows}?page_size=200"],
        "rows, filtered": [f"{rows}?{cut}" for cut in cuts],
        "rows, sorted": [f"{rows}?sort=-age_days&page_size=50", f"{rows}?sort=name&page_size=50"],
        "rows.csv": [f"{rows}.csv"],
        "exceptions": [f"{base}/exceptions?page_size=50"],
        "alerts": [f"{base}/alerts"],
        "sources": [f"{base}/sources"],
        "dashboard, overview": [f"/dashboard/{workspace}"],
        "dashboard, card": [f"/dashboard/{workspace}/cards/{card}"],
        "swagger.json": ["/swagger.json"],
        "health": ["/health"],
    }


class Caller:
    """One caller, for as long as they have: with a client of their own, as people have."""

    def __init__(self, client: httpx.AsyncClient, key: str, tally: Tally, until: float) -> None:
        self._client = client
        self._key = key
        self._tally = tally
        self._until = until

    async def read(self, number: int, asked: Mapping[str, Sequence[str]], pause: float) -> None:
        """Ask for one thing after the other; a list is turned to its second page, too."""
        dice = random.Random(number)
        while perf_counter() < self._until:
            route = dice.choice(list(asked))
            path = dice.choice(asked[route])
            answer = await self._ask(route, "GET", path)
            if answer is not None and route in {"rows", "exceptions"}:
                token = answer.json()["next_page_token"]
                if token:
                    await self._ask(f"{route}, next page", "GET", f"{path}&page_token={token}")
            await asyncio.sleep(pause * dice.uniform(0.5, 1.5))

    async def write(self, number: int, base: str, ids: Sequence[str], pause: float) -> None:
        """Comment, assign under If-Match and change many at once, each until it is taken."""
        dice = random.Random(-1 - number)
        count = 0
        while perf_counter() < self._until:
            name, count = dice.choice(ids), count + 1
            text, path = f"writer {number}, note {count}", f"{base}/exceptions/{name}"
            if await self._until_taken("comment", "POST", f"{path}/comments", {"comment": text}):
                self._tally.written.add((name, text))
            await self._assign(path, f"writer {number}")
            change = {"action": "assign", "assignee": f"writer {number}"}
            wanted = {"ids": dice.sample(list(ids), BULK), "change": change}
            await self._until_taken("bulk", "POST", f"{base}/exceptions/bulk", wanted)
            await asyncio.sleep(pause * dice.uniform(0.5, 1.5))

    async def _assign(self, path: str, to: str) -> None:
        while perf_counter() < self._until + GRACE_SECONDS:
            shown = await self._ask("exception", "GET", path)
            if shown is None:
                return
            headers = {"If-Match": shown.headers["etag"]}
            body = {"action": "assign", "assignee": to}
            answer = await self._ask("assign, If-Match", "PATCH", path, json=body, headers=headers)
            if answer is None or answer.status_code not in RETRIED:
                return

    async def _until_taken(self, route: str, method: str, path: str, body: object) -> bool:
        while perf_counter() < self._until + GRACE_SECONDS:
            answer = await self._ask(route, method, path, json=body)
            if answer is None or answer.status_code not in RETRIED:
                return answer is not None
        return False

    async def _ask(self, route: str, method: str, path: str, **options: Any) -> httpx.Response | None:
        """Ask once and take note; None for what is an error."""
        calls, began = self._tally.routes[route], perf_counter()
        options["headers"] = {"x-api-key": self._key, **options.get("headers", {})}
        try:
            answer = await self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            calls.errors[type(error).__name__] += 1
            return None
        calls.seconds.append(perf_counter() - began)
        if answer.status_code in RETRIED:
            calls.conflicts += 1
            return answer
        if not answer.is_success:
            calls.errors[str(answer.status_code)] += 1
            return None
        return answer


async def stored(
    client: httpx.AsyncClient, key: str, base: str, ids: Sequence[str]
) -> Counter[tuple[str, str]]:
    """Give the comments that are there, each with how often."""
    found: Counter[tuple[str, str]] = Counter()
    for name in ids:
        answer = await client.get(f"{base}/exceptions/{name}", headers={"x-api-key": key})
        steps = answer.raise_for_status().json()["steps"]
        found.update((name, step["comment"]) for step in steps if step["action"] == "comment")
    return found


TLS = ssl.create_default_context()
"""Made once, for it takes as long as many calls; here nobody speaks TLS."""


def client_of(url: str) -> httpx.AsyncClient:
    """Give a client of one caller.

    Of one that hundreds share, a connection that is given to somebody can be closed as one that nobody wants
    (httpcore 1.0.9, `_assign_requests_to_connections`).
    """
    return httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, verify=TLS)
