"""Joins each commerce order with its ledger documents into one case."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from shared.domain import keys
from shared.domain.buyers import COMMERCE, by_time
from shared.domain.gap.rates import Rates
from shared.domain.money import prorate
from shared.domain.records import CreditMemo, ExchangeRate, Invoice, Order, SalesOrder
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window

LEDGER = "business_central"
COUNTED = frozenset({"placed", "refunded", "cancelled"})


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
        self._invoice_reference = "customer_reference" if uses_customer_reference else "document_reference"
        self._invoices_by_reference = _index(self.invoices, self._invoice_reference)
        self._invoices_by_order: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row, number in enumerate(self.invoices["order_number"]):
            if number and self.invoices["state"][row] != "cancelled":
                self._invoices_by_order[self.invoices["company"][row], number].append(row)
        self._memos_by_reference = _index(self.credit_memos, "document_reference")
        self._memos_by_invoice = _index(self.credit_memos, "invoice_number")

    def of_order(self, reference: str, known: Container[str] = ()) -> tuple[list[int], list[int]]:
        """Give an order's sales orders and invoices, the latter also by the sales order's number.

        An invoice that itself names another `known` order belongs to that one only.
        """
        orders = _in_order(self.sales_orders, self._orders_by_reference.get(reference, []))
        invoices = dict.fromkeys(self._invoices_by_reference.get(reference, []))
        for row in orders:
            number = (self.sales_orders["company"][row], self.sales_orders["number"][row])
            for invoice in self._invoices_by_order.get(number, []):
                named = self.invoices[self._invoice_reference][invoice]
                if named == reference or named not in known:
                    invoices[invoice] = None
        return orders, _in_order(self.invoices, invoices)

    def of_return(self, reference: str) -> list[int]:
        """Give a return's credit memos (REVGAP-28)."""
        return _in_order(self.credit_memos, self._memos_by_reference.get(reference, []))

    def against(self, invoices: Iterable[int]) -> list[int]:
        """Give the posted credit memos that take these posted invoices back."""
        memos = self.credit_memos
        found = {
            memo
            for row in posted_of(self.invoices, invoices)
            for memo in self._memos_by_invoice.get(self.invoices["number"][row], [])
            if memos["company"][memo] == self.invoices["company"][row] and memos["state"][memo] == "posted"
        }
        return _in_order(memos, found)

    def posted(self, documents: Table, rows: list[int] | tuple[int, ...], column: str) -> int:
        """Add up what was posted in the window, in the reporting currency (decision 25)."""
        return sum(
            self.rates.translate(documents[column][row], documents["currency"][row])
            for row in posted_of(documents, rows)
            if self._window.holds_day(documents["posted_on"][row])
        )

    def is_in_window(self, day: str) -> bool:
        """Say whether a posting date lies in the window."""
        return self._window.holds_day(day)

    def total(self, documents: Table, rows: Iterable[int], column: str) -> int:
        """Add up documents of any state and date, in the reporting currency."""
        return sum(self.rates.translate(documents[column][row], documents["currency"][row]) for row in rows)


def posted_of(table: Table, rows: Iterable[int]) -> list[int]:
    """Give those documents that are posted: no drafts, none that was taken back."""
    return [row for row in rows if table["state"][row] == "posted"]


def _in_order(table: Table, rows: Iterable[int]) -> list[int]:
    """Order documents by what does not depend on when they were stored."""
    columns = (table["company"], table["number"], table.connections, table["id"])
    return sorted(rows, key=lambda row: tuple(column[row] for column in columns))


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
    for row in by_time(orders, rows):
        sharing[keys.document_reference(names[row])].append(row)
    for reference, members in sharing.items():
        for position, row in enumerate(members):
            others = tuple(
                f"{names[other]} ({orders.connections[other]})" for other in members if other != row
            )
            found = documents.of_order(reference, sharing) if position == 0 else ([], [])
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
        parts.append((own_orders, own_invoices))
        weights.append(_weight(documents, own_orders, own_invoices) if len(companies) > 1 else 1)
    nets, grosses = prorate(worth["net"], weights), prorate(worth["gross"], weights)
    for company, net, gross, (own_orders, own_invoices) in zip(companies, nets, grosses, parts, strict=True):
        memos = documents.against(own_invoices) if is_cancelled else []
        posted = {
            column: _standing(documents, own_orders, own_invoices, memos, column)
            if is_cancelled
            else documents.posted(documents.invoices, own_invoices, column)
            for column in ("net", "gross")
        }
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
            credit_memos=tuple(memos),
            shares_reference_with=others,
        )


def _weight(documents: Documents, sales_orders: Iterable[int], invoices: Iterable[int]) -> int:
    """Give what a company's documents are worth, to split the order among companies (REVGAP-26)."""
    ordered = documents.total(documents.sales_orders, sales_orders, "net")
    return max(ordered, documents.total(documents.invoices, invoices, "net"), 0)


def _standing(
    documents: Documents,
    sales_orders: Iterable[int],
    invoices: tuple[int, ...],
    memos: Iterable[int],
    column: str,
) -> int:
    """Give what the ledger still holds of a cancelled order, whenever it was posted (decision 24)."""
    table = documents.invoices
    if posted := posted_of(table, invoices):
        return documents.total(table, posted, column) - documents.total(documents.credit_memos, memos, column)
    ordered = documents.total(documents.sales_orders, sales_orders, column)
    return ordered or documents.total(table, invoices, column)
