"""Cases of the card of buyers whom Sage Intacct does not know."""

from typing import Any

import pytest

from shared.domain.records import Record
from shared.domain.rows import CustomerRow
from tests.builders import (
    company,
    customers,
    judged,
    master,
    order,
    snapshot,
    status,
    sync_attempt,
    two_entities,
    workspace,
)

CARD = "ecom_customers_absent_from_sage"
SHOP: dict[str, Any] = {
    "email": "buyer@x.example",
    "vat": "GB1",
    "account_reference": "ACC-1",
    "is_b2b": True,
}
AT_HOME = {"name": "ann moore", "postcode": "LS14AB"}


def _rows(records: dict[str, list[Record]], **changes: Any) -> list[CustomerRow]:
    return customers(judged(CARD, snapshot(workspace(**changes), records)))


COHORTS: list[tuple[str, dict[str, Any], list[Record], str]] = [
    ("new", {}, [], "new_dtc_email_only"),
    ("email changed", AT_HOME, [master(**AT_HOME, email="old@x.example")], "returning_dtc_email_changed"),
    ("phone known", {"phone": "+441"}, [master(phone="+441")], "returning_dtc_email_changed"),
    ("new company", SHOP, [], "b2b_new"),
    ("company seen before", SHOP | AT_HOME, [master(**AT_HOME)], "b2b_suspected_duplicate"),
    ("no VAT number, by account", SHOP, [master("ACC-1")], "b2b_vat_not_keyed"),
    ("no VAT number, by email", SHOP, [master(email="buyer@x.example")], "b2b_vat_not_keyed"),
    ("inactive", SHOP, [master(vat="GB1", state="inactive")], "inactive_record"),
    ("non-posting", SHOP, [master(vat="GB1", state="blocked")], "inactive_record"),
    ("twice", SHOP, [master("M1", vat="GB1"), master("M2", vat="GB1")], "ambiguous"),
    ("guest", {"email": ""}, [], "guest"),
    ("guest seen before", {"email": "", **AT_HOME}, [master(**AT_HOME)], "guest"),
]


@pytest.mark.parametrize(("_", "buyer", "known", "cohort"), COHORTS, ids=[each[0] for each in COHORTS])
def test_cohorts(_: str, buyer: dict[str, Any], known: list[Record], cohort: str) -> None:
    """Each absence is in the one cohort that says what follows from it (SAGE-ABS-10, SAGE-ABS-11).

    Suspected duplicates (SAGE-ABS-13), inactive records (SAGE-ABS-17), VAT not keyed (SAGE-ABS-21).
    """
    seen = snapshot(workspace(), {"shop": [order(**buyer)], "sage": known})
    judgement = judged(CARD, seen)
    (row,) = customers(judgement)
    assert row.cohort == cohort.replace("b2b_new", "new_b2b_no_master")
    assert row.is_counted == (cohort != "ambiguous")
    dimension = "cohort" if row.is_counted else "not_counted"
    (part,) = (part for part in judgement.breakdown if part.dimension == dimension)
    assert (part.code, dict(part.figures)) == (row.cohort, {"customers": 1, "orders": 1})
    assert part.note == row.consequence
    assert row.consequence
    assert row.action


@pytest.mark.parametrize(
    ("known", "key"),
    [
        ({"vat": "GB1"}, "vat"),
        ({"vat": "GB1", "email": "buyer@x.example", "number": "ACC-1"}, "vat"),
        ({"number": "ACC-1", "vat": "GB2"}, "account_reference"),
        ({"email": "buyer@x.example", "vat": "GB2"}, "email"),
    ],
)
def test_b2b_keys_are_tried_in_order(known: dict[str, Any], key: str) -> None:
    """VAT number, account reference, email; any of them finds the record (SAGE-ABS-02, SAGE-ABS-07)."""
    seen = snapshot(workspace(), {"shop": [order(**SHOP)], "sage": [master(**known)]})
    assert judged(CARD, seen).rows == ()
    order_of_keys = {"field_map": {"key_precedence": {"b2b": [key]}}}
    assert _rows({"shop": [order(**SHOP)], "sage": [master(**known)]}, **order_of_keys) == []


