"""One structured line a step: run ids, counts and seconds; no secret and no personal data."""

import json
import logging
import traceback
from typing import Any

_LOGGER = logging.getLogger("tieout")


def step(name: str, **facts: Any) -> None:
    """Log what a step did."""
    _LOGGER.info(json.dumps({"step": name, **facts}, default=str))


def failure(name: str, error: BaseException, **facts: Any) -> None:
    """Log what broke a step: the error's type and places, for its message may quote what was read."""
    trace = [f"{each.filename}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)]
    problem(name, **facts, error=type(error).__name__, trace=trace)


def problem(name: str, **facts: Any) -> None:
    """Log what a step could not do."""
    _LOGGER.warning(json.dumps({"step": name, **facts}, default=str))
