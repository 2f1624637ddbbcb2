"""One structured line a step: run ids, counts and seconds; no secret and no personal data."""

import json
import logging
from typing import Any

_LOGGER = logging.getLogger("tieout")


def step(name: str, **facts: Any) -> None:
    """Log what a step did."""
    _LOGGER.info(json.dumps({"step": name, **facts}, default=str))


def problem(name: str, **facts: Any) -> None:
    """Log what a step could not do."""
    _LOGGER.warning(json.dumps({"step": name, **facts}, default=str))
