"""Joins each commerce return with its credit memos, and tells which memos no return accounts for.

A memo belongs to the return that it names; failing that, to a return on the order whose invoice it
corrects, or that it names itself.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from shared.domain import keys
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import NOWHERE, Documents, Found, Place, in_order, place_of
from shared.domain.gap.references import References
from shared.domain.windows import Window

RETURNABLE = frozenset({"placed", "refunded"})
"""A cancelled order is worth nothing already: its refund takes nothing more away."""


class Returns:
    """All returns with the credit memos that were dealt to them; none goes to two."""

    def __init__(self, references: References, documents: Documents) -> None:
        self._references = references
        self._documents = documents
        self._refunds = references.refunds
        self._order_of: dict[int, int | None] = {}
        self._of_cancelled: dict[str, int] = {}
        order_rows = references.orders.by_id() if len(self._refunds) else {}
        states = references.orders["state"]
        for row, owner in enumerate(zip(self._refunds.connections, self._refunds["order_id"], strict=True)):
            order = order_rows.get(owner)
            if order is None or states[order] in RETURNABLE:
                self._order_of[row] = order
            elif states[order] == "cancelled":
                name = keys.document_reference(references.return_name(row, order))
                known = self._of_cancelled.get(name, order)
                self._of_cancelled[name] = min(known, order, key=self._lasting_order)
        self._names_of_cancelled: dict[int, list[str]] = defaultdict(list)
        for name, order in self._of_cancelled.items():
            self._names_of_cancelled[order].append(name)
        self._names = {
            row: keys.document_reference(references.return_name(row, order))
            for row, order in self._order_of.items()
        }
        self._memos = self._dealt()
        self.taken = frozenset(memo for memos in self._memos.values() for memo in memos)
        """The credit memos that some return accounts for."""

    def cases(self, window: Window, documents: Documents) -> Iterator[Case]:
        """Give a case for each return of the window (decision 23), and what the documents count there."""
        for row, order in self._order_of.items():
            if window.holds(self._refunds["refunded_at"][row]):
                yield self._case(row, order, tuple(self._memos[row]), documents)

    def memos_beside(self, order: int, found: Found) -> list[int]:
        """Give the posted credit memos on an order that no return accounts for.

        The returns of a cancelled order have no rows of their own, so theirs are among them.
        """
        documents, own = self._documents, self._references.references[order]
        names = dict.fromkeys((own, *self._names_of_cancelled.get(order, ())))
        named = [memo for name in names for memo in documents.memos_named(name)]
        memos = {*documents.memos_against(found.invoices), *named} - self.taken
        if not memos:
            return []
        table = documents.credit_memos
        return [
            memo
            for memo in in_order(table, memos)
            if table["state"][memo] == "posted" and self._owner(memo, order) == order
        ]

    def _owner(self, memo: int, corrected: int) -> int:
        """Give the order that a memo is for: that it names, or whose return; else that of its invoice."""
        name = self._documents.memo_names[memo]
        if name in self._references.known:
            return self._references.sharing(self._references.known.get(name)[0])[0]
        return self._of_cancelled.get(name, corrected)

    def _case(self, row: int, order: int | None, memos: tuple[int, ...], documents: Documents) -> Case:
        refunds, orders = self._refunds, self._references.orders
        # A refund is in its order's currency; BigCommerce names none on the refund itself.
        currency = refunds["currency"][row] if order is None else orders["currency"][order]
        posted = documents.posted_in_window(documents.credit_memos, memos)
        own_name = self._references.return_name(row, order)
        return Case(
            is_return=True,
            row=row,
            order=order,
            reference=own_name if order is None else self._references.names[order],
            document_reference=self._names[row],
            place=place_of(documents.credit_memos, memos[0]) if memos else self._place_of_order(order),
            commerce_net=-documents.rates.translate(refunds["net"][row], currency),
            commerce_gross=-documents.rates.translate(refunds["gross"][row], currency),
            commerce_currency=currency,
            posted_net=-documents.total(documents.credit_memos, posted, "net"),
            posted_gross=-documents.total(documents.credit_memos, posted, "gross"),
            credit_memos=memos,
        )

    def _place_of_order(self, order: int | None) -> Place:
        """Give the company that is to credit a return without a memo: the only one that has its order."""
        documents, references = self._documents, self._references
        if order is None or len(references.sharing(order)) > 1:
            return NOWHERE
        found = documents.of_order(references.references[order], references.known)
        tables = (documents.sales_orders, found.sales_orders), (documents.invoices, found.invoices)
        places = {place_of(table, row) for table, rows in tables for row in rows}
        return places.pop() if len(places) == 1 else NOWHERE

    def _dealt(self) -> dict[int, list[int]]:
        """Deal all memos out: first by the return's own name, then among the returns of an order."""
        dealt: dict[int, list[int]] = {row: [] for row in self._order_of}
        by_name: dict[str, list[int]] = defaultdict(list)
        for row, name in self._names.items():
            by_name[name].append(row)
        for name, rows in by_name.items():
            self._deal(rows, self._living(self._documents.memos_named(name)), dealt)
        taken = {memo for memos in dealt.values() for memo in memos}
        without: dict[int, list[int]] = defaultdict(list)
        for row, order in self._order_of.items():
            if order is not None and not dealt[row]:
                without[order].append(row)
        for order in sorted(without, key=self._lasting_order):
            memos = [memo for memo in self._of_order(order, by_name) if memo not in taken]
            self._deal(without[order], memos, dealt)
            taken.update(memos)
        return dealt

    def _of_order(self, order: int, returns: Container[str]) -> list[int]:
        """Give the memos that correct an order's invoices or name the order, and no return of its own."""
        documents, references = self._documents, self._references
        name = references.references[order]
        found = documents.of_order(name, references.known)
        memos = {*documents.memos_against(found.invoices), *documents.memos_named(name)}
        named = documents.memo_names
        free = (
            memo
            for memo in memos
            if named[memo] == name or (named[memo] not in returns and named[memo] not in references.known)
        )
        return self._living(in_order(documents.credit_memos, free))

    def _living(self, memos: Iterable[int]) -> list[int]:
        states = self._documents.credit_memos["state"]
        return [memo for memo in memos if states[memo] != "cancelled"]

    def _deal(self, rows: list[int], memos: list[int], dealt: dict[int, list[int]]) -> None:
        """Deal memos to returns: first by equal amounts, then in turn, the rest to the first."""
        if not memos:
            return
        if len(rows) == 1:
            dealt[rows[0]] += memos
            return
        rows = sorted(rows, key=self._lasting)
        nets, left = self._documents.credit_memos["net"], list(memos)
        for row in rows:
            same = next((memo for memo in left if nets[memo] == self._refunds["net"][row]), None)
            if same is not None:
                dealt[row].append(same)
                left.remove(same)
        for memo in left:
            dealt[next((row for row in rows if not dealt[row]), rows[0])].append(memo)

    def _lasting(self, row: int) -> tuple[str, str, str]:
        refunds = self._refunds
        return refunds["refunded_at"][row], refunds.connections[row], refunds["id"][row]

    def _lasting_order(self, row: int) -> tuple[str, str, str]:
        orders = self._references.orders
        return orders["placed_at"][row], orders.connections[row], orders["id"][row]
