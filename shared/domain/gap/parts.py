"""Parts of a snapshot: some orders with all that the ledger may hold of them, and nothing else.

Whoever judges these orders sees just what it would see of them in the whole snapshot, in tables that are as
small as what is asked for.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import compress, count

from shared.domain import keys
from shared.domain.buyer_keys import mailed
from shared.domain.buyers import COMMERCE
from shared.domain.gap.marks import either
from shared.domain.gap.names import LEDGER, all_names, invoice_names, own_names, references
from shared.domain.gap.plain import Rest
from shared.domain.records import CommerceCustomer, CompanyMember, Invoice, Order, SalesOrder
from shared.domain.snapshot import Snapshot, Table
from shared.domain.workspace import FieldMap


def part_about(snapshot: Snapshot, rest: Rest) -> Snapshot:
    """Give the part about the orders that go the long way, with all that the ledger has of them."""
    some = snapshot.table(Order, *COMMERCE).only(rest.orders, rest.columns)
    is_theirs = _theirs(snapshot, some, rest)
    numbers, names = (list(compress(each, is_theirs)) for each in (rest.order_numbers, rest.names))
    billed = snapshot.table(Invoice, LEDGER).only(
        compress(rest.invoices, is_theirs), {"order_number": numbers}
    )
    part = part_with(snapshot, some, billed)
    part.once(invoice_names, lambda: names)
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
            (CommerceCustomer, COMMERCE): customers.only(_rows(customers.values("id"), buyers)),
            (CompanyMember, COMMERCE): members.only(_rows(members.values("customer_id"), buyers)),
        }
    )


def _rows(column: Iterable[object], wanted: Collection[object]) -> Iterable[int]:
    return compress(count(), map(wanted.__contains__, column)) if wanted else ()


def _theirs(snapshot: Snapshot, orders: Table, rest: Rest) -> bytes:
    """Mark the invoices that name these orders, or that share a sales order's number with such a document."""
    names = set(references(all_names(snapshot.workspace, orders), orders["state"])) - {""}
    sales_orders = snapshot.table(SalesOrder, LEDGER)
    is_named = bytes(map(names.__contains__, rest.names))
    is_ordered = map(names.__contains__, own_names(sales_orders))
    numbers = set(compress(sales_orders.values("number"), is_ordered))
    numbers.update(compress(rest.order_numbers, is_named))
    numbers.discard("")
    return either(is_named, bytes(map(numbers.__contains__, rest.order_numbers)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What records of a customer master are wanted by: any of these is enough."""

    numbers: Collection[str]
    keys: Collection[tuple[str, str]]
    addresses: Collection[tuple[str, ...]]
    """Names, postcodes and streets as they stand in the orders."""


def masters_with(masters: Table, field_map: FieldMap, wanted: Wanted) -> Table:
    """Give the part of a customer master that is wanted."""
    rows = set(_rows(masters.values("number"), wanted.numbers))
    by_key: dict[str, set[str]] = {}
    for key, value in wanted.keys:
        by_key.setdefault(key, set()).add(value)
    for key, values in by_key.items():
        column = masters.values(key)
        if key == "email" and field_map.email_rules:
            column = (mailed(key, value, field_map) for value in column)
        rows.update(_rows(column, values))
    if wanted.addresses:
        # Where someone goes by several names, one of them is enough.
        names = {each for name, *_ in wanted.addresses for each in keys.names(name)}
        places = {(postcode, street) for _, postcode, street in wanted.addresses}
        both = zip(masters.values("postcode"), masters.values("street"), strict=True)
        near = masters.at("name", _rows(both, places))
        rows.update(row for row, name in near.items() if not names.isdisjoint(keys.names(name)))
    return masters.only(sorted(rows))
