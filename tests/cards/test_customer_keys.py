"""In which order the keys of a buyer are tried, and what a row tells of a near miss."""

from dataclasses import replace
from typing import Any

from shared.cards.dynamics_365 import ABSENT
from shared.cards.sage import B2B, WIDER
from shared.domain.records import Record
from shared.domain.rows import CustomerRow
from tests.builders import company, customers, judged, master, order, snapshot, workspace

ANN: dict[str, Any] = {
    "email": "ann@x.example",
    "name": "ann moore",
    "street": "12 high street",
    "postcode": "LS14AB",
    "phone": "+441632960001",
}
AT_HOME = {name: ANN[name] for name in ("name", "street", "postcode")}
SHOP: dict[str, Any] = {
    "email": "buyer@x.example",
    "vat": "GB1",
    "account_reference": "ACC-1",
    "is_b2b": True,
}


def _rows(card: str, records: dict[str, list[Record]], **changes: Any) -> list[CustomerRow]:
    return customers(judged(card, snapshot(workspace(**changes), records)))


def test_the_email_comes_before_name_and_address() -> None:
    """Where both fit, the email's record is the buyer: a dead one elsewhere is no matter (D365-ABS-03)."""
    moved = master("M2", **AT_HOME)
    assert _rows(ABSENT, {"shop": [order(**ANN)], "ledger": [master("M1", email=ANN["email"]), moved]}) == []
    records: dict[str, list[Record]] = {
        "shop": [order(**ANN)],
        "ledger": [master("M1", email=ANN["email"]), master("M3", email=ANN["email"]), moved],
    }
    (row,) = _rows(ABSENT, records)
    assert [each["key"] for each in row.evidence["keys_tried"]] == ["email", "name_and_address"]
    assert [each["number"] for each in row.evidence["records"]] == ["M1", "M3", "M2"]


def test_a_slightly_different_email_shows_the_near_match() -> None:
    """The row of a mistyped email names the record that it is likely to be (D365-ABS-11)."""
    known = master("M7", **ANN | {"email": "anne@x.example", "street": ""})
    (row,) = _rows(ABSENT, {"shop": [order(**ANN)], "ledger": [known, master("M8", email="bo@y.example")]})
    (candidate,) = row.evidence["candidates"]
    assert (candidate["number"], candidate["email"]) == ("M7", "anne@x.example")
    assert candidate["why"] == ["name +4", "phone +4", "postcode +2"]


def test_the_first_key_that_fits_decides() -> None:
    """Of two records the one with the VAT number is the buyer, then the account's (SAGE-ABS-07)."""
    by_vat, by_account = master("M1", vat="GB1"), master("ACC-1", email="other@x.example")
    by_email = master("M3", email="buyer@x.example", vat="GB3")
    assert _rows(WIDER, {"shop": [order(**SHOP)], "sage": [by_vat, by_account, by_email]}) == []
    dead: list[Record] = [replace(each, state="inactive") for each in (by_vat, by_account, by_email)]
    (row,) = _rows(WIDER, {"shop": [order(**SHOP)], "sage": dead})
    tried = [(each["key"], each["outcome"]) for each in row.evidence["keys_tried"]]
    assert tried == [
        ("vat", "takes no posting: found M1"),
        ("account_reference", "takes no posting: found ACC-1"),
        ("email", "takes no posting: found M3"),
    ]


def test_the_field_map_says_which_keys_are_tried() -> None:
    """A key that the precedence leaves out finds nothing here either; the order is its own (SAGE-CM-04)."""
    records: dict[str, list[Record]] = {
        "trade": [order(company_id="CO1", email=""), company(vat="GB1", account_reference="ACC-1")],
        "sage": [master("M1", vat="GB1")],
    }
    assert _rows(B2B, records) == []
    (row,) = _rows(B2B, records, field_map={"key_precedence": {"b2b": ["account_reference", "email"]}})
    assert (row.match_key, row.match_value) == ("account_reference", "ACC-1")
    dead: dict[str, list[Record]] = records | {"sage": [master("M1", vat="GB1", state="inactive")]}
    for names in (["vat", "account_reference"], ["account_reference", "vat"]):
        (row,) = _rows(B2B, dead, field_map={"key_precedence": {"b2b": names}})
        assert [each["key"] for each in row.evidence["keys_tried"]] == names


def test_an_account_is_worth_what_its_mailbox_ordered_under_any_tag() -> None:
    """Orders of a mailbox count by the rules for emails that the field map asks for (SAGE-CM-19)."""
    shop: list[Record] = [
        order("1", is_b2b=True, email="ann@x.example", net=100),
        order("2", is_b2b=True, email="ann+old@x.example", net=70, placed_at="2026-01-10T12:00:00Z"),
    ]
    for rules, worth in (([], "100.00"), (["plus_tags"], "170.00")):
        (row,) = _rows(B2B, {"trade": shop}, field_map={"email_rules": rules})
        assert row.account_value == ({"amount": worth, "currency": "USD"},)
