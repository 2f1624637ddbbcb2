"""What is known of a buyer beside its keys: what it is compared by, and what is odd about it."""

from collections.abc import Collection, Iterable, Sequence

from shared.domain.buyers import COMMERCE, Buyer
from shared.domain.keys import is_impossible_vat
from shared.domain.records import Company, Order
from shared.domain.routing import fitting_entities
from shared.domain.snapshot import Snapshot

NUMBERS = frozenset({"vat", "account_reference"})
"""What a buyer is compared by that is a key."""


def describe_all(snapshot: Snapshot, buyers: Sequence[Buyer], names: Collection[str]) -> list[dict[str, str]]:
    """Give what buyers are compared by: of name, phone, postcode, street and numbers what is asked for.

    These come from the company, else from the latest order that has them; numbers are keys.
    """
    orders = snapshot.table(Order, *COMMERCE)
    companies = snapshot.table(Company, *COMMERCE)
    rows = sorted({row for buyer in buyers for row in buyer.orders})
    found: list[dict[str, str]] = [{} for _ in buyers]
    for name in names:
        ordered = {} if name in NUMBERS else orders.at(name, rows)
        for buyer, described in zip(buyers, found, strict=True):
            if name in NUMBERS:
                described[name] = next((value for key, value in buyer.keys if key == name), "")
                continue
            own = "" if buyer.company is None else companies[name][buyer.company]
            described[name] = own or next(
                (ordered[row] for row in reversed(buyer.orders) if ordered[row]), ""
            )
    return found


def notes_on(snapshot: Snapshot, buyer: Buyer) -> tuple[str, ...]:
    """Say what is odd about a buyer; values that tell who it is stay out."""
    workspace = snapshot.workspace
    notes = []
    if any(key == "vat" and is_impossible_vat(value) for key, value in buyer.keys):
        notes.append("The shop's VAT number fails its country's own check: it may be mistyped")
    if len(buyer.entities) > 1:
        notes.append(f"Orders of this buyer post to several entities: {_listed(buyer.entities)}")
    if len(workspace.entities) > 1:
        orders = snapshot.table(Order, *COMMERCE)
        fitting = fitting_entities(workspace.field_map, orders, buyer.orders)
        if not buyer.entity:
            notes.append("No routing rule fits these orders, and the field map has no default entity")
        elif len(fitting) > 1:
            notes.append(
                f"Rules of several entities fit these orders, and the first counts: {_listed(fitting)}"
            )
    return tuple(notes)


def _listed(entities: Iterable[str]) -> str:
    return ", ".join(entity or "none" for entity in entities)
