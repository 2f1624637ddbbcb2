"""The gateway's filters: conditions on dates, times, numbers and texts, joined by `and` and `or`."""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

Row = Mapping[str, str]

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equalto": operator.eq,
    "greaterthan": operator.gt,
    "greaterthanorequalto": operator.ge,
    "lessthan": operator.lt,
    "lessthanorequalto": operator.le,
}
_FORMATS = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y")


def passes(row: Row, node: Element | None) -> bool:
    """Say whether a row fits a filter; where there is none, it does."""
    if node is None:
        return True
    if node.tag in {"and", "filter"}:
        return all(passes(row, each) for each in node)
    if node.tag == "or":
        return any(passes(row, each) for each in node)
    stored = row[node.findtext("field", "")]
    if node.tag == "isnull":
        return not stored
    wanted = node.findtext("value", "")
    return bool(stored) and _COMPARISONS[node.tag](_comparable(stored), _comparable(wanted))


def sorting(field: str) -> Callable[[Row], Any]:
    """Give what rows are sorted by."""
    return lambda row: _comparable(row[field])


def _comparable(text: str) -> tuple[int, Any]:
    """Give what a cell compares by: a time, a number, or a text; nothing comes first."""
    if text.isdigit():
        return (1, int(text))
    for known in _FORMATS:
        try:
            return (2, datetime.strptime(text, known))  # noqa: DTZ007 - all of one user's times
        except ValueError:
            continue
    return (3, text) if text else (0, 0)