def test_an_inactive_record_is_reactivated() -> None:
    """A customer who still orders is absent, and the record is reactivated, not made anew (SAGE-ABS-17)."""
    known = master("M1", vat="GB1", state="inactive")
    judgement = judged(CARD, snapshot(workspace(), {"shop": [order(**SHOP)], "sage": [known]}))
    (row,) = customers(judgement)
    assert judgement.value == 1
    assert row.action == "Reactivate the record; do not create another"
    assert [(each["number"], each["state"]) for each in row.evidence["records"]] == [("M1", "inactive")]


def test_the_precedence_is_the_workspaces() -> None:
    """A key that the field map leaves out is not tried (SAGE-ABS-07, GEN-12)."""
    records: dict[str, list[Record]] = {
        "shop": [order(**SHOP)],
        "sage": [master(email="buyer@x.example", vat="GB2")],
    }
    assert _rows(records) == []
    (row,) = _rows(records, field_map={"key_precedence": {"b2b": ["account_reference", "vat"]}})
    assert (row.match_key, row.match_value) == ("account_reference", "ACC-1")


@pytest.mark.parametrize(
    "known",
    [
        {"name": "ann moore", "street": "12 high street", "postcode": "LS14AB"},
        {"vat": "GB1"},
        {"email": "buyer+web@x.example"},
    ],
)
def test_dtc_buyers_are_known_by_email_only(known: dict[str, str]) -> None:
    """Names are no key in Sage, and a plus tag is its own address (SAGE-ABS-06, SAGE-ABS-08)."""
    buyer = SHOP | AT_HOME | {"street": "12 high street", "is_b2b": False}
    assert len(_rows({"shop": [order(**buyer)], "sage": [master(**known)]})) == 1


def test_a_suspected_duplicate_shows_its_candidates() -> None:
    """The nearest records are shown with what speaks for them, the nearest first (SAGE-ABS-14)."""
    near = master("M1", **AT_HOME, email="old@x.example", state="inactive")
    nearer = master("M2", **AT_HOME, phone="+441", is_privacy_blocked=True)
    far = master("M3", name="bo lee", postcode="LS14AB")
    (row,) = _rows({"shop": [order(**AT_HOME, phone="+441")], "sage": [near, nearer, far]})
    candidates = row.evidence["candidates"]
    assert [each["number"] for each in candidates] == ["M2", "M1"]
    assert candidates[0]["name"] == candidates[0]["email"] == "[Privacy Blocked]"
    assert candidates[0]["why"] == ["name +4", "phone +4", "postcode +2"]
    assert {each["confidence"] for each in candidates} == {"strong"}


def _mixed() -> dict[str, list[Record]]:
    """Build a DTC and a B2B buyer who are new, and as many who are suspected duplicates."""
    return {
        "shop": [
            order("1"),
            order("2", **AT_HOME),
            order("3", is_b2b=True),
            order("4", is_b2b=True, **AT_HOME),
        ],
        "sage": [master(**AT_HOME)],
    }


@pytest.mark.parametrize(
    ("settings", "value", "b2b"),
    [
        ({}, 4, 2),
        ({"exclude_suspected_duplicates": True}, 2, 1),
        ({"scope": "b2b"}, 2, 2),
        ({"scope": "b2b", "exclude_suspected_duplicates": True}, 1, 1),
    ],
)
def test_suspected_duplicates_and_scope(settings: dict[str, Any], value: int, b2b: int) -> None:
    """Suspected duplicates count until they are excluded, from the subset, too (decision 3, SAGE-ABS-19)."""
    cards = {CARD: settings | {"b2b_threshold": 0}}
    judgement = judged(CARD, snapshot(workspace(cards=cards), _mixed()))
    assert judgement.value == judgement.compared == value
    assert [part.value for part in judgement.subsets] == [b2b]
    assert judgement.figures
    assert judgement.figures["clean_absences"] == len(judgement.rows) // 2


def test_the_example_in_small() -> None:
    """The figures part the rows by segment and by orders, sized by what they are worth (SAGE-ABS-12)."""
    figures = judged(CARD, snapshot(workspace(), _mixed())).figures or {}
    assert figures["distinct_buyers"] == 4
    assert figures["matched_buyers"] == 0
    assert (figures["b2b_customers"], figures["b2b_orders"]) == (2, 2)
    assert (figures["dtc_customers"], figures["dtc_orders"]) == (2, 2)
    assert (figures["suspected_duplicates"], figures["clean_absences"]) == (2, 2)
    assert status(CARD, snapshot(workspace(), _mixed())) == "attention"
    assert [row.exposure for row in _rows(_mixed())] == [({"amount": "100.00", "currency": "USD"},)] * 4


