"""Who bought: orders grouped into buyers, one for each entity that they should be known in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.alike import WHO, Alike, Told, telling_columns
from shared.domain.buyer_keys import ADDRESS, address_keys, mailed, names_and_addresses
from shared.domain.emails import mailboxes_of
from shared.domain.joining import Part, joined
from shared.domain.mailboxes import Account, Mailboxes
from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order
from shared.domain.routing import expected_entity, ruled_entities
from shared.domain.snapshot import Snapshot, Table
from shared.domain.timeline import COMMERCE, PLACED, by_time

__all__ = ["COMMERCE", "PLACED", "Buyer", "Identification", "buyers_of", "by_time"]

Key = tuple[str, str]
Identified = tuple[str, list[Key], int | None, str, Account | None]


@dataclass(frozen=True, slots=True)
class Buyer:
    """One buyer in one expected entity: the unit of the absent cards (decision 18)."""

    identity: str
    """What tells this buyer from others, and goes on doing so: `email:ann@example.com`."""
    entity: str
    segment: str
    """`b2b`, `dtc`, or `guest` for a person without any key."""
    keys: tuple[Key, ...]
    """The keys that there are, in the order in which they are tried."""
    orders: tuple[int, ...]
    """Rows of the order table, oldest first."""
    company: int | None = None
    """The row of the company table."""
    entities: tuple[str, ...] = ()
    """All entities that this buyer's orders post to."""


def buyers_of(snapshot: Snapshot, rows: Sequence[int], alike: Alike | None = None) -> list[Buyer]:
    """Group orders, oldest first, into buyers, and each buyer's by the entity that they should post to.

    The first order names its buyer, however they were stored. One B2B order makes a B2B buyer. `alike`
    knows of orders of other windows as well.
    """
    orders = snapshot.table(Order, *COMMERCE)
    alike = alike or Alike(snapshot)
    parts = _parts(snapshot, rows, alike)
    field_map = snapshot.workspace.field_map
    is_one = not field_map.entity_routing and not field_map.customer_overrides
    ruled = {} if is_one else dict(zip(rows, ruled_entities(field_map, orders, rows), strict=True))
    route = expected_entity(field_map, ruled)
    found = []
    for group in joined(parts, field_map, snapshot.table(Company, *COMMERCE).connections):
        keys = _ordered(group.keys, field_map.key_precedence, group.segment)
        by_entity: dict[str, list[int]] = {}
        if group.is_joined:
            group.rows.sort()
        own_rows = [*map(rows.__getitem__, group.rows)]
        if is_one:
            by_entity[field_map.default_entity] = own_rows
        else:
            for row in own_rows:
                by_entity.setdefault(route(orders, row, keys), []).append(row)
        entities = tuple(sorted(by_entity))
        found += [
            Buyer(group.identity, entity, group.segment, keys, tuple(own), group.company, entities)
            for entity, own in by_entity.items()
        ]
    return found


def _parts(snapshot: Snapshot, rows: Sequence[int], alike: Alike) -> Collection[Part]:
    """Part orders by whom they name; a part's rows are places among these orders."""
    placed: dict[int, list[int]] = defaultdict(list)
    for at, like in enumerate(alike.of(rows)):
        placed[like].append(at)
    who = Identification(snapshot, {told[:2] for told in alike.every()})
    known: dict[Told, Identified] = snapshot.once(_parts, dict)
    parts: dict[str, Part] = {}
    unnamed: list[tuple[list[int], Identified]] = []
    for like, places in placed.items():
        told = alike.told(like)
        identified = known.get(told)
        if identified is None:
            identified = who.identified(told, mailboxes_of(snapshot))
            if identified[0] == "b2b":
                known[told] = identified
        if identified[3]:
            _part_of(parts, identified[3]).add(places, *identified[:3], identified[4])
        else:
            unnamed.append((places, identified))
    id_of = snapshot.table(Order, *COMMERCE).at("id", [rows[at] for places, _ in unnamed for at in places])
    connections = snapshot.table(Order, *COMMERCE).connections
    for places, (segment, keys, company, _, account) in unnamed:
        for at in places:
            identity = f"order:{connections[rows[at]]}:{id_of[rows[at]]}"
            _part_of(parts, identity).add([at], segment, keys, company, account)
    return parts.values()


def _part_of(parts: dict[str, Part], identity: str) -> Part:
    part = parts.get(identity)
    if part is None:
        part = parts[identity] = Part(identity)
    return part


def _ordered(keys: Collection[Key], precedence: Any, segment: str) -> tuple[Key, ...]:
    """Sort keys as the segment tries them; one that it does not know comes last."""
    if len(keys) < 2:  # noqa: PLR2004 - nearly always
        return tuple(keys)
    order = precedence.b2b if segment == "b2b" else precedence.dtc
    ranks = {name: rank for rank, name in enumerate(order)}
    return tuple(sorted(keys, key=lambda key: ranks.get(key[0], len(ranks))))


