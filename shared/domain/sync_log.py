"""What a connector's log says about its attempts: read, never guessed (decision 16)."""

from collections import defaultdict
from dataclasses import dataclass

from shared.domain import keys
from shared.domain.snapshot import Table

RECURRING = 2
"""Failures with the same reason from which a failure counts as recurring (SAGE-CM-18)."""
_ENDED = frozenset({"succeeded", "failed"})


@dataclass(frozen=True, slots=True)
class Failure:
    """The latest failed attempt for one subject."""

    at: str
    reason: str
    field: str
    code: str
    attempts: int
    """How many attempts failed with this reason."""

    @property
    def is_recurring(self) -> bool:
        """Say whether the same failure came more than once."""
        return self.attempts >= RECURRING


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
        rows = {
            row
            for reference in references
            if reference
            for row in self._by_reference.get((subject, keys.account_reference(reference)), [])
        }
        log = self._attempts
        ended = sorted(
            (row for row in rows if log["state"][row] in _ENDED),
            key=lambda row: (log["started_at"][row], log["finished_at"][row], log["id"][row]),
        )
        if not ended or log["state"][ended[-1]] != "failed":
            return None
        last = ended[-1]
        same = [
            row for row in ended if log["state"][row] == "failed" and self._reason(row) == self._reason(last)
        ]
        if between and not any(between[0] <= log["started_at"][row] <= between[1] for row in same):
            return None
        return Failure(
            at=log["started_at"][last],
            reason=log["error"][last],
            field=log["error_field"][last],
            code=log["error_code"][last],
            attempts=len(same),
        )

    def _reason(self, row: int) -> tuple[str, str]:
        return self._attempts["error_code"][row], self._attempts["error_field"][row] or self._attempts[
            "error"
        ][row]
