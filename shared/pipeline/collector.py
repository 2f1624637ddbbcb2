"""The garbage collector at rest while a workspace is judged.

Judging builds millions of values that all live until it ends. The collector would go through them again and
again and find nothing: it takes a third of the time that it takes to judge.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_LOCK = Lock()
_RESTING: list[bool] = []
"""For each evaluation under way in this process, whether it found the collector at work."""


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector off until the last one that asked for it has ended, however it ended."""
    with _LOCK:
        _RESTING.append(gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _LOCK:
            was_at_work = _RESTING.pop()  # only the first one of them found it at work
            if was_at_work and not _RESTING:
                gc.enable()


def give_back() -> None:
    """Give the system back the memory that nothing uses any more.

    What was freed in a thread stays with the process otherwise: as much again as is in use.
    """
    import ctypes  # noqa: PLC0415 - few calls to the app judge anything

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)


def collect_young() -> None:
    """Free what is held by nothing but circles, of what came since the collector was at rest."""
    gc.collect(0)
