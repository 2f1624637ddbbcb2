"""What came up before a card's window and is still unresolved (docs/adr/0007)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.cards.card import Card, Judgement, Unresolved
from shared.domain.money import format_money
from shared.domain.rows import OrderRow
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, age_in_days, before
from shared.domain.workspace import CardSettings
from shared.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Older:
    """What came up before a window and is still unresolved."""

    document: dict[str, Any]
    """`count`, the oldest one's age and date, for money cards the `amount`, and `since`: how far back was
    looked. `count` is None where nobody can tell, and `why_none` says why.
    """
    open: Mapping[str, str] = field(default_factory=dict)
    """When each of them came up, by its row's id."""


def older_unresolved(card: Card, snapshot: Snapshot, window: Window, judgement: Judgement) -> Older:
    """Ask the card about the days before its window, and count what the window does not show.

    One who stands in the window's rows, too, is counted there.
    """
    settings = snapshot.workspace.card(card.id)
    if not settings.older_days:
        return Older(_unknown("this workspace does not look before the window"))
    stretch = before(snapshot.workspace, window, settings.older_days)
    try:
        earlier = unresolved(card, snapshot, stretch, settings)
    except ConfigurationError as error:
        return Older(_unknown(str(error)) | {"since": stretch.start})
    here = {row.id for row in judgement.rows}
    left = [row for row in earlier if row.id not in here]
    rows = [row for row in left if row.is_counted]
    oldest_at = min((row.occurred_at for row in rows), default=None)
    found = {
        "count": len(rows),
        "oldest_at": oldest_at,
        "oldest_age_days": oldest_at and age_in_days(oldest_at, snapshot.as_of, snapshot.workspace),
        "since": stretch.start,
        "why_none": "",
    }
    if card.unit == "money":
        found["amount"] = format_money(sum(row.gap for row in rows))
    return Older(found, {row.id: row.occurred_at for row in left})


def unresolved(
    card: Card, snapshot: Snapshot, window: Window, settings: CardSettings
) -> Sequence[Unresolved]:
    """Give what a card would list for a window, from its own short way where it has one."""
    if card.unresolved is not None:
        return card.unresolved(snapshot, window, settings)
    return [
        Unresolved(row.id, row.occurred_at, row.is_counted, row.gap if isinstance(row, OrderRow) else 0)
        for row in card.judge(snapshot, window, settings).rows
    ]


def _unknown(why: str) -> dict[str, Any]:
    return {"count": None, "oldest_at": None, "oldest_age_days": None, "since": None, "why_none": why}
