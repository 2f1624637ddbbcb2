"""Who bought: orders grouped into buyers, one for each entity that they should be known in."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared.domain import keys as normalise
from shared.domain.joining import Part, joined
from shared.domain.mailboxes import Mailboxes, mailboxes
from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order
from shared.domain.snapshot import Snapshot, Table
from shared.domain.workspace import FieldMap, RoutingRule

COMMERCE = ("shopify", "bigcommerce", "adobe_commerce", "marketplace")
_ADDRESS = ("name", "street", "postcode")
_OVERRIDABLE: dict[str, Callable[[str], str]] = {
    "vat": normalise.vat,
    "account_reference": normalise.account_reference,
    "email": normalise.email,
}


@dataclass(frozen=True, slots=True)
class Buyer:
    """One buyer in one expected entity: the unit of the absent cards (decision 18)."""

    identity: str
    """What tells this buyer from others, and goes on doing so: `email:ann@example.com`."""
    entity: str
    segment: str
    """`b2b`, `dtc`, or `guest` for a person without any key."""
    keys: tuple[tuple[str, str], ...]
    """The keys that there are, in the order in which they are tried."""
    orders: tuple[int, ...]
    """Rows of the order table, oldest first."""
    company: int | None = None
    """The row of the company table."""
    entities: tuple[str, ...] = ()
    """All entities that this buyer's orders post to."""


def placed(orders: Table) -> list[bool]:
    """Say for each order whether it was placed: no test, not cancelled, not abandoned (decision 21)."""
    return [state in {"placed", "refunded"} for state in orders["state"]]


Route = Callable[..., str]


def expected_entity(field_map: FieldMap) -> Route:
    """Give the function that says which entity an order should post to.

    It takes the order table, a row and the buyer's keys, where they are known; without them the order's
    own. A customer's override comes first, then the first rule that fits.
    """
    overrides = _overrides(field_map)
    if not overrides and not field_map.entity_routing:
        return lambda *_: field_map.default_entity

    def route(orders: Table, row: int, keys: Iterable[tuple[str, str]] = ()) -> str:
        if overrides:
            own = keys or [(name, mailed(name, orders[name][row], field_map)) for name in _OVERRIDABLE]
            ranked = min((overrides[key] for key in own if key in overrides), default=None)
            if ranked is not None:
                return ranked[1]
        fitting = (rule.entity for rule in field_map.entity_routing if _fits(rule, orders, row))
        return next(fitting, field_map.default_entity)

    return route


def fitting_entities(field_map: FieldMap, orders: Table, rows: Iterable[int]) -> tuple[str, ...]:
    """Give every entity that a rule which fits one of these orders names, the first that fits or not."""
    rules = field_map.entity_routing
    found = (rule.entity for row in rows for rule in rules if _fits(rule, orders, row))
    return tuple(dict.fromkeys(found))


