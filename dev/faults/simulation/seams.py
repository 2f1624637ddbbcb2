"""What the code takes from its surroundings, all of it drawn by the seed while a simulation runs.

Numbers that nobody chooses, the seconds of the machine and the threads: each is replaced where the code has
it from, and put back at the end.
"""

import asyncio
import gc
import logging
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, tzinfo
from functools import cache
from typing import Any
from unittest.mock import patch
from uuid import UUID

from graphql import parse

from dev.faults.simulation import clock
from dev.faults.simulation.inline import handed

_UUIDS = (
    "shared.store.tables.uuid4",
    "shared.store.folds.uuid4",
    "shared.store.audit.uuid4",
    "shared.pipeline.privacy.uuid4",
    "shared.sources.sage_intacct_session.uuid4",
)
_DATED = ("shared.sources.http", "shared.sources.retry_after", "shared.sources.sage_intacct_check")
"""Where `datetime.now` is asked, if they are there."""
_LOGGERS = ("tieout", "asyncio", "host")
_FEW_MARKS = 8


class SimulatedDate(datetime):
    """The type `datetime`, whose `now` is that of the simulation."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Give the simulation's time."""
        return clock.instant(clock.seconds()).astimezone(tz)


@contextmanager
def simulated(seed: int) -> Iterator[None]:
    """Let the code find what the seed draws, for as long as the block runs."""
    from shared.pipeline import gather  # noqa: PLC0415 - what is patched is loaded first
    from shared.sources import (  # noqa: PLC0415
        pace,
        sage_intacct_check,  # noqa: F401 - it is dated
        sage_intacct_session,
        sage_intacct_token,
    )
    from shared.store import store  # noqa: PLC0415

    dice = random.Random(f"seams {seed}")

    def uuid4() -> UUID:
        return UUID(int=dice.getrandbits(128), version=4)

    def token_hex(count: int) -> str:
        return f"{dice.getrandbits(8 * count):0{2 * count}x}"

    pages = (clock.seconds, *gather.gathered.__defaults__[1:])  # type: ignore[index]
    paced: Any = pace.Pace.__init__
    with ExitStack() as stack:
        for name in _UUIDS:
            stack.enter_context(patch(name, uuid4))
        for name in _DATED:
            if hasattr(sys.modules.get(name), "datetime"):
                stack.enter_context(patch(f"{name}.datetime", SimulatedDate))
        stack.enter_context(patch("secrets.token_hex", token_hex))
        stack.enter_context(patch("shared.sources.http.random", dice))
        stack.enter_context(patch("time.monotonic", clock.seconds))
        stack.enter_context(patch.object(gather.gathered, "__defaults__", pages))
        stack.enter_context(patch.dict(paced.__kwdefaults__, {"clock": clock.seconds}))
        stack.enter_context(patch("asyncio.run_coroutine_threadsafe", handed))
        stack.enter_context(patch("shared.store.segment_details._running_loop", _no_loop))
        stack.enter_context(patch.dict(store._MADE, clear=True))  # noqa: SLF001 - a process that begins
        stack.enter_context(patch.dict(store._KEPT, clear=True))  # noqa: SLF001
        for made in (sage_intacct_token.company_token, sage_intacct_session.company_session):
            made.cache_clear()
        # The same few queries, thousands of times.
        stack.enter_context(patch("dev.vendors.shopify_graphql.parse", _parsed))
        # A mebibyte of marks each time, to tell a dozen texts from another dozen.
        stack.enter_context(patch("shared.domain.digests._MARKS", _FEW_MARKS))
        stack.enter_context(patch("httpx._transports.asgi.is_running_trio", _no_trio))
        for name in ("collect_young", "give_back"):
            stack.enter_context(patch(f"shared.pipeline.snapshots.{name}", _nothing))
        for module in ("evaluate", "judging"):
            stack.enter_context(patch(f"shared.pipeline.{module}.give_back", _nothing))
        stack.enter_context(patch("shared.pipeline.follow.collect_young", _nothing))
        stack.enter_context(_collector_off())
        stack.enter_context(_quiet())
        yield


@cache
def _parsed(query: str) -> Any:
    return parse(query)


def _nothing() -> None:
    """Leave the memory as it is: there is little of it."""


def _no_trio() -> bool:
    """Know what the client looks for on the disk before each call."""
    return False


def _no_loop() -> asyncio.AbstractEventLoop | None:
    return None


@contextmanager
def _collector_off() -> Iterator[None]:
    """Let nothing end at the collector's own times."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log to the trace (trace.py), which has its own handler."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(each.level, each.propagate) for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL)
        each.propagate = False
    try:
        yield
    finally:
        for each, (level, propagates) in zip(loggers, before, strict=True):
            each.setLevel(level)
            each.propagate = propagates
