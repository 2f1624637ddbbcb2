"""The pages that are made from the code say what the code says."""

from collections.abc import Callable

import pytest

from dev.reference import DOCS, PAGES
from shared.cards import CARDS
from shared.cards.card import Card
from shared.domain.gap.reasons import REASONS


@pytest.mark.parametrize(("name", "page"), PAGES.items())
def test_the_page_is_current(name: str, page: Callable[[], str]) -> None:
    """A page is what `./run reference` would write."""
    assert page() == (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_a_card_is_told_whole(card: Card) -> None:
    """Question, limits, where to look, why it may differ, and siblings stand there (GEN-08, GEN-09)."""
    text = PAGES["cards.md"]()
    own = text.split(f"\n## {card.title}\n", 1)[1].split("\n## ", 1)[0]
    told = [card.id, card.what, str(card.threshold), f"{card.window_days} days", *card.where_to_look]
    told += [each.why for each in (*card.differences, *card.siblings)]
    assert [each for each in told if each not in own] == []


def test_every_reason_is_told() -> None:
    """The reference of cards names each reason of the revenue gap by its code and its label (REVGAP-37)."""
    text = PAGES["cards.md"]()
    assert [each.code for each in REASONS if f"| `{each.code}` | {each.label} |" not in text] == []
