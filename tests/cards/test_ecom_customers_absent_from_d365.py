"""Cases of the card of buyers whom Dynamics 365 does not know."""

from typing import Any

import pytest

from shared.domain.records import Record
from shared.domain.rows import CustomerRow
from tests.builders import (
    commerce_customer,
    company,
    crm_customer,
    customers,
    flow_run,
    judged,
    master,
    member,
    order,
    snapshot,
    two_entities,
    workspace,
)

CARD = "ecom_customers_absent_from_d365"
ANN: dict[str, Any] = {
    "email": "ann@x.example",
    "name": "ann moore",
    "street": "12 high street",
    "postcode": "LS14AB",
    "phone": "+441632960001",
}
AT_HOME = {name: ANN[name] for name in ("name", "street", "postcode")}


def _rows(records: dict[str, list[Record]], **changes: Any) -> list[CustomerRow]:
    return customers(judged(CARD, snapshot(workspace(**changes), records)))


@pytest.mark.parametrize("ledger", ["ledger", "finance"])
@pytest.mark.parametrize(
    ("known", "is_matched"),
    [
        ({"email": "ann@x.example"}, True),
        ({"email": "ann.moore@x.example", **AT_HOME}, True),
        (AT_HOME, True),
        ({"name": "ann moore"}, False),
        ({"name": "ann moore", "postcode": "LS14AB"}, False),
        ({"phone": "+441632960001"}, False),
        ({"email": "ann+web@x.example"}, False),
        ({}, False),
    ],
)
def test_a_buyer_is_known_by_email_or_by_name_and_address(
    ledger: str,
    known: dict[str, str],
    is_matched: bool,  # noqa: FBT001 - a table
) -> None:
    """Email first, then name and address; a plus tag is its own address (D365-ABS-03, D365-ABS-04)."""
    rows = _rows({"shop": [order(**ANN)], ledger: [master(**known)]})
    assert bool(rows) is not is_matched


def test_a_buyer_may_stand_in_both_ledgers() -> None:
    """One record in Business Central and one in Finance & Operations are no doubt (D365-ABS-02)."""
    known = master(email="ann@x.example")
    assert _rows({"shop": [order(**ANN)], "ledger": [known], "finance": [known]}) == []


def test_a_buyer_may_stand_in_two_companies() -> None:
    """Where no entity is expected, a record in each of two companies is no doubt."""
    known = [master(company=each, email="ann@x.example") for each in ("UK", "US")]
    assert _rows({"shop": [order(**ANN)], "ledger": [*known]}) == []


COHORTS: list[tuple[str, dict[str, Any], list[Record], str, str]] = [
    ("guest", {"email": ""}, [], "guest", "guest filter"),
    ("guest seen before", ANN | {"email": "", "street": ""}, [master(**AT_HOME)], "guest", "guest filter"),
    ("new", {}, [], "new_dtc_email_only", "Create the customer"),
    ("new company", {"is_b2b": True}, [], "b2b", "VAT number"),
    (
        "mistyped",
        ANN,
        [master(**ANN | {"email": "ann@y.example", "street": ""})],
        "returning",
        "do not create",
    ),
    ("blocked", ANN, [master(**ANN, state="blocked")], "inactive_record", "Reactivate"),
    ("inactive", ANN, [master(**ANN, state="inactive")], "inactive_record", "Reactivate"),
    ("twice", ANN, [master("M1", **ANN), master("M2", **ANN)], "ambiguous", "Merge"),
]


@pytest.mark.parametrize(
    ("_", "buyer", "known", "cohort", "action"), COHORTS, ids=[each[0] for each in COHORTS]
)
def test_cohorts(_: str, buyer: dict[str, Any], known: list[Record], cohort: str, action: str) -> None:
    """Each absence has the cohort that says what to do about it (D365-ABS-10, D365-ABS-11, SAGE-ABS-10)."""
    (row,) = _rows({"shop": [order(**buyer)], "ledger": known})
    assert cohort in row.cohort
    assert action in row.action


@pytest.mark.parametrize("state", ["active", "on_hold", "blocked_shipping", "blocked_invoicing"])
def test_a_record_that_takes_postings_is_present(state: str) -> None:
    """A hold does not make a customer absent: its orders have an account to post to."""
    assert _rows({"shop": [order(**ANN)], "ledger": [master(**ANN, state=state)]}) == []


@pytest.mark.parametrize(
    ("state", "counts"),
    [("placed", True), ("refunded", True), ("cancelled", False), ("test", False), ("abandoned", False)],
)
def test_an_order_that_was_placed_counts(state: str, counts: bool) -> None:  # noqa: FBT001 - a table
    """Tests, cancelled and abandoned orders make no buyer; a refunded one does (decision 21)."""
    assert len(_rows({"shop": [order(state=state)]})) == counts


