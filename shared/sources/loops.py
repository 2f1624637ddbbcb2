"""What asyncio makes for one event loop, kept where several loops come and go in a process."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Made = TypeVar("Made")


class PerLoop(Generic[Made]):
    """One of something for each event loop: a lock serves only the loop that first waited for it."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, Made] = WeakKeyDictionary()

    def __call__(self) -> Made:
        """Give the running loop's own."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made[loop] = self._make()
        return self._made[loop]
