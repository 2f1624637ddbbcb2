"""Joins each commerce order with its ledger documents: a case for each company that holds some."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from shared.domain.gap.cases import Case
from shared.domain.gap.documents import NOTHING, NOWHERE, Documents, Found, Place, living, place_of, posted_of
from shared.domain.gap.references import References
from shared.domain.gap.repeats import Repeat, repeated_documents
from shared.domain.gap.returns import Returns
from shared.domain.gap.tolerance import Tolerance
from shared.domain.money import prorate

_AMOUNTS = ("net", "gross")


class _Part(NamedTuple):
    """What one company holds of an order."""

    place: Place = NOWHERE
    sales_orders: tuple[int, ...] = ()
    invoices: tuple[int, ...] = ()
    credit_memos: tuple[int, ...] = ()


class Orders:
    """Makes cases of orders."""

    def __init__(
        self, references: References, documents: Documents, returns: Returns, tolerance: Tolerance
    ) -> None:
        self._references = references
        self._documents = documents
        self._returns = returns
        self._tolerance = tolerance

    def cases(self, row: int) -> Iterator[Case]:
        """Give the cases of one order: of several orders of one name, the earliest has the documents."""
        references, documents = self._references, self._documents
        orders, reference = references.orders, references.references[row]
        members = references.sharing(row) if reference else [row]
        found = documents.of_order(reference, references.known)
        others = references.sharing_besides(row) if len(members) > 1 else ()
        contested = [documents.invoices["number"][each] for each in found.contested]
        memos: list[int] = []
        if members[0] == row:
            memos = self._returns.memos_beside(row, found)
        else:
            contested = [documents.sales_orders["number"][each] for each in found.sales_orders]
            contested += [documents.invoices["number"][each] for each in found.invoices]
            found = NOTHING
        parts = self._parts(found, memos)
        is_cancelled = orders["state"][row] == "cancelled"
        currency = orders["currency"][row]
        net, gross = (
            0 if is_cancelled else documents.rates.translate(orders[column][row], currency)
            for column in _AMOUNTS
        )
        weights = [self._weight(part) for part in parts] if len(parts) > 1 else [1]
        shares = [(parts[0], net, gross)]
        if len(parts) > 1:
            shares = list(zip(parts, prorate(net, weights), prorate(gross, weights), strict=True))
        repeats = () if is_cancelled else self._repeats(row, found, parts, net)
        for part, own_net, own_gross in shares:
            posted_net, posted_gross = self._standing(part) if is_cancelled else self._posted(part)
            yield Case(
                is_return=False,
                row=row,
                order=row,
                reference=references.names[row],
                document_reference=reference,
                place=part.place,
                is_shared_out=len(parts) > 1,
                commerce_net=own_net,
                commerce_gross=own_gross,
                commerce_currency=currency,
                posted_net=posted_net,
                posted_gross=posted_gross,
                sales_orders=part.sales_orders,
                invoices=part.invoices,
                credit_memos=part.credit_memos,
                shares_reference_with=others,
                contested=tuple(contested),
                repeats=repeats,
            )

    def _parts(self, found: Found, memos: list[int]) -> list[_Part]:
        """Sort an order's documents by company; what was taken back counts where nothing else stands."""
        if not (found.sales_orders or found.invoices or memos):
            return [_Part()]
        documents = self._documents
        orders, invoices = (
            living(documents.sales_orders, found.sales_orders),
            living(documents.invoices, found.invoices),
        )
        if not orders and not invoices:
            orders, invoices = found.sales_orders, found.invoices
        tables = (
            (documents.sales_orders, orders),
            (documents.invoices, invoices),
            (documents.credit_memos, memos),
        )
        places = sorted({place_of(table, row) for table, rows in tables for row in rows}) or [NOWHERE]
        if len(places) == 1:
            return [_Part(places[0], tuple(orders), tuple(invoices), tuple(memos))]
        return [
            _Part(
                place,
                *(tuple(row for row in rows if place_of(table, row) == place) for table, rows in tables),
            )
            for place in places
        ]

    def _weight(self, part: _Part) -> int:
        """Give what a company's documents are worth, to split the order among companies (REVGAP-26)."""
        documents = self._documents
        ordered = documents.total(documents.sales_orders, part.sales_orders, "net")
        return max(ordered, documents.total(documents.invoices, part.invoices, "net"), 0)

    def _posted(self, part: _Part) -> tuple[int, int]:
        """Add up what was posted in the window: invoices less the memos that no return accounts for."""
        documents = self._documents
        return self._less(
            documents.posted_in_window(documents.invoices, part.invoices),
            documents.posted_in_window(documents.credit_memos, part.credit_memos),
        )

    def _standing(self, part: _Part) -> tuple[int, int]:
        """Give what the ledger still holds of a cancelled order, whenever it was posted (decision 24)."""
        documents = self._documents
        if posted := posted_of(documents.invoices, part.invoices):
            return self._less(posted, part.credit_memos)
        ordered = living(documents.sales_orders, part.sales_orders)
        drafts = living(documents.invoices, part.invoices)
        net, gross = (
            documents.total(documents.sales_orders, ordered, column)
            or documents.total(documents.invoices, drafts, column)
            for column in _AMOUNTS
        )
        return net, gross

    def _less(self, invoices: Sequence[int], memos: Sequence[int]) -> tuple[int, int]:
        """Give net and gross of some invoices less some credit memos."""
        if not invoices and not memos:
            return 0, 0
        documents = self._documents
        net, gross = (
            documents.total(documents.invoices, invoices, column)
            - documents.total(documents.credit_memos, memos, column)
            for column in _AMOUNTS
        )
        return net, gross

    def _repeats(self, row: int, found: Found, parts: Iterable[_Part], worth: int) -> tuple[Repeat, ...]:
        documents = self._documents
        if len(found.invoices) + len(found.sales_orders) < 2:  # noqa: PLR2004 - one document repeats none
            return ()
        memos = [memo for part in parts for memo in part.credit_memos]
        credited = documents.total(documents.credit_memos, memos, "net")
        tolerance = self._tolerance.of_order(row, found.invoices, found.sales_orders)
        return repeated_documents(documents, found, credited, worth, tolerance)
