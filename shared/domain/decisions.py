"""What people decided about a buyer and a master record, and what stands of it at an instant."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

MasterRecord = tuple[str, str, str]
"""Connection, company and number of a master record, as the ledger writes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision; it is never changed, only reversed, so that any past reading can be had again."""

    id: str
    kind: Literal["alias", "not_same"]
    """`alias`: this buyer is that record. `not_same`: it is not, however much they look alike."""
    identity: str
    """The buyer, as `Buyer.identity` names it: `email:ann@example.com`."""
    connection: str
    company: str
    number: str
    decided_at: str
    """By the workspace's clock, in RFC 3339 to the second."""
    decided_by: str
    why: str = ""
    reversed_at: str = ""
    reversed_by: str = ""

    @property
    def record(self) -> MasterRecord:
        """Give the master record that it is about."""
        return self.connection, self.company, self.number

    def stands(self, as_of: str) -> bool:
        """Say whether it had been taken, and not yet reversed, at an instant."""
        return self.decided_at <= as_of and not (self.reversed_at and self.reversed_at <= as_of)


class Standing:
    """The decisions that stand at an instant, by buyer.

    Of two about one buyer and record the later stands; so does, of two that give a buyer different
    records of one ledger company.
    """

    def __init__(self, decisions: Iterable[Decision] = (), as_of: str = "") -> None:
        latest: dict[tuple[str, MasterRecord], Decision] = {}
        for each in sorted(decisions, key=attrgetter("decided_at", "id")):
            if each.stands(as_of):
                latest.pop((each.identity, each.record), None)
                latest[each.identity, each.record] = each
        self._aliases: dict[str, dict[tuple[str, str], MasterRecord]] = defaultdict(dict)
        self._not_same: dict[str, set[MasterRecord]] = defaultdict(set)
        for each in latest.values():
            if each.kind == "alias":
                self._aliases[each.identity][each.connection, each.company] = each.record
            else:
                self._not_same[each.identity].add(each.record)

    @property
    def records(self) -> frozenset[MasterRecord]:
        """Give every master record that a decision is about."""
        aliased = (record for records in self._aliases.values() for record in records.values())
        return frozenset(aliased).union(*self._not_same.values())

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Give the names of all buyers that a decision is about, each parted into its kind and the rest."""
        named = (identity.partition(":") for identity in (*self._aliases, *self._not_same))
        return frozenset((kind, rest) for kind, _, rest in named)

    def aliases(self, identity: str) -> tuple[MasterRecord, ...]:
        """Give the records that a buyer is."""
        return tuple(sorted(self._aliases.get(identity, {}).values()))

    def not_same(self, identity: str) -> frozenset[MasterRecord]:
        """Give the records that a buyer is not."""
        return frozenset(self._not_same.get(identity, ()))
