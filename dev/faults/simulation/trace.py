"""What happened, in order: a hash of all of it, and its lines where somebody is going to read them."""

import hashlib
import logging
from collections import deque

from dev.faults.simulation import clock

_LATEST = 8


class Trace:
    """Takes a line for each step."""

    def __init__(self, *, is_kept: bool = False) -> None:
        self.is_kept = is_kept
        self.lines: list[str] = []
        self.latest: deque[str] = deque(maxlen=_LATEST)
        """The last steps, kept in any case."""
        self._digest = hashlib.blake2b(digest_size=16)
        self.steps = 0

    def add(self, *words: object) -> None:
        """Note a step."""
        line = f"{clock.seconds():.6f} {' '.join(map(str, words))}"
        self._digest.update(line.encode("utf-8", "surrogatepass"))
        self.latest.append(line)
        self.steps += 1
        if self.is_kept:
            self.lines.append(f"{clock.told(clock.seconds())} {line.partition(' ')[2]}")

    @property
    def hash(self) -> str:
        """Give the same for the same steps."""
        return self._digest.hexdigest()


class Lines(logging.Handler):
    """Puts what the code logs among the lines of a trace."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self._trace = trace

    def emit(self, record: logging.LogRecord) -> None:
        """Add a line that is no step."""
        self._trace.lines.append(f"{clock.told(clock.seconds())}   {record.getMessage()}")
