"""What a connector's log says about its attempts: read, never guessed (decision 16)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.domain import keys
from shared.domain.flow_runs import without_personal_data
from shared.domain.snapshot import Table

RECURRING = 2
"""Failures with the same reason from which a failure counts as recurring (SAGE-CM-18)."""
_ENDED = frozenset({"succeeded", "failed"})


@dataclass(frozen=True, slots=True)
class Failure:
    """The latest failed attempt for one subject, or the latest that was skipped."""

    at: str
    reason: str
    field: str
    code: str
    attempts: int
    """How many attempts ended so, with this reason."""

    @property
    def is_recurring(self) -> bool:
        """Say whether the same failure came more than once."""
        return self.attempts >= RECURRING

    def shown(self, hidden: str = "") -> dict[str, Any]:
        """Give it as a row shows it; with `hidden` in place of its words, which may name a person."""
        return {
            "at": self.at,
            "reason": hidden or without_personal_data(self.reason),
            "field": self.field,
            "code": self.code,
            "attempts": self.attempts,
            "is_recurring": self.is_recurring,
        }


class SyncLog:
    """The attempts of a log, by what they were about."""

    def __init__(self, attempts: Table) -> None:
        self._attempts = attempts
        self._by_reference: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row, (subject, reference) in enumerate(
            zip(attempts["subject"], attempts["reference"], strict=True)
        ):
            self._by_reference[subject, keys.account_reference(reference)].append(row)
        finished = [
            attempts["started_at"][row]
            for row in self._by_reference.get(("", ""), [])
            if attempts["state"][row] in _ENDED
        ]
        self.last_run_at = max(finished, default="")
        """When the connector's latest finished run started; "" where the log tells of none."""
        self.is_empty = not len(attempts)

    def failure(
        self, subject: str, *references: str, between: tuple[str, str] | None = None
    ) -> Failure | None:
        """Give the failure that stands for any of these references; None once a later attempt succeeded.

        A later attempt that was skipped or still runs mends nothing. `between` asks that it failed
        so from one instant to another, too.
        """
        ended = [row for row in self._rows(subject, references) if self._attempts["state"][row] in _ENDED]
        if not ended or self._attempts["state"][ended[-1]] != "failed":
            return None
        same = self._alike(ended)
        if between and not any(between[0] <= self._attempts["started_at"][row] <= between[1] for row in same):
            return None
        return self._found(same)

    def skip(self, subject: str, *references: str) -> Failure | None:
        """Give why the connector passed over any of these references, if that is what it did last."""
        rows = self._rows(subject, references)
        if not rows or self._attempts["state"][rows[-1]] != "skipped":
            return None
        return self._found(self._alike(rows))

    def last(self, subject: str, *references: str) -> tuple[str, str] | None:
        """Give state and start of the latest attempt on any of these references, if there was one."""
        rows = self._rows(subject, references)
        return (self._attempts["state"][rows[-1]], self._attempts["started_at"][rows[-1]]) if rows else None

    def _rows(self, subject: str, references: Iterable[str]) -> list[int]:
        """Give the attempts on any of these references, oldest first."""
        log = self._attempts
        rows = {
            row
            for reference in references
            if reference
            for row in self._by_reference.get((subject, keys.account_reference(reference)), [])
        }
        return sorted(rows, key=lambda row: (log["started_at"][row], log["finished_at"][row], log["id"][row]))

    def _alike(self, rows: list[int]) -> list[int]:
        """Give the attempts that ended as the last one did, and for the same reason."""
        ending = self._ending(rows[-1])
        return [row for row in rows if self._ending(row) == ending]

    def _found(self, same: list[int]) -> Failure:
        log, last = self._attempts, same[-1]
        return Failure(
            at=log["started_at"][last],
            reason=log["error"][last],
            field=log["error_field"][last],
            code=log["error_code"][last],
            attempts=len(same),
        )

    def _ending(self, row: int) -> tuple[str, str, str]:
        log = self._attempts
        return log["state"][row], log["error_code"][row], log["error_field"][row] or log["error"][row]
