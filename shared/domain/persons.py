"""Persons whom one email tells from everybody else, found whole columns at a time: nearly all buyers.

An email is a person's of its own where each order that names it is a person's, and no customer account,
company, rule or decision leads from it to anybody else. All others go the long way, which would come to
the same buyers for these.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.alike import Alike
from shared.domain.arrays import Array, np
from shared.domain.buyer_keys import mailed
from shared.domain.buyers import COMMERCE, Buyer, buyers_of
from shared.domain.emails import (
    are_others,
    emails_of_customers,
    emails_of_orders,
    have_several,
    mailboxes_of,
)
from shared.domain.records import Company, Order
from shared.domain.routing import overridden, ruled_entities
from shared.domain.shoppers import shoppers
from shared.domain.snapshot import Snapshot
from shared.domain.texts import Texts
from shared.domain.timeline import timeline
from shared.domain.windows import Window

Persons = Mapping[str, Array]
"""The numbers of their emails by entity."""


@dataclass(frozen=True, slots=True, eq=False)
class Everyone:
    """All buyers of a window."""

    rows: Array
    """Their orders, oldest first."""
    emails: Array
    """The numbers of these orders' emails."""
    distinct: Texts
    """The email of each number."""
    persons: Persons
    """Those whom an email tells."""
    others: tuple[Buyer, ...]


def everyone(snapshot: Snapshot, window: Window) -> Everyone:
    """Give all buyers with a placed order in a window, worked out once for all cards."""
    return snapshot.once((everyone, window), lambda: _everyone(snapshot, timeline(snapshot).within(window)))


def _everyone(snapshot: Snapshot, rows: Sequence[int]) -> Everyone:
    told, placed = emails_of_orders(snapshot), np.asarray(rows, np.int64)
    emails = told.of_orders[placed]
    is_doubtful = snapshot.once(doubtful_emails, lambda: doubtful_emails(snapshot))
    if is_doubtful is None:
        return Everyone(placed, emails, told.distinct, {}, tuple(buyers_of(snapshot, rows)))
    times = np.zeros(len(told.distinct), np.int32)
    seen = {}
    for entity, own in _by_entity(snapshot, placed):
        seen[entity] = np.zeros(len(times), bool)
        seen[entity][emails[own]] = True
        times += seen[entity]
    is_person = ~is_doubtful & (times == 1)
    persons = {entity: np.flatnonzero(each & is_person) for entity, each in seen.items()}
    alike = snapshot.once(Alike, lambda: Alike(snapshot))
    others = buyers_of(snapshot, placed[~is_person[emails]].tolist(), alike)
    return Everyone(placed, emails, told.distinct, persons, tuple(others))


def first_orders(found: Everyone, persons: Persons) -> list[int]:
    """Give the first order of each of these persons, in no certain order."""
    first = np.empty(len(found.distinct), np.int64)
    first[found.emails[::-1]] = found.rows[::-1]  # backwards, so that the first order of each stays
    return [row for numbers in persons.values() for row in first[numbers].tolist()]


def persons_as_buyers(found: Everyone, wanted: Persons) -> list[Buyer]:
    """Give some of these persons, by entity and email, as the long way would."""
    entities = {number: entity for entity, each in wanted.items() for number in each.tolist()}
    is_wanted = np.zeros(len(found.distinct), bool)
    is_wanted[[*entities]] = True
    is_theirs = is_wanted[found.emails]
    placed: dict[int, list[int]] = {number: [] for number in entities}
    for number, row in zip(found.emails[is_theirs].tolist(), found.rows[is_theirs].tolist(), strict=True):
        placed[number].append(row)
    return [
        Buyer(
            identity=f"email:{email}",
            entity=entity,
            segment="dtc",
            keys=(("email", email),),
            orders=tuple(placed[number]),
            entities=(entity,),
        )
        for email, (number, entity) in zip(found.distinct.at(entities), entities.items(), strict=True)
    ]


def _by_entity(snapshot: Snapshot, rows: Array) -> Iterator[tuple[str, Array | slice]]:
    """Give each entity that rules send orders to, and which they are; without rules, one."""
    field_map = snapshot.workspace.field_map
    if not field_map.entity_routing:
        yield field_map.default_entity, slice(None)
        return
    entities = ruled_entities(field_map, snapshot.table(Order, *COMMERCE), rows.tolist())
    for entity in dict.fromkeys(entities):
        yield entity, np.fromiter(map(entity.__eq__, entities), bool, len(entities))


def doubtful_emails(snapshot: Snapshot) -> Array | None:
    """Mark the emails, "" among them, that are not plainly a person's; None where no email is."""
    field_map = snapshot.workspace.field_map
    if field_map.key_precedence.dtc != ("email",):
        return None
    told, who = emails_of_orders(snapshot), shoppers(snapshot)
    is_other = are_others(snapshot)
    linked = (have_several(snapshot) | who.marked(who.of_orders[is_other])) & ~who.blank
    others = {"", *emails_of_customers(snapshot, linked)}
    companies = snapshot.table(Company, *COMMERCE)["email"]
    others.update(mailed("email", each, field_map) for each in companies if each)
    others.update(value for key, value in overridden(field_map) if key == "email")
    found = told.marked(others)
    found[told.of_orders[is_other]] = True
    linked[who.numbers_of(mailboxes_of(snapshot).crowded)] = False
    return found | told.of_accounts(linked, who)
