"""Finds what the ledger holds twice for one order: invoices that bill it again, orders that order it again.

Parts of an order are no repetition: only where all together come to more than the order is worth is one
looked for, and only what equals an earlier document, or comes after the order is covered, is one.
"""

from typing import NamedTuple

from shared.domain.gap.documents import Documents, Found, place_of, posted_of

_OPEN = frozenset({"draft", "pending_approval", "released"})


class Repeat(NamedTuple):
    """A document that does again what an earlier one did."""

    kind: str
    """`invoice` or `sales_order`."""
    number: str
    of: str
    """The number of the earlier document."""


def repeated_documents(
    documents: Documents, found: Found, credited: int, worth: int, tolerance: int
) -> tuple[Repeat, ...]:
    """Give each document that repeats an earlier one, with that one.

    `worth` is what the order is worth, `credited` what no return accounts for.
    """
    posted = posted_of(documents.invoices, found.invoices)
    states = documents.sales_orders["state"]
    open_orders = [row for row in found.sales_orders if states[row] in _OPEN]
    if len(posted) + len(open_orders) < 2:  # noqa: PLR2004 - one document repeats none
        return ()
    billed = documents.total(documents.invoices, posted, "net") - credited
    if billed > worth + tolerance and len(posted) > 1:
        return _again(documents, "invoice", posted, worth - tolerance)
    unbilled = _unbilled(documents, open_orders, posted)
    ordered = billed + documents.total(documents.sales_orders, unbilled, "net")
    if not unbilled or ordered <= worth + tolerance:
        return ()
    if billed >= worth - tolerance and posted:
        first = documents.invoices["number"][posted[0]]
        numbers = documents.sales_orders["number"]
        return tuple(Repeat("sales_order", numbers[row], first) for row in unbilled)
    return _again(documents, "sales_order", unbilled, worth - tolerance)


def _unbilled(documents: Documents, sales_orders: list[int], posted: list[int]) -> list[int]:
    """Give the sales orders that no posted invoice came from and that are worth something."""
    table, invoices = documents.sales_orders, documents.invoices
    billed = {(place_of(invoices, row), invoices["order_number"][row]) for row in posted}
    return [
        row
        for row in sales_orders
        if (place_of(table, row), table["number"][row]) not in billed
        and not table["invoiced_quantity"][row]
        and table["net"][row] > 0
    ]


def _again(documents: Documents, kind: str, rows: list[int], enough: int) -> tuple[Repeat, ...]:
    """Compare each document with the earlier ones: of the same amount, or after they were enough."""
    is_invoice = kind == "invoice"
    table = documents.invoices if is_invoice else documents.sales_orders
    day = table["posted_on" if is_invoice else "ordered_on"]
    earlier: dict[tuple[str, int, int], str] = {}
    found: list[Repeat] = []
    covered, first = 0, ""
    for row in sorted(rows, key=day.__getitem__):
        number, amount = (
            table["number"][row],
            (table["currency"][row], table["net"][row], table["gross"][row]),
        )
        if table["net"][row] > 0:
            if amount in earlier or (first and covered >= enough):
                found.append(Repeat(kind, number, earlier.get(amount, first)))
            earlier.setdefault(amount, number)
        first = first or number
        covered += documents.total(table, [row], "net")
    return tuple(found)
