"""The placed orders of a snapshot by time, so that a window is a stretch of them."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, count
from operator import eq

from shared.domain.records import Order
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window

COMMERCE = ("shopify", "bigcommerce", "adobe_commerce", "marketplace")
PLACED = frozenset({"placed", "refunded"})
"""The states of an order that was placed: no test, not cancelled, not abandoned (decision 21)."""
_WIDTH = 20
"""The letters of an instant as records have it."""


class Instants:
    """When each order was placed, by its row: one text for all, which takes a quarter of the room."""

    def __init__(self, moments: Sequence[str]) -> None:
        is_even = set(map(len, moments)) <= {_WIDTH}
        self._text = "".join(moments) if is_even else ""
        self._each = () if is_even else moments

    def __getitem__(self, row: int) -> str:
        return self._each[row] if self._each else self._text[_WIDTH * row : _WIDTH * row + _WIDTH]


class Timeline:
    """The rows of placed orders, oldest first; those of one instant as `by_time` has them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._orders = snapshot.table(Order, *COMMERCE)
        moments = list(self._orders.values("placed_at"))
        rows = list(compress(range(len(moments)), map(PLACED.__contains__, self._orders["state"])))
        rows.sort(key=moments.__getitem__)
        _in_turn(self._orders, rows, moments)
        self._rows = array("q", rows)
        self.placed_at = Instants(moments)

    def within(self, window: Window) -> "array[int]":
        """Give the rows of a window, oldest first."""
        moment_of = self.placed_at.__getitem__
        start = bisect_left(self._rows, window.start, key=moment_of)
        return self._rows[start : bisect_right(self._rows, window.end, lo=start, key=moment_of)]

    def in_order(self, rows: Iterable[int]) -> list[int]:
        """Sort some orders as `by_time` does."""
        found = sorted(rows, key=self.placed_at.__getitem__)
        _in_turn(self._orders, found, self.placed_at)
        return found


def timeline(snapshot: Snapshot) -> Timeline:
    """Give the orders by time, sorted once for all windows."""
    return snapshot.once(Timeline, lambda: Timeline(snapshot))


def by_time(orders: Table, rows: Iterable[int]) -> list[int]:
    """Sort orders by when they were placed; ties by connection and id, as nothing else is lasting."""
    moment_of = orders.at("placed_at", rows)
    found = sorted(moment_of, key=moment_of.__getitem__)
    _in_turn(orders, found, moment_of)
    return found


def _in_turn(orders: Table, rows: list[int], moment_of: Mapping[int, str] | Sequence[str] | Instants) -> None:
    """Put rows that are sorted by their instants in the order of `by_time`: few share an instant."""
    moments = [*map(moment_of.__getitem__, rows)]
    earlier = [*compress(count(), map(eq, moments, moments[1:]))]
    if not earlier:
        return
    places = sorted({*earlier, *(at + 1 for at in earlier)})
    tied = [rows[at] for at in places]
    id_of = orders.at("id", tied)
    tied.sort(key=lambda row: (moment_of[row], orders.connections[row], id_of[row]))
    for at, row in zip(places, tied, strict=True):
        rows[at] = row
