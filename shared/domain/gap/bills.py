"""The invoices as orders look into them: by the order that they name, and what an order must be to agree."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, compress, count, repeat
from operator import eq, ne
from typing import Any

from shared.domain.gap.marks import both, either, whole
from shared.domain.gap.names import LEDGER, first_filled, name_columns, own_names
from shared.domain.records import CreditMemo, Invoice, SalesOrder
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window

_KINDS = 256
"""As many as a byte tells apart; an invoice of one more kind is looked at by itself."""
_ALWAYS = "~"
"""Behind all instants."""


class Bills:
    """All invoices, row by row, and one row more that stands for none: it agrees with no order."""

    def __init__(self, snapshot: Snapshot, windows: Iterable[Window]) -> None:
        table = snapshot.table(Invoice, LEDGER)
        memos = snapshot.table(CreditMemo, LEDGER)
        self.none = len(table)
        """The row that stands for no invoice."""
        self.row_of: dict[str, int] = {}
        """The first invoice of each name."""
        self.elsewhere = {*own_names(snapshot.table(SalesOrder, LEDGER)), *own_names(memos)}
        """What sales orders and credit memos name."""
        self.nets = whole(lambda: table.values("net"))
        self._kinds = bytearray()
        corrected = set(memos.values("invoice_number")) - {""}
        columns = name_columns(snapshot.workspace)
        self._again: dict[int, str] = {}
        self._kind_of = kind_of = _Kinds(windows)
        for number in range(len(table.batches)):
            rows = table.rows_of(number)
            names = first_filled(table, number, *columns)
            is_again = map(ne, map(self.row_of.setdefault, names, rows), rows)
            self._again.update(compress(zip(rows, names, strict=True), is_again))
            told = (table.part(number, column) for column in ("currency", "state", "posted_on"))
            self._kinds += bytes(map(kind_of.__getitem__, zip(*told, strict=True)))
            if corrected and not corrected.isdisjoint(numbers := table.part(number, "number")):
                self._unsettle(compress(rows, map(corrected.__contains__, numbers)))
        self.row_of.pop("", None)
        doubtful = filter(self.row_of.__contains__, chain(self._again.values(), self.elsewhere))
        self._unsettle(map(self.row_of.__getitem__, doubtful))
        self._kinds.append(0)
        self.nets.append(0)

    def agreeing(
        self,
        of_bill: Callable[[Any], Sequence[Any]],
        currencies: Sequence[str],
        moments: Sequence[str],
        span: tuple[str, str],
    ) -> bytes:
        """Mark the orders whose invoices settle them if the amounts agree, too.

        They are of the order's currency, and count in each window that has the order. `of_bill` picks the
        orders' invoices out of a column, and one more; all the orders were placed within `span`.
        """
        kinds = bytes(of_bill(self._kinds))[:-1]
        marks = bytes(len(kinds))
        among = set(currencies)
        for currency in among:
            is_settled = kinds.translate(self._kind_of.table(currency, span[1]))
            if len(among) > 1:
                is_settled = both(is_settled, bytes(map(eq, currencies, repeat(currency))))
            marks = either(marks, is_settled)
        is_doubtful = kinds.translate(self._kind_of.doubtful(*span))
        if not any(is_doubtful):
            return marks
        one_by_one = bytearray(marks)
        for place in compress(count(), is_doubtful):
            known, end = self._kind_of.known[kinds[place]]
            one_by_one[place] = currencies[place] == known and moments[place] < end
        return bytes(one_by_one)

    def names(self, is_wanted: bytes) -> list[str]:
        """Give the names of the marked invoices, in row order."""
        rows = self.row_of.values()
        known = dict(compress(zip(rows, self.row_of, strict=True), map(is_wanted.__getitem__, rows)))
        known |= self._again
        return [known.get(row, "") for row in compress(count(), is_wanted)]

    def _unsettle(self, rows: Iterable[int]) -> None:
        for row in rows:
            self._kinds[row] = 0


class _Kinds(dict[tuple[str, str, str], int]):
    """What kind of invoice one is by its currency, state and posting date.

    Invoices of one kind settle the same orders: those of a currency that were placed before an instant. Of
    kind 0 they settle none at sight.
    """

    def __init__(self, windows: Iterable[Window]) -> None:
        super().__init__()
        self._windows = tuple(windows)
        self.known: list[tuple[str | None, str]] = [(None, "")]

    def __missing__(self, key: tuple[str, str, str]) -> int:
        currency, state, day = key
        kind = currency, self._end(day) if state == "posted" else ""
        if not kind[1]:
            self[key] = 0
        elif kind in self.known:
            self[key] = self.known.index(kind)
        elif len(self.known) < _KINDS:
            self[key] = len(self.known)
            self.known.append(kind)
        else:
            self[key] = 0
        return self[key]

    def table(self, currency: str, last: str) -> bytes:
        """Give what marks the kinds that settle orders of a currency, placed up to this instant."""
        return _table(known == currency and last < end for known, end in self.known)

    def doubtful(self, first: str, last: str) -> bytes:
        """Give what marks the kinds that settle some of the orders between two instants, and others not."""
        return _table(first < end <= last for _, end in self.known)

    def _end(self, day: str) -> str:
        """Give the instant before which an order was placed if the windows that have it have this date, too.

        "" where there is no such instant.
        """
        without = [window for window in self._windows if not window.holds_day(day)]
        ends = (window.start if day and day < window.first_day else "" for window in without)
        return min(ends, default=_ALWAYS)


def _table(marks: Iterable[bool]) -> bytes:
    return bytes(marks).ljust(_KINDS, b"\0")
