"""By what names the ledger knows orders, and by what names its documents say whom they are for.

All of them a batch at a time: a column that is as it should be is handed on, and not copied.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from shared.domain import keys
from shared.domain.arrays import np, united
from shared.domain.records import Invoice
from shared.domain.snapshot import Snapshot, Table
from shared.domain.texts import Texts
from shared.domain.workspace import Workspace

LEDGER = "business_central"
"""The kind of ledger whose documents are held against the orders."""
COUNTED = frozenset({"placed", "refunded", "cancelled"})
"""The states of orders that count; the others sold nothing, and no document is for them."""


def names_in_books(workspace: Workspace, orders: Table, number: int, numbers: Sequence[str]) -> Sequence[str]:
    """Give each order's name as its connection's template spells it, for one batch and its numbers."""
    template = {each.name: each.order_reference for each in workspace.connections}[
        orders.batches[number].connection
    ]
    if template == "{number}":
        return numbers
    ids = orders.part(number, "id") if "{id}" in template else [""] * len(numbers)
    return [
        template.format(number=own, id=order, order_number=own)
        for own, order in zip(numbers, ids, strict=True)
    ]


def order_texts(workspace: Workspace, orders: Table) -> Texts:
    """Give all orders' names as the ledger keeps them."""
    names = orders.whole.texts("number")
    templates = {each.name: each.order_reference for each in workspace.connections}
    shops = orders.whole.coded("connection")
    otherwise = [shop for shop in shops.values if templates[shop] != "{number}"]
    if otherwise:
        rows = np.flatnonzero(shops.having(*otherwise))
        told = zip(shops.at(rows), names.at(rows), orders.whole.texts("id").at(rows), strict=True)
        spelled = (
            templates[shop].format(number=own, id=order, order_number=own) for shop, own, order in told
        )
        names = names.replaced(rows, [*spelled])
    odd = united(names.beyond(keys.PLAIN_REFERENCE), np.flatnonzero(names.lengths > keys.LONGEST_REFERENCE))
    return names.replaced(odd, [keys.document_reference(name) for name in names.at(odd)])


def references(names: Sequence[str], states: Sequence[str]) -> list[str]:
    """Give the orders' names as the ledger keeps them; "" for orders that do not count."""
    kept = keys.document_references(names)
    if COUNTED.issuperset(states):
        return kept
    return [name if state in COUNTED else "" for name, state in zip(kept, states, strict=True)]


def all_names(workspace: Workspace, orders: Table) -> list[str]:
    """Give the names of a few orders; who asks for them will ask for their numbers again."""
    orders["number"]
    found: list[str] = []
    for each in range(len(orders.batches)):
        found += names_in_books(workspace, orders, each, orders.part(each, "number"))
    return found


def name_columns(workspace: Workspace) -> tuple[str, ...]:
    """Give the columns in which an invoice may name an order, in the order in which they are asked."""
    named = ["document_reference", "customer_reference"]
    if workspace.field_map.commerce_id_field == "customer_reference":
        named.reverse()
    return ("commerce_reference", *named)


def invoice_texts(snapshot: Snapshot) -> Texts:
    """Give for each invoice the order that it names, by the field that the workspace says."""
    first, *others = name_columns(snapshot.workspace)
    whole = snapshot.table(Invoice, LEDGER).whole
    found = whole.texts(first)
    for column in others:
        if not found.lengths.all():
            found = found.or_else(whole.texts(column))
    return found


def invoice_names(snapshot: Snapshot) -> list[str]:
    """Give the same as a list, for few invoices."""
    columns = name_columns(snapshot.workspace)
    return snapshot.once(invoice_names, lambda: list(_names(snapshot.table(Invoice, LEDGER), *columns)))


def own_names(table: Table) -> Iterator[str]:
    """Give for each sales order or credit memo the order or return that it names."""
    return _names(table, "commerce_reference", "document_reference")


def first_filled(table: Table, number: int, *columns: str) -> Sequence[str]:
    """Give for each row of a batch the first of these columns that says something."""
    found: Sequence[str] = ()
    for column in columns:
        others = table.part(number, column)
        if not any(found):
            found = others
        elif any(others):
            found = [value or instead for value, instead in zip(found, others, strict=True)]
        if all(found):
            break
    return found


def _names(table: Table, *columns: str) -> Iterator[str]:
    parts = (first_filled(table, number, *columns) for number in range(len(table.batches)))
    return chain.from_iterable(parts)
