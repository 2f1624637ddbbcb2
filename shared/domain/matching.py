"""Finds each buyer in the ledger's customer master, or says how near it came."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.domain.arrays import Array, np
from shared.domain.blocks import near
from shared.domain.buyer_keys import mailed
from shared.domain.buyers import Buyer
from shared.domain.decisions import MasterRecord, Standing
from shared.domain.master_emails import PRESENT_STATES, MasterEmails
from shared.domain.master_keys import MasterKeys
from shared.domain.rows import PRIVACY_BLOCKED
from shared.domain.similarity import COMPARED, STRONG, compare
from shared.domain.snapshot import Table
from shared.domain.texts import Texts
from shared.domain.workspace import Workspace

CANDIDATES = 3
DECISION = "decision"
"""The key by which a person's decision finds a record."""
NOWHERE = "not in the master"
"""What came of a key that no record has."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A master record that comes near, and why it was not enough."""

    row: int
    points: float
    why: tuple[str, ...]
    """Field and points, `name +4`."""
    differing: tuple[str, ...] = ()
    """The fields that both have and that differ."""


@dataclass(frozen=True, slots=True)
class Match:
    """What the master holds for one set of keys.

    `outcome` is `matched`, `ambiguous` (the keys fit several records of one ledger company),
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


class MasterIndex(MasterKeys):
    """A customer master by its keys. Holding customers stand for nobody and are left out (SAGE-ABS-15)."""

    def __init__(
        self,
        masters: Table,
        workspace: Workspace,
        standing: Standing | None = None,
        asked: Texts | None = None,
    ) -> None:
        super().__init__(masters, workspace.field_map)
        self._workspace = workspace
        self._is_one_entity = len(workspace.entities) <= 1
        self._shared_by_more_than = workspace.field_map.shared_key_limit
        self._standing = standing or Standing()
        self._asked = Texts.of(()) if asked is None else asked
        """The emails that `strangers` may be asked about."""
        self._row_of = self._rows_of(self._standing.records)

    def is_privacy_blocked(self, match: Match) -> bool:
        """Say whether a record that fits by a key is blocked for privacy (decision 14)."""
        return any(self.masters.cell(row, "is_privacy_blocked") for row in match.rows)

    def entity(self, row: int) -> str:
        """Give the entity that a master record belongs to; "" serves all."""
        return self._workspace.entity_of_company(self.masters.cell(row, "company"))

    def plainly(self, keys: Sequence[tuple[str, str]], entity: str) -> int | None:
        """Give the one usable record that the first key fits; None where more has to be looked at."""
        if not keys or self._row_of or self._shared_by_more_than < 1:
            return None
        key, value = keys[0]
        rows = self._rows_with(key, mailed(key, value, self._field_map))
        if len(rows) != 1 or not self._serves(rows[0], entity):
            return None
        return rows[0] if self.masters.cell(rows[0], "state") in PRESENT_STATES else None

    def find(self, keys: Sequence[tuple[str, str]], entity: str, identity: str = "") -> Match:
        """Look a buyer up by a person's decision, then by its keys in order.

        The first key that fits exactly one usable record of a company matches. One that fits several
        leaves the choice to the keys after it, among these several. The same customer may well
        stand in two ledgers, or in two companies of one (D365-ABS-02).
        """
        tried: list[tuple[str, str, str]] = []
        ambiguous: list[int] = []
        unusable: list[int] = []
        elsewhere: list[int] = []
        every = [*self._all_fitting(keys, identity)]
        if not any(fitting for _, _, fitting in every):
            return Match("absent", tried=tuple((key, value, NOWHERE) for key, value, _ in every))
        for key, value, fitting in every:
            if self._is_shared(fitting):
                tried.append((key, value, f"shared by {len(fitting)} records"))
                continue
            here = [row for row in fitting if self._serves(row, entity)]
            usable = [row for row in here if self.masters.cell(row, "state") in PRESENT_STATES]
            chosen = [row for row in usable if row in ambiguous] if ambiguous else usable
            if single := self._single(chosen):
                return Match("matched", single[0], key, tried=(*tried, (key, value, self._name(single))))
            ambiguous += usable
            unusable += [row for row in here if row not in usable]
            elsewhere += [row for row in fitting if row not in here]
            tried.append((key, value, self._outcome(fitting, here, usable)))
        for outcome, rows in (("ambiguous", ambiguous), ("inactive", unusable), ("elsewhere", elsewhere)):
            if rows:
                return Match(outcome, others=tuple(dict.fromkeys(rows)), tried=tuple(tried))
        return Match("absent", tried=tuple(tried))

    def strangers(self, emails: Array, entity: str) -> Array:
        """Give those of these emails that do not lead straight to the one usable record that has them.

        They are numbers of the emails that may be asked about.
        """
        is_any = self._is_one_entity or not entity
        is_strange = np.zeros(len(self._asked), bool)
        is_strange[self._emails.strangers(emails, entity, is_any=is_any)] = True
        decided = {value for name, value in self._standing.keys if name == "email"}
        is_strange[self._asked.with_any(decided)[0]] = True
        return emails[is_strange[emails]]

    @cached_property
    def _emails(self) -> MasterEmails:
        entity_of = self._workspace.entity_of_company
        return MasterEmails(self.masters, self.texts("email"), self.is_own, self._asked, entity_of)

    def carries_vat(self, keys: Sequence[tuple[str, str]], entity: str, identity: str = "") -> bool:
        """Say whether any usable record that fits a key has a VAT number."""
        return any(
            self.masters.cell(row, "vat")
            for _, _, fitting in self._all_fitting(keys, identity)
            if not self._is_shared(fitting)
            for row in fitting
            if self._serves(row, entity) and self.masters.cell(row, "state") in PRESENT_STATES
        )

    def nearest(self, people: Sequence[tuple[Mapping[str, str], Buyer]]) -> list[tuple[Candidate, ...]]:
        """Give for each buyer, as described, the records of its entity that are most like it (SAGE-ABS-13).

        Only records that share a block are compared, and not those that a person told apart.
        """
        columns = {name: self.masters.whole.texts(name) for name in COMPARED}
        blocks, others = near([described for described, _ in people], columns, self.is_own)
        found = []
        for (described, buyer), rows in zip(people, blocks, strict=True):
            entity, told_apart = buyer.entity, self._told_apart(buyer.keys, buyer.identity)
            scored = []
            for row in rows:
                if self._serves(row, entity) and row not in told_apart:
                    likeness = compare(described, others[row], is_company=buyer.segment == "b2b")
                    if likeness.is_suspected:
                        scored.append(Candidate(row, likeness.points, likeness.why, likeness.differing))
            lasting = {row: at for at, row in enumerate(self._in_order(each.row for each in scored))}
            scored.sort(key=lambda candidate: (-candidate.points, lasting[candidate.row]))
            found.append(tuple(scored[:CANDIDATES]))
        return found

    def _all_fitting(
        self, keys: Sequence[tuple[str, str]], identity: str
    ) -> Iterator[tuple[str, str, Sequence[int]]]:
        """Give what each key fits, a person's decisions first; records in lasting order."""
        told_apart: frozenset[int] = frozenset()
        if self._row_of:
            told_apart = self._told_apart(keys, identity)
            for known in _identities(keys, identity):
                for record in self._standing.aliases(known):
                    if record in self._row_of:
                        yield DECISION, record[2], [self._row_of[record]]
        for key, value in keys:
            rows = self._rows_with(key, mailed(key, value, self._field_map))
            yield key, value, [row for row in rows if row not in told_apart] if told_apart else rows

    def _told_apart(self, keys: Sequence[tuple[str, str]], identity: str) -> frozenset[int]:
        """Give the rows that a person said this buyer is not."""
        apart = (self._standing.not_same(known) for known in _identities(keys, identity))
        return frozenset(
            self._row_of[record] for records in apart for record in records & self._row_of.keys()
        )

    def _rows_of(self, records: frozenset[MasterRecord]) -> dict[MasterRecord, int]:
        """Find the rows of the records that decisions are about."""
        if not records:
            return {}
        masters = self.masters
        named = zip(masters.connections, masters["company"], masters["number"], strict=True)
        return {record: row for row, record in enumerate(named) if record in records}

    def _serves(self, row: int, entity: str) -> bool:
        return self._is_one_entity or not entity or self.entity(row) in ("", entity)

    def _is_shared(self, fitting: Sequence[int]) -> bool:
        """Say whether more records of one company have a key than can be one customer's."""
        if len(fitting) <= self._shared_by_more_than:
            return False
        return max(self._by_company(fitting).values()) > self._shared_by_more_than

    def _single(self, rows: Sequence[int]) -> Sequence[int]:
        """Give the records that are alone in their company."""
        if len(rows) < 2:  # noqa: PLR2004 - nearly always
            return rows
        count = self._by_company(rows)
        return [row for row in rows if count[self._company(row)] == 1]

    def _by_company(self, rows: Sequence[int]) -> Counter[tuple[str, str]]:
        return Counter(self._company(row) for row in rows)

    def _company(self, row: int) -> tuple[str, str]:
        return self.masters.connections[row], self.masters.cell(row, "company")

    def _name(self, rows: Sequence[int]) -> str:
        return "found " + ", ".join(self._number(row) for row in rows)

    def _outcome(self, fitting: Sequence[int], here: Sequence[int], usable: Sequence[int]) -> str:
        if usable:
            return f"fits several: {self._name(usable)}"
        if here:
            return f"takes no posting: {self._name(here)}"
        if fitting:
            return f"another entity: {self._name(fitting)}"
        return NOWHERE


def _identities(keys: Sequence[tuple[str, str]], identity: str) -> Iterable[str]:
    """Give the names under which a decision may know a buyer: its identity, and its keys of that kind."""
    same_kind = (f"{key}:{value}" for key, value in keys if key == keys[0][0])
    return dict.fromkeys((identity, *same_kind) if identity else same_kind)


def confidence(points: float) -> str:
    """Say in a word how sure a suspicion is."""
    return "strong" if points >= STRONG else "suspected"
