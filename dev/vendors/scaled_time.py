"""An event loop whose time jumps to the next thing that is waited for: an hour of waiting takes no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Jumping(selectors.SelectSelector):
    """Does not wait for a time to come, but lets it have come."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0:
            self.now += timeout
            return super().select(0)
        return super().select(timeout)


class ScaledLoop(asyncio.SelectorEventLoop):
    """A loop for what waits by `asyncio.sleep` alone and reaches no network."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Give the seconds that have passed, slept ones alone."""
        return self._jumping.now


def now() -> float:
    """Give the running loop's time."""
    return asyncio.get_running_loop().time()


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end in scaled time."""
    with asyncio.Runner(loop_factory=ScaledLoop) as runner:
        return runner.run(main)
