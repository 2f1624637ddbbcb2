"""What was read a moment ago, kept in the process up to so many bytes.

Rows of an evaluation do not change once they are published, so that they need not be read again for each
page and each filter; how people's exceptions stand seldom changes. Whatever is kept is named by the version
of what it was read from, or by the reading that it belongs to; an answer is the same without it.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence

MOST_KEPT = 64 * 1024 * 1024
"""The bytes that are kept of one store."""

Contents = Sequence[bytes]


class Kept:
    """Contents by name; those that nobody asked for longest go first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._bytes = 0
        self._found: OrderedDict[Hashable, Contents] = OrderedDict()

    def get(self, name: Hashable) -> Contents | None:
        """Give what is kept under a name."""
        found = self._found.get(name)
        if found is not None:
            self._found.move_to_end(name)
        return found

    def keep(self, name: Hashable, contents: Contents) -> None:
        """Keep contents under a name, unless they alone are too many."""
        size = _size(contents)
        if size > self._most:
            return
        self._bytes += size - _size(self._found.pop(name, ()))
        self._found[name] = contents
        while self._bytes > self._most:
            self._bytes -= _size(self._found.popitem(last=False)[1])


def _size(contents: Contents) -> int:
    return sum(map(len, contents)) + _EACH * len(contents)


_EACH = 100
"""What a value takes besides its bytes."""
