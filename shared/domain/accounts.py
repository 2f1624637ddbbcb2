"""A buyer's account beyond the window: since when there is one, and what it ever ordered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.domain.arrays import np
from shared.domain.buyers import COMMERCE, PLACED, Buyer
from shared.domain.emails import emails_of_orders
from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order
from shared.domain.snapshot import Snapshot
from shared.domain.timeline import timeline

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
    customer_of = orders.at("customer_id", buyer.orders)
    found = (rows.get((orders.connections[row], customer_of[row])) for row in buyer.orders)
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
        for row, value in _having(snapshot, name, owners):
            for at in owners[value]:
                found[at].add(row)
    company_ids = _add_company_orders(snapshot, companies, found)
    states = orders["state"]
    every: set[int] = set().union(*found)
    company_ids |= orders.at("company_id", every - company_ids.keys())
    ordered = timeline(snapshot).in_order(row for row in every if states[row] in PLACED)
    place_of = dict(zip(ordered, range(len(ordered)), strict=True))

    def is_of(row: int, buyer: Buyer, company: tuple[str, str] | None) -> bool:
        named = company_ids[row]
        return (
            row in buyer.orders or not named or company is None or (orders.connections[row], named) == company
        )

    return [
        tuple(
            sorted(
                (row for row in rows & place_of.keys() if is_of(row, buyer, company)),
                key=place_of.__getitem__,
            )
        )
        for buyer, rows, company in zip(buyers, found, companies, strict=True)
    ]


def _having(snapshot: Snapshot, name: str, values: Mapping[Any, object]) -> Iterator[tuple[int, str]]:
    """Give the orders that have one of some values; emails by the field map's rules."""
    orders = snapshot.table(Order, *COMMERCE)
    if not values:
        return
    if name == "email":
        told = emails_of_orders(snapshot)
        rows = np.flatnonzero(told.marked(values)[told.of_orders]).tolist()
        yield from zip(rows, told.at(rows), strict=True)
    else:
        found, texts = orders.whole.texts(name).with_any(values)
        yield from zip(found.tolist(), texts, strict=True)


def _add_company_orders(
    snapshot: Snapshot, companies: list[tuple[str, str] | None], found: list[set[int]]
) -> dict[int, str]:
    """Add what companies and their members ordered, and give the companies that these orders name."""
    owners = _by_value((at, company) for at, company in enumerate(companies) if company is not None)
    if not owners:
        return {}
    connections = snapshot.table(Order, *COMMERCE).connections
    members = snapshot.table(CompanyMember, *COMMERCE)
    people = {
        (connection, customer): (connection, company)
        for connection, customer, company in zip(
            members.connections, members["customer_id"], members["company_id"], strict=True
        )
        if (connection, company) in owners
    }
    ids: dict[object, None] = dict.fromkeys(company for _, company in filter(None, companies))
    company_ids = dict(_having(snapshot, "company_id", ids))
    for row, company in company_ids.items():
        for at in owners.get((connections[row], company), ()):
            found[at].add(row)
    customers: dict[object, None] = dict.fromkeys(each for _, each in people)
    bought = [*_having(snapshot, "customer_id", customers)]
    missing = {row for row, _ in bought} - company_ids.keys()
    company_ids |= snapshot.table(Order, *COMMERCE).at("company_id", missing)
    for row, customer in bought:
        for at in owners.get(people.get((connections[row], customer)), ()):
            if not company_ids[row]:
                found[at].add(row)
    return company_ids


def _company_id(snapshot: Snapshot, buyer: Buyer) -> tuple[str, str] | None:
    if buyer.company is None:
        return None
    companies = snapshot.table(Company, *COMMERCE)
    return companies.connections[buyer.company], companies["id"][buyer.company]


def _by_value(pairs: Iterable[tuple[int, object]]) -> dict[object, list[int]]:
    owners: dict[object, list[int]] = {}
    for at, value in pairs:
        owners.setdefault(value, []).append(at)
    return owners
