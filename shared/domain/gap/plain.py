"""Orders that are settled at sight, found whole columns at a time: nearly all of them.

An order is plain where nothing about it needs a second look: its name is its own and names no sales order
or credit memo, it has no refund, and the one invoice of that name is posted, uncorrected, in the order's
currency and for its amount; or it is worth nothing and the ledger has nothing of it. No plain order shares a
document with another, so the others can be judged as if the plain ones and their invoices did not exist.
They go the long way, which would come to the same answer for the plain ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.arrays import Array


@dataclass(frozen=True, slots=True, eq=False)
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
    invoice_columns: Mapping[str, Sequence[Any]]
    """Some of their columns, `order_number` among them."""


@dataclass(frozen=True, slots=True, eq=False)
class PlainOrders:
    """The plain orders of a snapshot, in whatever window they were placed."""

    is_invoiced: Array
    """Marks the order rows that an invoice settles."""
    invoice_of: Array
    """That invoice's row, for each order row; it says nothing where none settles the order."""
    is_nothing: Array
    """Marks the order rows that are worth nothing and stand nowhere."""
    nets: Array
    """What each order is worth, in its currency."""
    rounding: Array
    """What it is worth more than its invoice, where one settles it."""
    rest: Rest
