"""What each customer card tells people: every place to look, every reason to differ, of its seed."""

from collections import Counter

import pytest

from shared.cards import card_of
from shared.cards.card import Card
from shared.cards.dynamics_365 import ABSENT, STUCK
from shared.cards.sage import B2B, WIDER
from shared.domain.workspace import Workspace
from shared.workspaces import faults
from tests.builders import workspace

PLACES = {
    ABSENT: ("Customers", "Sales Orders", "All customers", "Run history", "Contacts and Accounts"),
    STUCK: ("Data > Dual-write", "All customers", "error log", "Contacts and Accounts", "Customers"),
    WIDER: ("Accounts Receivable > Customers", "Customer List", "sync log", "Custom Report", "Sales Orders"),
    B2B: ("Accounts Receivable > Customers", "Customer List", "sync log", "Custom Report", "Sales Orders"),
}
DIRECTIONS = {
    ABSENT: {"either": 2, "card higher": 2, "card behind": 1},
    STUCK: {"either": 2, "card higher": 1, "card persistent": 1, "card behind": 1},
    WIDER: {"either": 4, "card higher": 2, "card lower": 1},
    B2B: {"either": 4, "card higher": 1, "card lower": 2},
}
SAID = {
    ABSENT: ("new buyers", "chain", "dataverse", "oldest row"),
    STUCK: ("opportunity", "grace", "plug-in", "mandatory"),
    WIDER: ("vat", "holding customer", "credit", "reactivated", "old email", "rises"),
    B2B: ("reverse-charge", "stranded", "application form", "most valuable", "unknown"),
}


def _card(card: str) -> Card:
    found = card_of(card)
    assert found is not None
    return found


@pytest.mark.parametrize("card", PLACES)
def test_every_place_of_the_seed_is_named(card: str) -> None:
    """Each place in the vendors' products where a person checks the card by hand is listed (GEN-08)."""
    places = _card(card).where_to_look
    assert [] == [each for each in PLACES[card] if not any(each in place for place in places)]
    assert len(places) == len(PLACES[card])


@pytest.mark.parametrize("card", DIRECTIONS)
def test_every_reason_to_differ_has_its_direction(card: str) -> None:
    """A manual count differs for as many reasons, in as many directions, as the seed lists (GEN-09)."""
    assert Counter(each.direction for each in _card(card).differences) == DIRECTIONS[card]


@pytest.mark.parametrize("card", SAID)
def test_a_cards_text_says_what_matters(card: str) -> None:
    """The text names what to know and what to do; the last part is what alerts tell to do."""
    text = " ".join(_card(card).about.split()).casefold()
    assert [] == [each for each in SAID[card] if each not in text]
    assert text.endswith(_card(card).todo.casefold())


@pytest.mark.parametrize(
    ("wider", "b2b", "is_right"),
    [(None, None, True), (7, 7, True), (30, 14, True), (None, 8, False), (5, None, False)],
)
def test_the_b2b_card_looks_at_no_day_that_the_wider_one_does_not(
    wider: int | None,
    b2b: int | None,
    is_right: bool,  # noqa: FBT001 - a table
) -> None:
    """A longer window would make the part larger than the whole: it is refused (SAGE-CM-03)."""
    cards = {WIDER: {"window_days": wider}, B2B: {"window_days": b2b}}
    here: Workspace = workspace(cards=cards)
    found = [fault.path for fault in faults(here) if fault.path.startswith("cards.")]
    assert found == ([] if is_right else [f"cards.{B2B}.window_days"])
