"""Finds each buyer in the ledger's customer master, or says how near it came."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.buyers import name_and_address
from shared.domain.rows import PRIVACY_BLOCKED
from shared.domain.similarity import STRONG, SUSPECTED, compare
from shared.domain.snapshot import Table
from shared.domain.workspace import Workspace

PRESENT_STATES = frozenset({"active", "on_hold", "blocked_shipping", "blocked_invoicing"})
"""A master record in another state takes no posting: reactivate it."""
BLOCK_CAP = 50
"""A postcode or phone that more records share than this says nothing (a call centre, a placeholder)."""
CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A master record that comes near, and why it was not enough."""

    row: int
    points: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What the master holds for one set of keys.

    `outcome` is `matched`, `ambiguous` (a key fits several records of one ledger company),
    `inactive` (only records that take no posting), `elsewhere` (another entity's record only) or
    `absent`.
    """

    outcome: str
    row: int | None = None
    key: str = ""
    others: tuple[int, ...] = ()
    """The records that fitted without counting."""
    tried: tuple[tuple[str, str, str], ...] = ()
    """Key, value and what came of it, in order."""

    @property
    def rows(self) -> tuple[int, ...]:
        """Give the record that matched, else those that fitted without counting."""
        return self.others if self.row is None else (self.row,)

    def shown(self, *, is_hidden: bool) -> list[dict[str, str]]:
        """Give what was tried, as rows show it (GEN-13); the values may be hidden."""
        return [
            {"key": key, "value": PRIVACY_BLOCKED if is_hidden else value, "outcome": outcome}
            for key, value, outcome in self.tried
        ]


class MasterIndex:
    """A customer master by its keys. Holding customers stand for nobody and are left out."""

    def __init__(self, masters: Table, workspace: Workspace) -> None:
        self.masters = masters
        self._entity = [workspace.entity_of_company(company) for company in masters["company"]]
        holding = {number.upper() for number in workspace.field_map.holding_customers}
        self._rows = [row for row, number in enumerate(masters["number"]) if number.upper() not in holding]
        self._by_key: dict[str, dict[str, list[int]]] = {}
        self._is_one_entity = len(workspace.entities) <= 1

    def is_privacy_blocked(self, match: Match) -> bool:
        """Say whether a record that fits by a key is blocked for privacy (decision 14)."""
        return any(self.masters["is_privacy_blocked"][row] for row in match.rows)

    def entity(self, row: int) -> str:
        """Give the entity that a master record belongs to; "" serves all."""
        return self._entity[row]

    def find(self, keys: tuple[tuple[str, str], ...], entity: str) -> Match:
        """Try the keys in order; the first that fits exactly one usable record of a company matches.

        The same customer may well stand in two ledgers, or in two companies of one (D365-ABS-02).
        """
        tried: list[tuple[str, str, str]] = []
        ambiguous: list[int] = []
        unusable: list[int] = []
        elsewhere: list[int] = []
        for key, value in keys:
            fitting = sorted(self._index(key).get(value, []), key=self._lasting)
            here = [row for row in fitting if self._serves(row, entity)]
            usable = [row for row in here if self.masters["state"][row] in PRESENT_STATES]
            if single := self._single(usable):
                return Match("matched", single[0], key, tried=(*tried, (key, value, self._name(single))))
            ambiguous += usable
            unusable += [row for row in here if row not in usable]
            elsewhere += [row for row in fitting if row not in here]
            tried.append((key, value, self._outcome(fitting, here, usable)))
        for outcome, rows in (("ambiguous", ambiguous), ("inactive", unusable), ("elsewhere", elsewhere)):
            if rows:
                return Match(outcome, others=tuple(dict.fromkeys(rows)), tried=tuple(tried))
        return Match("absent", tried=tuple(tried))

    def nearest(self, buyer: Mapping[str, str], entity: str) -> tuple[Candidate, ...]:
        """Give the entity's master records most like a buyer by name, phone, postcode and street.

        Only records that share a postcode or a phone are compared.
        """
        near: dict[int, None] = {}
        for key in ("postcode", "phone"):
            block = self._index(key).get(buyer.get(key, ""), []) if buyer.get(key) else []
            if len(block) <= BLOCK_CAP:
                near.update(dict.fromkeys(row for row in block if self._serves(row, entity)))
        scored = []
        for row in near:
            likeness = compare(buyer, {name: self.masters[name][row] for name in _COMPARED})
            if likeness.points >= SUSPECTED and likeness.is_same_person:
                scored.append(Candidate(row, likeness.points, likeness.why))
        scored.sort(key=lambda candidate: (-candidate.points, self._lasting(candidate.row)))
        return tuple(scored[:CANDIDATES])

    def _serves(self, row: int, entity: str) -> bool:
        return self._is_one_entity or not entity or self._entity[row] in ("", entity)

    def _single(self, rows: list[int]) -> list[int]:
        """Give the records that are alone in their company, in lasting order."""
        companies = [(self.masters.connections[row], self.masters["company"][row]) for row in rows]
        return [row for row, company in zip(rows, companies, strict=True) if companies.count(company) == 1]

    def _lasting(self, row: int) -> tuple[str, ...]:
        """Order records by what does not depend on when they were stored."""
        columns = (
            self.masters["number"],
            self.masters["company"],
            self.masters.connections,
            self.masters["id"],
        )
        return tuple(column[row] for column in columns)

    def _index(self, key: str) -> dict[str, list[int]]:
        if key not in self._by_key:
            index: dict[str, list[int]] = defaultdict(list)
            masters = self.masters
            for row in self._rows:
                value = name_and_address(masters, row) if key == "name_and_address" else masters[key][row]
                if value:
                    index[value].append(row)
            self._by_key[key] = dict(index)
        return self._by_key[key]

    def _name(self, rows: list[int]) -> str:
        return "found " + ", ".join(self.masters["number"][row] for row in rows)

    def _outcome(self, fitting: list[int], here: list[int], usable: list[int]) -> str:
        if usable:
            return f"fits several: {self._name(usable)}"
        if here:
            return f"takes no posting: {self._name(here)}"
        if fitting:
            return f"another entity: {self._name(fitting)}"
        return "not in the master"


_COMPARED = ("name", "phone", "postcode", "street")


def confidence(points: float) -> str:
    """Say in a word how sure a suspicion is."""
    return "strong" if points >= STRONG else "suspected"
