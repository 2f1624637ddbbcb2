"""Flow runs by time, to find the one that should have created a customer."""

import re
from bisect import bisect_left
from datetime import timedelta
from typing import Any

from shared.domain.snapshot import Table
from shared.domain.windows import instant, text

_UNSUCCESSFUL = frozenset({"failed", "cancelled", "skipped"})
_EMAIL = re.compile(r"[^\s@'\"<>(,;:]+@[^\s@'\"<>),;:]+")


def without_personal_data(error: str) -> str:
    """Hide email addresses in a vendor's error text: it may quote the payload."""
    return _EMAIL.sub("[email]", error)


class FlowRuns:
    """The flow runs that did not succeed, in the order of their start."""

    def __init__(self, runs: Table) -> None:
        self._runs = runs
        rows = [row for row, state in enumerate(runs["state"]) if state in _UNSUCCESSFUL]
        self._rows = sorted(rows, key=lambda row: (runs["started_at"][row], runs["id"][row]))
        self._starts = [runs["started_at"][row] for row in self._rows]

    def unsuccessful_after(self, moment: str, within: timedelta) -> dict[str, Any] | None:
        """Give the first unsuccessful run that started soon after an instant, if there is one."""
        position = bisect_left(self._starts, moment)
        if position == len(self._starts) or self._starts[position] > text(instant(moment) + within):
            return None
        return self._shown(self._rows[position])

    def naming(self, reference: str) -> dict[str, Any] | None:
        """Give the latest unsuccessful run whose error names this reference, if there is one."""
        if not reference:
            return None
        whole = re.compile(rf"(?<![0-9A-Z]){re.escape(reference)}(?![0-9A-Z])", re.IGNORECASE)
        found = (row for row in reversed(self._rows) if whole.search(self._runs.detail(row, "error")))
        return next((self._shown(row) for row in found), None)

    def _shown(self, row: int) -> dict[str, Any]:
        return {
            "flow": self._runs["flow"][row],
            "state": self._runs["state"][row],
            "started_at": self._runs["started_at"][row],
            "error_code": self._runs["error_code"][row],
            "error": without_personal_data(self._runs.detail(row, "error")),
        }
