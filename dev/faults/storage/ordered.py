"""Things in the order of their keys, which is Azure's: by UTF-16 code units."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

_BASIC = "\uffff"


def ordinal(key: str) -> str:
    """Give a text that sorts as Azure sorts the key: signs beyond the basic plane come before U+E000."""
    if key.isascii() or max(key) <= _BASIC:
        return key
    units = key.encode("utf-16-be", "surrogatepass")
    return "".join(chr(high << 8 | low) for high, low in zip(units[::2], units[1::2], strict=True))


class Ordered(Generic[T]):
    """Things by their keys, given in their order."""

    def __init__(self) -> None:
        self._found: dict[str, T] = {}
        self._order: list[str] = []

    def __len__(self) -> int:
        return len(self._order)

    def get(self, key: str) -> T | None:
        """Give a thing, if there is one."""
        return self._found.get(ordinal(key))

    def put(self, key: str, thing: T) -> None:
        """Put a thing in the place of what was there."""
        place = ordinal(key)
        if place not in self._found:
            insort(self._order, place)
        self._found[place] = thing

    def drop(self, key: str) -> None:
        """Drop a thing that is there."""
        place = ordinal(key)
        del self._found[place]
        del self._order[bisect_left(self._order, place)]

    def between(self, first: str = "", last: str | None = None) -> Iterator[T]:
        """Give the things from `first` up to and with `last`, in order; nothing may change meanwhile."""
        end = None if last is None else ordinal(last)
        for at in range(bisect_left(self._order, ordinal(first)), len(self._order)):
            place = self._order[at]
            if end is not None and place > end:
                return
            yield self._found[place]
