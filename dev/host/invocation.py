"""Running a function once: an async one on the event loop, another in a thread; each leaves a log line."""

import asyncio
import contextvars
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from functools import partial
from time import monotonic
from typing import Any
from uuid import uuid4

import azure.functions as func

from dev.host.functions import Function

Invoke = Callable[[Function, Any], Awaitable[Any]]
_log = logging.getLogger("host")
_local = threading.local()


class Context(func.Context):
    """What a function that takes `context` gets; nothing is traced and nothing is retried here."""

    def __init__(self, function: Function, invocation_id: str) -> None:
        self._function = function
        self._invocation_id = invocation_id

    @property
    def invocation_id(self) -> str:
        """The number of this run."""
        return self._invocation_id

    @property
    def thread_local_storage(self) -> Any:
        """Where the number of the run is kept for each thread."""
        return _local

    @property
    def function_name(self) -> str:
        """The function's name."""
        return self._function.name

    @property
    def function_directory(self) -> str:
        """The folder of function_app.py."""
        return self._function.folder

    @property
    def trace_context(self) -> Any:
        """No trace."""
        return None

    @property
    def retry_context(self) -> Any:
        """No retry."""
        return None


def _in_thread(invocation_id: str, call: Callable[[], Any]) -> Any:
    _local.invocation_id = invocation_id
    try:
        return call()
    finally:
        _local.invocation_id = None


def _check(function: Function, result: Any) -> None:
    """Refuse what Microsoft's worker refuses, None from an HTTP function included."""
    accepted = (str, func.HttpResponse) if function.kind == "httpTrigger" else (type(None),)
    if not isinstance(result, accepted):
        raise TypeError(
            f"function {function.name!r} returned {type(result).__name__}, which no binding takes"
        )


def invoker(threads: Executor) -> Invoke:
    """Give what runs a function with its trigger's value; an exception is logged and raised again."""

    async def invoke(function: Function, value: Any) -> Any:
        invocation_id, started = str(uuid4()), monotonic()
        call = partial(function.call, **{function.trigger["name"]: value})
        if function.has_context:
            call = partial(call, context=Context(function, invocation_id))

        def fields() -> dict[str, Any]:
            seconds = round(monotonic() - started, 4)
            return {"function": function.name, "invocation": invocation_id, "seconds": seconds}

        try:
            if function.is_async:
                result = await call()
            else:
                run = partial(contextvars.copy_context().run, _in_thread, invocation_id, call)
                result = await asyncio.get_running_loop().run_in_executor(threads, run)
            _check(function, result)
        except Exception:
            _log.exception("failed", extra=fields())
            raise
        _log.info("ran", extra=fields())
        return result

    return invoke
