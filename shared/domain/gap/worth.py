"""What the plain orders of a window are worth, added up from the columns."""

from dataclasses import dataclass

from shared.domain.arrays import Array
from shared.domain.buyers import COMMERCE
from shared.domain.gap.plain import PlainOrders
from shared.domain.gap.rates import Rates
from shared.domain.records import Order
from shared.domain.snapshot import Snapshot
from shared.domain.timeline import instants
from shared.domain.windows import Window


@dataclass(frozen=True, slots=True)
class Worth:
    """The plain orders of a window; amounts in the reporting currency."""

    count: int
    sold: int
    billed: int


def worth_of(snapshot: Snapshot, plain: PlainOrders, window: Window, rates: Rates) -> Worth:
    """Add up the plain orders of a window; raises ConfigurationError where a currency has no rate."""
    is_inside = plain_inside(snapshot, plain, window)
    is_invoiced = is_inside & plain.is_invoiced
    currencies = snapshot.table(Order, *COMMERCE).whole.coded("currency")
    sold = 0
    for currency in sorted(currencies.values):
        is_of = currencies.having(currency) & is_inside
        if currency == snapshot.workspace.reporting_currency:
            sold += int(plain.nets[is_of & is_invoiced].sum())
        elif is_of.any():
            rates.rate(currency)
            # Each is translated, and rounded, by itself.
            sold += rates.translated(plain.nets[is_of & is_invoiced].tolist(), currency)
    return Worth(int(is_inside.sum()), sold, sold - int(plain.rounding[is_invoiced].sum()))


def plain_inside(snapshot: Snapshot, plain: PlainOrders, window: Window) -> Array:
    """Mark the plain orders of a window, of all orders."""
    found: Array = (plain.is_invoiced | plain.is_nothing) & instants(snapshot).within(window)
    return found
