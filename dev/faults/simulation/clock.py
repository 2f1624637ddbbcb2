"""An event loop whose time is made up: it jumps to the next thing that is waited for, and sleeps never.

What is to run in a thread runs in its place (inline.py), so that the same steps come in the same order.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from dev.faults.simulation.inline import in_its_place

Result = TypeVar("Result")

START = datetime(2026, 4, 14, 9, tzinfo=UTC)
"""When every simulation begins."""


class Stalled(Exception):
    """Nothing is left that anybody waits for, and the simulation has not ended."""


class _Jumping(selectors.SelectSelector):
    """Does not wait for a time to come, but lets it have come."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stalled("nobody waits for anything any more")
        self.now += max(0.0, timeout)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop that reaches no network and starts no thread."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Give the seconds that have passed."""
        return self._jumping.now

    def _write_to_self(self) -> None:
        """Wake nobody: there is no other thread."""

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Result], *args: Any
    ) -> "asyncio.Task[Result]":
        """Run a function in the place of a thread."""
        del executor
        return self.create_task(in_its_place(func, *args))


def seconds() -> float:
    """Give the seconds of the running simulation; 0 where none runs."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return 0.0


def instant(after: float) -> datetime:
    """Give the instant so many seconds after the beginning."""
    return START + timedelta(seconds=after)


def told(after: float) -> str:
    """Write the time of day so many seconds after the beginning."""
    return f"{instant(after):%H:%M:%S.%f}"[:-3]


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end in simulated time."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(main)
