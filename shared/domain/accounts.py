"""A buyer's account beyond the window: since when there is one, and what it ever ordered."""

from collections.abc import Iterable, Sequence

from shared.domain.buyers import COMMERCE, Buyer, by_time, placed
from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order
from shared.domain.snapshot import Snapshot, Table

_KEYS = ("email", "vat", "account_reference")


def created_at(snapshot: Snapshot, buyer: Buyer) -> str:
    """Give when a buyer's account was opened on the store; "" where the platform does not tell.

    A company's own date counts, never that of a person who buys for it.
    """
    if buyer.company is not None:
        return str(snapshot.table(Company, *COMMERCE)["created_at"][buyer.company])
    orders = snapshot.table(Order, *COMMERCE)
    customers = snapshot.table(CommerceCustomer, *COMMERCE)
    rows = snapshot.once(("rows by id", CommerceCustomer), customers.by_id)
    found = (rows.get((orders.connections[row], orders["customer_id"][row])) for row in buyer.orders)
    return min((customers["created_at"][row] for row in found if row is not None), default="")


def orders_ever(snapshot: Snapshot, buyers: Sequence[Buyer]) -> list[tuple[int, ...]]:
    """Give for each buyer all orders that the store holds of it, oldest first, whatever their date.

    Found by company, membership or key; an order that names another company is that company's. Tests,
    cancelled and abandoned orders are none.
    """
    orders = snapshot.table(Order, *COMMERCE)
    companies = [_company_id(snapshot, buyer) for buyer in buyers]
    found: list[set[int]] = [set(buyer.orders) for buyer in buyers]
    for name in _KEYS:
        owners = _by_value(
            (at, value) for at, each in enumerate(buyers) for key, value in each.keys if key == name
        )
        for row, value in enumerate(orders[name]):
            for at in owners.get(value, ()):
                found[at].add(row)
    _add_company_orders(snapshot, orders, companies, found)
    counts = placed(orders)
    return [
        tuple(
            by_time(
                orders,
                (
                    row
                    for row in rows
                    if row in buyer.orders or (counts[row] and _may_be_of(orders, row, company))
                ),
            )
        )
        for buyer, rows, company in zip(buyers, found, companies, strict=True)
    ]


def _add_company_orders(
    snapshot: Snapshot, orders: Table, companies: list[tuple[str, str] | None], found: list[set[int]]
) -> None:
    owners = _by_value((at, company) for at, company in enumerate(companies) if company is not None)
    if not owners:
        return
    members = snapshot.table(CompanyMember, *COMMERCE)
    people = {
        (connection, customer): (connection, company)
        for connection, customer, company in zip(
            members.connections, members["customer_id"], members["company_id"], strict=True
        )
        if (connection, company) in owners
    }
    for row, connection in enumerate(orders.connections):
        company = (connection, orders["company_id"][row])
        bought_for = company if company[1] else people.get((connection, orders["customer_id"][row]))
        for at in owners.get(bought_for, ()):
            found[at].add(row)


def _company_id(snapshot: Snapshot, buyer: Buyer) -> tuple[str, str] | None:
    if buyer.company is None:
        return None
    companies = snapshot.table(Company, *COMMERCE)
    return companies.connections[buyer.company], companies["id"][buyer.company]


def _may_be_of(orders: Table, row: int, company: tuple[str, str] | None) -> bool:
    named = orders["company_id"][row]
    return not named or company is None or (orders.connections[row], named) == company


def _by_value(pairs: Iterable[tuple[int, object]]) -> dict[object, list[int]]:
    owners: dict[object, list[int]] = {}
    for at, value in pairs:
        owners.setdefault(value, []).append(at)
    return owners
