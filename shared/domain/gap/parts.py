"""Parts of a snapshot: some orders with all that the ledger may hold of them, and nothing else.

Whoever judges these orders sees just what it would see of them in the whole snapshot, in tables that are as
small as what is asked for.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import compress
from operator import or_

from shared.domain import keys
from shared.domain.buyers import COMMERCE
from shared.domain.emails import by_rules
from shared.domain.gap.names import LEDGER, all_names, invoice_names, own_names, references
from shared.domain.gap.plain import Rest
from shared.domain.records import CommerceCustomer, CompanyMember, Invoice, Order, SalesOrder
from shared.domain.snapshot import Snapshot, Table
from shared.domain.workspace import FieldMap


def part_about(snapshot: Snapshot, rest: Rest) -> Snapshot:
    """Give the part about the orders that go the long way, with all that the ledger has of them."""
    some = snapshot.table(Order, *COMMERCE).only(rest.orders, rest.columns)
    is_theirs = _theirs(snapshot, some, rest)
    columns = {name: list(compress(each, is_theirs)) for name, each in rest.invoice_columns.items()}
    billed = snapshot.table(Invoice, LEDGER).only(compress(rest.invoices, is_theirs), columns)
    part = part_with(snapshot, some, billed)
    part.once(invoice_names, lambda: list(compress(rest.names, is_theirs)))
    return part


def part_with(snapshot: Snapshot, some: Table, billed: Table) -> Snapshot:
    """Give the part with some orders and some invoices."""
    buyers = set(some["customer_id"])
    customers = snapshot.table(CommerceCustomer, *COMMERCE)
    members = snapshot.table(CompanyMember, *COMMERCE)
    return snapshot.narrowed(
        {
            (Order, COMMERCE): some,
            (Invoice, (LEDGER,)): billed,
            (CommerceCustomer, COMMERCE): customers.only(_rows(customers, "id", buyers)),
            (CompanyMember, COMMERCE): members.only(_rows(members, "customer_id", buyers)),
        }
    )


def _rows(table: Table, column: str, wanted: Collection[str]) -> list[int]:
    rows: list[int] = table.whole.texts(column).with_any(wanted)[0].tolist()
    return rows


def _theirs(snapshot: Snapshot, orders: Table, rest: Rest) -> list[bool]:
    """Mark the invoices that name these orders, or that share a sales order's number with such a document."""
    names = set(references(all_names(snapshot.workspace, orders), orders["state"])) - {""}
    sales_orders = snapshot.table(SalesOrder, LEDGER)
    is_named = [*map(names.__contains__, rest.names)]
    is_ordered = map(names.__contains__, own_names(sales_orders))
    numbers = set(compress(sales_orders.values("number"), is_ordered))
    numbers.update(compress(rest.invoice_columns["order_number"], is_named))
    numbers.discard("")
    return [*map(or_, is_named, map(numbers.__contains__, rest.invoice_columns["order_number"]))]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What records of a customer master are wanted by: any of these is enough."""

    numbers: Collection[str]
    keys: Collection[tuple[str, str]]
    addresses: Collection[tuple[str, ...]]
    """Names, postcodes and streets as they stand in the orders."""


def masters_with(masters: Table, field_map: FieldMap, wanted: Wanted) -> Table:
    """Give the part of a customer master that is wanted."""
    rows = set(_rows(masters, "number", wanted.numbers))
    by_key: dict[str, set[str]] = {}
    for key, value in wanted.keys:
        by_key.setdefault(key, set()).add(value)
    for key, values in by_key.items():
        column = masters.whole.texts(key)
        if key == "email":
            column = by_rules(column, field_map)
        rows.update(column.with_any(values)[0].tolist())
    if wanted.addresses:
        # Where someone goes by several names, one of them is enough.
        names = {each for name, *_ in wanted.addresses for each in keys.names(name)}
        places = {(postcode, street) for _, postcode, street in wanted.addresses}
        there, postcodes = masters.whole.texts("postcode").with_any({postcode for postcode, _ in places})
        streets = masters.whole.texts("street").at(there)
        is_near = map(places.__contains__, zip(postcodes, streets, strict=True))
        near = [*compress(there.tolist(), is_near)]
        known = zip(near, masters.whole.texts("name").at(near), strict=True)
        rows.update(row for row, name in known if not names.isdisjoint(keys.names(name)))
    return masters.only(sorted(rows))
