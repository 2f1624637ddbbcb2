"""The line at 80 per cent: after how many of the listed rows four fifths of all gaps stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from functions.dashboard.asking import ask
from functions.dashboard.card_pages import Pages
from functions.dashboard.card_views import View
from functions.dashboard.visit import Visit

_MOST_NEGATIVE = 200
"""So many rows from the other end of the list are looked at; with more of them no line is drawn."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where the line stands in a list that begins with the largest gap."""

    after: int
    """Rows of the list above it."""
    negative: int
    """Rows from the end of the list that belong to those above: large gaps with a minus."""


async def line_of(
    visit: Visit, view: View, reading: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], at: Pages | None
) -> Line | None:
    """Give the line where it stands within a page of rows; None where there is none."""
    count = reading["figures"].get("rows_holding_80_percent") or 0
    is_by_gap = view.keeps_order or (view.get("sort") == "-gap" and not view.is_narrowed)
    if not is_by_gap or view.get("as_of") or at is None or at.total != reading["row_count"]:
        return None
    if not at.first <= count or not count - _MOST_NEGATIVE < at.last:
        return None
    others = await ask(visit, "GET", f"{view.api}/rows?sort=gap&page_size={_MOST_NEGATIVE}")
    negative = [size for each in others["rows"] if (size := -Decimal(each["gap"])) > 0]
    if len(negative) == _MOST_NEGATIVE:
        return None
    return line([Decimal(each["gap"]) for each in rows], at.first, count, negative)


def line(gaps: Sequence[Decimal], first: int, count: int, negative: Sequence[Decimal]) -> Line | None:
    """Give where the line stands among a page's gaps, the largest first, the first of which has a number.

    `count` rows are the largest whatever their sign; `negative` has the sizes of those with a minus, the
    largest first. The line parts two rows of the page, or there is none on it.
    """
    sizes = [*negative, Decimal(0)]
    for after, (above, below) in enumerate(pairwise(gaps), first):
        taken = count - after
        if not 0 <= taken < len(sizes):
            continue
        if (not taken or sizes[taken - 1] >= below) and above >= sizes[taken]:
            return Line(after, taken)
    return None
