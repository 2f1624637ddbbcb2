"""The invoices as orders look into them: by the order that they name, and what an order must be to agree."""

from collections.abc import Iterable

from shared.domain.arrays import Array, np
from shared.domain.buyers import COMMERCE
from shared.domain.gap.names import LEDGER, invoice_texts, own_names
from shared.domain.records import CreditMemo, Invoice, Order, SalesOrder
from shared.domain.snapshot import Snapshot
from shared.domain.timeline import instants
from shared.domain.windows import Window

_ALWAYS = "~"
"""Behind all instants."""


class Bills:
    """All invoices, row by row."""

    def __init__(self, snapshot: Snapshot, windows: Iterable[Window]) -> None:
        self._snapshot = snapshot
        self._windows = tuple(windows)
        table, memos = snapshot.table(Invoice, LEDGER), snapshot.table(CreditMemo, LEDGER)
        self._whole = table.whole
        self.names = invoice_texts(snapshot)
        """The order that each names; "" for none."""
        self.elsewhere = {*own_names(snapshot.table(SalesOrder, LEDGER)), *own_names(memos)}
        """What sales orders and credit memos name."""
        self.nets = self._whole.integers("net")
        self.lines = self._whole.integers("line_count")
        self._is_settling = self._whole.coded("state").having("posted")
        corrected = set(memos.values("invoice_number")) - {""}
        if corrected:
            self._is_settling[self._whole.texts("number").with_any(corrected)[0]] = False

    def settling(self, invoice_of: Array) -> Array:
        """Mark the orders that their invoices settle if the amounts agree, too.

        They are of the order's currency, and count in each window that has the order.
        """
        agree = self._is_settling[invoice_of] & self._is_of_currency(invoice_of)
        days = self._whole.coded("posted_on")
        ends = [self._end(day) for day in days.values]
        moments = instants(self._snapshot)
        for end in {*ends} - {_ALWAYS}:
            is_until = np.array([each == end for each in ends], bool)[days.codes][invoice_of]
            agree &= ~is_until | moments.before(end)
        return agree

    def _is_of_currency(self, invoice_of: Array) -> Array:
        own, theirs = (
            table.whole.coded("currency")
            for table in (self._snapshot.table(Order, *COMMERCE), self._snapshot.table(Invoice, LEDGER))
        )
        place_of = {currency: place for place, currency in enumerate(theirs.values)}
        places = np.array([*(place_of.get(each, -1) for each in own.values), -1], np.int32)
        found: Array = places[own.codes] == theirs.codes[invoice_of]
        return found

    def _end(self, day: str) -> str:
        """Give the instant before which an order was placed if the windows that have it have this date, too.

        "" where there is no such instant.
        """
        without = [window for window in self._windows if not window.holds_day(day)]
        ends = (window.start if day and day < window.first_day else "" for window in without)
        return min(ends, default=_ALWAYS)
