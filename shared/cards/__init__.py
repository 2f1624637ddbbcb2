"""The cards, one a file, in the order in which they are shown; adding one means a line here."""

from shared.cards import (
    dataverse_customers_not_promoted,
    ecom_b2b_customers_absent_from_sage_master,
    ecom_customers_absent_from_d365,
    ecom_customers_absent_from_sage,
    revenue_gap_detailed_breakdown,
)
from shared.cards.card import Card

CARDS = (
    ecom_customers_absent_from_d365.CARD,
    dataverse_customers_not_promoted.CARD,
    ecom_customers_absent_from_sage.CARD,
    ecom_b2b_customers_absent_from_sage_master.CARD,
    revenue_gap_detailed_breakdown.CARD,
)


def card_of(card_id: str) -> Card | None:
    """Give the card of that id, if there is one."""
    return next((card for card in CARDS if card.id == card_id), None)
