"""What asks for a piece of work: a timer, a message or a request. Each is told of, and becomes one span.

A timer or a request begins an operation; a message goes on with the one that sent it.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache

import azure.functions as func

from functions import messages, runtime
from shared import settings, telemetry
from shared.pipeline import log
from shared.pipeline.services import Services, utc_now
from shared.telemetry import exporting

MOST_DEQUEUES = 5
"""So often a message is tried, as host.json has it; then it goes to the poison queue."""
_TOLD = ("workspace", "connection", "stream")
"""What a span says of a message."""


@cache
def _begin_telemetry() -> None:
    """Have telemetry sent from the first piece of work on, where a setting says where to."""
    destination = settings.telemetry()
    if destination.connection_string:
        settings.keep_reports_at_home()
    exporting.start(destination)


@contextmanager
def by_request(name: str) -> Iterator[telemetry.Marks]:
    """Tell of a request; what is put into the marks is told of it, too."""
    _begin_telemetry()
    with telemetry.span(name, function=name) as marks:
        yield marks


@asynccontextmanager
async def by_timer(name: str) -> AsyncIterator[Services]:
    """Tell of what a timer asks for, and give what it takes."""
    _begin_telemetry()
    with telemetry.span(name, function=name):
        async with runtime.services() as services:
            yield services


@asynccontextmanager
async def by_message(
    queue: str, message: func.QueueMessage, model: type[messages.AnyMessage]
) -> AsyncIterator[tuple[messages.AnyMessage, Services]]:
    """Read a message, tell of it, and give it with what its work takes; raises ValueError if it is none."""
    _begin_telemetry()
    with _noticed(queue, message):
        wanted = messages.read(message, model)
    named = {name: value for name, value in wanted if name in _TOLD}
    with telemetry.span(queue, wanted.traceparent, function=queue, **named), _noticed(queue, message):
        async with runtime.services() as services:
            yield wanted, services
        _measure(queue, message, "done")


@contextmanager
def _noticed(queue: str, message: func.QueueMessage) -> Iterator[None]:
    """Take note of a message that fails: whether it comes again, or nobody will see to it any more."""
    try:
        yield
    except Exception as error:
        is_last = (message.dequeue_count or 1) >= MOST_DEQUEUES
        facts = {"queue": queue, "dequeue_count": message.dequeue_count, "is_last": is_last}
        log.failure("broke", error, **facts)
        _measure(queue, message, "poison" if is_last else "again")
        raise


def _measure(queue: str, message: func.QueueMessage, outcome: str) -> None:
    sent_at = message.insertion_time
    telemetry.measure(
        "message",
        queue=queue,
        outcome=outcome,
        dequeue_count=message.dequeue_count,
        age_seconds=None if sent_at is None else max(0.0, (utc_now() - sent_at).total_seconds()),
    )
