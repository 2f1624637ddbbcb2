"""The ledger's documents by the commerce order's name and by their own numbers.

A document's own number counts within its company and connection only: two environments may well have
companies of one name.
"""

from collections.abc import Collection, Container, Iterable
from collections.abc import Set as AbstractSet
from copy import copy
from itertools import compress
from operator import not_
from typing import NamedTuple

from shared.domain.gap.lookup import Lookup
from shared.domain.gap.names import LEDGER, invoice_names, own_names
from shared.domain.gap.rates import Rates
from shared.domain.records import CreditMemo, Invoice, SalesOrder
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window


class Place(NamedTuple):
    """A company of one ledger connection."""

    connection: str
    company: str


NOWHERE = Place("", "")


class Found(NamedTuple):
    """An order's documents, each in lasting order."""

    sales_orders: list[int]
    invoices: list[int]
    contested: list[int]
    """Invoices without a name whose sales order's number stands for several orders."""


NOTHING = Found([], [], [])


class Documents:
    """Sales orders, invoices and credit memos, and what they are worth in the window."""

    def __init__(self, snapshot: Snapshot, window: Window, rates: Rates) -> None:
        self.sales_orders = snapshot.table(SalesOrder, LEDGER)
        self.invoices = snapshot.table(Invoice, LEDGER)
        self.credit_memos = snapshot.table(CreditMemo, LEDGER)
        self.rates = rates
        self._window = window
        self.invoice_names = invoice_names(snapshot)
        self.order_names = list(own_names(self.sales_orders))
        self.orders_by_name = Lookup(self.order_names)
        self.orders_by_number = Lookup(self.sales_orders["number"])
        self.invoices_by_name = Lookup(self.invoice_names)
        self.invoices_by_order = Lookup(self.invoices["order_number"])
        self.memo_names = list(own_names(self.credit_memos))
        self.memos_by_name = Lookup(self.memo_names)
        self.memos_by_invoice = Lookup(self.credit_memos["invoice_number"])
        self._known: Container[str] | None = None
        self._loose: AbstractSet[str] = frozenset()

    def within(self, window: Window, rates: Rates) -> "Documents":
        """Give the same documents, counted in another window."""
        found = copy(self)
        found._window, found.rates = window, rates  # noqa: SLF001 - a copy of one's own
        return found

    def of_order(self, name: str, known: Container[str]) -> Found:
        """Give an order's documents, whatever their state; `known` holds the names of all orders.

        An invoice that names no order is found by its sales order's number. A sales order is deleted once
        it is posted in full, so that number is also taken from the invoices that do name the order.
        """
        orders = self.orders_by_name.get(name)
        named = self.invoices_by_name.get(name)
        if not orders and not named:
            return NOTHING
        own_numbers = [self.sales_orders["number"][row] for row in orders]
        own_numbers += [self.invoices["order_number"][row] for row in named]
        if self._loose_numbers(known).isdisjoint(own_numbers):
            return Found(in_order(self.sales_orders, orders), in_order(self.invoices, named), [])
        invoices = dict.fromkeys(named)
        numbers = {(place_of(self.sales_orders, row), self.sales_orders["number"][row]) for row in orders}
        numbers |= {(place_of(self.invoices, row), self.invoices["order_number"][row]) for row in invoices}
        contested: list[int] = []
        for place, number in sorted(numbers) if len(numbers) > 1 else numbers:
            loose = [
                row
                for row in self.invoices_by_order.get(number)
                if self.invoice_names[row] not in known and place_of(self.invoices, row) == place
            ]
            first, *others = self._claimants(place, number, known) if loose else [""]
            if first == name:
                invoices |= dict.fromkeys(loose)
            if others:
                contested += loose
        return Found(
            in_order(self.sales_orders, orders),
            in_order(self.invoices, invoices),
            in_order(self.invoices, contested),
        )

    def _loose_numbers(self, known: Container[str]) -> AbstractSet[str]:
        """Give the numbers of sales orders for which there are invoices that name no known order."""
        if self._known is not known:
            is_loose = map(not_, map(known.__contains__, self.invoice_names))
            self._loose = frozenset(compress(self.invoices["order_number"], is_loose)) - {""}
            self._known = known
        return self._loose

    def _claimants(self, place: Place, number: str, known: Container[str]) -> list[str]:
        """Give the orders that a sales order's number stands for: one, unless the ledger is at odds."""
        names = []
        for table, column, rows in (
            (self.sales_orders, self.order_names, self.orders_by_number.get(number)),
            (self.invoices, self.invoice_names, self.invoices_by_order.get(number)),
        ):
            here = [row for row in rows if place_of(table, row) == place]
            names += [column[row] for row in in_order(table, here) if column[row] in known]
        return list(dict.fromkeys(names))

    def memos_named(self, name: str) -> list[int]:
        """Give the credit memos of this name (REVGAP-28)."""
        return in_order(self.credit_memos, self.memos_by_name.get(name))

    def memos_against(self, invoices: Collection[int]) -> list[int]:
        """Give the credit memos that correct these posted invoices."""
        if not self.memos_by_invoice:
            return []
        found = {
            memo
            for row in posted_of(self.invoices, invoices)
            for memo in self.memos_by_invoice.get(self.invoices["number"][row])
            if place_of(self.credit_memos, memo) == place_of(self.invoices, row)
        }
        return in_order(self.credit_memos, found)

    def posted_in_window(self, table: Table, rows: Collection[int]) -> list[int]:
        """Give those that are posted and dated in the window (decision 25)."""
        return [row for row in posted_of(table, rows) if self.is_in_window(table["posted_on"][row])]

    def is_in_window(self, day: str) -> bool:
        """Say whether a posting date lies in the window."""
        return self._window.holds_day(day)

    def total(self, table: Table, rows: Iterable[int], column: str) -> int:
        """Add up documents of any state and date, in the reporting currency."""
        wanted = rows if isinstance(rows, tuple | list) else list(rows)
        if not wanted:
            return 0
        currencies, amounts = table["currency"], table[column]
        if len(wanted) == 1:
            return self.rates.translate(amounts[wanted[0]], currencies[wanted[0]])
        return self.rates.total((currencies[row], amounts[row]) for row in wanted)


def place_of(table: Table, row: int) -> Place:
    """Give the company and connection that hold a document or a customer."""
    return Place(table.connections[row], table["company"][row])


def posted_of(table: Table, rows: Collection[int]) -> list[int]:
    """Give those documents that are posted: no drafts, none that was taken back."""
    if not rows:
        return []
    states = table["state"]
    return [row for row in rows if states[row] == "posted"]


def living(table: Table, rows: Collection[int]) -> list[int]:
    """Leave out what was taken back."""
    if not rows:
        return []
    states = table["state"]
    return [row for row in rows if states[row] != "cancelled"]


def in_order(table: Table, rows: Iterable[int]) -> list[int]:
    """Order documents by what does not depend on when they were stored."""
    listed = list(rows)
    if len(listed) < 2:  # noqa: PLR2004 - nothing to order
        return listed
    columns = (table["company"], table["number"], table.connections, table["id"])
    return sorted(listed, key=lambda row: tuple(column[row] for column in columns))
