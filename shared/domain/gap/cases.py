"""Joins each commerce order and return with its ledger documents into one case."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain import keys
from shared.domain.buyers import COMMERCE
from shared.domain.gap.rates import Rates
from shared.domain.money import prorate
from shared.domain.records import CreditMemo, ExchangeRate, Invoice, Order, Refund, SalesOrder
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window

LEDGER = "business_central"
COUNTED = frozenset({"placed", "refunded", "cancelled"})
RETURNABLE = frozenset({"placed", "refunded"})
"""A cancelled order is worth nothing already: its refund takes nothing more away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One order or return in one ledger company; amounts are in the reporting currency, net of tax.

    Returns have negative amounts. A cancelled order is worth nothing on the commerce side.
    """

    is_return: bool
    row: int
    """The row of the order table; of the refund table for a return."""
    order: int | None
    """The row of the order table, also for a return; None where the order is not known."""
    reference: str
    """The order's name in the books."""
    document_reference: str
    """The number by which the ledger's documents were looked for."""
    company: str
    commerce_net: int
    commerce_gross: int
    commerce_currency: str
    posted_net: int = 0
    """What the ledger posted in the window; what stands there, for a cancelled order."""
    posted_gross: int = 0
    sales_orders: tuple[int, ...] = ()
    invoices: tuple[int, ...] = ()
    credit_memos: tuple[int, ...] = ()
    shares_reference_with: tuple[str, ...] = ()
    """Other orders that the ledger knows by the same number."""

    @property
    def gap(self) -> int:
        """Give commerce less ledger (REVGAP-24)."""
        return self.commerce_net - self.posted_net


class Documents:
    """The ledger's documents by the commerce order's name and by their own numbers."""

    def __init__(self, snapshot: Snapshot, window: Window) -> None:
        self.sales_orders = snapshot.table(SalesOrder, LEDGER)
        self.invoices = snapshot.table(Invoice, LEDGER)
        self.credit_memos = snapshot.table(CreditMemo, LEDGER)
        workspace = snapshot.workspace
        self.rates = Rates(snapshot.table(ExchangeRate, LEDGER), workspace.reporting_currency, window)
        self._window = window
        uses_customer_reference = workspace.field_map.commerce_id_field == "customer_reference"
        self._orders_by_reference = _index(self.sales_orders, "document_reference")
        self._invoices_by_reference = _index(
            self.invoices, "customer_reference" if uses_customer_reference else "document_reference"
        )
        self._invoices_by_order: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row, number in enumerate(self.invoices["order_number"]):
            if number and self.invoices["state"][row] != "cancelled":
                self._invoices_by_order[self.invoices["company"][row], number].append(row)
        self._memos_by_reference = _index(self.credit_memos, "document_reference")

    def of_order(self, reference: str) -> tuple[list[int], list[int]]:
        """Give an order's sales orders and invoices, the latter also by the sales order's number."""
        orders = self._orders_by_reference.get(reference, [])
        invoices = dict.fromkeys(self._invoices_by_reference.get(reference, []))
        for row in orders:
            number = (self.sales_orders["company"][row], self.sales_orders["number"][row])
            invoices.update(dict.fromkeys(self._invoices_by_order.get(number, [])))
        return orders, list(invoices)

    def of_return(self, reference: str) -> list[int]:
        """Give a return's credit memos (REVGAP-28)."""
        return self._memos_by_reference.get(reference, [])

    def posted(self, documents: Table, rows: list[int] | tuple[int, ...], column: str) -> int:
        """Add up what was posted in the window, in the reporting currency (decision 25)."""
        return sum(
            self.rates.translate(documents[column][row], documents["currency"][row])
            for row in rows
            if documents["state"][row] == "posted" and self._window.holds_day(documents["posted_on"][row])
        )

    def is_in_window(self, day: str) -> bool:
        """Say whether a posting date lies in the window."""
        return self._window.holds_day(day)

    def standing(self, rows: list[int] | tuple[int, ...], column: str) -> int:
        """Add up sales orders, in the reporting currency."""
        table = self.sales_orders
        return sum(self.rates.translate(table[column][row], table["currency"][row]) for row in rows)


def _index(table: Table, column: str) -> dict[str, list[int]]:
    index: dict[str, list[int]] = defaultdict(list)
    for row, value in enumerate(table[column]):
        if value and table["state"][row] != "cancelled":
            index[value].append(row)
    return dict(index)


def order_name(snapshot: Snapshot, orders: Table, row: int) -> str:
    """Give an order's name in the books, as its connection spells it."""
    found = snapshot.workspace.connection(orders.connections[row])
    template = found.order_reference if found else "{number}"
    number = orders["number"][row]
    return template.format(number=number, id=orders["id"][row], order_number=number)


