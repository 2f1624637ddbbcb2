"""One structured line a step: run ids, counts and seconds; no secret and no personal data."""

import json
import logging
import traceback
from typing import Any

from shared import telemetry

_LOGGER = logging.getLogger("tieout")

# It would log each request to the store, with the keys of what is read.
logging.getLogger("azure").setLevel(logging.WARNING)


def step(name: str, **facts: Any) -> None:
    """Log what a step did, and tell the metrics."""
    telemetry.measure(name, **facts)
    _LOGGER.info(_line(name, facts))


def failure(name: str, error: BaseException, **facts: Any) -> None:
    """Log what broke a step: the error's type and places, for its message may quote what was read."""
    trace = [f"{each.filename}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)]
    problem(name, **facts, error=type(error).__name__, trace=trace)


def problem(name: str, **facts: Any) -> None:
    """Log what a step could not do, and tell the metrics."""
    telemetry.measure(name, **facts)
    _LOGGER.warning(_line(name, facts))


def _line(name: str, facts: dict[str, Any]) -> str:
    """Give a step's line; the operation that it is part of finds it among the spans."""
    operation = telemetry.operation()
    return json.dumps({"step": name, **facts, **({"operation": operation} if operation else {})}, default=str)
