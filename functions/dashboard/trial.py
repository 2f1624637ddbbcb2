"""What cards would say under other settings, as the page of settings shows it before anything is saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from functions.dashboard.asking import ask
from functions.dashboard.visit import Visit
from functions.problems import Problem
from shared.access import may_see
from shared.cards.card import Card
from shared.pipeline.jobs import SHAPING

_SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """What one card would say, or why that cannot be told."""

    card: Card
    answer: dict[str, Any] | None = None
    why_none: str = ""

    @property
    def is_same(self) -> bool:
        """Say whether the card would say what it says now."""
        found = self.answer
        if found is None:
            return False
        moved = sum(found["rows"][each]["count"] for each in ("appear", "go", "change"))
        return not moved and found["now"] == found["then"]


def tryable(change: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Give the part of a change that can be tried out, and whether some of it has to be read anew first."""
    fields = change.get("field_map", {})
    kept = {name: value for name, value in fields.items() if name not in SHAPING}
    rest = {name: value for name, value in change.items() if name != "field_map"}
    return rest | ({"field_map": kept} if kept else {}), len(kept) < len(fields)


async def tried(visit: Visit, cards: Iterable[Card], change: dict[str, Any]) -> list[Tried]:
    """Give what each of these cards would say with a change of the document; nothing is saved."""
    return [await _tried(visit, card, change) for card in cards]


async def _tried(visit: Visit, card: Card, change: dict[str, Any]) -> Tried:
    if not visit.workspace.card(card.id).enabled:
        return Tried(card, why_none="It is off, so it has no figures.")
    if not may_see(card, visit.caller):
        return Tried(card, why_none="Your roles do not see its figures, so only the settings are shown.")
    address = f"/workspaces/{visit.workspace.id}/cards/{card.id}/preview?rows={_SHOWN_ROWS}"
    try:
        return Tried(card, await ask(visit, "POST", address, change))
    except Problem as problem:
        told = "; ".join(each.message for each in problem.faults) or problem.detail
        return Tried(card, why_none=f"It cannot be tried out: {told}.")
