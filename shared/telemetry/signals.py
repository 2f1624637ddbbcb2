"""Spans and measures, for whoever works: nothing where no backend is there, and never a failure."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar

from shared.telemetry.metrics import Point, points

Marks = dict[str, str]
"""Attributes of a span, by name."""
End = Callable[[Marks, str], None]
"""Ends a span with what is known of it by then, and with the type of the error that broke it."""

_LOGGER = logging.getLogger("tieout")
_SCOPE: ContextVar[Mapping[str, str]] = ContextVar("scope")
"""The attributes of all spans that are open here: what is measured inside of them belongs to them."""
P = ParamSpec("P")
T = TypeVar("T")


class Backend(Protocol):
    """What takes spans and points."""

    def begin(self, name: str, parent: str, attributes: Marks) -> End:
        """Begin a span, as part of the operation that `parent` names if it names one."""

    def record(self, point: Point) -> None:
        """Take a point."""

    def traceparent(self) -> str:
        """Name the span that is open here, as W3C has it; "" for none."""

    def operation(self) -> str:
        """Give the id of the operation that goes on here; "" for none."""


class _Held:
    """The backend of this process, if it has one."""

    backend: Backend | None = None
    has_complained = False


def use(backend: Backend | None) -> None:
    """Send everything from now on to this backend; None switches telemetry off."""
    _Held.backend, _Held.has_complained = backend, False


def is_on() -> bool:
    """Say whether anybody listens."""
    return _Held.backend is not None


@contextmanager
def span(name: str, parent: str = "", **attributes: str) -> Iterator[Marks]:
    """Tell of a piece of work, from its beginning to its end; what is put into the marks is told of it, too.

    `parent` is what `traceparent` gave elsewhere. Of an error only its type is told: its message may quote
    what was read.
    """
    marks: Marks = {}
    if _Held.backend is None:
        yield marks
        return
    inside = _SCOPE.set({**_SCOPE.get({}), **attributes})
    end = _quietly(_Held.backend.begin, name, parent, attributes)
    error = ""
    try:
        yield marks
    except BaseException as failed:
        error = type(failed).__name__
        raise
    finally:
        _SCOPE.reset(inside)
        if end is not None:
            _quietly(end, marks, error)


def measure(step: str, **facts: Any) -> None:
    """Tell the metrics the facts of a step, which belong to the spans that are open here."""
    if _Held.backend is None:
        return
    for point in _quietly(list, points(step, {**_SCOPE.get({}), **facts})) or ():
        _quietly(_Held.backend.record, point)


def traceparent() -> str:
    """Name the work that goes on here, so that what follows elsewhere can join it; "" for none."""
    return (_quietly(_Held.backend.traceparent) or "") if _Held.backend else ""


def operation() -> str:
    """Give the id of the operation that goes on here, 32 hex digits; "" for none."""
    return (_quietly(_Held.backend.operation) or "") if _Held.backend else ""


def _quietly(call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T | None:
    """Call the backend; what breaks there is its own trouble, and is told once."""
    try:
        return call(*args, **options)
    except Exception as error:  # noqa: BLE001 - the boundary of telemetry: the work goes on without it
        if not _Held.has_complained:
            _Held.has_complained = True
            _LOGGER.warning(json.dumps({"step": "telemetry", "error": type(error).__name__}))
        return None
