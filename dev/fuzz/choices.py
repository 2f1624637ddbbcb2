"""Decisions read from bytes: the same bytes decide the same, so that bytes alone replay a find."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

MOST_BYTES = 400
"""More than any target uses up."""


class Choices:
    """Bytes that are used up from the front; behind their end all decisions are the first one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, most: int) -> int:
        """Give a number from 0 up to and without `most`."""
        number, size = 0, max(1, (most - 1).bit_length() + 7 >> 3)
        for _ in range(size):
            number = number << 8 | self._byte()
        return number % most

    def pick(self, options: Sequence[T]) -> T:
        """Give one of some things."""
        return options[self.below(len(options))]

    def chance(self, one_in: int) -> bool:
        """Say yes once in so many times; never behind the end of the bytes."""
        return bool(self._at < len(self._data)) and self.below(one_in) == one_in - 1

    def take(self, most: int) -> bytes:
        """Give the next bytes, at most so many."""
        found = self._data[self._at : self._at + most]
        self._at += len(found)
        return found

    def rest(self) -> bytes:
        """Give all bytes that are left."""
        return self.take(len(self._data))

    def text(self, most: int = 40) -> str:
        """Give some text, of any characters."""
        return self.take(self.below(most + 1)).decode("utf-8", "replace")

    def _byte(self) -> int:
        taken = self.take(1)
        return taken[0] if taken else 0
