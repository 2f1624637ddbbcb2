"""Flow runs by time, to find the one that should have created a customer."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from shared.domain.snapshot import Table
from shared.domain.windows import Window, instant, local_date, text
from shared.domain.workspace import Workspace

_UNSUCCESSFUL = frozenset({"failed", "cancelled", "skipped"})
_EMAIL = re.compile(r"[^\s@'\"<>(,;:]+@[^\s@'\"<>),;:]+")


def without_personal_data(error: str) -> str:
    """Hide email addresses in a vendor's error text: it may quote the payload."""
    return _EMAIL.sub("[email]", error)


class FlowRuns:
    """The recorded flow runs, in the order of their start."""

    def __init__(self, runs: Table, gaps: Table | None = None) -> None:
        self._runs = runs
        self._gaps: list[tuple[str, str]] = []
        if gaps is not None:
            spans = zip(gaps["started_at"], gaps["ended_at"], strict=True)
            self._gaps = [(started_at, ended_at or started_at) for started_at, ended_at in spans]
        rows = [row for row, state in enumerate(runs["state"]) if state in _UNSUCCESSFUL]
        self._rows = sorted(rows, key=lambda row: (runs["started_at"][row], runs["id"][row]))
        self._starts = [runs["started_at"][row] for row in self._rows]
        self._all_starts = sorted(runs["started_at"])

    def unsuccessful_after(
        self, moment: str, within: timedelta, references: Iterable[str] = ()
    ) -> dict[str, Any] | None:
        """Give the unsuccessful run that started soon after an instant, if there is one.

        One whose error names a reference comes before the first: `names_record` says which it is.
        """
        rows = self._rows[bisect_left(self._starts, moment) :][: self._count(self._starts, moment, within)]
        if not rows:
            return None
        named = next((row for each in references for row in rows if self._names(row, each)), None)
        return self._shown(rows[0] if named is None else named) | {"names_record": named is not None}

    def naming(self, reference: str, since: str = "") -> dict[str, Any] | None:
        """Give the latest unsuccessful run since an instant whose error names this reference, if any."""
        rows = self._rows[bisect_left(self._starts, since) :]
        found = (row for row in reversed(rows) if self._names(row, reference))
        return next((self._shown(row) for row in found), None)

    def recorded_after(self, moment: str, within: timedelta) -> dict[str, Any]:
        """Count the runs that started soon after an instant: all that were recorded, and those that failed.

        None recorded means that nobody can tell: the flow was off, or its history is not read. So does a
        gap, where Power Automate itself says that it did not record all.
        """
        last = text(instant(moment) + within)
        return {
            "has_gap": any(started_at <= last and moment <= ended_at for started_at, ended_at in self._gaps),
            "recorded": self._count(self._all_starts, moment, within),
            "unsuccessful": self._count(self._starts, moment, within),
        }

    def unsuccessful_by_day(self, window: Window, workspace: Workspace) -> Counter[str]:
        """Count the window's unsuccessful runs by local day."""
        starts = self._starts[
            bisect_left(self._starts, window.start) : bisect_right(self._starts, window.end)
        ]
        return Counter(local_date(moment, workspace) for moment in starts)

    def _count(self, starts: list[str], moment: str, within: timedelta) -> int:
        return bisect_right(starts, text(instant(moment) + within)) - bisect_left(starts, moment)

    def _names(self, row: int, reference: str) -> bool:
        if not reference:
            return False
        whole = rf"(?<![0-9A-Z]){re.escape(reference)}(?![0-9A-Z])"
        return re.search(whole, self._runs.detail(row, "error"), re.IGNORECASE) is not None

    def _shown(self, row: int) -> dict[str, Any]:
        return {
            "flow": self._runs["flow"][row],
            "state": self._runs["state"][row],
            "started_at": self._runs["started_at"][row],
            "error_code": self._runs["error_code"][row],
            "error": without_personal_data(self._runs.detail(row, "error")),
        }
