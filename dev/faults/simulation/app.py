"""The functions of the app itself, to be called as the host calls them."""

from collections.abc import Awaitable
from functools import cache
from typing import Any

import azure.functions as func

from dev.host import ROOT
from dev.host.functions import Function, functions_of

_NEVER = "2026-01-01T00:00:00+00:00"


@cache
def functions() -> dict[str, Function]:
    """Give the app's functions by name."""
    import function_app  # noqa: PLC0415 - takes a second

    return {each.name: each for each in functions_of(function_app.app, ROOT, {})}


@cache
def queue_functions() -> dict[str, Function]:
    """Give the functions that take messages, by the queue."""
    found = (each for each in functions().values() if each.kind == "queueTrigger")
    return {each.trigger["queueName"]: each for each in found}


def call_with_timer(function: Function, *, is_past_due: bool) -> Awaitable[Any]:
    """Call a function as its timer does."""
    status = {"Last": _NEVER, "Next": _NEVER, "LastUpdated": _NEVER}
    given = func.timer.TimerRequest(past_due=is_past_due, schedule_status=status, schedule={})
    return function.call(**{function.trigger["name"]: given})  # type: ignore[no-any-return]
