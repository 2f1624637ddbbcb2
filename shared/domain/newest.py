"""Which version of each record stands, of all that were stored."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Protocol

Kept = Sequence[int] | None
"""The places in a batch whose records stand, in order; None for all."""


class Stored(Protocol):
    """What tells which records a batch has, and which of earlier batches it puts an end to."""

    @property
    def connection(self) -> str:
        """Whose records they are."""

    @property
    def stream(self) -> str:
        """Which of its streams they came by."""

    @property
    def keys(self) -> Mapping[str, Sequence[Any]]:
        """The columns, `id` among them."""

    @property
    def deleted(self) -> frozenset[str]:
        """The ids of earlier records that are gone."""

    @property
    def distinct_run(self) -> str:
        """The run in which no id stands twice; "" where that is not known."""


def newest(batches: Sequence[Stored], decoded: dict[int, Sequence[str]] | None = None) -> list[Kept]:
    """Say which records of each batch no later one of its stream replaced or deleted.

    In a batch, too, the last version of an id stands. The ids that had to be decoded are left in `decoded`.
    """
    streams: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, batch in enumerate(batches):
        streams[batch.connection, batch.stream].append(number)
    kept: list[Kept] = [None] * len(batches)
    for numbers in streams.values():
        base = _base(batches, numbers)
        later: set[str] = set()
        for place in range(len(numbers) - 1, -1, -1):
            number = numbers[place]
            if place >= base or later:
                ids = batches[number].keys["id"]
                kept[number] = standing(ids, later)
                if place >= base:
                    later.update(ids)
                if decoded is not None:
                    decoded[number] = ids
            later |= batches[number].deleted
    return kept


def standing(ids: Sequence[str], later: set[str]) -> Kept:
    """Say which of these records stand, the last version of each id, unless a later batch has it."""
    last = dict(zip(ids, range(len(ids)), strict=True))
    if len(last) == len(ids) and later.isdisjoint(last):
        return None
    return sorted(at for each, at in last.items() if each not in later)


def _base(batches: Sequence[Stored], numbers: Sequence[int]) -> int:
    """Say how many of a stream's first batches share no id: theirs need not be remembered."""
    first = batches[numbers[0]].distinct_run
    alike = takewhile(lambda number: first and batches[number].distinct_run == first, numbers)
    return sum(1 for _ in alike)
