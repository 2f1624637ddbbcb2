"""The columns of the files, and what is told of rows without building them."""

from dataclasses import fields
from typing import Any

import pytest

from shared.cards import CARDS, card_of
from shared.cards.card import Card
from shared.cards.dynamics_365 import ABSENT, STUCK
from shared.cards.sage import B2B, WIDER
from shared.domain.records import DualWriteMap, Record
from shared.domain.rows import CustomerRow, OrderRow
from shared.domain.windows import rolling
from tests.builders import (
    crm_customer,
    customers,
    invoice,
    judged,
    master,
    order,
    orders,
    rate,
    snapshot,
    workspace,
)

CUSTOMER_HEADINGS = [
    "Customer",
    "Email",
    "Type",
    "Cohort",
    "Cause",
    "Entity",
    "Platform",
    "Orders",
    "Exposure",
    "First Order",
    "Age",
    "Match Key",
    "Match Value",
    "Consequence",
    "Suggested Action",
]
OTHERS = {
    "revenue_gap_detailed_breakdown": [
        "Commerce Order ID",
        "Customer Name",
        "Order Date",
        "Commerce Gross",
        "BC SO Number",
        "BC Posted Amount",
        "Gap Amount",
        "Reason",
        "Suggested Action",
        "Age",
        "Company",
        "Platform",
        "Currency",
        "Sub-Reasons",
        "Error Message",
        "Match Key",
        "State",
        "Assignee",
    ],
    B2B: [*CUSTOMER_HEADINGS, "Account Value"],
}
"""What people's spreadsheets and flows go by: a heading that changes breaks them."""


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_the_headings_of_a_file_stay(card: Card) -> None:
    """A file has these columns in this order, each from a field that its rows have (GEN-06, GEN-13)."""
    assert [heading for heading, _ in card.columns] == OTHERS.get(card.id, CUSTOMER_HEADINGS)
    kind = OrderRow if card.unit == "money" else CustomerRow
    assert {name for _, name in card.columns} <= {each.name for each in fields(kind)}
    assert len({name for _, name in card.columns}) == len(card.columns)


ANN: dict[str, Any] = {"name": "ann moore", "postcode": "LS14AB"}
RECORDS: dict[str, list[Record]] = {
    "shop": [
        order("1", email="ann+new@x.example", **ANN),
        order("2"),
        order("3", email="two@x.example"),
        order("4", is_b2b=True, vat="GB1"),
    ],
}
MASTERS: list[Record] = [
    master("M1", email="ann@x.example", **ANN),
    master("M2", email="two@x.example"),
    master("M3", email="two@x.example"),
]


@pytest.mark.parametrize("excludes", [False, True])
@pytest.mark.parametrize(("card_id", "ledger"), [(ABSENT, "ledger"), (WIDER, "sage"), (B2B, "sage")])
def test_what_is_told_of_rows_is_what_they_say(card_id: str, ledger: str, *, excludes: bool) -> None:
    """Without building them, the same rows are known, and the same of them count (SAGE-ABS-13)."""
    card = card_of(card_id)
    assert card is not None
    assert card.unresolved is not None
    here = workspace(cards={card_id: {"exclude_suspected_duplicates": excludes}})
    seen = snapshot(here, RECORDS | {ledger: MASTERS})
    rows = customers(judged(card_id, seen))
    window = rolling(here, seen.as_of, card.window_days)
    told = card.unresolved(seen, window, here.card(card_id))
    assert {each.id: each.is_counted for each in told} == {row.id: row.is_counted for row in rows}
    if card_id != B2B:
        assert {row.is_counted for row in rows} == {True, False}
        assert sum(row.is_counted for row in rows) == (2 if excludes else 3)


def test_a_cut_without_entities_says_so() -> None:
    """Where a merchant lists no entities, the cut by entity has one part, of all (SAGE-ABS-18)."""
    found = judged(WIDER, snapshot(workspace(), {"shop": [order()], "sage": [master("M9")]}))
    parts = [(each.code, each.label) for each in found.breakdown if each.dimension == "entity"]
    assert parts == [("", "All entities")]


def test_a_row_says_why_it_stands_on_a_sibling_too() -> None:
    """What leads to a customer on another card names card, row and why, both ways (DV-15, SAGE-CM-03)."""
    both: list[tuple[str, str, dict[str, list[Record]]]] = [
        (
            ABSENT,
            STUCK,
            {"shop": [order()], "ledger": [master("M9")], "crm": [crm_customer(email="buyer-1@example.com")]},
        ),
        (WIDER, B2B, {"trade": [order(is_b2b=True, vat="GB1")], "sage": [master("M9")]}),
    ]
    for one, other, records in both:
        seen = snapshot(workspace(), records)
        for card, sibling in ((one, other), (other, one)):
            (row,) = customers(judged(card, seen))
            (link,) = row.also_on
            assert set(link) == {"card", "row", "why"}
            assert link["card"] == sibling
            assert len(link["why"].split()) > 2


def test_all_that_is_to_be_mended_is_named() -> None:
    """Of several empty fields, or several maps that stand still, the action names each (DV-08)."""

    def action(*records: Record) -> str:
        seen = snapshot(workspace(), {"crm": records, "ledger": [master()]})
        return customers(judged(STUCK, seen))[0].action

    fields = ("customer group", "payment terms")
    named = action(crm_customer(missing_fields=fields))
    assert named == "Fill in customer group, payment terms, then promote again"
    maps = [
        DualWriteMap(id=name, name=name, table="accounts", entity="Customers V3", state=state)
        for name, state in (("Customers", "stopped"), ("Again", "paused"))
    ]
    assert (
        action(crm_customer(), *maps)
        == "Start the map Again (paused), Customers (stopped), then promote again"
    )


def test_orders_are_parted_by_who_bought() -> None:
    """Customers and orders are counted apart for companies and for everybody else (SAGE-ABS-09)."""
    shop: list[Record] = [order(str(number), email="ann@x.example") for number in (1, 2, 3)]
    records = {"shop": shop, "trade": [order("4", is_b2b=True, vat="GB1")], "sage": [master("M9")]}
    figures = judged(WIDER, snapshot(workspace(), records)).figures or {}
    assert (figures["dtc_customers"], figures["dtc_orders"]) == (1, 3)
    assert (figures["b2b_customers"], figures["b2b_orders"], figures["orders"]) == (1, 1, 4)


def test_a_document_is_told_in_both_currencies() -> None:
    """A sub-row has the document's own amount and what it counts for in the gap (REVGAP-23, REVGAP-25)."""
    records: dict[str, list[Record]] = {
        "shop": [order(net=100, currency="EUR")],
        "ledger": [invoice(net=90, currency="EUR"), rate("EUR", "1.5")],
    }
    (row,) = orders(judged("revenue_gap_detailed_breakdown", snapshot(workspace(), records)))
    (told,) = row.evidence["documents"]
    assert (told["net"], told["currency"], told["in_reporting_currency"]) == ("90.00", "EUR", "135.00")
