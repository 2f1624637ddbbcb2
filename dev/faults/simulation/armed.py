"""Entries that wait for what they strike: the n-th operation, call or message from their time on."""

from collections.abc import Collection
from dataclasses import dataclass

from dev.faults.simulation.wrong import Entry


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    kind: str
    target: str
    """What it is aimed at; "" for all."""
    before: int
    """How many pass before it strikes."""
    left: int


class Armed:
    """The entries that wait."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def arm(self, entry: Entry, kind: str = "") -> None:
        """Let an entry wait for what it is aimed at, or under another name than its kind's for all of it."""
        target = "" if kind else entry.target
        self._waiting.append(_Waiting(entry, kind or entry.kind, target, entry.nth - 1, entry.count))

    def met(self, kinds: Collection[str], about: str = "") -> list[Entry]:
        """Count something that entries of these kinds wait for, and give those that strike it."""
        if not self._waiting:
            return []
        found = []
        for each in self._waiting:
            if each.kind not in kinds or each.target not in ("", about):
                continue
            if each.before:
                each.before -= 1
                continue
            each.left -= 1
            found.append(each.entry)
        if found:
            self._waiting = [each for each in self._waiting if each.left > 0]
        return found

    def disarm(self) -> None:
        """Forget them all."""
        self._waiting.clear()
