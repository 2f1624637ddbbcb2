"""Which buyers with orders in a window the ledger's master does not know."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress
from operator import not_

from shared.domain import persons as plain
from shared.domain.addresses import rows_by_address
from shared.domain.buyer_keys import address_keys
from shared.domain.buyers import COMMERCE, Buyer
from shared.domain.described import NUMBERS, describe_all, notes_on
from shared.domain.emails import emails_of_orders
from shared.domain.master_keys import NAME_AND_ADDRESS
from shared.domain.matching import NOWHERE, Candidate, MasterIndex, Match
from shared.domain.persons import Persons, everyone, persons_as_buyers
from shared.domain.records import Company, MasterCustomer
from shared.domain.similarity import COMPARED
from shared.domain.snapshot import Snapshot, Table
from shared.domain.timeline import timeline
from shared.domain.windows import Window, text
from shared.domain.workspace import CardSettings

Keys = tuple[tuple[str, str], ...]
LookedUp = tuple[Buyer, Keys, Match]


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
    persons: Persons
    """Those who are looked up and whom one email tells."""
    others: tuple[Buyer, ...]
    """The others who are looked up: matched, absent or pending."""
    matched: int
    absences: tuple[Absence, ...]
    ambiguous: tuple[Absence, ...] = ()
    """Buyers with a record, and with another one that fits as well: matched, and to be looked at."""
    pending: tuple[Buyer, ...] = ()
    """Those not found who ordered only after the master was read: it may well know them by now (GEN-02)."""
    out_of_scope: int = 0
    guests_left_out: int = 0

    @property
    def expected(self) -> int:
        """Count the records that these buyers need, one in each entity that they ordered from."""
        return self._persons + len(self.others)

    @property
    def distinct(self) -> int:
        """Count these buyers, each once."""
        return self._persons + len({buyer.identity for buyer in self.others})

    @property
    def _persons(self) -> int:
        return sum(map(len, self.persons.values()))

    @property
    def cases(self) -> tuple[Absence, ...]:
        """Give every buyer that people should see, whether it counts or not."""
        return self.absences + self.ambiguous


def population(snapshot: Snapshot, window: Window, settings: CardSettings, master: Master) -> Population:
    """Look every buyer with a placed order in the window up in the master, and compare the absent."""
    return compared(snapshot, parted(snapshot, window, settings, master), master)


def parted(snapshot: Snapshot, window: Window, settings: CardSettings, master: Master) -> Population:
    """Say who of a window the customer master knows; whom the absent are like is not yet looked for."""
    found = everyone(snapshot, window)
    scoped = [buyer for buyer in found.others if settings.scope == "all" or buyer.segment == "b2b"]
    others = [buyer for buyer in scoped if settings.include_guests or buyer.segment != "guest"]
    persons = found.persons if settings.scope == "all" else {}
    left_out = sum(map(len, found.persons.values())) if settings.scope != "all" else 0
    index = master_index(snapshot, master.ledgers)
    strangers = {entity: index.strangers(each, entity) for entity, each in persons.items()}
    unknown = [*others, *persons_as_buyers(found, strangers)]
    cases = _in_time(snapshot, _cases(snapshot, index, master, unknown))
    missing = [case for case in cases if case.is_counted]
    is_late = _are_later(snapshot, missing, window, _read_until(snapshot, master))
    return Population(
        index,
        persons,
        tuple(others),
        sum(map(len, persons.values())) + len(others) - len(missing),
        tuple(case for case, late in zip(missing, is_late, strict=True) if not late),
        tuple(case for case in cases if case.match.outcome == "ambiguous"),
        tuple(case.buyer for case in compress(missing, is_late)),
        out_of_scope=left_out + len(found.others) - len(scoped),
        guests_left_out=len(scoped) - len(others),
    )


def compared(snapshot: Snapshot, found: Population, master: Master) -> Population:
    """Add to each case what is odd about its buyer, and to the absent whom they are like."""
    described = describe_all(snapshot, [case.buyer for case in found.cases], COMPARED)
    described, of_ambiguous = described[: len(found.absences)], described[len(found.absences) :]
    near = found.index.nearest(
        [(each, case.buyer) for each, case in zip(described, found.absences, strict=True)]
    )
    return replace(
        found,
        absences=tuple(
            replace(_fully_tried(master, case, told), candidates=each, notes=notes_on(snapshot, case.buyer))
            for case, told, each in zip(found.absences, described, near, strict=True)
        ),
        ambiguous=tuple(
            replace(_fully_tried(master, case, told), notes=notes_on(snapshot, case.buyer))
            for case, told in zip(found.ambiguous, of_ambiguous, strict=True)
        ),
    )


def _fully_tried(master: Master, case: Absence, described: Mapping[str, str]) -> Absence:
    """Say of a name and address, too, that the master has nobody there: without a look it was known."""
    tried = [key for key, _, _ in case.match.tried].count(NAME_AND_ADDRESS)
    own = [key for key, _ in case.buyer.keys].count(NAME_AND_ADDRESS)
    if case.match.row is not None or NAME_AND_ADDRESS not in master.fallback_keys or tried > own:
        return case
    further = tuple((NAME_AND_ADDRESS, key, NOWHERE) for key in address_keys(described))
    return replace(case, match=replace(case.match, tried=case.match.tried + further))


def master_index(snapshot: Snapshot, ledgers: tuple[str, ...]) -> MasterIndex:
    """Give a customer master by its keys, with what people decided, indexed once for all windows."""
    masters = snapshot.table(MasterCustomer, *ledgers)
    return snapshot.once(
        (MasterIndex, ledgers),
        lambda: MasterIndex(
            masters, snapshot.workspace, snapshot.standing, emails_of_orders(snapshot).distinct
        ),
    )


def first_orders(snapshot: Snapshot, window: Window, found: Population) -> list[int]:
    """Give the first order of each who is looked up, in no certain order."""
    persons = plain.first_orders(everyone(snapshot, window), found.persons)
    return [*persons, *(buyer.orders[0] for buyer in found.others)]


def _in_time(snapshot: Snapshot, cases: Iterable[Absence]) -> list[Absence]:
    """Sort cases by their first orders: no two have one in common."""
    by_first = {case.buyer.orders[0]: case for case in cases}
    return [by_first[row] for row in timeline(snapshot).in_order(by_first)]


def _are_later(
    snapshot: Snapshot, cases: Sequence[Absence], window: Window, read_until: str
) -> Sequence[bool]:
    """Say of each case whether it first ordered after the master was read."""
    if window.end <= read_until:
        return [False] * len(cases)
    placed_at = timeline(snapshot).placed_at
    return [placed_at[case.buyer.orders[0]] > read_until for case in cases]


def _read_until(snapshot: Snapshot, master: Master) -> str:
    """Give the instant up to which the whole customer master is known."""
    bounds = (
        each.complete_until
        for each in snapshot.inputs
        if each.record_type is MasterCustomer and each.kind in master.ledgers
    )
    return text(min((bound for bound in bounds if bound is not None), default=snapshot.as_of))


def _cases(snapshot: Snapshot, index: MasterIndex, master: Master, buyers: Sequence[Buyer]) -> list[Absence]:
    """Give the cases among some buyers: those whom the master does not know, or not well enough."""
    companies = snapshot.table(Company, *COMMERCE)
    left = _not_plain(index, master, buyers, companies)
    _expect(index, companies, [key for buyer in left for key in buyer.keys])
    index.expect_numbers(key for buyer in left for key in buyer.keys)
    looked_up = [(buyer, buyer.keys, index.find(buyer.keys, buyer.entity, buyer.identity)) for buyer in left]
    if NAME_AND_ADDRESS in master.fallback_keys:
        looked_up = _looked_up_again(snapshot, index, looked_up)
    cases = (_case(index, master, *each) for each in looked_up)
    return [case for case in cases if case is not None]


def _expect(index: MasterIndex, companies: Table, keys: Collection[tuple[str, str]]) -> None:
    """Look some keys up together, and with them what other windows may ask: those of all companies."""
    names = {name for name, _ in keys} & NUMBERS
    others = ((name, value) for name in names for value in companies[name] if value)
    index.expect(chain(keys, others))


def _not_plain(index: MasterIndex, master: Master, buyers: Sequence[Buyer], companies: Table) -> list[Buyer]:
    """Leave out the buyers whose first key tells that the master knows them well enough: nearly all."""
    _expect(index, companies, [buyer.keys[0] for buyer in buyers if buyer.keys])
    records = [index.plainly(buyer.keys, buyer.entity) for buyer in buyers]
    if not master.must_carry_vat:
        return [*compress(buyers, (row is None for row in records))]
    vat_of = index.masters.at("vat", {row for row in records if row is not None})
    is_plain = (
        row is not None and bool(buyer.segment != "b2b" or vat_of[row])
        for buyer, row in zip(buyers, records, strict=True)
    )
    return [*compress(buyers, map(not_, is_plain))]


def _looked_up_again(snapshot: Snapshot, index: MasterIndex, looked_up: list[LookedUp]) -> list[LookedUp]:
    """Try names and addresses for those who were not found, where the master has anybody there."""

    def described(people: Sequence[int], name: str) -> dict[int, str]:
        told = describe_all(snapshot, [looked_up[at][0] for at in people], (name,))
        return {at: each[name] for at, each in zip(people, told, strict=True)}

    absent = [at for at, (_, _, match) in enumerate(looked_up) if match.row is None]
    keys_of, found = rows_by_address(index.masters, absent, described)
    index.remember(NAME_AND_ADDRESS, found)
    index.expect_numbers((NAME_AND_ADDRESS, key) for key in found)
    again = [*looked_up]
    for at, addresses in keys_of.items():
        if any(found[key] for key in addresses):
            buyer, own, _ = looked_up[at]
            keys = (*own, *((NAME_AND_ADDRESS, key) for key in addresses))
            again[at] = (buyer, keys, index.find(keys, buyer.entity, buyer.identity))
    return again


def _case(index: MasterIndex, master: Master, buyer: Buyer, keys: Keys, match: Match) -> Absence | None:
    """Give the case of a buyer; None for one that the master knows."""
    if match.row is None:
        return Absence(buyer, match)
    if not master.must_carry_vat or buyer.segment != "b2b" or index.masters.cell(match.row, "vat"):
        return None
    # Another record of this buyer that carries the number shows that Finance has it.
    is_known = not any(key == "vat" for key, _ in buyer.keys)
    if is_known or index.carries_vat(keys, buyer.entity, buyer.identity):
        return None
    return Absence(buyer, match, lacks_vat=True)
