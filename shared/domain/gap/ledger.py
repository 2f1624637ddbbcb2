"""The whole join: every order and return of a window against the ledger, open ones apart from settled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import overload

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import Documents
from shared.domain.gap.orders import Orders
from shared.domain.gap.plain import PlainOrders
from shared.domain.gap.reasons import reason_for, shipping_of
from shared.domain.gap.references import COUNTED, References
from shared.domain.gap.returns import RETURNABLE, Returns
from shared.domain.gap.rows import order_row
from shared.domain.gap.tolerance import Tolerance
from shared.domain.rows import OrderRow
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window


class SettledRows(Sequence[OrderRow]):
    """The rows of settled cases, made when they are looked at: there may be a million.

    They are in the order of their names, however they were stored.
    """

    def __init__(self, card: str, books: Books, plain: PlainOrders, cases: Sequence[Case]) -> None:
        self._card = card
        self._books = books
        self._plain = plain
        self._cases: list[Case | int] = [*plain.invoice_of, *cases]

    def __len__(self) -> int:
        return len(self._cases)

    @overload
    def __getitem__(self, position: int) -> OrderRow: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[OrderRow, ...]: ...
    def __getitem__(self, position: int | slice) -> OrderRow | tuple[OrderRow, ...]:
        if isinstance(position, slice):
            return tuple(map(self._row, self._ordered()[position]))
        return self._row(self._ordered()[position])

    def __iter__(self) -> Iterator[OrderRow]:
        return map(self._row, self._ordered())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(row.id for row in self))

    def _ordered(self) -> list[Case | int]:
        names, orders, refunds = self._books.references.names, self._books.orders, self._books.refunds

        def place(each: Case | int) -> tuple[str, ...]:
            if isinstance(each, int):
                return names[each], "", orders.connections[each], orders["id"][each], ""
            table = refunds if each.is_return else orders
            native = table.connections[each.row], table["id"][each.row]
            return each.reference, "return" if each.is_return else "", *native, "/".join(each.place)

        return sorted(self._cases, key=place)

    def _row(self, each: Case | int) -> OrderRow:
        case = self._plain.case(each) if isinstance(each, int) else each
        return order_row(self._card, case, self._books, None, shipping_of(case, self._books))


@dataclass(frozen=True, slots=True)
class Gap:
    """What the join came to; all amounts in the reporting currency."""

    rows: tuple[OrderRow, ...]
    settled: SettledRows
    revenue: int
    """Orders of the window less its returns (decision 26)."""
    posted: int
    """What the ledger posted against them."""

    @property
    def value(self) -> int:
        """Give the gap of the rows that are not settled."""
        return sum(row.gap for row in self.rows)

    @property
    def rounding(self) -> int:
        """Give what the settled cases leave by rounding: it is in no row's gap."""
        return self.revenue - self.posted - self.value


def gap_of(card: str, snapshot: Snapshot, window: Window, tolerance_minor_units: int) -> Gap:
    """Join, judge and add up one window."""
    documents = Documents(snapshot, window)
    references = References(snapshot)
    orders = references.orders
    tolerance = Tolerance(documents, orders, snapshot.workspace.reporting_currency, tolerance_minor_units)
    books = Books(snapshot, references, documents, tolerance)
    in_window = compress(range(len(orders)), map(window.holds, orders["placed_at"]))
    rows = [row for row in in_window if orders["state"][row] in COUNTED]
    returns = Returns(references, documents)
    plain = PlainOrders(references, documents, tolerance, rows)
    maker = Orders(references, documents, returns, tolerance)
    # Plain orders are most of all, so their worth is added up from the columns.
    revenue, posted = plain.totals()
    open_rows: list[OrderRow] = []
    settled: list[Case] = []
    others = (case for row in rows if row not in plain.invoice_of for case in maker.cases(row))
    for cases in (others, returns.cases(window)):
        for case in cases:
            is_revenue = case.is_return or orders["state"][case.row] in RETURNABLE
            revenue += case.commerce_net if is_revenue else 0
            posted += case.posted_net
            if found := reason_for(case, books):
                open_rows.append(order_row(card, case, books, found))
            else:
                settled.append(case)
    ordered = sorted(open_rows, key=lambda row: (-row.gap, row.order, row.company, row.documents, row.id))
    return Gap(tuple(ordered), SettledRows(card, books, plain, settled), revenue, posted)