class Identification:
    """Looks up who stands behind an order: a company, its member, or a customer.

    Where it is known whose orders will be asked about, only the records of these accounts are read.
    """

    def __init__(self, snapshot: Snapshot, accounts: Collection[Account] | None = None) -> None:
        self._field_map = snapshot.workspace.field_map
        self.companies = snapshot.table(Company, *COMMERCE)
        self._company_rows = snapshot.once((Company, "rows by id"), self.companies.by_id)
        self._customers = snapshot.table(CommerceCustomer, *COMMERCE)
        if accounts is not None:
            self._customers = self._customers.only(_rows_of(self._customers, accounts))
        self._customer_rows = self._customers.by_id()
        self._columns = telling_columns(self._field_map)
        self._place = {name: place for place, name in enumerate(self._columns, 1)}
        self._company_keys: dict[tuple[int, str], tuple[str, ...]] = {}
        members = snapshot.table(CompanyMember, *COMMERCE)
        self._company_of = dict(
            zip(
                zip(members.connections, members["customer_id"], strict=True),
                members["company_id"],
                strict=True,
            )
        )

    def identified(self, told: Told, mailboxes: Mailboxes) -> Identified:
        """Give segment, keys, the company's row, the buyer's name and the account, unless it is crowded.

        The name is "" where nothing but the order itself can give one.
        """
        segment, keys, company = self._identify(told)
        account: Account = told[:2]
        own = None if account in mailboxes.crowded else account
        return segment, keys, company, self._identity(told, keys, company, mailboxes), own

    def identify(self, orders: Table, row: int) -> tuple[str, list[Key], int | None]:
        """Give segment, keys in order, and the company's row."""
        return self._identify((orders.connections[row], *(orders[name][row] for name in self._columns)))

    def _identify(self, told: Told) -> tuple[str, list[Key], int | None]:
        connection, customer_id, company_id, is_b2b = told[: len(WHO) + 1]
        account = (connection, customer_id)
        customer = self._customer_rows.get(account)
        company_id = company_id or self._company_of.get(account, "")
        if customer is not None:
            company_id = company_id or self._customers["company_id"][customer]
            is_b2b = is_b2b or self._customers["is_b2b"][customer]
        company = self._company_rows.get((connection, company_id)) if company_id else None
        precedence = self._field_map.key_precedence
        if company_id or is_b2b:
            return "b2b", self._keys(precedence.b2b, told, company, customer), company
        keys = self._keys(precedence.dtc, told, company, None)
        if not keys and customer is not None:
            keys = self._keys(precedence.dtc, None, None, customer)
        return ("dtc" if keys else "guest"), keys, company

    def _identity(self, told: Told, keys: list[Key], company: int | None, mailboxes: Mailboxes) -> str:
        """Name the buyer of an order by what will still name it when the order has left the window.

        A company whose own record has no key but a mailbox is its account, and not a clerk's; a person is
        not the latest of its emails. Without a key it is the customer account, else the order.
        """
        connection, customer = told[:2]
        if company is not None and not self._has_key(company):
            return f"company:{connection}:{self.companies['id'][company]}"
        if keys:
            name, value = keys[0]
            return f"{name}:{mailboxes.first.get(value, value) if name == 'email' else value}"
        return f"customer:{connection}:{customer}" if customer else ""

    def _has_key(self, company: int) -> bool:
        """Say whether a company's record has a key that is its own: a mailbox may be that of an agency."""
        names = self._field_map.key_precedence.b2b
        return any(self._of_company(company, name) for name in names if name != "email")

    def _keys(
        self, names: Iterable[str], told: Told | None, company: int | None, customer: int | None
    ) -> list[Key]:
        """Give the keys that a company, a customer account and an order tell, by name in this order."""
        keys: dict[Key, None] = {}
        for name in names:
            if company is not None:
                for value in self._of_company(company, name):
                    keys[name, value] = None
            if customer is not None:
                for value in self._values(name, self._customers, customer):
                    keys[name, value] = None
            if told is None:
                continue
            if name != "name_and_address":
                if value := told[self._place[name]]:
                    keys[name, mailed(name, value, self._field_map)] = None
                continue
            for value in address_keys({field: told[self._place[field]] for field in ADDRESS}):
                keys[name, value] = None
        return list(keys)

    def _of_company(self, company: int, name: str) -> tuple[str, ...]:
        """Give the values of a key that a company's record has, looked up once."""
        found = self._company_keys.get((company, name))
        if found is None:
            found = self._company_keys[company, name] = self._values(name, self.companies, company)
        return found

    def _values(self, name: str, table: Table, row: int) -> tuple[str, ...]:
        if name == "name_and_address":
            return names_and_addresses(table, row)
        value = table[name][row]
        return (mailed(name, value, self._field_map),) if value else ()


def _rows_of(customers: Table, accounts: Collection[Account]) -> list[int]:
    """Give the rows of some customer accounts."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for connection, account in accounts:
        wanted[connection].add(account)
    found: list[int] = []
    for number, batch in enumerate(customers.batches):
        own = wanted[batch.connection]
        ids = customers.part(number, "id") if own else ()
        if not own.isdisjoint(ids):
            rows = customers.rows_of(number)
            found += [row for row, each in zip(rows, ids, strict=True) if each in own]
    return found
