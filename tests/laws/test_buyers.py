"""Who is one buyer, and which entity should know it."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.absence import Master, population
from shared.domain.buyers import Buyer, buyers_of, by_time
from shared.domain.evidence import evidence
from shared.domain.records import Order, Record
from shared.domain.snapshot import Snapshot
from shared.domain.windows import rolling
from shared.domain.workspace import CardSettings
from tests.builders import (
    AS_OF,
    commerce_customer,
    company,
    law,
    member,
    order,
    snapshot,
    two_entities,
    workspace,
)

B2B: dict[str, Any] = {"is_b2b": True}


def _buyers(shop: list[Record], trade: list[Record] | None = None, **changes: Any) -> list[Buyer]:
    seen = snapshot(workspace(**changes), {"shop": shop, "trade": trade or []})
    return _buyers_in(seen, range(len(seen.table(Order))))


def _buyers_in(seen: Snapshot, rows: Iterable[int]) -> list[Buyer]:
    return buyers_of(seen, by_time(seen.table(Order), rows))


def _groups(shop: list[Record], **changes: Any) -> set[frozenset[int]]:
    return {frozenset(buyer.orders) for buyer in _buyers(shop, **changes)}


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ({"email": "a@x.example"}, {"email": "b@x.example"}, 2),
        ({"email": "a@x.example", "customer_id": "7"}, {"email": "b@x.example", "customer_id": "7"}, 1),
        ({"email": "", "customer_id": "7"}, {"email": "b@x.example", "customer_id": "7"}, 1),
        (B2B | {"email": "a@x.example", "vat": "GB1"}, B2B | {"email": "b@x.example", "vat": "GB1"}, 1),
        (B2B | {"email": "a@x.example", "vat": "GB1"}, B2B | {"email": "a@x.example", "vat": "GB2"}, 2),
        (B2B | {"email": "a@x.example", "vat": "GB1"}, B2B | {"email": "a@x.example"}, 1),
        (B2B | {"vat": "GB1", "account_reference": "A"}, B2B | {"account_reference": "A"}, 1),
        (B2B | {"vat": "GB1", "customer_id": "7"}, B2B | {"email": "z@x.example", "customer_id": "7"}, 1),
        (B2B | {"vat": "GB1", "customer_id": "7"}, B2B | {"vat": "GB2", "customer_id": "7"}, 2),
        (B2B | {"email": "a@x.example", "vat": "GB1"}, {"email": "a@x.example"}, 2),
        (B2B | {"email": "a@x.example"}, {"email": "a@x.example"}, 1),
    ],
)
def test_two_orders_are_of_one_buyer_or_of_two(
    one: dict[str, Any], other: dict[str, Any], count: int
) -> None:
    """A company is one by VAT number or account, a person by email or customer account (SAGE-ABS-23)."""
    for pair in ((one, other), (other, one)):
        assert count == len(_buyers([order("1", **pair[0]), order("2", **pair[1])]))


def test_one_person_on_two_stores_is_one_buyer() -> None:
    """The same key on two platforms is the same buyer (D365-ABS-05, SAGE-ABS-01)."""
    (buyer,) = _buyers([order("1", email="a@x.example")], [order("2", email="a@x.example")])
    assert 2 == len(buyer.orders)


def test_a_company_is_one_buyer_whoever_orders() -> None:
    """Members, with and without a VAT number of their own, buy for their one company (SAGE-ABS-23)."""
    members = [member("1", "CO1"), member("2", "CO1")]
    orders: list[Record] = [
        order("1", email="a@x.example", customer_id="1"),
        order("2", email="b@x.example", customer_id="2", vat="GB2"),
        order("3", email="c@x.example", company_id="CO1"),
    ]
    (buyer,) = _buyers([*orders, *members, company("CO1")])
    assert ("b2b", 3, 0) == (buyer.segment, len(buyer.orders), buyer.company)


def test_keys_carry_over_from_one_order_to_the_next() -> None:
    """A shares a VAT number with B, and B an account with C: all are one company, named by its VAT number."""
    orders: list[Record] = [
        order("1", email="a@x.example", account_reference="A1", **B2B),
        order("2", email="b@x.example", account_reference="A1", vat="GB1", **B2B),
        order("3", email="c@x.example", vat="GB1", **B2B),
    ]
    (buyer,) = _buyers(orders)
    assert ("vat:GB1", ("vat", "GB1")) == (buyer.identity, buyer.keys[0])


def test_an_agency_joins_nobody() -> None:
    """An order without a VAT number goes with none of two companies that share its mailbox."""
    agency = {"email": "agency@x.example"}
    orders: list[Record] = [
        order("1", vat="GB1", **agency, **B2B),
        order("2", vat="GB2", **agency, **B2B),
        order("3", **agency, **B2B),
    ]
    assert ["vat:GB1", "vat:GB2", "email:agency@x.example"] == [each.identity for each in _buyers(orders)]


def test_a_marketplaces_account_is_nobodys() -> None:
    """An account under which more buyers order than the field map allows joins none of them."""
    orders: list[Record] = [order(str(number), customer_id="amazon") for number in range(4)]
    assert 4 == len(_buyers(orders, field_map={"shared_key_limit": 3}))
    assert 1 == len(_buyers(orders, field_map={"shared_key_limit": 4}))


PEOPLE = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", "", "1", "2", "3"]), st.integers(1, 9)),
    max_size=8,
)


@law
@given(PEOPLE, st.data())
def test_a_person_keeps_its_name_when_orders_leave_the_window(
    people: list[tuple[str, str, int]], data: st.DataObject
) -> None:
    """Of any orders, those of one buyer are one buyer's of the same name: exceptions hang on it."""
    shop: list[Record] = [
        order(str(at), email=f"{name}@x.example", customer_id=account, placed_at=f"2026-04-0{day}T12:00:00Z")
        for at, (name, account, day) in enumerate(people)
    ]
    seen = snapshot(workspace(), {"shop": shop})
    left = data.draw(st.sets(st.sampled_from(range(len(shop))))) if shop else set()
    whole = {row: buyer.identity for buyer in _buyers_in(seen, range(len(shop))) for row in buyer.orders}
    part = {row: buyer.identity for buyer in _buyers_in(seen, left) for row in buyer.orders}
    assert {row: whole[row] for row in left} == part


