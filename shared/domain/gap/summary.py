"""The rows of the gap added up: by what they have in common, by age, by week, and how few hold most of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.rows import OrderRow

RED_FLAG_DAYS = 12
"""From this age on a row is flagged (decision 8)."""
_BANDS = ((0, "0-3"), (4, "4-7"), (8, "8-11"), (RED_FLAG_DAYS, "12+"))
NO_AGE = "none"
LARGEST_SHARE = 80


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows: how many, and what their gaps come to."""

    code: str
    rows: int
    gap: int


def parts_by(rows: Iterable[OrderRow], key: Callable[[OrderRow], str]) -> list[Part]:
    """Cut rows by a key, the largest gap first; the parts add up to the whole."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row.gap)
    parts = [Part(code, len(gaps), sum(gaps)) for code, gaps in found.items()]
    return sorted(parts, key=lambda part: (-part.gap, part.code))


def age_band(row: OrderRow) -> str:
    """Give the band of a row's age; a matched return has none."""
    if row.age_days is None:
        return NO_AGE
    return next(code for days, code in reversed(_BANDS) if row.age_days >= days or not days)


def by_age(rows: Iterable[OrderRow]) -> list[Part]:
    """Cut rows by age band, the youngest first."""
    order = [*(code for _, code in _BANDS), NO_AGE]
    return sorted(parts_by(rows, age_band), key=lambda part: order.index(part.code))


def week_of(row: OrderRow) -> str:
    """Give the Monday of the week in which an order was placed or money given back."""
    day = date.fromisoformat(row.occurred_on)
    return (day - timedelta(days=day.weekday())).isoformat()


def by_week(rows: Sequence[OrderRow]) -> list[Part]:
    """Cut rows by the week of their order, the oldest first; weeks between without rows have none."""
    found: Mapping[str, Part] = {part.code: part for part in parts_by(rows, week_of)}
    if not found:
        return []
    weeks = [date.fromisoformat(min(found))]
    while weeks[-1].isoformat() < max(found):
        weeks.append(weeks[-1] + timedelta(days=7))
    return [found.get(week.isoformat(), Part(week.isoformat(), 0, 0)) for week in weeks]


def rows_holding_most(rows: Iterable[OrderRow]) -> int:
    """Give how many rows, the largest first, hold four fifths of all gaps, whatever their sign."""
    sizes = sorted((abs(row.gap) for row in rows), reverse=True)
    wanted, held = sum(sizes) * LARGEST_SHARE, 0
    for count, size in enumerate(sizes):
        if held * 100 >= wanted:
            return count
        held += size
    return len(sizes)
