"""The real app behind the commands: requests reach its HTTP functions, with no network between."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from dev.partner import place
from functions import runtime
from shared.pipeline.services import Services
from shared.store.store import Store
from tests.functions.app import OPERATOR_KEY, call
from tests.pipeline.memory import memory_store

NOW = datetime(2026, 4, 14, 17, tzinfo=UTC)


class Queues:
    """Takes messages and keeps them."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:  # noqa: ARG002
        """Keep a message."""
        self.sent.append((queue, message))


class AtHand:
    """An app over a store in memory, and what was asked of it."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.queues = Queues()
        self.store: Store = replace(memory_store(), queues=self.queues)
        self.asked: list[str] = []

    def do(self, work: Any) -> Any:
        """Wait for something that is done to the store."""
        return self._runner.run(work)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as the host hands it over; it is held to the document of the interface."""
        target = request.url.raw_path.decode().removeprefix("/api/v1")
        self.asked.append(f"{request.method} {target}")
        names = ("if-match", "if-none-match", "content-type", "authorization", "x-api-key")
        headers = {name: request.headers[name] for name in names if name in request.headers}
        body = request.read() if request.method in {"POST", "PUT", "PATCH"} and request.content else None
        found = self.do(call(request.method, target, body=body, headers=headers))
        return httpx.Response(found.status, headers=dict(found.headers), content=found.body)


@contextmanager
def at_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[AtHand]:
    """Let commands reach an app of one's own, as its operator."""
    with asyncio.Runner() as runner:
        app = AtHand(runner)

        @asynccontextmanager
        async def services() -> AsyncIterator[Services]:
            yield Services(app.store, lambda: NOW)

        def client(url: str, headers: Mapping[str, str]) -> httpx.Client:
            transport = httpx.MockTransport(app.answer)
            return httpx.Client(base_url=f"{url}/api/v1", headers=dict(headers), transport=transport)

        monkeypatch.setattr(runtime, "services", services)
        monkeypatch.setattr(place, "client", client)
        for budget in ("REQUESTS", "REFUSALS", "RECOMPUTATIONS"):
            monkeypatch.setenv(f"TIEOUT_{budget}_PER_MINUTE", "1000000")
        monkeypatch.setenv("TIEOUT_ADMIN_KEY", OPERATOR_KEY)
        monkeypatch.setenv("COLUMNS", "160")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.delenv("TIEOUT_APP", raising=False)
        yield app
