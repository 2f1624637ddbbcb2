"""The search for plain orders, batch by batch.

All that is done to each of a million orders is done by whole columns; only what is left is looked at one by
one.
"""

from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, compress, count, repeat
from operator import eq, itemgetter, ne
from typing import Any

from shared.domain.buyers import COMMERCE
from shared.domain.gap.bills import Bills
from shared.domain.gap.marks import both, either, inverted, marked, shortened, without
from shared.domain.gap.names import COUNTED, LEDGER, names_in_books, references
from shared.domain.gap.plain import Nothing, PlainOrders, Rest, Stretch, tally_of
from shared.domain.money import minor_unit
from shared.domain.records import Invoice, Order, Refund
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window


def plain_orders(snapshot: Snapshot, windows: Iterable[Window], minor_units: int) -> PlainOrders:
    """Find the plain orders for these windows; `minor_units` is what a line may round by."""
    return _Search(snapshot, Bills(snapshot, windows), minor_units).found()


class _Search:
    """Goes through the orders once; what others may have to do with an order is looked at afterwards."""

    def __init__(self, snapshot: Snapshot, bills: Bills, minor_units: int) -> None:
        self._snapshot = snapshot
        self._bills = bills
        self._invoices = snapshot.table(Invoice, LEDGER)
        self._orders = snapshot.table(Order, *COMMERCE)
        self._reporting = snapshot.workspace.reporting_currency
        self._a_line = minor_units * minor_unit(self._reporting)
        self._lines = shortened(lambda: self._invoices.values("line_count"))
        self._refunded = set(snapshot.table(Refund, *COMMERCE).values("order_id"))
        self._invoice_of = array("I")
        self._is_invoiced = bytearray()
        self._is_counted = bytearray()
        self._is_refunded = bytearray()
        self._stretches: list[Stretch] = []
        self._left = array("I")
        self._columns: dict[str, list[Any]] = defaultdict(list)
        self._claimed: list[int] = []
        self._unnamed: list[str] = []
        self._nothing: dict[str, Nothing] = {}

    def found(self) -> PlainOrders:
        """Give the plain orders."""
        for number in range(len(self._orders.batches)):
            if rows := self._orders.rows_of(number):
                self._stretches.append(self._stretch(number, rows))
        times, elsewhere = Counter(self._unnamed), self._bills.elsewhere
        nothing = [each for name, each in self._nothing.items() if times[name] == 1 and name not in elsewhere]
        is_settling = self._settling()
        names = self._bills.names(inverted(is_settling))
        # The names weigh more than all the rest, and have done their work.
        del self._bills
        is_invoiced = bytes(self._is_invoiced)
        is_plain = either(is_invoiced, marked(len(self._orders), (each.row for each in nothing)))
        is_other = either(without(bytes(self._is_counted), is_plain), bytes(self._is_refunded))
        others = array("I", compress(count(), is_other))
        is_left = bytes(map(is_other.__getitem__, self._left))
        columns = {name: list(compress(column, is_left)) for name, column in self._columns.items()}
        rest = Rest(
            others,
            columns if is_left.count(1) == len(others) else {},
            array("I", compress(count(), inverted(is_settling))),
            names,
            list(compress(self._invoices.values("order_number"), inverted(is_settling))),
        )
        return PlainOrders(is_invoiced, self._invoice_of, nothing, self._stretches, rest)

    def _stretch(self, number: int, rows: range) -> Stretch:
        """Find what is plain among the orders of one batch."""
        orders, bills = self._orders, self._bills
        states, nets, moments, currencies = (
            orders.part(number, column) for column in ("state", "net", "placed_at", "currency")
        )
        numbers = orders.part(number, "number")
        names = references(names_in_books(self._snapshot.workspace, orders, number, numbers), states)
        found = list(map(bills.row_of.get, names, repeat(bills.none)))
        self._invoice_of.extend(found)
        # One more, so that even of a single row there is a tuple.
        of_bill = itemgetter(*found, bills.none)
        first, last = min(moments), max(moments)
        is_invoiced = bills.agreeing(of_bill, currencies, moments, (first, last))
        is_refunded = bytes(len(rows))
        if self._refunded:
            ids = orders.part(number, "id")
            is_refunded = bytes(map(self._refunded.__contains__, ids))
            is_invoiced = without(is_invoiced, is_refunded)
        if "cancelled" in states:
            is_invoiced = without(is_invoiced, bytes(map(eq, states, repeat("cancelled"))))
        is_differing = both(is_invoiced, bytes(map(ne, nets, of_bill(bills.nets))))
        rounding = self._rounding(rows, nets, currencies, compress(count(), is_differing))
        is_rounded = marked(len(rows), (row - rows.start for row in rounding))
        is_invoiced = without(is_invoiced, without(is_differing, is_rounded))
        is_all = COUNTED.issuperset(states)
        is_counted = b"\1" * len(rows) if is_all else bytes(map(COUNTED.__contains__, states))
        is_left = either(without(is_counted, is_invoiced), is_refunded)
        for place in compress(count(), is_left):
            if found[place] != bills.none:
                self._claimed.append(found[place])
            elif name := names[place]:
                self._unnamed.append(name)
                is_worth_nothing = states[place] == "cancelled" or not nets[place]
                if is_worth_nothing and not is_refunded[place]:
                    self._nothing[name] = Nothing(rows[place], moments[place], currencies[place])
        if self._refunded:
            self._columns["id"] += compress(ids, is_left)
        seen = {"number": numbers, "state": states, "net": nets, "placed_at": moments, "currency": currencies}
        for name, column in seen.items():
            self._columns[name] += compress(column, is_left)
        self._left.extend(compress(rows, is_left))
        self._is_invoiced += is_invoiced
        self._is_refunded += is_refunded
        self._is_counted += is_counted
        tally = tally_of(nets, currencies, is_invoiced, self._reporting)
        return Stretch(number, rows, first, last, tally, rounding)

    def _rounding(
        self, rows: range, nets: Sequence[int], currencies: Sequence[str], places: Iterable[int]
    ) -> dict[int, int]:
        """Give by how much orders are worth more than their invoices, where it is no more than rounding."""
        found = {}
        for place in places:
            invoice = self._invoice_of[rows[place]]
            left = nets[place] - self._bills.nets[invoice]
            # Others are rounded when they are translated, at a rate that is the window's: not told at sight.
            if currencies[place] == self._reporting and abs(left) <= self._a_line * max(
                1, self._lines[invoice]
            ):
                found[rows[place]] = left
        return found

    def _settling(self) -> bytes:
        """Mark the invoices that settle plain orders, once those are left out that others lay claim to.

        Others are orders of the same name. And an invoice that names none may be an order's by the number of
        its sales order.
        """
        claims = array("I", compress(self._invoice_of, self._is_invoiced))
        is_settling = marked(self._bills.none, claims)
        contested = set(compress(self._claimed, map(is_settling.__getitem__, self._claimed)))
        if is_settling.count(1) < len(claims):
            contested.update(row for row, times in Counter(claims).items() if times > 1)
        batches = range(len(self._invoices.batches))
        beside = chain.from_iterable(self._invoices.part(each, "order_number") for each in batches)
        loose = set(compress(beside, inverted(is_settling))) - {""}
        if loose:
            is_loose = bytes(map(loose.__contains__, self._invoices.values("order_number")))
            contested.update(compress(count(), both(is_settling, is_loose)))
        if not contested:
            return is_settling
        self._fail(compress(count(), map(contested.__contains__, self._invoice_of)))
        return without(is_settling, marked(len(is_settling), contested))

    def _fail(self, orders: Iterable[int]) -> None:
        """Leave these orders out."""
        starts = [each.rows.start for each in self._stretches]
        for row in orders:
            if self._is_invoiced[row]:
                self._is_invoiced[row] = 0
                at = bisect_right(starts, row) - 1
                self._stretches[at].rounding.pop(row, None)
                self._stretches[at] = replace(self._stretches[at], tally=None)