def test_a_company_without_keys_is_not_named_by_its_clerks() -> None:
    """A company is the same case whichever of its clerks ordered last."""
    shop: list[Record] = [
        company("CO1"),
        order("1", email="a@x.example", company_id="CO1"),
        order("2", email="b@x.example", company_id="CO1", placed_at="2026-04-14T09:00:00Z"),
    ]
    seen = snapshot(workspace(), {"shop": shop})
    assert {"company:shop:CO1"} == {_buyers_in(seen, rows)[0].identity for rows in ((0, 1), (0,), (1,))}


def test_an_account_that_ever_was_a_marketplaces_is_nobodys() -> None:
    """Four buyers of this week stay apart where the account had more than can be one before."""
    shop = [order(str(number), customer_id="amazon") for number in range(12)]
    seen = snapshot(workspace(), {"shop": shop})
    assert 4 == len(_buyers_in(seen, range(4)))


ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "email": st.sampled_from(["", "a@x.example", "b@x.example", "c@x.example"]),
            "vat": st.sampled_from(["", "", "GB1", "GB2"]),
            "account_reference": st.sampled_from(["", "", "A1", "A2"]),
            "customer_id": st.sampled_from(["", "1", "2"]),
            "is_b2b": st.booleans(),
            "placed_at": st.sampled_from(["2026-04-12T12:00:00Z", "2026-04-13T12:00:00Z"]),
        }
    ),
    max_size=9,
)


@law
@given(ORDERS, st.integers(0, 9))
def test_who_is_one_does_not_depend_on_storing_order(drawn: list[dict[str, Any]], seed: int) -> None:
    """Orders stored in another order make the same buyers, by the same names."""
    orders: list[Record] = [order(str(number), **each) for number, each in enumerate(drawn)]
    shuffled = random.Random(seed).sample(orders, len(orders))  # noqa: S311 - a shuffle
    named = [
        {
            (each.identity, each.segment, each.keys, tuple(rows[at].id for at in each.orders))
            for each in _buyers(rows)
        }
        for rows in (orders, shuffled)
    ]
    assert named[0] == named[1]


