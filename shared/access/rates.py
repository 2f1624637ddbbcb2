"""How often somebody may ask: a budget for each name, which fills up as time goes by.

It is kept in memory, so it holds for one instance of the app: where the platform runs several, somebody
may ask that many times as often. In exchange, it costs no request anything.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_NAMES = 10_000
"""Budgets that are kept; beyond, the one least recently used is forgotten, and so is full again."""
_MINUTE = 60.0


class Rates:
    """The budgets of those who ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str, per_minute: int) -> int:
        """Take one from a name's budget and give 0, or the whole seconds until there is one to take.

        A full budget holds a minute's worth. Being told to wait costs nothing.
        """
        now = self._clock()
        left, since = self._kept.pop(name, (float(per_minute), now))
        left = min(per_minute, left + (now - since) * per_minute / _MINUTE)
        is_allowed = left >= 1
        self._kept[name] = left - is_allowed, now
        if len(self._kept) > MOST_NAMES:
            self._kept.popitem(last=False)
        return 0 if is_allowed else max(1, math.ceil((1 - left) * _MINUTE / per_minute))
