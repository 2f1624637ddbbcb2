"""The search for plain orders.

All that is done to each of a million orders is done by whole columns; only what is left is looked at one by
one.
"""

from collections.abc import Iterable

from shared.domain.arrays import Array, np
from shared.domain.buyers import COMMERCE
from shared.domain.gap.bills import Bills
from shared.domain.gap.names import COUNTED, LEDGER, order_texts
from shared.domain.gap.plain import PlainOrders, Rest
from shared.domain.money import minor_unit
from shared.domain.numbering import numbered
from shared.domain.records import Invoice, Order, Refund
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window


def plain_orders(snapshot: Snapshot, windows: Iterable[Window], minor_units: int) -> PlainOrders:
    """Find the plain orders for these windows; `minor_units` is what a line may round by."""
    return _Search(snapshot, Bills(snapshot, windows), minor_units).found()


class _Search:
    """Holds all orders against the invoices of their names, and then looks who else lays claim to these."""

    def __init__(self, snapshot: Snapshot, bills: Bills, minor_units: int) -> None:
        self._bills = bills
        self._invoices = snapshot.table(Invoice, LEDGER).whole
        self._orders = snapshot.table(Order, *COMMERCE).whole
        self._reporting = snapshot.workspace.reporting_currency
        self._a_line = minor_units * minor_unit(self._reporting)
        self._is_counted = self._orders.coded("state").having(*COUNTED)
        self._names = order_texts(snapshot.workspace, snapshot.table(Order, *COMMERCE)).kept(self._is_counted)
        self._is_named = self._names.lengths > 0
        self._nets = self._orders.integers("net")
        refunded = set(snapshot.table(Refund, *COMMERCE).values("order_id"))
        self._is_refunded = np.zeros(len(self._names), bool)
        if refunded:
            self._is_refunded[self._orders.texts("id").with_any(refunded)[0]] = True
        self._is_elsewhere = np.zeros(len(self._names), bool)
        self._is_elsewhere[self._names.with_any(bills.elsewhere)[0]] = True

    def found(self) -> PlainOrders:
        """Give the plain orders."""
        told = numbered(self._names, self._bills.names)
        own, named = told.numbers
        has_invoice, invoice_of = self._invoice_of(own, named, len(told))
        is_cancelled = self._orders.coded("state").having("cancelled")
        is_invoiced = np.zeros(len(own), bool)
        rounding = np.zeros_like(self._nets)
        if has_invoice.any():
            is_alone = np.bincount(named, minlength=len(told))[own] == 1
            is_invoiced = has_invoice & is_alone & ~self._is_elsewhere & ~self._is_refunded & ~is_cancelled
            is_invoiced &= self._bills.settling(invoice_of)
            rounding = self._nets - self._bills.nets[invoice_of]
            is_invoiced &= (rounding == 0) | self._is_rounding(rounding, invoice_of)
        claims = np.bincount(own[has_invoice], minlength=len(told))
        is_settling = self._settle(is_invoiced, invoice_of, claims[own] > 1)
        is_unnamed = self._is_counted & self._is_named & ~has_invoice
        times = np.bincount(own[is_unnamed], minlength=len(told))[own]
        is_nothing = is_unnamed & (times == 1) & ~self._is_elsewhere & ~self._is_refunded
        is_nothing &= is_cancelled | (self._nets == 0)
        is_other = (self._is_counted & ~is_invoiced & ~is_nothing) | self._is_refunded
        rest = self._rest(np.flatnonzero(is_other), np.flatnonzero(~is_settling))
        return PlainOrders(is_invoiced, invoice_of, is_nothing, self._nets, rounding, rest)

    def _invoice_of(self, own: Array, named: Array, count: int) -> tuple[Array, Array]:
        """Say which orders an invoice names, and give the row of the first that does; 0 where none does."""
        first = np.full(count, -1)
        first[named[::-1]] = np.arange(len(named))[::-1]
        found = np.where(self._is_named, first[own], -1)
        return found >= 0, np.maximum(found, 0)

    def _is_rounding(self, rounding: Array, invoice_of: Array) -> Array:
        """Mark the orders that differ from their invoices by no more than these may round by.

        Only in the reporting currency: others are rounded when they are translated, at a rate that is the
        window's.
        """
        is_own = self._orders.coded("currency").having(self._reporting)
        lines = np.maximum(self._bills.lines[invoice_of], 1)
        found: Array = is_own & (np.abs(rounding) <= self._a_line * lines)
        return found

    def _settle(self, is_invoiced: Array, invoice_of: Array, is_claimed: Array) -> Array:
        """Mark the invoices that settle orders, once those are left out that others lay claim to.

        Others are orders of the same name. And an invoice that names none may be an order's by the number of
        its sales order. Such orders are not invoiced at sight.
        """
        is_settling = np.zeros(len(self._bills.names), bool)
        is_settling[invoice_of[is_invoiced]] = True
        beside = self._invoices.texts("order_number")
        loose = {*beside.at(np.flatnonzero(~is_settling & (beside.lengths > 0)))}
        is_contested = np.zeros(len(is_settling), bool)
        is_contested[beside.with_any(loose)[0]] = True
        is_contested[invoice_of[is_invoiced & is_claimed]] = True
        is_invoiced &= ~is_contested[invoice_of] if len(is_contested) else False
        return is_settling & ~is_contested

    def _rest(self, orders: Array, invoices: Array) -> Rest:
        columns = {name: self._orders.coded(name).at(orders) for name in ("state", "currency")}
        columns |= {"number": self._orders.texts("number").at(orders), "net": self._nets[orders].tolist()}
        billed = {
            "order_number": self._invoices.texts("order_number").at(invoices),
            "net": self._bills.nets[invoices].tolist(),
            "line_count": self._bills.lines[invoices].tolist(),
        }
        names = self._bills.names.at(invoices)
        return Rest(orders.tolist(), columns, invoices.tolist(), names, billed)
