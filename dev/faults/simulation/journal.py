"""What is noted while a simulation runs, for the checks that come after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dev.faults.storage.account import Account
from shared.store.columns import unpack
from shared.store.readings import Mark, Standing

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A reading as people could see it from an instant on."""

    at: float
    reading: Document


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that a channel took."""

    at: float
    delivery: str
    """The id of the delivery, or a hash of what Teams was sent."""
    instance: int
    is_lost: bool
    """The sender got no answer, or one that it could not read."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A delivery that was written."""

    at: float
    delivery: str
    state: str
    instance: int


@dataclass(slots=True)
class Deed:
    """What somebody wanted to do, and what came of it."""

    at: float
    kind: str
    words: str
    """What the deed is known by: the text of a comment, who did it."""
    about: str = ""
    card: str = ""
    action: str = ""
    outcome: str = "unknown"
    """`done`, `refused` (nothing may be left of it) or `unknown` (it may be there)."""


@dataclass
class Journal:
    """Everything that is noted."""

    shown: list[Shown] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    failed: list[tuple[float, int, str]] = field(default_factory=list)
    """When an instance's operation on storage failed, by instance, and the row that it was about."""
    ended: dict[int, float] = field(default_factory=dict)
    """When instances ended, in whatever way."""
    deeds: list[Deed] = field(default_factory=list)
    committed: dict[tuple[str, str], float] = field(default_factory=dict)
    """When runs were committed, by the partition of their stream and their name."""
    _latest: dict[str, Document] = field(default_factory=dict)
    _standing: Mapping[str, Mark] = field(default_factory=dict)

    def readings_changed(self, storage: Account, at: float, partition: str, row: str) -> None:
        """Note what people see after a write to the readings."""
        kept = storage.rows("readings").get(partition, row)
        if kept is None:
            return
        if row.startswith("latest|"):
            reading = unpack(dict(kept.values))
            self._latest[reading["card"]] = reading
            self._show(at, reading)
        elif row == "standing":
            before = self._standing
            self._standing = {card: Mark(**mark) for card, mark in unpack(dict(kept.values)).items()}
            for card, mark in self._standing.items():
                if before.get(card) != mark and card in self._latest:
                    self._show(at, self._latest[card])

    def delivery_changed(self, storage: Account, at: float, partition: str, row: str, instance: int) -> None:
        """Note how a delivery stands after a write."""
        kept = storage.rows("alerts").get(partition, row)
        if kept is not None:
            self.noted.append(Noted(at, str(kept.values["id"]), str(kept.values["state"]), instance))

    def _show(self, at: float, reading: Document) -> None:
        self.shown.append(Shown(at, Standing(self._standing).shown(reading)))
