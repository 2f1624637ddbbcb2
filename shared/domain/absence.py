"""Which buyers with orders in a window the ledger's master does not know."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.buyers import COMMERCE, Buyer, address_keys, buyers_of, fitting_entities, placed
from shared.domain.keys import is_impossible_vat
from shared.domain.matching import Candidate, MasterIndex, Match, confidence
from shared.domain.money import format_money
from shared.domain.records import Company, MasterCustomer, Order
from shared.domain.rows import PRIVACY_BLOCKED
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, text
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
    notes: tuple[str, ...] = ()
    """What is odd about the buyer besides: its routing, or a number that cannot be."""

    @property
    def is_counted(self) -> bool:
        """Say whether something is missing: not where two records fit and people have to choose."""
        return self.match.outcome != "ambiguous"


@dataclass(frozen=True, slots=True)
class Population:
    """All buyers of a window, each of them matched, absent, pending, out of scope or a guest left out."""

    index: MasterIndex
    buyers: tuple[Buyer, ...]
    """Those who are looked up: the matched, the absent and the pending."""
    matched: int
    absences: tuple[Absence, ...]
    ambiguous: tuple[Absence, ...] = ()
    """Buyers with a record, and with another one that fits as well: matched, and to be looked at."""
    pending: tuple[Buyer, ...] = ()
    """Those not found who ordered only after the master was read: it may well know them by now (GEN-02)."""
    out_of_scope: int = 0
    guests_left_out: int = 0

    @property
    def cases(self) -> tuple[Absence, ...]:
        """Give every buyer that people should see, whether it counts or not."""
        return self.absences + self.ambiguous


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
    everyone = buyers_of(snapshot, in_window)
    scoped = [buyer for buyer in everyone if settings.scope == "all" or buyer.segment == "b2b"]
    buyers = [buyer for buyer in scoped if settings.include_guests or buyer.segment != "guest"]
    masters = snapshot.table(MasterCustomer, *master.ledgers)
    index = MasterIndex(masters, snapshot.workspace, snapshot.standing)
    found = (_case(snapshot, index, master, buyer) for buyer in buyers)
    cases = [replace(case, notes=_notes(snapshot, case.buyer)) for case in found if case is not None]
    ambiguous = [case for case in cases if case.match.outcome == "ambiguous"]
    missing = [case for case in cases if case.is_counted]
    read_until = _read_until(snapshot, master)
    absent = [case for case in missing if orders["placed_at"][case.buyer.orders[0]] <= read_until]
    pending = [case.buyer for case in missing if orders["placed_at"][case.buyer.orders[0]] > read_until]
    looked_at = [(describe(snapshot, case.buyer), case.buyer) for case in absent]
    near = index.nearest(looked_at)
    absent = [replace(case, candidates=each) for case, each in zip(absent, near, strict=True)]
    return Population(
        index,
        tuple(buyers),
        len(buyers) - len(missing),
        tuple(absent),
        tuple(ambiguous),
        tuple(pending),
        out_of_scope=len(everyone) - len(scoped),
        guests_left_out=len(scoped) - len(buyers),
    )


def _read_until(snapshot: Snapshot, master: Master) -> str:
    """Give the instant up to which the whole customer master is known."""
    bounds = (
        each.complete_until
        for each in snapshot.inputs
        if each.record_type is MasterCustomer and each.kind in master.ledgers
    )
    return text(min((bound for bound in bounds if bound is not None), default=snapshot.as_of))


def _case(snapshot: Snapshot, index: MasterIndex, master: Master, buyer: Buyer) -> Absence | None:
    """Give the case of a buyer; None for one that the master knows."""
    keys = buyer.keys
    match = index.find(keys, buyer.entity, buyer.identity)
    if match.row is None and master.fallback_keys:
        keys += _fallback_keys(describe(snapshot, buyer), master.fallback_keys)
        match = index.find(keys, buyer.entity, buyer.identity)
    if match.row is not None:
        may_lack_vat = (
            master.must_carry_vat and buyer.segment == "b2b" and not index.masters["vat"][match.row]
        )
        if not may_lack_vat or not any(key == "vat" for key, _ in buyer.keys):
            return None
        # Another record of this buyer that carries the number shows that Finance has it.
        if index.carries_vat(keys, buyer.entity, buyer.identity):
            return None
        return Absence(buyer, match, lacks_vat=True)
    return Absence(buyer, match)


def describe(snapshot: Snapshot, buyer: Buyer) -> dict[str, str]:
    """Give what a buyer is compared by: its numbers, and name, phone, postcode and street.

    These come from the company, else from the latest order that has them.
    """
    orders = snapshot.table(Order, *COMMERCE)
    companies = snapshot.table(Company, *COMMERCE)
    described = {}
    for name in ("name", "phone", "postcode", "street"):
        own = "" if buyer.company is None else companies[name][buyer.company]
        ordered = (orders[name][row] for row in reversed(buyer.orders) if orders[name][row])
        described[name] = own or next(ordered, "")
    numbers = ("vat", "account_reference")
    return described | {
        name: next((value for key, value in buyer.keys if key == name), "") for name in numbers
    }


def _notes(snapshot: Snapshot, buyer: Buyer) -> tuple[str, ...]:
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
    is_hidden = found.index.is_privacy_blocked(absence.match)
    return {
        "identity": PRIVACY_BLOCKED if is_hidden else absence.buyer.identity,
        "notes": list(absence.notes),
        "keys_tried": absence.match.shown(is_hidden=is_hidden),
        "outcome": absence.match.outcome,
        "found_in_entities": sorted({found.index.entity(row) for row in absence.match.others}),
        "records": [_record(masters, row) for row in absence.match.others],
        "candidates": [
            {
                **_record(masters, candidate.row),
                "points": candidate.points,
                "why": list(candidate.why),
                "differs": list(candidate.differing),
                "confidence": confidence(candidate.points),
            }
            for candidate in absence.candidates
        ],
    }


def _record(masters: Any, row: int) -> dict[str, Any]:
    is_hidden = masters["is_privacy_blocked"][row]
    return {
        "connection": masters.connections[row],
        "number": masters["number"][row],
        "company": masters["company"][row],
        "state": masters["state"][row],
        "name": PRIVACY_BLOCKED if is_hidden else masters.detail(row, "display_name"),
        "email": PRIVACY_BLOCKED if is_hidden else masters["email"][row],
    }


def _fallback_keys(described: dict[str, str], names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    keys = address_keys(described)
    return tuple((name, key) for name in names if name == "name_and_address" for key in keys)
