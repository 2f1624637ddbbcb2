"""What somebody needs to know first, in one or two sentences."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from functions.dashboard.source_health import SourceLine

_CARDS = (
    ("alert", "alerts", "alert"),
    ("held", "is held", "are held"),
    ("not_evaluated", "is not evaluated yet", "are not evaluated yet"),
)
_SOURCES = (
    ("failed", "has failed", "have failed"),
    ("stale", "is late", "are late"),
    ("held", "is not read yet", "are not read yet"),
)


def summary(readings: Iterable[Mapping[str, Any]], sources: Iterable[SourceLine]) -> str:
    """Say which cards and sources need somebody, or that none does."""
    cards = Counter(str(each["status"]) for each in readings if each["status"] != "not_configured")
    states = Counter(each.state for each in sources)
    said = [
        _said("card", cards, _CARDS) or ("No card alerts." if cards else ""),
        _said("source", states, _SOURCES) or ("All sources are read." if states else ""),
    ]
    return " ".join(each for each in said if each)


def _said(what: str, counts: Counter[str], words: Iterable[tuple[str, str, str]]) -> str:
    found = [(counts[state], one, many) for state, one, many in words if counts[state]]
    if not found:
        return ""
    if counts.total() == 1:
        return f"The {what} {found[0][1]}."
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in found]
    return f"Of {counts.total()} {what}s, {', '.join(parts)}."