@pytest.mark.parametrize(
    ("placed_at", "is_in_flight"),
    [("2026-04-14T06:00:00Z", False), ("2026-04-14T06:00:01Z", True), ("2026-04-13T12:00:00Z", False)],
)
def test_who_ordered_after_the_last_sync_is_in_flight(placed_at: str, is_in_flight: bool) -> None:  # noqa: FBT001 - a table
    """A buyer whose orders are all younger than the last finished run is not yet synced (SAGE-ABS-20)."""
    running = sync_attempt(state="running", started_at="2026-04-14T12:00:00Z")
    records: dict[str, list[Record]] = {
        "shop": [order(placed_at=placed_at)],
        "network": [sync_attempt(), running],
    }
    judgement = judged(CARD, snapshot(workspace(), records))
    (row,) = customers(judgement)
    assert row.evidence["is_not_yet_synced"] is is_in_flight
    assert judgement.figures
    assert judgement.figures["not_yet_synced"] == is_in_flight


def test_without_a_sync_log_nobody_is_in_flight() -> None:
    """Nothing is said of a sync that nobody told of (decision 16)."""
    (row,) = _rows({"shop": [order()]})
    assert (row.evidence["is_not_yet_synced"], row.evidence["last_sync"]) == (False, "")


@pytest.mark.parametrize(
    ("company_code", "outcome"),
    [("", "known"), ("US", "known"), ("UK", "other_entity"), ("Elsewhere", "other_entity")],
)
def test_the_expected_entity_or_the_top_level_must_know(company_code: str, outcome: str) -> None:
    """A top-level record serves every entity, one of another entity does not (SAGE-ABS-18, decision 18)."""
    records: dict[str, list[Record]] = {
        "shop": [order(**SHOP, store="us")],
        "sage": [master(vat="GB1", company=company_code)],
    }
    rows = _rows(records, **two_entities())
    assert ([row.cohort for row in rows] or ["known"]) == [outcome]


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"connection": "shop"}, True),
        ({"connection": "trade"}, False),
        ({"currency": "USD", "ship_to_country": "US"}, True),
        ({"currency": "USD", "ship_to_country": "GB"}, False),
        ({"tag": "wholesale"}, True),
        ({"tag": "whole"}, False),
        ({"store": "us-store"}, True),
    ],
)
def test_orders_are_routed_by_the_first_rule_that_fits(rule: dict[str, str], fits: bool) -> None:  # noqa: FBT001 - a table
    """A rule fits where all its conditions do; else the default entity is expected (GEN-12)."""
    rules = [rule | {"entity": "us"}, {"entity": "uk", "connection": "trade"}]
    changes = two_entities(default_entity="uk", entity_routing=rules)
    placed = order(store="us-store", ship_to_country="US", tags=("new", "wholesale"))
    (row,) = _rows({"shop": [placed]}, **changes)
    assert row.entity == ("us" if fits else "uk")


def test_one_entity_needs_no_routing() -> None:
    """A single entity's records serve all its orders, whatever Intacct calls it (SAGE-ABS-24)."""
    changes = {
        "entities": [{"id": "only", "name": "Only"}],
        "field_map": {"default_entity": "only"},
    }
    assert _rows({"shop": [order(**SHOP)], "sage": [master(vat="GB1", company="100")]}, **changes) == []


def test_a_company_is_looked_up_by_its_own_keys() -> None:
    """A company's VAT number, reference and email come before those on the order (SAGE-ABS-23)."""
    records: dict[str, list[Record]] = {
        "adobe": [
            order(company_id="CO1", email="clerk@x.example"),
            company(vat="GB1", email="head@x.example"),
        ],
    }
    (row,) = _rows(records)
    tried = [(each["key"], each["value"]) for each in row.evidence["keys_tried"]]
    assert tried == [("vat", "GB1"), ("email", "head@x.example"), ("email", "clerk@x.example")]
    assert (row.segment, row.platform, row.name) == ("b2b", "adobe_commerce", "Company CO1")