def order_cases(snapshot: Snapshot, window: Window, documents: Documents) -> Iterator[Case]:
    """Give a case for each order of the window and each company that has documents for it."""
    orders = snapshot.table(Order, *COMMERCE)
    rows = [
        row
        for row, moment in enumerate(orders["placed_at"])
        if window.holds(moment) and orders["state"][row] in COUNTED
    ]
    names = {row: order_name(snapshot, orders, row) for row in rows}
    sharing: dict[str, list[int]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: (orders["placed_at"][each], names[each])):
        sharing[keys.document_reference(names[row])].append(row)
    for reference, members in sharing.items():
        for position, row in enumerate(members):
            others = tuple(
                f"{names[other]} ({orders.connections[other]})" for other in members if other != row
            )
            found = documents.of_order(reference) if position == 0 else ([], [])
            yield from _of_order(orders, row, names[row], documents, found, others)


def _of_order(  # noqa: PLR0913, PLR0917 - the parts of one join
    orders: Table,
    row: int,
    name: str,
    documents: Documents,
    found: tuple[list[int], list[int]],
    others: tuple[str, ...],
) -> Iterator[Case]:
    sales_orders, invoices = found
    is_cancelled = orders["state"][row] == "cancelled"
    currency = orders["currency"][row]
    worth = {
        column: 0 if is_cancelled else documents.rates.translate(orders[column][row], currency)
        for column in ("net", "gross")
    }
    companies = sorted(
        {documents.sales_orders["company"][each] for each in sales_orders}
        | {documents.invoices["company"][each] for each in invoices}
    ) or [""]
    weights = []
    parts: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for company in companies:
        own_orders = tuple(e for e in sales_orders if documents.sales_orders["company"][e] == company)
        own_invoices = tuple(e for e in invoices if documents.invoices["company"][e] == company)
        ordered = sum(documents.sales_orders["net"][each] for each in own_orders)
        invoiced = sum(documents.invoices["net"][each] for each in own_invoices)
        weights.append(max(ordered, invoiced, 0))
        parts.append((own_orders, own_invoices))
    nets, grosses = prorate(worth["net"], weights), prorate(worth["gross"], weights)
    for company, net, gross, (own_orders, own_invoices) in zip(companies, nets, grosses, parts, strict=True):
        posted = {
            column: documents.posted(documents.invoices, own_invoices, column) for column in ("net", "gross")
        }
        if is_cancelled and not own_invoices:
            posted = {column: documents.standing(own_orders, column) for column in ("net", "gross")}
        yield Case(
            is_return=False,
            row=row,
            order=row,
            reference=name,
            document_reference=keys.document_reference(name),
            company=company,
            commerce_net=net,
            commerce_gross=gross,
            commerce_currency=currency,
            posted_net=posted["net"],
            posted_gross=posted["gross"],
            sales_orders=own_orders,
            invoices=own_invoices,
            shares_reference_with=others,
        )


def return_cases(snapshot: Snapshot, window: Window, documents: Documents) -> Iterator[Case]:
    """Give a case for each refund of the window (decision 23)."""
    refunds = snapshot.table(Refund, *COMMERCE)
    orders = snapshot.table(Order, *COMMERCE)
    order_rows = orders.by_id()
    for row, moment in enumerate(refunds["refunded_at"]):
        if not window.holds(moment):
            continue
        order = order_rows.get((refunds.connections[row], refunds["order_id"][row]))
        if order is not None and orders["state"][order] not in RETURNABLE:
            continue
        name = _return_name(snapshot, refunds, row, orders, order)
        memos = documents.of_return(keys.document_reference(name))
        # A refund is in its order's currency; BigCommerce names none on the refund itself.
        currency = (refunds if order is None else orders)["currency"][row if order is None else order]
        yield Case(
            is_return=True,
            row=row,
            order=order,
            reference=name if order is None else order_name(snapshot, orders, order),
            document_reference=keys.document_reference(name),
            company=documents.credit_memos["company"][memos[0]] if memos else "",
            commerce_net=-documents.rates.translate(refunds["net"][row], currency),
            commerce_gross=-documents.rates.translate(refunds["gross"][row], currency),
            commerce_currency=currency,
            posted_net=-documents.posted(documents.credit_memos, memos, "net"),
            posted_gross=-documents.posted(documents.credit_memos, memos, "gross"),
            credit_memos=tuple(memos),
        )


def _return_name(snapshot: Snapshot, refunds: Table, row: int, orders: Table, order: int | None) -> str:
    found = snapshot.workspace.connection(refunds.connections[row])
    template = found.return_reference if found else "{id}"
    order_number = "" if order is None else orders["number"][order]
    return template.format(number=refunds["number"][row], id=refunds["id"][row], order_number=order_number)
