"""Orders that one posted invoice settles, found a whole column at a time: nearly all of them.

An order is plain where nothing about it needs a second look: its name is its own, no sales order is left
open, and the one invoice of that name is posted in the window, uncorrected, in the order's currency and
for its amount. All others go the long way, which would come to the same answer for these.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat

from shared.domain.gap.cases import Case
from shared.domain.gap.documents import Documents, place_of
from shared.domain.gap.references import References
from shared.domain.gap.tolerance import Tolerance

_SOLD = frozenset({"placed", "refunded"})


class PlainOrders:
    """The plain orders among some, each with its invoice."""

    def __init__(
        self, references: References, documents: Documents, tolerance: Tolerance, rows: Sequence[int]
    ) -> None:
        self._references = references
        self._documents = documents
        self.invoice_of: dict[int, int] = dict(self._found(tolerance, rows))
        """By order row."""

    def _found(self, tolerance: Tolerance, rows: Sequence[int]) -> Iterable[tuple[int, int]]:
        references, documents, invoices = self._references, self._documents, self._documents.invoices
        orders, names = references.orders, references.references
        settles = self._settling()
        candidates = documents.invoices_by_name.alone([names[row] for row in rows])
        order_net, order_currency, states = orders["net"], orders["currency"], orders["state"]
        net, currency, lines = invoices["net"], invoices["currency"], invoices["line_count"]
        for row, invoice in zip(rows, candidates, strict=True):
            if invoice is None or not settles[invoice] or states[row] not in _SOLD:
                continue
            if currency[invoice] != order_currency[row]:
                continue
            name = names[row]
            if (
                references.known.is_repeated(name)
                or name in documents.orders_by_name
                or name in documents.memos_by_name
            ):
                continue
            difference = order_net[row] - net[invoice]
            if not difference or self._is_rounding(difference, currency[invoice], lines[invoice], tolerance):
                yield row, invoice

    def _is_rounding(self, difference: int, currency: str, lines: int, tolerance: Tolerance) -> bool:
        apart = abs(self._documents.rates.translate(difference, currency))
        # Each side is rounded by itself when it is translated: leave such a hair's breadth to the long way.
        return apart + 1 < tolerance.per_line(currency) * max(1, lines)

    def _settling(self) -> list[bool]:
        """Say for each invoice whether it may settle an order by itself."""
        documents, invoices = self._documents, self._documents.invoices
        numbers = documents.orders_by_number
        return [
            state == "posted"
            and in_window(day)
            and number not in documents.memos_by_invoice
            and (not order or (order not in numbers and not documents.invoices_by_order.is_repeated(order)))
            for state, day, number, order, in_window in zip(
                invoices["state"],
                invoices["posted_on"],
                invoices["number"],
                invoices["order_number"],
                repeat(documents.is_in_window),
            )
        ]

    def case(self, row: int) -> Case:
        """Give the case of a plain order, as the long way would."""
        references, documents = self._references, self._documents
        orders, invoices, invoice = references.orders, documents.invoices, self.invoice_of[row]
        currency = orders["currency"][row]
        translate = documents.rates.translate
        return Case(
            is_return=False,
            row=row,
            order=row,
            reference=references.names[row],
            document_reference=references.references[row],
            place=place_of(invoices, invoice),
            commerce_net=translate(orders["net"][row], currency),
            commerce_gross=translate(orders["gross"][row], currency),
            commerce_currency=currency,
            posted_net=translate(invoices["net"][invoice], currency),
            posted_gross=translate(invoices["gross"][invoice], currency),
            invoices=(invoice,),
        )

    def totals(self) -> tuple[int, int]:
        """Give what the plain orders are worth in the shops and in the ledger."""
        orders, invoices, translate = self._references.orders, self._documents.invoices, self._documents.rates
        order_net, invoice_net, currency = orders["net"], invoices["net"], orders["currency"]
        sold = sum(translate.translate(order_net[row], currency[row]) for row in self.invoice_of)
        billed = sum(
            translate.translate(invoice_net[invoice], currency[row])
            for row, invoice in self.invoice_of.items()
        )
        return sold, billed
