"""Who bought: orders grouped into buyers, one for each entity that they should be known in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order
from shared.domain.snapshot import Snapshot, Table
from shared.domain.workspace import FieldMap

COMMERCE = ("shopify", "bigcommerce", "adobe_commerce")
_ADDRESS = ("name", "street", "postcode")


@dataclass(frozen=True, slots=True)
class Buyer:
    """One buyer in one expected entity: the unit of the absent cards (decision 18)."""

    identity: str
    """The match key that tells this buyer from others, `email:ann@example.com`."""
    entity: str
    segment: str
    """`b2b`, `dtc`, or `guest` for a person without any key."""
    keys: tuple[tuple[str, str], ...]
    """The keys that there are, in the order in which they are tried."""
    orders: tuple[int, ...]
    """Rows of the order table, oldest first."""
    company: int | None = None
    """The row of the company table."""


def placed(orders: Table) -> list[bool]:
    """Say for each order whether it was placed: no test, not cancelled, not abandoned (decision 21)."""
    return [state in {"placed", "refunded"} for state in orders["state"]]


def expected_entity(field_map: FieldMap) -> Callable[[Table, int], str]:
    """Give the function that says which entity an order should post to: the first rule that fits."""
    rules = field_map.entity_routing

    def route(orders: Table, row: int) -> str:
        for rule in rules:
            if (
                rule.connection in ("", orders.connections[row])
                and rule.store in ("", orders["store"][row])
                and rule.currency in ("", orders["currency"][row])
                and rule.ship_to_country in ("", orders["ship_to_country"][row])
                and (not rule.tag or rule.tag in orders["tags"][row])
            ):
                return rule.entity
        return field_map.default_entity

    return route


def buyers_of(snapshot: Snapshot, rows: Iterable[int]) -> list[Buyer]:
    """Group these orders into buyers; the same key on two stores is the same buyer.

    Orders are taken by time, so that the first names its buyer however they were stored. One B2B
    order makes a B2B buyer.
    """
    orders = snapshot.table(Order, *COMMERCE)
    who = Identification(snapshot)
    route = expected_entity(snapshot.workspace.field_map)
    found: dict[tuple[str, str], list[Any]] = {}
    for row in by_time(orders, rows):
        segment, keys, company = who.identify(orders, row)
        identity = ":".join(keys[0]) if keys else _keyless(orders, row, company, who)
        entity = route(orders, row)
        known = found.setdefault((identity, entity), [segment, {}, [], company])
        known[0] = "b2b" if segment == "b2b" else known[0]
        known[1].update(dict.fromkeys(keys))
        known[2].append(row)
        known[3] = company if known[3] is None else known[3]
    precedence = snapshot.workspace.field_map.key_precedence
    return [
        Buyer(identity, entity, segment, _ordered(keys, precedence, segment), tuple(members), company)
        for (identity, entity), (segment, keys, members, company) in found.items()
    ]


def by_time(orders: Table, rows: Iterable[int]) -> list[int]:
    """Sort orders by when they were placed; ties by connection and id, as nothing else is lasting."""
    placed_at, ids = orders["placed_at"], orders["id"]
    return sorted(rows, key=lambda row: (placed_at[row], orders.connections[row], ids[row]))


def _keyless(orders: Table, row: int, company: int | None, who: "Identification") -> str:
    """Name a buyer without any key: by its company, else its customer account, else this order."""
    connection = orders.connections[row]
    if company is not None:
        return f"company:{connection}:{who.company_id(company)}"
    if customer := orders["customer_id"][row]:
        return f"customer:{connection}:{customer}"
    return f"order:{connection}:{orders['id'][row]}"


def _ordered(keys: Iterable[tuple[str, str]], precedence: Any, segment: str) -> tuple[tuple[str, str], ...]:
    """Sort keys as the segment tries them; one that it does not know comes last."""
    order = precedence.b2b if segment == "b2b" else precedence.dtc
    ranks = {name: rank for rank, name in enumerate(order)}
    return tuple(sorted(keys, key=lambda key: ranks.get(key[0], len(ranks))))


class Identification:
    """Looks up who stands behind an order: a company, its member, or a customer."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._precedence = snapshot.workspace.field_map.key_precedence
        self._companies = snapshot.table(Company, *COMMERCE)
        self._company_rows = self._companies.by_id()
        self._customers = snapshot.table(CommerceCustomer, *COMMERCE)
        self._customer_rows = self._customers.by_id()
        members = snapshot.table(CompanyMember, *COMMERCE)
        self._company_of = dict(
            zip(
                zip(members.connections, members["customer_id"], strict=True),
                members["company_id"],
                strict=True,
            )
        )

    def identify(self, orders: Table, row: int) -> tuple[str, list[tuple[str, str]], int | None]:
        """Give segment, keys in order, and the company's row."""
        connection = orders.connections[row]
        customer_id = (connection, orders["customer_id"][row])
        customer = self._customer_rows.get(customer_id)
        company_id = orders["company_id"][row] or self._company_of.get(customer_id, "")
        if not company_id and customer is not None:
            company_id = self._customers["company_id"][customer]
        company = self._company_rows.get((connection, company_id)) if company_id else None
        is_b2b = bool(
            company_id
            or orders["is_b2b"][row]
            or (customer is not None and self._customers["is_b2b"][customer])
        )
        names = self._precedence.b2b if is_b2b else self._precedence.dtc
        sources = [(orders, row)]
        if is_b2b and customer is not None:
            sources.insert(0, (self._customers, customer))
        if company is not None:
            sources.insert(0, (self._companies, company))
        keys = _keys(names, sources)
        if not keys and customer is not None:
            keys = _keys(names, [(self._customers, customer)])
        if is_b2b:
            return "b2b", keys, company
        return ("dtc" if keys else "guest"), keys, company

    def company_id(self, company: int) -> str:
        """Give the platform's id of a company."""
        return str(self._companies["id"][company])


def _keys(names: Iterable[str], sources: list[tuple[Table, int]]) -> list[tuple[str, str]]:
    keys: list[tuple[str, str]] = []
    for name in names:
        values = [
            name_and_address(table, at) if name == "name_and_address" else table[name][at]
            for table, at in sources
        ]
        keys += [(name, value) for value in dict.fromkeys(values) if value]
    return keys


def name_and_address(table: Table, row: int) -> str:
    """Give the key of normalised name, street and postcode; "" where one of them is missing."""
    return address_key({name: table[name][row] for name in _ADDRESS})


def address_key(described: Mapping[str, str]) -> str:
    """Join normalised name, street and postcode into a key; "" where one of them is missing."""
    parts = [described[name] for name in _ADDRESS]
    return "|".join(parts) if all(parts) else ""