@pytest.mark.parametrize(
    ("placed_at", "counts"),
    [
        ("2026-04-07T22:59:59Z", False),
        ("2026-04-07T23:00:00Z", True),
        ("2026-04-14T17:00:00Z", True),
        ("2026-04-14T17:00:01Z", False),
    ],
)
def test_a_week_of_orders_counts(placed_at: str, counts: bool) -> None:  # noqa: FBT001 - a table
    """Buyers of the last seven local days count (D365-ABS-06)."""
    assert len(_rows({"shop": [order(placed_at=placed_at)]})) == counts


@pytest.mark.parametrize(
    ("first", "second", "buyers"),
    [
        ({"email": "ann@x.example"}, {"email": "ann@x.example"}, 1),
        ({"email": "ann@x.example"}, {"email": "ann+web@x.example"}, 2),
        ({"email": ""}, {"email": ""}, 2),
        ({"email": "", "customer_id": "C1"}, {"email": "", "customer_id": "C1"}, 1),
        ({"email": "", "company_id": "CO1"}, {"email": "", "company_id": "CO1"}, 1),
        ({"vat": "GB1", "is_b2b": True}, {"vat": "GB1", "is_b2b": True}, 1),
        ({"email": "ann@x.example"}, {"email": "ann@x.example", "is_b2b": True}, 1),
        ({"company_id": "CO2"}, {"customer_id": "C2"}, 1),
    ],
)
def test_distinct_buyers(first: dict[str, Any], second: dict[str, Any], buyers: int) -> None:
    """The same key, account or company is one buyer; guests without an email are one each (D365-ABS-05)."""
    people = [company("CO1"), company("CO2", vat="GB7"), member("C2", "CO2")]
    rows = _rows({"shop": [order("1", **first), order("2", **second), *people]})
    assert len(rows) == buyers
    assert sum(row.order_count for row in rows) == 2


def test_one_buyer_on_two_stores_is_one() -> None:
    """A buyer is told by the key, whatever the store (GEN-11)."""
    (row,) = _rows({"shop": [order("1", **ANN)], "trade": [order("1", **ANN)]})
    assert {each["connection"] for each in row.orders} == {"shop", "trade"}


def test_a_b2b_buyer_without_any_key_is_b2b() -> None:
    """A company without VAT number, reference and email is no guest, and the guest filter keeps it."""
    records: dict[str, list[Record]] = {"shop": [order(email="", company_id="CO1"), company("CO1")]}
    cards = {CARD: {"include_guests": False, "scope": "b2b"}}
    (row,) = _rows(records, cards=cards)
    assert (row.segment, row.cohort, row.name) == ("b2b", "new_b2b_no_master", "Company CO1")


def test_an_accounts_email_stands_in_for_the_orders() -> None:
    """An order without an email is its customer account's, not a guest's (decision 20)."""
    (row,) = _rows({"shop": [order(email="", customer_id="C1"), commerce_customer(email="ann@x.example")]})
    assert (row.segment, row.match_value) == ("dtc", "ann@x.example")


def test_guests_can_be_left_out() -> None:
    """With the guest filter, buyers without any key are neither buyers nor absent (D365-ABS-10)."""
    records: dict[str, list[Record]] = {"shop": [order("1", email=""), order("2")]}
    assert len(_rows(records)) == 2
    judgement = judged(CARD, snapshot(workspace(cards={CARD: {"include_guests": False}}), records))
    assert (judgement.value, judgement.figures and judgement.figures["distinct_buyers"]) == (1, 1)


def test_a_record_of_another_entity_does_not_count() -> None:
    """A buyer known elsewhere only is absent, and the row says where it is known (D365-ABS-12)."""
    records: dict[str, list[Record]] = {
        "shop": [order(store="us", **ANN)],
        "ledger": [master(company="UK", **ANN)],
    }
    (row,) = _rows(records, **two_entities())
    assert (row.cohort, row.entity, row.evidence["found_in_entities"]) == ("other_entity", "us", ["uk"])
    assert "Extend the record" in row.action


def test_a_lookalike_of_another_entity_is_no_duplicate() -> None:
    """A record of another entity suggests nothing: the expected one needs a record anyway (D365-ABS-12)."""
    records: dict[str, list[Record]] = {
        "shop": [order(store="us", **ANN)],
        "ledger": [master(company="UK", **ANN | {"email": "old@x.example", "street": ""})],
    }
    (row,) = _rows(records, **two_entities())
    assert (row.cohort, row.evidence["candidates"]) == ("new_dtc_email_only", [])


