"""Where the segments of a stream are, and how several of them are read at once.

One request brings a whole range of segments; ranges are read beside each other, few at a time, so that
neither a long stream waits for one page after another nor all of it is on its way at once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.store.columns import PARTS, joined
from shared.store.tables import Table, key

RANGE = 100
"""The most segments of a range."""
AHEAD = 4
"""The most ranges that are on their way at once."""
SPARSE = 4
"""Of a range, less than one segment in so many is read one by one."""

Contents = Mapping["Place", bytes]


class SegmentsGone(LookupError):
    """What is asked for was kept once, and is not kept any more: it is older than what is retained."""


@dataclass(frozen=True, slots=True)
class StreamName:
    """Which stream of which connection of which workspace."""

    workspace: str
    connection: str
    stream: str

    @property
    def partition(self) -> str:
        """Give the partition that holds the stream's segments."""
        return key(self.workspace, self.connection, self.stream)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Which segment of a run."""

    run: str
    number: int

    def row(self, kind: str) -> str:
        """Give the row key of what is kept of it: `keys` or `details`."""
        return f"{kind}|{self.run}|{self.number:06}"


def ranges(places: Sequence[Place]) -> list[Sequence[Place]]:
    """Cut places into ranges."""
    return [places[start : start + RANGE] for start in range(0, len(places), RANGE)]


async def contents(
    table: Table, stream: StreamName, kind: str, parts: Iterable[Sequence[Place]]
) -> AsyncIterator[Contents]:
    """Give the segments of these ranges, one after another; raises SegmentsGone where one is missing."""
    left = deque(parts)
    under_way: deque[asyncio.Task[Contents]] = deque()
    try:
        while left or under_way:
            while left and len(under_way) < AHEAD:
                each = left.popleft()
                under_way.append(asyncio.create_task(content(table, stream, kind, each)))
            yield await under_way.popleft()
    finally:
        await end(under_way)


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Let go of what nobody waits for any more, and see it end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def content(
    table: Table, stream: StreamName, kind: str, places: Sequence[Place], among: int = 0
) -> Contents:
    """Give the segments at these places, in order; `among` tells how many stand between first and last.

    Raises SegmentsGone where one is missing.
    """
    found: dict[Place, bytes] = {}
    if len(places) * SPARSE < among:
        entities = await asyncio.gather(*(table.get(stream.partition, each.row(kind)) for each in places))
        for place, entity in zip(places, entities, strict=True):
            if entity is not None:
                found[place] = joined(entity)
    else:
        wanted = {place.row(kind): place for place in places}
        # Keys have one length and end in digits: nothing stands between the last one and its "~".
        first, last = places[0].row(kind), f"{places[-1].row(kind)}~"
        async for entity in table.between(stream.partition, first, last, ["RowKey", *PARTS], PARTS):
            if entity["RowKey"] in wanted:
                found[wanted[entity["RowKey"]]] = joined(entity)
    for place in places:
        if place not in found:
            raise SegmentsGone(
                f"the {kind} of segment {place.number} of run {place.run} of {stream.connection} "
                f"{stream.stream} are not kept any more"
            )
    return {place: found[place] for place in places}
