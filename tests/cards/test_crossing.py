"""Cards about the same customers name each other's rows."""

from typing import Any

import pytest

from shared.cards import CARDS
from shared.cards.dynamics_365 import ABSENT, STUCK
from shared.cards.sage import B2B, WIDER
from shared.domain.records import Record
from shared.domain.rows import CustomerRow
from shared.domain.snapshot import Snapshot
from tests.builders import (
    AS_OF,
    company,
    crm_customer,
    customers,
    judged,
    master,
    order,
    snapshot,
    workspace,
)

ANN = "ann@x.example"
ORDERED: dict[str, list[Record]] = {
    "shop": [order(email=ANN), order("2")],
    "crm": [crm_customer("K1", table="contact", email=ANN), crm_customer("K2", email="else@x.example")],
    "ledger": [master()],
}


def _row(card: str, seen: Snapshot, email: str = ANN) -> CustomerRow:
    return next(row for row in customers(judged(card, seen)) if row.email == email)


def test_a_stuck_contact_who_ordered_is_on_both_cards() -> None:
    """Each card's row names the other's, and says where the buyer stands in Dataverse (DV-15)."""
    seen = snapshot(workspace(), ORDERED)
    absent, stuck = _row(ABSENT, seen), _row(STUCK, seen)
    assert [(each["card"], each["row"]) for each in absent.also_on] == [(STUCK, stuck.id)]
    assert [(each["card"], each["row"]) for each in stuck.also_on] == [(ABSENT, absent.id)]
    assert absent.evidence["in_dataverse"]["id"] == "K1"
    assert absent.evidence["in_dataverse"]["is_to_be_promoted"]
    figures = judged(STUCK, seen).figures or {}
    assert (figures["stuck"], figures["stuck_and_ordered"]) == (2, 1)
    assert _row(ABSENT, seen, "buyer-2@example.com").also_on == ()
    assert _row(STUCK, seen, "else@x.example").also_on == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"crm": [crm_customer("K1", email=ANN, is_in_scope=False)]},
        {"crm": [crm_customer("K1", email=ANN, created_at="2026-04-14T16:59:00Z")]},
        {"crm": [crm_customer("K1", email=ANN, created_at="2026-03-01T12:00:00Z")]},
    ],
)
def test_only_rows_that_are_there_are_named(changes: dict[str, list[Record]]) -> None:
    """A record out of scope, on its way or older than the other card's window has no row there (DV-15)."""
    seen = snapshot(workspace(), ORDERED | changes)
    assert _row(ABSENT, seen).also_on == ()
    assert _row(ABSENT, seen).evidence["in_dataverse"]["id"] == "K1"


@pytest.mark.parametrize(
    "cards", [{STUCK: {"enabled": False}}, {ABSENT: {"enabled": False}}, {ABSENT: {"scope": "b2b"}}]
)
def test_a_card_that_does_not_show_the_customer_is_not_named(cards: dict[str, Any]) -> None:
    """A card that is off, or whose settings leave the customer out, is not referred to (DV-15)."""
    seen = snapshot(workspace(cards=cards), ORDERED)
    (other,) = {STUCK, ABSENT} - cards.keys()
    assert _row(other, seen).also_on == ()


def test_a_card_that_waits_for_its_input_is_not_named() -> None:
    """What was only half read proves nothing: a stale shop makes nobody absent (decision 15)."""
    fresh = snapshot(workspace(), ORDERED)
    waiting = tuple(
        input_ if input_.connection != "shop" else type(input_)(**_fields(input_) | {"problem": "stale"})
        for input_ in fresh.inputs
    )
    seen = Snapshot(fresh.workspace, AS_OF, fresh.batches, waiting)
    assert _row(STUCK, seen).also_on == ()


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


SHOP: list[Record] = [
    company(account_reference="ACC-1"),
    order(company_id="CO1", email="b2b@x.example"),
    order("2", company_id="CO1", email="b2b@x.example", state="refunded"),
    order("3", is_b2b=True, email="idle@x.example", state="refunded"),
    order("4", email="dtc@x.example"),
]


def test_the_sage_cards_name_each_other() -> None:
    """A B2B buyer with an active order stands on both, the others on the wider card (SAGE-CM-03)."""
    seen = snapshot(workspace(), {"trade": SHOP})
    (narrow,) = customers(judged(B2B, seen))
    wide = {row.email: row for row in customers(judged(WIDER, seen))}
    assert [(each["card"], each["row"]) for each in narrow.also_on] == [(WIDER, wide["b2b@x.example"].id)]
    assert {email: [each["row"] for each in row.also_on] for email, row in wide.items()} == {
        "b2b@x.example": [narrow.id],
        "idle@x.example": [],
        "dtc@x.example": [],
    }


@pytest.mark.parametrize("settings", [{"enabled": False}, {"window_days": 8}])
def test_a_sage_card_of_other_days_is_not_named(settings: dict[str, Any]) -> None:
    """Where the other card is off, or looks at other days, its row may not be there."""
    for card, other in ((WIDER, B2B), (B2B, WIDER)):
        seen = snapshot(workspace(cards={other: settings}), {"trade": SHOP})
        assert {row.also_on for row in customers(judged(card, seen))} == {()}


def test_orders_and_customers_are_read_together() -> None:
    """Each absent-customer card leads to the card of orders, with the reason (SAGE-ABS-25, D365-ABS-18)."""
    for card in CARDS[:4]:
        why = {each.card: each.why for each in card.siblings}
        assert "order" in why["revenue_gap_detailed_breakdown"]
    numbers = [
        each["number"]
        for row in customers(judged(WIDER, snapshot(workspace(), {"trade": SHOP})))
        for each in row.orders
    ]
    assert sorted(numbers) == ["1", "2", "3", "4"]
