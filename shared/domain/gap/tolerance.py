"""Rounding that is never a finding: a smallest unit for each line of a document."""

from collections.abc import Collection, Iterable

from shared.domain.gap.documents import Documents, posted_of
from shared.domain.money import minor_unit
from shared.domain.snapshot import Table


class Tolerance:
    """How far two sides may lie apart by rounding, in the reporting currency."""

    def __init__(self, documents: Documents, orders: Table, reporting: str, minor_units: int) -> None:
        self._documents = documents
        self._orders = orders
        self._reporting = reporting
        self._minor_units = minor_units
        self._per_line: dict[str, int] = {}

    def per_line(self, currency: str) -> int:
        """Give what one line may round by: in the order's currency or the reporting one, the larger."""
        if currency not in self._per_line:
            own = self._documents.rates.translate(minor_unit(currency), currency)
            self._per_line[currency] = self._minor_units * max(own, minor_unit(self._reporting))
        return self._per_line[currency]

    def of_order(self, row: int, invoices: Collection[int], sales_orders: Iterable[int]) -> int:
        """Give an order's tolerance by the lines of what was posted, or else of what was ordered."""
        table, documents = self._documents.invoices, self._documents
        posted = posted_of(table, invoices)
        lines: int = sum(table["line_count"][each] for each in posted)
        lines = lines or sum(documents.sales_orders["line_count"][each] for each in sales_orders)
        return self.per_line(self._orders["currency"][row]) * max(1, lines)

    def of_return(self, currency: str, memos: Iterable[int]) -> int:
        """Give a return's tolerance by the lines of its credit memos."""
        lines: int = sum(self._documents.credit_memos["line_count"][each] for each in memos)
        return self.per_line(currency) * max(1, lines)
