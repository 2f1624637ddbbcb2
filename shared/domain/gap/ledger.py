"""The whole gap: every order and return of a window against the ledger, open ones apart from settled."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.arrays import np
from shared.domain.buyers import COMMERCE
from shared.domain.gap.averages import told_by
from shared.domain.gap.cases import Case
from shared.domain.gap.join import Join
from shared.domain.gap.names import LEDGER
from shared.domain.gap.parts import part_about, part_with
from shared.domain.gap.plain import PlainOrders
from shared.domain.gap.rates import Rates
from shared.domain.gap.reasons import is_settled, reason_for
from shared.domain.gap.returns import RETURNABLE
from shared.domain.gap.rows import order_row, row_id_of
from shared.domain.gap.search import plain_orders
from shared.domain.gap.settled import SettledRows
from shared.domain.gap.worth import Worth, plain_inside, worth_of
from shared.domain.records import ExchangeRate, Invoice, Order
from shared.domain.rows import OrderRow
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window


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


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What is known of an open case before its row is built."""

    row: str
    """The row's id."""
    occurred_at: str
    gap: int


@dataclass(frozen=True, slots=True)
class _Shared:
    """What does not change from one of some windows to another."""

    windows: frozenset[Window]
    plain: PlainOrders
    rest: Snapshot
    """The part about all other orders."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The cases of a window: the plain ones added up, the others one by one."""

    join: Join
    plain: Worth
    plain_orders: PlainOrders
    rates: Rates
    open: Sequence[Case]
    settled: Sequence[Case]


def gap_of(card: str, snapshot: Snapshot, window: Window, tolerance_minor_units: int, *others: Window) -> Gap:
    """Join, judge and add up one window; the others may be asked for afterwards."""
    found = sorted_cases(snapshot, (window, *others), tolerance_minor_units)
    orders = found.join.orders
    cases = (*found.open, *found.settled)
    revenue = sum(
        case.commerce_net for case in cases if case.is_return or orders["state"][case.row] in RETURNABLE
    )
    books = found.join.books(found.open)
    books.fetch(found.open)
    rows = [order_row(card, case, books, reason_for(case, books)) for case in found.open]
    rows.sort(key=lambda row: (-row.gap, row.order, row.company, row.documents, row.id))

    def plain() -> Join:
        every, some = found.plain_orders, snapshot.table(Order, *COMMERCE)
        is_inside = plain_inside(snapshot, every, window)
        invoices = np.sort(every.invoice_of[is_inside & every.is_invoiced]).tolist()
        billed = snapshot.table(Invoice, LEDGER).only(invoices)
        part = part_with(snapshot, some.only(np.flatnonzero(is_inside).tolist()), billed)
        return Join(part, some, window, found.rates, tolerance_minor_units)

    return Gap(
        tuple(rows),
        SettledRows(card, found.join, found.settled, found.plain.count, plain),
        found.plain.sold + revenue,
        found.plain.billed + sum(case.posted_net for case in cases),
    )


def open_cases(card: str, snapshot: Snapshot, window: Window, tolerance_minor_units: int) -> list[OpenCase]:
    """Give what `gap_of` would give a row for, in any order, without its reason."""
    found = sorted_cases(snapshot, (window,), tolerance_minor_units)
    books = found.join.books()
    return [OpenCase(row_id_of(card, case, books), books.occurred_at(case), case.gap) for case in found.open]


def _shared(snapshot: Snapshot, windows: Sequence[Window], minor_units: int) -> _Shared:
    """Work out what these windows share, or give what was worked out for them before."""
    known: list[_Shared] = snapshot.once((_Shared, minor_units), list)
    for each in known:
        if each.windows.issuperset(windows):
            return each
    plain = plain_orders(snapshot, windows, minor_units)
    rest = part_about(snapshot, plain.rest)
    known.append(_Shared(frozenset(windows), plain, rest))
    return known[-1]


def sorted_cases(snapshot: Snapshot, windows: Sequence[Window], minor_units: int) -> Sorted:
    """Part what is settled from what is open in the first of these windows."""
    window, *_ = windows
    shared = _shared(snapshot, windows, minor_units)
    plain, rest = shared.plain, shared.rest
    invoices = snapshot.table(Invoice, LEDGER)
    rates = Rates(
        snapshot.workspace.reporting_currency,
        window,
        documents=snapshot.once(told_by, lambda: told_by(invoices)),
        ledger=snapshot.table(ExchangeRate, LEDGER),
        reference=snapshot.workspace.reference_rates,
    )
    join = Join(rest, snapshot.table(Order, *COMMERCE), window, rates, minor_units)
    books = join.books()
    open_ones: list[Case] = []
    settled: list[Case] = []
    for case in join.cases():
        (settled if is_settled(case, books) else open_ones).append(case)
    worth = worth_of(snapshot, plain, window, rates)
    return Sorted(join, worth, plain, rates, open_ones, settled)
