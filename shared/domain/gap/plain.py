"""Orders that are settled at sight, found a whole batch at a time: nearly all of them.

An order is plain where nothing about it needs a second look: its name is its own and names no sales order
or credit memo, it has no refund, and the one invoice of that name is posted, uncorrected, in the order's
currency and for its amount; or it is worth nothing and the ledger has nothing of it. No plain order shares a
document with another, so the others can be judged as if the plain ones and their invoices did not exist.
They go the long way, which would come to the same answer for the plain ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from operator import eq
from typing import Any, NamedTuple

from shared.domain.gap.marks import both, whole, without


class Tally(NamedTuple):
    """What some invoiced plain orders are worth."""

    orders: int
    """How many they are."""
    own: int
    """The net of those in the reporting currency."""
    foreign: tuple[Sequence[str], Sequence[int]]
    """Currency and net of the others, one by one: each is translated, and rounded, by itself."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Orders that were stored together; most stretches lie in one window altogether."""

    number: int
    """Of their batch."""
    rows: range
    first: str
    """When the earliest of them was placed."""
    last: str
    tally: Tally | None
    """Of its plain ones; None where it has to be taken anew."""
    rounding: dict[int, int]
    """What an order is worth more than its invoice, by its row, where the two differ at all."""


class Nothing(NamedTuple):
    """A plain order that is worth nothing and stands nowhere."""

    row: int
    placed_at: str
    currency: str


@dataclass(frozen=True, slots=True)
class Rest:
    """What goes the long way, with what was read of it on the way: no column is read twice for it."""

    orders: Sequence[int]
    """Rows of orders that are not plain, or have a refund."""
    columns: Mapping[str, Sequence[Any]]
    """Some of their columns; those that are missing are still to be read."""
    invoices: Sequence[int]
    """Rows of the invoices that settle no plain order."""
    names: Sequence[str]
    """The order that each of these names."""
    order_numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class PlainOrders:
    """The plain orders of a snapshot, in whatever window they were placed."""

    is_invoiced: bytes
    """For each order row, 1 where an invoice settles it."""
    invoice_of: Sequence[int]
    """That invoice's row, for each order row; it says nothing where none settles the order."""
    nothing: Sequence[Nothing]
    stretches: Sequence[Stretch]
    rest: Rest


def tally_of(nets: Sequence[int], currencies: Sequence[str], marks: bytes, reporting: str) -> Tally:
    """Add up the marked ones of some orders."""
    if currencies.count(reporting) == len(currencies):
        return Tally(marks.count(1), sum(compress(nets, marks)), ((), ()))
    is_own = both(marks, bytes(map(eq, currencies, repeat(reporting))))
    is_foreign = without(marks, is_own)
    foreign = list(compress(currencies, is_foreign)), whole(lambda: compress(nets, is_foreign))
    return Tally(marks.count(1), sum(compress(nets, is_own)), foreign)