@law
@given(ORDERS)
def test_a_vat_number_is_one_company(drawn: list[dict[str, Any]]) -> None:
    """No VAT number stands with two B2B buyers, and no two names are the same."""
    buyers = _buyers([order(str(number), **each) for number, each in enumerate(drawn)])
    numbers = [
        value for buyer in buyers if buyer.segment == "b2b" for key, value in buyer.keys if key == "vat"
    ]
    assert len(numbers) == len(set(numbers))
    assert len(buyers) == len({buyer.identity for buyer in buyers})


UK, US = {"entity": "uk", "store": "uk"}, {"entity": "us", "currency": "USD"}


@pytest.mark.parametrize(
    ("field_map", "entity"),
    [
        ({"entity_routing": [UK, US]}, "uk"),
        ({"entity_routing": [US, UK]}, "us"),
        ({"entity_routing": [UK | {"tag": "wholesale"}, US]}, "us"),
        ({"entity_routing": [UK | {"ship_to_country": "FR"}], "default_entity": "us"}, "us"),
        (
            {
                "entity_routing": [UK],
                "customer_overrides": [{"key": "vat", "value": "VAT no. gb 1 ", "entity": "us"}],
            },
            "us",
        ),
        (
            {
                "entity_routing": [UK],
                "customer_overrides": [
                    {"key": "email", "value": "Own@X.example", "entity": "us"},
                    {"key": "vat", "value": "GB1", "entity": "uk"},
                ],
            },
            "us",
        ),
        ({"entity_routing": []}, ""),
    ],
)
def test_orders_post_to_the_entity_that_the_field_map_says(field_map: dict[str, Any], entity: str) -> None:
    """A customer's override counts, then the first rule that fits, then the default (GEN-12, SAGE-ABS-18)."""
    firm = company("CO1", vat="GB1")
    bought = order(company_id="CO1", store="uk", currency="USD", email="own@x.example")
    (buyer,) = _buyers([bought, firm], **two_entities(**field_map))
    assert entity == buyer.entity


@pytest.mark.parametrize(
    ("orders", "field_map", "notes"),
    [
        ([{"store": "uk"}, {"store": "us"}], {}, ["several entities: uk, us"] * 2),
        ([{"store": "nowhere"}], {}, ["No routing rule fits"]),
        ([{"store": "uk"}], {"entity_routing": [UK, US]}, ["Rules of several entities fit these orders"]),
        ([{"store": "uk"}], {}, []),
    ],
)
def test_doubtful_routing_is_flagged(
    orders: list[dict[str, str]], field_map: dict[str, Any], notes: list[str]
) -> None:
    """A row says where its buyer's orders go apart, where no rule fits, where several do (D365-ABS-12)."""
    here = workspace(**two_entities(**field_map))
    shop = [order(str(number), email="a@x.example", **each) for number, each in enumerate(orders)]
    seen = snapshot(here, {"shop": shop})
    found = population(seen, rolling(here, AS_OF, 7), CardSettings(), Master(("sage_intacct",)))
    told = [note for case in found.absences for note in evidence(found, case)["notes"]]
    assert len(told) == len(notes)
    assert all(part in note for part, note in zip(notes, told, strict=True))


def test_a_mistyped_vat_number_is_noted() -> None:
    """A number that fails its country's own check is still a key, and the row says so (SAGE-ABS-07)."""
    seen = snapshot(
        workspace(), {"shop": [order("1", vat="DE136695970", **B2B), order("2", vat="DE136695976", **B2B)]}
    )
    found = population(seen, rolling(seen.workspace, AS_OF, 7), CardSettings(), Master(("sage_intacct",)))
    assert [1, 0] == [len(case.notes) for case in found.absences]


def test_a_customers_account_makes_a_company_order() -> None:
    """An order of a customer account that belongs to a company is the company's (SAGE-CM-17)."""
    shop: list[Record] = [
        order(customer_id="7"),
        commerce_customer("7", company_id="CO1"),
        company("CO1", vat="GB1"),
    ]
    assert ["vat:GB1"] == [each.identity for each in _buyers(shop)]
