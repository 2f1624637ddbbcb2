"""The catalogue of cards: each one is found by its id and tells people what they need to know."""

import importlib
import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from shared.cards import CARDS, card_of
from shared.cards.card import Card
from shared.domain.rows import CustomerRow, OrderRow
from shared.domain.windows import rolling
from shared.domain.workspace import CardSettings
from shared.pipeline.reading import Answer, document, open_rows
from tests.builders import AS_OF, crm_customer, order, snapshot, workspace

ROLES = {
    "ecom_customers_absent_from_d365": {"owner", "finance", "operations"},
    "dataverse_customers_not_promoted": {"owner", "finance", "engineering"},
    "ecom_customers_absent_from_sage": {"owner", "finance", "operations"},
    "ecom_b2b_customers_absent_from_sage_master": {"owner", "finance", "marketing", "operations"},
    "revenue_gap_detailed_breakdown": {"owner", "finance"},
}
QUESTIONS = {
    "ecom_customers_absent_from_d365": ("Ecom Customers Absent from D365", 7, 10, "count", ""),
    "dataverse_customers_not_promoted": ("Customers in Dataverse Not Promoted to D365", 7, 0, "count", ""),
    "ecom_customers_absent_from_sage": (
        "Ecom Customers Absent from Sage",
        7,
        10,
        "count",
        "customer_master_gap",
    ),
    "ecom_b2b_customers_absent_from_sage_master": (
        "Ecom Customers Absent from Sage Customer Master",
        7,
        10,
        "count",
        "customer_master_gap",
    ),
    "revenue_gap_detailed_breakdown": ("Revenue Gap, Detailed Breakdown", 30, 5, "percent", ""),
}
SEED_COLUMNS = [
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
]
FINISHED = tuple(card for card in CARDS if not card.unready)
"""What is begun by `./run new-card` has its own tests, and joins these when it is written."""
each_card = pytest.mark.parametrize("card", FINISHED, ids=lambda card: card.id)


def test_the_cards_are_the_five() -> None:
    """The catalogue lists five cards, in the order in which they are shown."""
    assert [card.id for card in FINISHED] == list(ROLES)


@each_card
def test_a_card_is_found_by_its_id(card: Card) -> None:
    """A card's id is its file's name and its name in the API."""
    module = importlib.import_module(f"shared.cards.{card.id}")
    assert module.CARD is card
    assert Path(str(module.__file__)).stem == card.id
    assert card_of(card.id) is card
    assert card_of(card.title) is None


@each_card
def test_a_cards_text_has_three_parts(card: Card) -> None:
    """A card's text says in a sentence what it finds, then why it matters, then what to do."""
    paragraphs = inspect.cleandoc(card.about).split("\n\n")
    assert len(paragraphs) == 3
    assert paragraphs[0] == card.what
    assert "\n" not in card.what
    assert len(card.what) <= 110
    assert re.fullmatch(r"[A-Z][^.]*\.", card.what)
    assert all(each.endswith(".") for each in paragraphs)


@each_card
def test_a_card_asks_the_question_of_its_seed(card: Card) -> None:
    """Title, window, threshold and sentiment are the seed's (SAGE-ABS-03, SAGE-ABS-04, SAGE-CM-10)."""
    found = (card.title, card.window_days, int(card.threshold), card.threshold_unit, card.sentiment)
    assert found == QUESTIONS[card.id]
    assert card.unit == ("money" if card.threshold_unit == "percent" else "customers")


@each_card
def test_a_card_is_for_its_roles(card: Card) -> None:
    """Each card declares the roles of its seed (GEN-04, SAGE-CM-15)."""
    assert card.roles == ROLES[card.id]


@each_card
def test_a_card_says_where_to_look(card: Card) -> None:
    """Each card names places in the vendors' products to check it by hand (GEN-08)."""
    assert len(card.where_to_look) >= 3
    assert all(re.match(r"[A-Z][\w &]+: \S", place) for place in card.where_to_look)
    assert len(set(card.where_to_look)) == len(card.where_to_look)


@each_card
def test_a_card_says_why_it_may_differ(card: Card) -> None:
    """Each card lists legitimate differences to a manual count, each with its direction (GEN-09)."""
    directions = {"either", "card higher", "card lower", "card persistent", "card behind"}
    assert len(card.differences) >= 4
    assert {each.direction for each in card.differences} <= directions
    assert all(each.reason and each.why.endswith(".") for each in card.differences)


@each_card
def test_a_card_names_its_siblings(card: Card) -> None:
    """Each card links other cards that exist, with the reason to read them together (GEN-10)."""
    siblings = [each.card for each in card.siblings]
    assert siblings
    assert set(siblings) <= ROLES.keys() - {card.id}
    assert len(set(siblings)) == len(siblings)
    assert all(each.why.endswith(".") for each in card.siblings)


def test_the_chain_from_dataverse_to_the_order_is_linked() -> None:
    """Dataverse, master and order lead to each other: one chain (D365-ABS-18, SAGE-ABS-25)."""
    siblings = {card.id: {each.card for each in card.siblings} for card in FINISHED}
    d365, dataverse, sage, _, gap, *_ = siblings
    assert siblings[d365] == {dataverse, gap}
    assert siblings[dataverse] == {d365, gap}
    assert {d365, dataverse} <= siblings[gap]
    assert gap in siblings[sage]


@each_card
def test_a_cards_columns_are_fields_of_its_rows(card: Card) -> None:
    """What the CSV shows is on the row; no heading comes twice (GEN-05)."""
    row_type = OrderRow if card.unit == "money" else CustomerRow
    assert {name for _, name in card.columns} <= {each.name for each in fields(row_type)}
    headings = [heading for heading, _ in card.columns]
    assert len(set(headings)) == len(headings)


@each_card
def test_a_count_has_no_currency(card: Card) -> None:
    """A count is a number without a currency; what it is worth stands with its rows (GEN-05)."""
    shop = [order(is_b2b=True, net=10)]
    seen = snapshot(workspace(), {"shop": shop, "crm": [crm_customer()]})
    window = rolling(seen.workspace, seen.as_of, card.window_days)
    answer = Answer(window, [], card.judge(seen, window, CardSettings()))
    reading = document(card, seen, answer, None, AS_OF)
    assert reading["currency"] == (None if card.unit == "customers" else "USD")
    assert isinstance(reading["value"], int) == (card.unit == "customers")
    if card in CARDS[:1] + CARDS[2:4]:
        rows = open_rows(answer.judgement) if answer.judgement else []
        assert [row["exposure"] for row in rows] == [[{"amount": "10.00", "currency": "USD"}]]


def test_the_gaps_columns_are_the_seeds() -> None:
    """The export begins with the seed's ten columns in its order, then says more (REVGAP-29, decision 10)."""
    columns = card_of("revenue_gap_detailed_breakdown").columns  # type: ignore[union-attr]
    headings = [heading for heading, _ in columns]
    assert headings[:10] == SEED_COLUMNS
    assert [name for _, name in columns[10:]] == [
        "company",
        "platform",
        "currency",
        "sub_reasons",
        "error",
        "match_key",
        "state",
        "assignee",
    ]


def test_customer_cards_show_the_key_that_was_compared() -> None:
    """The match key of each record is exported, so that finance compares on the same (GEN-13)."""
    for card in CARDS[:4]:
        assert {"match_key", "match_value", "email"} <= {name for _, name in card.columns}
