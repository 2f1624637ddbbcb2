"""Waiting for what the app does by itself: it pulls and evaluates when its queues come to it."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from tests.browser.stage import Stage

PATIENCE_SECONDS = 60
EVERY_SECONDS = 0.2


async def reading_where(
    stage: Stage, workspace: str, card: str, is_there: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Wait for a card's reading of which something holds, and give it."""
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        reading: dict[str, Any] = stage.get(workspace, f"/cards/{card}")
        if is_there(reading):
            return reading
        assert monotonic() < deadline, (reading["status"], reading["waiting_for"])
        await asyncio.sleep(EVERY_SECONDS)
