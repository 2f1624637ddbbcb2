"""Which buyers with orders in a window the ledger's master does not know."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.domain.buyers import COMMERCE, Buyer, address_key, buyers_of, placed
from shared.domain.matching import Candidate, MasterIndex, Match, confidence
from shared.domain.money import format_money
from shared.domain.records import Company, MasterCustomer, Order
from shared.domain.rows import PRIVACY_BLOCKED
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window
from shared.domain.workspace import CardSettings


@dataclass(frozen=True, slots=True)
class Master:
    """Which customer master buyers are looked up in, and how."""

    ledgers: tuple[str, ...]
    """The kinds of connection that hold it."""
    fallback_keys: tuple[str, ...] = ()
    """Keys that are tried last, for every segment (D365-ABS-04)."""
    must_carry_vat: bool = False
    """A B2B record without a VAT number that the shop knows is a case of its own."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A case: one buyer beside what the master holds for it."""

    buyer: Buyer
    match: Match
    candidates: tuple[Candidate, ...] = ()
    """Master records that look like this buyer: suspected duplicates (SAGE-ABS-13)."""
    lacks_vat: bool = False
    """The master knows the buyer, but not its VAT number, and the shop does (decision 19)."""


@dataclass(frozen=True, slots=True)
class Population:
    """All buyers of a window, parted into those the master knows and those it does not."""

    index: MasterIndex
    buyers: tuple[Buyer, ...]
    matched: int
    absences: tuple[Absence, ...]


def population(
    snapshot: Snapshot,
    window: Window,
    settings: CardSettings,
    master: Master,
) -> Population:
    """Look every buyer with a placed order in the window up in the customer master."""
    orders = snapshot.table(Order, *COMMERCE)
    in_window = [
        row
        for row, (moment, counts) in enumerate(zip(orders["placed_at"], placed(orders), strict=True))
        if counts and window.holds(moment)
    ]
    buyers = [buyer for buyer in buyers_of(snapshot, in_window) if _is_in_scope(buyer, settings)]
    index = MasterIndex(snapshot.table(MasterCustomer, *master.ledgers), snapshot.workspace)
    absences: list[Absence] = []
    for buyer in buyers:
        described = describe(snapshot, buyer)
        match = index.find(buyer.keys + tuple(_fallback_keys(described, master.fallback_keys)), buyer.entity)
        if match.row is None:
            absences.append(Absence(buyer, match, index.nearest(described, buyer.entity)))
        elif master.must_carry_vat and buyer.segment == "b2b" and _lacks_vat(buyer, index, match.row):
            absences.append(Absence(buyer, match, lacks_vat=True))
    return Population(index, tuple(buyers), len(buyers) - len(absences), tuple(absences))


def describe(snapshot: Snapshot, buyer: Buyer) -> dict[str, str]:
    """Give a buyer's name, phone, postcode and street, from the company or the latest order."""
    orders = snapshot.table(Order, *COMMERCE)
    latest = buyer.orders[-1]
    described = {name: orders[name][latest] for name in ("name", "phone", "postcode", "street")}
    if buyer.company is not None:
        companies = snapshot.table(Company, *COMMERCE)
        own = {name: companies[name][buyer.company] for name in described}
        described |= {name: value for name, value in own.items() if value}
    return described


def attached_orders(snapshot: Snapshot, rows: Iterable[int]) -> tuple[dict[str, Any], ...]:
    """Give the orders behind a case as a row shows them, in the order given."""
    orders = snapshot.table(Order, *COMMERCE)
    return tuple(
        {
            "number": orders["number"][row],
            "id": orders["id"][row],
            "connection": orders.connections[row],
            "placed_at": orders["placed_at"][row],
            "state": orders["state"][row],
            "net": format_money(orders["net"][row]),
            "currency": orders["currency"][row],
            "url": orders.detail(row, "url"),
        }
        for row in rows
    )


def evidence(found: Population, absence: Absence) -> dict[str, Any]:
    """Give what was tried and what came near, for people who check it by hand (GEN-06)."""
    masters = found.index.masters
    return {
        "keys_tried": absence.match.shown(is_hidden=found.index.is_privacy_blocked(absence.match)),
        "outcome": absence.match.outcome,
        "found_in_entities": sorted({found.index.entity(row) for row in absence.match.others}),
        "records": [_record(masters, row) for row in absence.match.others],
        "candidates": [
            {
                **_record(masters, candidate.row),
                "points": candidate.points,
                "why": list(candidate.why),
                "confidence": confidence(candidate.points),
            }
            for candidate in absence.candidates
        ],
    }


def _record(masters: Any, row: int) -> dict[str, Any]:
    is_hidden = masters["is_privacy_blocked"][row]
    return {
        "number": masters["number"][row],
        "company": masters["company"][row],
        "state": masters["state"][row],
        "name": PRIVACY_BLOCKED if is_hidden else masters.detail(row, "display_name"),
        "email": PRIVACY_BLOCKED if is_hidden else masters["email"][row],
    }


def _is_in_scope(buyer: Buyer, settings: CardSettings) -> bool:
    if settings.scope == "b2b" and buyer.segment != "b2b":
        return False
    return settings.include_guests or buyer.segment != "guest"


def _lacks_vat(buyer: Buyer, index: MasterIndex, row: int) -> bool:
    return any(key == "vat" for key, _ in buyer.keys) and not index.masters["vat"][row]


def _fallback_keys(described: dict[str, str], names: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    key = address_key(described)
    return [(name, key) for name in names if name == "name_and_address" and key]
