"""Details that stay in the store until a row is published: read from the thread that judges.

Judging runs beside the event loop, and the store's client belongs to the loop: what a judge asks for is read
there, while its thread waits.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar, cast

from shared.domain.forms import Columns
from shared.domain.table import Details
from shared.store.segment_format import PackedColumns
from shared.store.segment_places import AHEAD, Contents, Place, StreamName, content, ranges
from shared.store.tables import Table

Answer = TypeVar("Answer")

PATIENCE_SECONDS = 300.0


class StoredDetails:
    """The details of a stream's segments, for the batches made of them.

    They are read from any thread but that of the event loop in which it was made, which has to go on.
    """

    def __init__(self, table: Table, stream: StreamName, places: Sequence[Place]) -> None:
        self._table, self._stream = table, stream
        self._order: Mapping[Place, int] = {place: at for at, place in enumerate(places)}
        self._loop = asyncio.get_running_loop()

    def of(self, place: Place) -> Details:
        """Give what reads the details of one segment."""
        return partial(self.read, place)

    def read(self, place: Place) -> Columns:
        """Read the details of one segment."""
        return PackedColumns(self._begin([place]).result(PATIENCE_SECONDS)[place])

    def together(self, wanted: Sequence[Details]) -> Iterator[Columns]:
        """Read the details of several segments, a few ranges at once, and give them one after another."""
        left = deque(ranges([_place(each) for each in wanted]))
        under_way: deque[Future[Contents]] = deque()
        try:
            while left or under_way:
                while left and len(under_way) < AHEAD:
                    under_way.append(self._begin(left.popleft()))
                found = under_way.popleft().result(PATIENCE_SECONDS)
                yield from map(PackedColumns, found.values())
        finally:
            for future in under_way:
                future.cancel()

    def _begin(self, places: Sequence[Place]) -> Future[Contents]:
        among = self._order[places[-1]] - self._order[places[0]] + 1
        return begin(content(self._table, self._stream, "details", places, among), self._loop)


def begin(work: Coroutine[Any, Any, Answer], loop: asyncio.AbstractEventLoop) -> Future[Answer]:
    """Begin some work in an event loop, for a thread beside it to wait for.

    Raises RuntimeError in the loop itself, which would wait for itself.
    """
    if _running_loop() is loop:
        work.close()
        raise RuntimeError("what is judged from is read beside the event loop: see asyncio.to_thread")
    return asyncio.run_coroutine_threadsafe(work, loop)


def _place(details: Any) -> Place:
    (place,) = details.args
    return cast("Place", place)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
