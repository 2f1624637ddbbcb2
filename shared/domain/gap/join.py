"""The join of orders and returns with the ledger's documents, for one window of a part of a snapshot."""

from collections.abc import Iterator, Sequence
from itertools import chain, compress, count

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import Documents
from shared.domain.gap.names import COUNTED
from shared.domain.gap.orders import Orders
from shared.domain.gap.rates import Rates
from shared.domain.gap.references import References
from shared.domain.gap.returns import Returns
from shared.domain.gap.tolerance import Tolerance
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window


class Join:
    """Makes the cases of a part, and the books to judge them by."""

    def __init__(
        self, part: Snapshot, every_order: Table, window: Window, rates: Rates, minor_units: int
    ) -> None:
        self._part = part
        self._every_order = every_order
        self._window = window
        self.references = part.once(References, lambda: References(part))
        self.orders = self.references.orders
        held = part.once(Documents, lambda: Documents(part, window, rates))
        self._documents = held.within(window, rates)
        reporting = part.workspace.reporting_currency
        self._tolerance = Tolerance(self._documents, self.orders, reporting, minor_units)
        self._returns = part.once(Returns, lambda: Returns(self.references, held))
        self._maker = Orders(self.references, self._documents, self._returns, self._tolerance)

    def books(self, cases: Sequence[Case] = ()) -> Books:
        """Give the books to judge cases by."""
        found = Books(self._part, self.references, self._documents, self._tolerance, self._every_order)
        found.ask(cases)
        return found

    def cases(self) -> Iterator[Case]:
        """Give the cases of the window: of its orders and of its returns."""
        in_window = compress(count(), map(self._window.holds, self.orders["placed_at"]))
        rows = (row for row in in_window if self.orders["state"][row] in COUNTED)
        return chain(
            chain.from_iterable(map(self.of_order, rows)), self._returns.cases(self._window, self._documents)
        )

    def of_order(self, row: int) -> Iterator[Case]:
        """Give the cases of one order, in the window or not."""
        return self._maker.cases(row)
