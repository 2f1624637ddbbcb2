"""What an event loop leaves to threads."""

import asyncio
from typing import Any

import pytest


def given_to_threads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note what the running loop gives to threads from now on."""
    given: list[object] = []
    loop = asyncio.get_running_loop()
    give = loop.run_in_executor

    def noted(*call: Any) -> Any:
        given.append(call)
        return give(*call)

    monkeypatch.setattr(loop, "run_in_executor", noted)
    return given