def _overrides(field_map: FieldMap) -> dict[tuple[str, str], tuple[int, str]]:
    """Give position and entity of each customer's override, by its normalised key."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for position, each in enumerate(field_map.customer_overrides):
        value = mailed(each.key, _OVERRIDABLE[each.key](each.value), field_map)
        found.setdefault((each.key, value), (position, each.entity))
    return found


def _fits(rule: RoutingRule, orders: Table, row: int) -> bool:
    return (
        rule.connection in ("", orders.connections[row])
        and rule.store in ("", orders["store"][row])
        and rule.currency in ("", orders["currency"][row])
        and rule.ship_to_country in ("", orders["ship_to_country"][row])
        and (not rule.tag or rule.tag in orders["tags"][row])
    )


def buyers_of(snapshot: Snapshot, rows: Iterable[int]) -> list[Buyer]:
    """Group these orders into buyers, and each buyer's orders by the entity that they should post to.

    Orders are taken by time, so that the first names its buyer however they were stored. One B2B
    order makes a B2B buyer.
    """
    orders = snapshot.table(Order, *COMMERCE)
    who = Identification(snapshot)
    field_map = snapshot.workspace.field_map
    parts: dict[str, Part] = {}
    for row in by_time(orders, rows):
        segment, named, company = who.identify(orders, row)
        identity = who.identity(orders, row, named, company)
        part = parts.get(identity)
        if part is None:
            part = parts[identity] = Part(identity)
        account = orders.connections[row], orders["customer_id"][row]
        part.add(row, segment, named, company, None if account in who.mailboxes.crowded else account)
    route = expected_entity(field_map)
    found = []
    for group in joined(parts.values(), field_map, who.companies.connections):
        keys = _ordered(group.keys, field_map.key_precedence, group.segment)
        by_entity: dict[str, list[int]] = {}
        for row in by_time(orders, group.rows) if group.is_joined else group.rows:
            by_entity.setdefault(route(orders, row, keys), []).append(row)
        entities = tuple(sorted(by_entity))
        found += [
            Buyer(group.identity, entity, group.segment, keys, tuple(own), group.company, entities)
            for entity, own in by_entity.items()
        ]
    return found


def by_time(orders: Table, rows: Iterable[int]) -> list[int]:
    """Sort orders by when they were placed; ties by connection and id, as nothing else is lasting."""
    placed_at, ids = orders["placed_at"], orders["id"]
    return sorted(rows, key=lambda row: (placed_at[row], orders.connections[row], ids[row]))


def _ordered(keys: Collection[tuple[str, str]], precedence: Any, segment: str) -> tuple[tuple[str, str], ...]:
    """Sort keys as the segment tries them; one that it does not know comes last."""
    if len(keys) < 2:  # noqa: PLR2004 - nearly always
        return tuple(keys)
    order = precedence.b2b if segment == "b2b" else precedence.dtc
    ranks = {name: rank for rank, name in enumerate(order)}
    return tuple(sorted(keys, key=lambda key: ranks.get(key[0], len(ranks))))


class Identification:
    """Looks up who stands behind an order: a company, its member, or a customer."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._field_map = snapshot.workspace.field_map
        self.companies = snapshot.table(Company, *COMMERCE)
        self._company_rows = self.companies.by_id()
        self._customers = snapshot.table(CommerceCustomer, *COMMERCE)
        self._customer_rows = self._customers.by_id()
        self._with_key: dict[int, bool] = {}
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
        precedence = self._field_map.key_precedence
        names = precedence.b2b if is_b2b else precedence.dtc
        sources = [(orders, row)]
        if is_b2b and customer is not None:
            sources.insert(0, (self._customers, customer))
        if company is not None:
            sources.insert(0, (self.companies, company))
        keys = self._keys(names, sources)
        if not keys and customer is not None:
            keys = self._keys(names, [(self._customers, customer)])
        if is_b2b:
            return "b2b", keys, company
        return ("dtc" if keys else "guest"), keys, company

    def identity(self, orders: Table, row: int, keys: list[tuple[str, str]], company: int | None) -> str:
        """Name the buyer of an order by what will still name it when the order has left the window.

        A company whose own record has no key but a mailbox is its account, and not a clerk's; a person is
        not the latest of its emails. Without a key it is the customer account, else this order.
        """
        connection = orders.connections[row]
        if company is not None and not self._has_key(company):
            return f"company:{connection}:{self.companies['id'][company]}"
        if keys:
            name, value = keys[0]
            return f"{name}:{self.mailboxes.first.get(value, value) if name == 'email' else value}"
        if customer := orders["customer_id"][row]:
            return f"customer:{connection}:{customer}"
        return f"order:{connection}:{orders['id'][row]}"

    def _has_key(self, company: int) -> bool:
        """Say whether a company's record has a key that is its own: a mailbox may be that of an agency."""
        if company not in self._with_key:
            names = [name for name in self._field_map.key_precedence.b2b if name != "email"]
            self._with_key[company] = bool(self._keys(names, [(self.companies, company)]))
        return self._with_key[company]

    @cached_property
    def mailboxes(self) -> Mailboxes:
        """Give which emails are one person's, by all stored orders that an email alone tells."""
        return self._snapshot.once(mailboxes, self._mailboxes)

    def _mailboxes(self) -> Mailboxes:
        orders = self._snapshot.table(Order, *COMMERCE)
        names = ("customer_id", "email", "placed_at", "vat", "account_reference", "company_id")
        columns = zip(orders.connections, placed(orders), *(orders[name] for name in names), strict=True)
        told = [
            ((connection, customer), mailed("email", email, self._field_map), moment)
            for connection, counts, customer, email, moment, *stronger in columns
            if counts and customer and email and not any(stronger)
        ]
        return mailboxes(told, self._field_map.shared_key_limit)

    def _keys(self, names: Iterable[str], sources: list[tuple[Table, int]]) -> list[tuple[str, str]]:
        keys: dict[tuple[str, str], None] = {}
        for name in names:
            for table, at in sources:
                if name == "name_and_address":
                    keys |= dict.fromkeys((name, each) for each in names_and_addresses(table, at))
                elif value := table[name][at]:
                    keys[name, mailed(name, value, self._field_map)] = None
        return list(keys)


def mailed(key: str, value: str, field_map: FieldMap) -> str:
    """Give a key's value; an email by the rules that the field map asks for."""
    if key == "email" and field_map.email_rules:
        return normalise.mailbox(value, field_map.email_rules)
    return value


def names_and_addresses(table: Table, row: int) -> tuple[str, ...]:
    """Give the keys of normalised name, street and postcode, one for each name that someone goes by."""
    return address_keys({name: table[name][row] for name in _ADDRESS})


def name_and_address(table: Table, row: int) -> str:
    """Give the first of these keys; "" where there is none."""
    return next(iter(names_and_addresses(table, row)), "")


def address_keys(described: Mapping[str, str]) -> tuple[str, ...]:
    """Join normalised names, street and postcode into keys; none where one of them is missing."""
    name, street, postcode = (described[field] for field in _ADDRESS)
    if not (name and street and postcode):
        return ()
    return tuple(f"{each}|{street}|{postcode}" for each in normalise.names(name))
