"""Persons whom one email tells from everybody else, found whole columns at a time: nearly all buyers.

An email is a person's of its own where each order that names it is a person's, and no customer account,
company, rule or decision leads from it to anybody else. All others go the long way, which would come to
the same buyers for these.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, compress
from operator import or_

from shared.domain.alike import Alike
from shared.domain.buyer_keys import mailed
from shared.domain.buyers import COMMERCE, Buyer, buyers_of
from shared.domain.emails import emails_of_customers, emails_of_orders, mailboxes_of, mails
from shared.domain.records import Company, Order
from shared.domain.routing import overridden, ruled_entities
from shared.domain.snapshot import Snapshot
from shared.domain.timeline import timeline
from shared.domain.windows import Window

Persons = Mapping[str, set[str]]
"""Their emails by entity."""
_STEP = 4_096
"""So many texts stay at hand."""


@dataclass(frozen=True, slots=True)
class Everyone:
    """All buyers of a window."""

    rows: Sequence[int]
    """Their orders, oldest first."""
    emails: Sequence[str]
    """The emails of these orders."""
    persons: Persons
    """Those whom an email tells."""
    others: tuple[Buyer, ...]
    placed: dict[str, list[int]] = field(default_factory=dict, repr=False)
    """The orders of those persons who were asked about so far, oldest first."""


def everyone(snapshot: Snapshot, window: Window) -> Everyone:
    """Give all buyers with a placed order in a window, worked out once for all cards."""
    return snapshot.once((everyone, window), lambda: _everyone(snapshot, timeline(snapshot).within(window)))


def _everyone(snapshot: Snapshot, rows: Sequence[int]) -> Everyone:
    doubtful = snapshot.once(doubtful_emails, lambda: doubtful_emails(snapshot))
    if doubtful is None:
        emails = [*map(mails(snapshot).__getitem__, rows)]
        return Everyone(rows, emails, {}, tuple(buyers_of(snapshot, rows)))
    emails, is_doubtful, distinct = _named(mails(snapshot), rows, doubtful)
    persons = {entity: set(compress(emails, own)) for entity, own in _by_entity(snapshot, rows)}
    doubled = set().union(*(one & other for one, other in combinations(persons.values(), 2)))
    is_other: Iterable[bool] = is_doubtful
    if doubled:
        is_other = map(or_, is_other, map(doubled.__contains__, emails))
    persons = persons or {snapshot.workspace.field_map.default_entity: distinct}
    for each in persons.values():
        each.difference_update(doubtful, doubled)
    alike = snapshot.once(Alike, lambda: Alike(snapshot))
    others = buyers_of(snapshot, [*compress(rows, is_other)], alike)
    return Everyone(rows, emails, persons, tuple(others))


def _named(
    mails: Sequence[str], rows: Sequence[int], doubtful: set[str]
) -> tuple[list[str], list[bool], set[str]]:
    """Give the emails of orders, which of them are doubtful, and each of them once.

    Some at a time: to fetch a text from memory takes longer than all that is asked about it.
    """
    emails: list[str] = []
    is_doubtful: list[bool] = []
    distinct: set[str] = set()
    for at in range(0, len(rows), _STEP):
        named = [*map(mails.__getitem__, rows[at : at + _STEP])]
        emails += named
        is_doubtful += map(doubtful.__contains__, named)
        distinct.update(named)
    return emails, is_doubtful, distinct


def first_orders(found: Everyone, persons: Persons) -> list[int]:
    """Give the first order of each of these persons, in no certain order."""
    # Backwards, so that the first order of each stays.
    first = dict(zip(reversed(found.emails), reversed(found.rows), strict=True))
    return [*map(first.__getitem__, chain.from_iterable(persons.values()))]


def persons_as_buyers(found: Everyone, wanted: Mapping[str, Iterable[str]]) -> list[Buyer]:
    """Give some of these persons, by entity and email, as the long way would."""
    entities = {email: entity for entity, each in wanted.items() for email in each}
    if not entities:
        return []
    placed = found.placed
    missing = entities.keys() - placed.keys()
    if missing:
        is_missing = [*map(missing.__contains__, found.emails)]
        for email, row in zip(
            compress(found.emails, is_missing), compress(found.rows, is_missing), strict=True
        ):
            placed.setdefault(email, []).append(row)
    return [
        Buyer(
            identity=f"email:{email}",
            entity=entity,
            segment="dtc",
            keys=(("email", email),),
            orders=tuple(placed[email]),
            entities=(entity,),
        )
        for email, entity in entities.items()
    ]


def _by_entity(snapshot: Snapshot, rows: Sequence[int]) -> Iterator[tuple[str, Sequence[bool]]]:
    """Give each entity that rules send orders to, and which they are; nothing where there are no rules."""
    field_map = snapshot.workspace.field_map
    if field_map.entity_routing:
        entities = ruled_entities(field_map, snapshot.table(Order, *COMMERCE), rows)
        for entity in dict.fromkeys(entities):
            yield entity, [*map(entity.__eq__, entities)]


def doubtful_emails(snapshot: Snapshot) -> set[str] | None:
    """Give the emails, "" among them, that are not plainly a person's; None where no email is."""
    field_map = snapshot.workspace.field_map
    if field_map.key_precedence.dtc != ("email",):
        return None
    told = emails_of_orders(snapshot)
    companies = snapshot.table(Company, *COMMERCE)["email"]
    found = {"", *told.others}
    found.update(mailed("email", each, field_map) for each in companies if each)
    found.update(value for key, value in overridden(field_map) if key == "email")
    linked = {shop: set(own) for shop, own in told.others_accounts.items()}
    for shop, accounts in told.several.items():
        linked.setdefault(shop, set()).update(accounts)
    for own in linked.values():
        own.discard("")
    found |= emails_of_customers(snapshot, linked)
    for shop, account in mailboxes_of(snapshot).crowded:
        linked[shop].discard(account)
    found |= told.of_accounts(linked)
    told.forget_accounts()
    return found
