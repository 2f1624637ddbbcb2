"""What the plain orders of a window are worth, added up from the columns."""

from collections import defaultdict
from dataclasses import dataclass

from shared.domain.buyers import COMMERCE
from shared.domain.gap.marks import both, either, marked
from shared.domain.gap.plain import PlainOrders, Stretch, Tally, tally_of
from shared.domain.gap.rates import Rates
from shared.domain.records import Order
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window


@dataclass(frozen=True, slots=True)
class Worth:
    """The plain orders of a window; amounts in the reporting currency."""

    count: int
    sold: int
    billed: int


def worth_of(snapshot: Snapshot, plain: PlainOrders, window: Window, rates: Rates) -> Worth:
    """Add up the plain orders of a window; raises ConfigurationError where a currency has no rate."""
    orders, reporting = snapshot.table(Order, *COMMERCE), snapshot.workspace.reporting_currency
    number = sold = rounding = 0
    foreign: dict[str, list[int]] = defaultdict(list)
    for stretch in plain.stretches:
        if not _meet(stretch, window):
            continue
        if stretch.tally and _is_inside(stretch, window):
            tally, differences = stretch.tally, stretch.rounding
        else:
            marks = _inside(orders, plain, stretch, window)
            tally = _tally(orders, stretch, marks, reporting)
            differences = {
                row: left for row, left in stretch.rounding.items() if marks[row - stretch.rows.start]
            }
        number += tally.orders
        sold += tally.own
        rounding += sum(differences.values())
        for currency, amount in zip(*tally.foreign, strict=True):
            foreign[currency].append(amount)
    nothing = [each.currency for each in plain.nothing if window.holds(each.placed_at)]
    for currency in sorted({*foreign, *nothing}):
        rates.rate(currency)
    sold += sum(rates.translated(amounts, currency) for currency, amounts in foreign.items())
    return Worth(number + len(nothing), sold, sold - rounding)


def plain_inside(snapshot: Snapshot, plain: PlainOrders, window: Window) -> bytes:
    """Mark the plain orders of a window, of all orders."""
    orders = snapshot.table(Order, *COMMERCE)
    invoiced = b"".join(_inside(orders, plain, stretch, window) for stretch in plain.stretches)
    nothing = (each.row for each in plain.nothing if window.holds(each.placed_at))
    return either(invoiced, marked(len(orders), nothing))


def _meet(stretch: Stretch, window: Window) -> bool:
    return stretch.first <= window.end and window.start <= stretch.last


def _is_inside(stretch: Stretch, window: Window) -> bool:
    return window.start <= stretch.first and stretch.last <= window.end


def _inside(orders: Table, plain: PlainOrders, stretch: Stretch, window: Window) -> bytes:
    """Mark the invoiced plain orders of a stretch that are of a window."""
    rows = stretch.rows
    is_invoiced = plain.is_invoiced[rows.start : rows.stop]
    if _is_inside(stretch, window):
        return is_invoiced
    start, end = window.start, window.end
    moments = orders.part(stretch.number, "placed_at")
    return both(is_invoiced, bytes([start <= moment <= end for moment in moments]))


def _tally(orders: Table, stretch: Stretch, marks: bytes, reporting: str) -> Tally:
    nets, currencies = (orders.part(stretch.number, column) for column in ("net", "currency"))
    return tally_of(nets, currencies, marks, reporting)
