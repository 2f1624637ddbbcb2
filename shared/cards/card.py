"""What a card is: a question, its threshold, and the function that judges it."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from shared.domain.records import Record
from shared.domain.rows import Row
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window
from shared.domain.workspace import CardSettings


@dataclass(frozen=True, slots=True)
class Need:
    """A type of record that a card judges from, and the kinds of connection that yield it."""

    record_type: type[Record]
    kinds: tuple[str, ...]
    is_required: bool = True
    """Without any connection that yields it, the card is not configured."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A legitimate reason why a manual count may differ (GEN-09)."""

    reason: str
    direction: Literal["either", "card higher", "card lower", "card persistent", "card behind"]
    why: str


@dataclass(frozen=True, slots=True)
class Sibling:
    """A card to read together with this one (GEN-10)."""

    card: str
    why: str


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a reading: a cohort, a cause, a reason or an entity, with its figures."""

    dimension: str
    code: str
    label: str
    figures: Mapping[str, int]
    """Counts by name; a name ending in `_amount` is money in ten-thousandths."""
    note: str = ""
    """What follows if it is left."""
    exposure: tuple[dict[str, str], ...] = ()
    """What the attached orders are worth, one amount a currency."""


@dataclass(frozen=True, slots=True)
class Subset:
    """A part of the count that has a threshold of its own."""

    name: str
    value: int
    threshold: Decimal


@dataclass(frozen=True, slots=True)
class Judgement:
    """A card's answer for one snapshot."""

    value: int
    """A count, or money in ten-thousandths, as the card's unit says."""
    compared: Decimal
    """What is held against the threshold."""
    rows: tuple[Row, ...]
    settled: Sequence[Row] = ()
    """Rows without a finding, kept for looking up."""
    breakdown: tuple[Slice, ...] = ()
    figures: Mapping[str, int | str] | None = None
    """Denominators and parts beside the value."""
    subsets: tuple[Subset, ...] = ()


Judge = Callable[[Snapshot, Window, CardSettings], Judgement]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What is known of a row before anybody builds it: enough to count what is still open."""

    id: str
    """The row's own."""
    occurred_at: str
    is_counted: bool = True
    gap: int = 0
    """Money in ten-thousandths, for a card whose unit is money."""


FindUnresolved = Callable[[Snapshot, Window, CardSettings], Sequence[Unresolved]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card. The module's docstring is the text that users read."""

    id: str
    title: str
    unit: Literal["customers", "money"]
    window_days: int
    threshold: Decimal
    threshold_unit: Literal["count", "percent"] = "count"
    sentiment: str = ""
    roles: frozenset[str]
    needs: tuple[Need, ...]
    judge: Judge
    where_to_look: tuple[str, ...]
    differences: tuple[Difference, ...]
    siblings: tuple[Sibling, ...]
    columns: tuple[tuple[str, str], ...]
    """CSV: heading and row field, in order."""
    about: str
    unresolved: FindUnresolved | None = None
    """Tells of every row that `judge` would list, in any order, without building one; None: ask `judge`."""
    unready: str = ""
    """Why the card is never asked: it is not written yet. Its status is `not_configured` then, with this."""

    @property
    def what(self) -> str:
        """Give the first line of the card's text."""
        return inspect.cleandoc(self.about).splitlines()[0]

    @property
    def todo(self) -> str:
        """Give the last part of the card's text, on one line: what to do."""
        return " ".join(inspect.cleandoc(self.about).split("\n\n")[-1].split())

    def window_days_in(self, settings: CardSettings) -> int:
        """Give the window that the workspace set, or the card's own."""
        return settings.window_days or self.window_days

    def threshold_in(self, settings: CardSettings) -> Decimal:
        """Give the threshold that the workspace set, or the card's own."""
        return self.threshold if settings.threshold is None else settings.threshold


def status_of(judgement: Judgement, threshold: Decimal) -> str:
    """Give `alert` past a threshold, `attention` below it, `ok` for nothing found.

    Strict: exactly the threshold does not alert.
    """
    if judgement.compared > threshold or any(part.value > part.threshold for part in judgement.subsets):
        return "alert"
    return "attention" if judgement.compared > 0 else "ok"


def figures_as_json(figures: Mapping[str, Any], format_amount: Callable[[int], str]) -> dict[str, Any]:
    """Give figures as JSON has them, money as text."""
    return {
        name: format_amount(value) if name.endswith("amount") and isinstance(value, int) else value
        for name, value in figures.items()
    }
