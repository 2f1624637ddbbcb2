"""The placed orders of a snapshot by time, so that a window is a stretch of them."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from itertools import compress, count
from operator import eq

from shared.domain.arrays import Array, np, united
from shared.domain.instants import Instants
from shared.domain.records import Order
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window

COMMERCE = ("shopify", "bigcommerce", "adobe_commerce", "marketplace")
PLACED = frozenset({"placed", "refunded"})
"""The states of an order that was placed: no test, not cancelled, not abandoned (decision 21)."""


class Timeline:
    """The rows of placed orders, oldest first; those of one instant as `by_time` has them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._orders = snapshot.table(Order, *COMMERCE)
        self.placed_at = self._orders.whole.texts("placed_at")
        """When each order was placed, by its row."""
        self.is_placed = self._orders.whole.coded("state").having(*PLACED)
        rows = np.flatnonzero(self.is_placed)
        moments = instants(snapshot).ranks[rows]
        order = np.argsort(moments, kind="stable")
        self._rows = array("q", rows[order].astype(np.int64).tobytes())
        self._settle(np.flatnonzero(np.diff(moments[order]) == 0))

    def within(self, window: Window) -> "array[int]":
        """Give the rows of a window, oldest first."""
        moment_of = self.placed_at.__getitem__
        start = bisect_left(self._rows, window.start, key=moment_of)
        return self._rows[start : bisect_right(self._rows, window.end, lo=start, key=moment_of)]

    def in_order(self, rows: Iterable[int]) -> list[int]:
        """Sort some orders as `by_time` does."""
        listed = list(rows)
        moment_of = dict(zip(listed, self.placed_at.at(listed), strict=True))
        listed.sort(key=moment_of.__getitem__)
        _in_turn(self._orders, listed, moment_of)
        return listed

    def _settle(self, earlier: Array) -> None:
        """Put the orders at these places, each beside one of the same instant, in the order of `by_time`."""
        places = united(earlier, earlier + 1).tolist()
        tied = [self._rows[at] for at in places]
        for at, row in zip(places, self.in_order(tied), strict=True):
            self._rows[at] = row


def instants(snapshot: Snapshot) -> Instants:
    """Give when all orders were placed, read once."""
    orders = snapshot.table(Order, *COMMERCE).whole
    return snapshot.once(Instants, lambda: Instants(orders.texts("placed_at")), is_lasting=True)


def timeline(snapshot: Snapshot) -> Timeline:
    """Give the orders by time, sorted once for all windows."""
    return snapshot.once(Timeline, lambda: Timeline(snapshot))


def by_time(orders: Table, rows: Iterable[int]) -> list[int]:
    """Sort orders by when they were placed; ties by connection and id, as nothing else is lasting."""
    moment_of = orders.at("placed_at", rows)
    found = sorted(moment_of, key=moment_of.__getitem__)
    _in_turn(orders, found, moment_of)
    return found


def _in_turn(orders: Table, rows: list[int], moment_of: Mapping[int, str]) -> None:
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