def test_a_buyer_of_two_entities_is_two_cases() -> None:
    """Each missing record counts, distinct buyers stand beside it (decision 18)."""
    records: dict[str, list[Record]] = {
        "shop": [order("1", store="us", **ANN), order("2", store="uk", **ANN)]
    }
    judgement = judged(CARD, snapshot(workspace(**two_entities()), records))
    assert (judgement.value, judgement.figures and judgement.figures["distinct_buyers"]) == (2, 1)
    entities = {
        part.label: part.figures["customers"] for part in judgement.breakdown if part.dimension == "entity"
    }
    assert entities == {"America": 1, "Britain": 1}


@pytest.mark.parametrize(
    ("known", "action"),
    [
        ([], "Promote the record that Dataverse has to a customer"),
        ([master(**ANN, state="blocked")], "Reactivate the record; do not create another"),
        (
            [master(**ANN | {"email": "old@x.example", "street": ""})],
            "Update the email of the suggested record",
        ),
    ],
)
def test_a_buyer_that_dataverse_knows_is_promoted(known: list[Record], action: str) -> None:
    """Dataverse's record is shown, and is promoted unless the ledger has one already (D365-ABS-16)."""
    records: dict[str, list[Record]] = {
        "shop": [order(**ANN)],
        "crm": [crm_customer("K1", table="contact", email="ann@x.example")],
        "ledger": known,
    }
    judgement = judged(CARD, snapshot(workspace(), records))
    (row,) = customers(judgement)
    assert row.action.startswith(action)
    assert row.evidence["in_dataverse"]["id"] == "K1"
    assert judgement.figures
    assert judgement.figures["in_dataverse"] == 1


@pytest.mark.parametrize(
    ("run", "is_shown"),
    [
        ({}, True),
        ({"state": "skipped"}, True),
        ({"state": "succeeded"}, False),
        ({"started_at": "2026-04-13T13:00:00Z"}, True),
        ({"started_at": "2026-04-13T13:00:01Z"}, False),
        ({"started_at": "2026-04-13T11:59:59Z"}, False),
    ],
)
def test_the_flow_run_after_the_order_is_shown(run: dict[str, str], is_shown: bool) -> None:  # noqa: FBT001 - a table
    """A run that failed or was skipped within an hour after the order is the likely cause (D365-ABS-15)."""
    (row,) = _rows({"shop": [order()], "crm": [flow_run(error="no group for ann@x.example", **run)]})
    assert (row.evidence["flow_run"] is not None) == is_shown
    assert "ann@x.example" not in str(row.evidence)


def test_a_row_can_be_checked_by_hand() -> None:
    """A row gives email, instant, orders, their worth and what was tried (GEN-06, D365-ABS-14)."""
    records: dict[str, list[Record]] = {
        "shop": [
            order("1", **ANN, net=10),
            order("2", **ANN, net="2.50", placed_at="2026-04-12T09:00:00Z", url="https://shop.example/2"),
            order("3", **ANN, net=7, currency="EUR"),
        ]
    }
    judgement = judged(CARD, snapshot(workspace(), records))
    (row,) = customers(judgement)
    assert (row.email, row.occurred_at, row.age_days) == ("ann@x.example", "2026-04-12T09:00:00Z", 2)
    assert [each["number"] for each in row.orders] == ["2", "1", "3"]
    assert row.orders[0]["url"] == "https://shop.example/2"
    assert row.exposure == ({"amount": "7.00", "currency": "EUR"}, {"amount": "12.50", "currency": "USD"})
    assert [each["key"] for each in row.evidence["keys_tried"]] == ["email", "name_and_address"]
    assert judgement.figures
    assert judgement.figures["blocked_orders"] == 3


def test_a_holding_customer_stands_for_nobody() -> None:
    """A record that many buyers are posted to does not make them known (SAGE-ABS-15, SAGE-ABS-16)."""
    records: dict[str, list[Record]] = {"shop": [order(**ANN)], "ledger": [master("WEB-SALES", **ANN)]}
    assert _rows(records) == []
    assert len(_rows(records, field_map={"holding_customers": ["web-sales"]})) == 1


def test_unusual_precedence_is_taken_as_it_is() -> None:
    """Orders of one email with keys of two segments are one B2B buyer, whatever the precedence (GEN-12)."""
    precedence = {"b2b": ["email", "vat"], "dtc": ["email", "name_and_address"]}
    records: dict[str, list[Record]] = {
        "shop": [
            order("1", **ANN),
            order("2", **ANN, is_b2b=True, vat="GB1", placed_at="2026-04-14T09:00:00Z"),
        ]
    }
    (row,) = _rows(records, field_map={"key_precedence": precedence})
    assert (row.segment, row.order_count) == ("b2b", 2)
    tried = [each["key"] for each in row.evidence["keys_tried"]]
    assert tried[:2] == ["email", "vat"]
