"""docs/field-map.md: each of its ten mistakes, made on a small world, shows as the page says.

Each test makes the mistake, sees it show, mends it as the page says, and sees it go.
"""

import re
from decimal import Decimal
from typing import Any

import pytest

from dev.vendors import bigcommerce
from dev.vendors.facts import Account
from shared.cards.card import Judgement
from shared.cards.cohorts import COHORTS
from shared.cards.dynamics_365 import ABSENT
from shared.cards.sage import B2B, WIDER
from shared.domain.gap.reasons import REASONS
from shared.domain.records import Order, Record
from shared.domain.rows import CustomerRow, OrderRow
from shared.domain.workspace import FieldMap
from shared.sources.bigcommerce import SOURCE
from tests.builders import (
    CONNECTIONS,
    credit_memo,
    customers,
    invoice,
    judged,
    master,
    order,
    orders,
    refund,
    snapshot,
    workspace,
)
from tests.docs.pages import DOCS
from tests.sources import shop
from tests.sources.shop import Bench

GAP = "revenue_gap_detailed_breakdown"
TEXT = (DOCS / "field-map.md").read_text(encoding="utf-8")
SECTIONS = {
    int(number): " ".join(text.split())
    for number, text in re.findall(r"^### (\d+)\. (.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL)
}
COHORT = {cohort.code: cohort.label for cohort in COHORTS}
REASON = {reason.code: reason.label for reason in REASONS}
SATURDAY = "2026-04-11T12:00:00Z"
"""Three days before AS_OF: old enough to be in the books."""
STORE = Bench(source=SOURCE, vendor=bigcommerce, options={"store_hash": "acc", "has_b2b_edition": False})

Records = dict[str, list[Record]]


def says(number: int, *told: str) -> None:
    """Hold that the section of a mistake says all of this."""
    assert [each for each in told if each not in SECTIONS[number]] == []


def connected(**changes: Any) -> list[dict[str, Any]]:
    """Give the connections of a workspace; a change goes to the one of that name."""
    return [{"name": name, "kind": kind, **changes.get(name, {})} for name, kind in CONNECTIONS.items()]


def judgement(card: str, records: Records, **changes: Any) -> Judgement:
    """Let a card judge records in a workspace with these settings."""
    return judged(card, snapshot(workspace(**changes), records))


def the_order(found: Judgement) -> OrderRow:
    """Give the only row of an order."""
    (row,) = orders(found)
    return row


def the_buyer(found: Judgement) -> CustomerRow:
    """Give the only row of a customer."""
    (row,) = customers(found)
    return row


def outcomes(row: CustomerRow) -> dict[str, str]:
    """Give what came of each key of a buyer."""
    return {each["key"]: each["outcome"] for each in row.evidence["keys_tried"]}


def test_there_are_ten() -> None:
    """The page has ten mistakes, each with a section, a line in the table and a test."""
    rows = re.findall(r"^\| \[(\d+)\]", TEXT, re.MULTILINE)
    tests = [int(name.split("_")[2]) for name in globals() if name.startswith("test_mistake_")]
    assert list(range(1, 11)) == [int(each) for each in rows] == sorted(SECTIONS) == sorted(tests)


KNOWN = master("M1", company="Main", email="buyer-1@example.com")


def test_mistake_1_the_ledger_writes_order_names_otherwise() -> None:
    """Every order is missing from the books until the connection spells names as they do (REVGAP-03)."""
    records: Records = {"shop": [order(placed_at=SATURDAY)], "ledger": [KNOWN, invoice("SH-1")]}
    found = judgement(GAP, records)
    row = the_order(found)
    assert (found.compared, (found.figures or {})["ledger_posted_amount"]) == (Decimal(100), 0)
    says(1, f"*{REASON[row.reason]}*", *(f"`{each}`" for each in row.sub_reasons), f"*{row.action}*")
    mended = connected(shop={"order_reference": "SH-{number}"})
    assert judgement(GAP, records, connections=mended).rows == ()
    says(1, '"order_reference": "SH-{number}"')


def test_mistake_2_two_shops_count_alike() -> None:
    """Of two orders of one name both say so, and the one placed first has the documents (REVGAP-27)."""
    records: Records = {
        "shop": [order(placed_at=SATURDAY)],
        "trade": [order(placed_at="2026-04-11T13:00:00Z", email="other@x.example")],
        "ledger": [KNOWN, invoice("1"), invoice("T-1")],
    }
    rows = orders(judgement(GAP, records))
    assert {row.reason for row in rows} == {"mapping_conflict"}
    assert {row.connection: row.gap for row in rows} == {"shop": 0, "trade": 1_000_000}
    (first,) = (row for row in rows if row.connection == "shop")
    says(2, f"*{REASON[first.reason]}*", *(f"`{each}`" for each in first.sub_reasons), f"*{first.action}*")
    mended = connected(trade={"order_reference": "T-{number}"})
    assert judgement(GAP, records, connections=mended).rows == ()
    says(2, '"order_reference": "T-{number}"')


def test_mistake_3_the_order_name_is_in_another_field_of_the_ledger() -> None:
    """A name in the customer's reference is found once the field map says so (REVGAP-04)."""
    records: Records = {
        "shop": [order(placed_at=SATURDAY)],
        "ledger": [KNOWN, invoice("PO-77", customer_reference="1")],
    }
    row = the_order(judgement(GAP, records))
    says(3, f"*{REASON[row.reason]}*", *(f"`{each}`" for each in row.sub_reasons))
    mended = {"commerce_id_field": "customer_reference"}
    assert judgement(GAP, records, field_map=mended).rows == ()
    says(3, '"commerce_id_field": "customer_reference"')


def test_mistake_4_returns_are_named_otherwise() -> None:
    """A return looks as if it had no credit memo until its name is spelt as the memo has it (REVGAP-28)."""
    records: Records = {
        "shop": [order(placed_at=SATURDAY), refund("77")],
        "ledger": [KNOWN, invoice("1"), credit_memo("R-1")],
    }
    row = the_order(judgement(GAP, records))
    assert row.gap == -400_000
    says(4, f"*{REASON[row.reason]}*", f"*{row.action}*")
    mended = connected(shop={"return_reference": "R-{order_number}"})
    row = the_order(judgement(GAP, records, connections=mended))
    assert row.gap == 0
    says(4, '"return_reference": "R-{order_number}"', f"*{REASON[row.reason]}*")


async def _read(**fields: Any) -> list[Record]:
    """Read a company's account and order from a simulated BigCommerce store by this field map."""
    account = Account(
        customers=[shop.customer(3, vat="GB 123 4567 82", company_id=9)],
        orders=[shop.order(7, customer_id=3)],
    )
    found: list[Record] = []
    for stream in ("orders", "customers"):
        found += await STORE.records(stream, account, fields=FieldMap(**fields))
    return [
        each if not isinstance(each, Order) else type(each)(**(_values(each) | {"placed_at": SATURDAY}))
        for each in found
    ]


def _values(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


GROUPS = {"b2b_customer_groups": ("2",)}


async def test_mistake_5_the_vat_field_is_misnamed() -> None:
    """Without its VAT number a company that the ledger has looks like a new one (SAGE-ABS-07)."""
    ledger: list[Record] = [master("M1", vat="GB123456782", email="accounts@elsewhere.example")]
    records: Records = {"trade": await _read(vat_field="VAT number of the company", **GROUPS), "sage": ledger}
    for card in (WIDER, B2B):
        row = the_buyer(judgement(card, records))
        assert "vat" not in outcomes(row)
        assert "email" in outcomes(row)
    says(5, f"*{COHORT[the_buyer(judgement(WIDER, records)).cohort]}*")
    mended: Records = {"trade": await _read(vat_field=bigcommerce.VAT_FIELD, **GROUPS), "sage": ledger}
    assert judgement(WIDER, mended).rows == ()
    says(5, f"`{bigcommerce.VAT_FIELD}`")


async def test_mistake_6_companies_are_read_as_people() -> None:
    """Where no group is named, companies are shoppers, and the card of companies is empty (GEN-12)."""
    records: Records = {"trade": await _read(vat_field=bigcommerce.VAT_FIELD), "sage": [master("M9")]}
    row = the_buyer(judgement(WIDER, records))
    assert list(outcomes(row)) == ["email"]
    assert judgement(B2B, records).value == 0
    says(6, f"*{COHORT[row.cohort]}*")
    mended = records | {"trade": await _read(vat_field=bigcommerce.VAT_FIELD, **GROUPS)}
    assert judgement(B2B, mended).value == 1
    says(6, '"b2b_customer_groups": ["2"]')


@pytest.mark.parametrize(("card", "ledger"), [(WIDER, "sage"), (ABSENT, "ledger")])
def test_mistake_7_the_holding_customer_is_not_listed(card: str, ledger: str) -> None:
    """A buyer whose email the holding customer carries passes as found until that is listed (SAGE-ABS-15)."""
    records: Records = {"shop": [order()], ledger: [master("WEB-SALES", email="buyer-1@example.com")]}
    found = judgement(card, records)
    assert (found.value, (found.figures or {})["matched_buyers"]) == (0, 1)
    says(7, "`matched_buyers`")
    row = the_buyer(judgement(card, records, field_map={"holding_customers": ["WEB-SALES"]}))
    says(7, '"holding_customers": ["WEB-SALES"]', f"*{COHORT[row.cohort]}*")


def entities(code: str) -> list[dict[str, Any]]:
    """Give a British entity that the ledger should call by this code, and an American one."""
    return [
        {"id": "acme-uk", "name": "Britain", "company_codes": [code]},
        {"id": "acme-us", "name": "America", "company_codes": ["200"]},
    ]


@pytest.mark.parametrize(("card", "ledger"), [(WIDER, "sage"), (ABSENT, "ledger")])
def test_mistake_8_the_ledgers_company_code_is_not_listed(card: str, ledger: str) -> None:
    """The records of a company that no entity claims are those of another entity (D365-ABS-12)."""
    records: Records = {"shop": [order()], ledger: [master(company="100", email="buyer-1@example.com")]}
    routed = {"default_entity": "acme-uk"}
    row = the_buyer(judgement(card, records, entities=entities("UK-100"), field_map=routed))
    assert row.evidence["found_in_entities"] == ["100"]
    says(8, f"*{COHORT[row.cohort]}*", f"*{row.action}*", f"*{outcomes(row)['email']}*", "`100`")
    assert judgement(card, records, entities=entities("100"), field_map=routed).rows == ()
    says(8, '"company_codes": ["100"]')


@pytest.mark.parametrize(("card", "ledger"), [(WIDER, "sage"), (ABSENT, "ledger")])
def test_mistake_9_a_routing_rule_is_missing(card: str, ledger: str) -> None:
    """Without its rule an American order is looked up in the British books (SAGE-ABS-18)."""
    records: Records = {
        "shop": [order(ship_to_country="US")],
        ledger: [master(company="100", email="buyer-1@example.com")],
    }
    field_map: dict[str, Any] = {"default_entity": "acme-uk"}
    found = judgement(card, records, entities=entities("100"), field_map=field_map)
    assert found.value == 0
    assert "acme-us" not in {part.code for part in found.breakdown if part.dimension == "entity"}
    field_map["entity_routing"] = [{"entity": "acme-us", "ship_to_country": "US"}]
    row = the_buyer(judgement(card, records, entities=entities("100"), field_map=field_map))
    assert row.entity == "acme-us"
    says(9, '{"entity": "acme-us", "ship_to_country": "US"}', f"*{COHORT[row.cohort]}*")


@pytest.mark.parametrize(("card", "ledger"), [(WIDER, "sage"), (ABSENT, "ledger")])
def test_mistake_10_companies_share_a_mailbox(card: str, ledger: str) -> None:
    """By a group's mailbox a new subsidiary passes as another one (SAGE-ABS-07, SAGE-CM-04)."""
    group: dict[str, Any] = {"email": "buying@group.example", "name": "group north", "postcode": "LS14AB"}
    new = order(is_b2b=True, vat="GB123456782", **group)
    records: Records = {"trade": [new], ledger: [master(vat="GB999999973", **group)]}
    assert judgement(card, records).value == 0
    field_map = {"key_precedence": {"b2b": ["vat", "account_reference"]}}
    row = the_buyer(judgement(card, records, field_map=field_map))
    assert "email" not in outcomes(row)
    says(10, '"key_precedence": {"b2b": ["vat", "account_reference"]}', f"*{COHORT[row.cohort]}*")
    many: list[Record] = [master(f"M{number}", email=group["email"]) for number in range(11)]
    row = the_buyer(judgement(card, records | {ledger: many}))
    says(10, f"*{outcomes(row)['email']}*")
