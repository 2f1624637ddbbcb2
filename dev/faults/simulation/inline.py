"""Threads without threads: what blocks runs in a greenlet, which hands the loop what it waits for.

So a judge, which reads details from the store while it waits in its thread, takes its turns with everything
else in an order that is always the same.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import greenlet

Result = TypeVar("Result")


class Handed:
    """Stands for `concurrent.futures.Future`: who asks for the result lets the loop go on meanwhile."""

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self._task = task

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the result in the greenlet; the loop goes on."""
        del timeout
        parent = greenlet.getcurrent().parent
        if parent is None:
            raise RuntimeError("only what runs in the place of a thread may wait")
        return parent.switch(self._task)

    def cancel(self) -> bool:
        """Give up on it."""
        return self._task.cancel()


def handed(work: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop) -> Handed:
    """Stand for `asyncio.run_coroutine_threadsafe`."""
    return Handed(loop.create_task(work))


async def in_its_place(call: Callable[..., Result], *args: Any) -> Result:
    """Run a blocking function to its end; whatever it waits for is awaited here."""
    running = greenlet.greenlet(call)
    found = running.switch(*args)
    while not running.dead:
        try:
            value = await found
        except BaseException as error:  # noqa: BLE001 - the function is told, as a thread would be
            found = running.throw(error)
        else:
            found = running.switch(value)
    return found  # type: ignore[no-any-return]
