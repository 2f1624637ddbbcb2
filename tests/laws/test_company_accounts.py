"""Company accounts and what they share: no company is hidden behind another's mailbox."""

import pytest

from shared.domain.buyers import buyers_of
from shared.domain.records import Record
from tests.builders import company, order, snapshot, workspace


@pytest.mark.parametrize(
    ("accounts", "buyers"),
    [
        ((("shop", "CO1"), ("shop", "CO2")), 2),
        ((("shop", "CO1"), ("trade", "CO1")), 1),
        ((("shop", "CO1"), ("shop", "CO2"), ("trade", "CO3")), 3),
    ],
)
@pytest.mark.parametrize("shared", ["email of the companies", "email of a clerk", "account of a clerk"])
def test_two_company_accounts_of_one_shop_are_two_companies(
    accounts: tuple[tuple[str, str], ...], buyers: int, shared: str
) -> None:
    """A mailbox or an account that two companies share hides neither; it tells a company on two stores.

    Where two of one shop share it with one of another, nobody can tell which that is (SAGE-ABS-23).
    """
    at_shops: dict[str, list[Record]] = {}
    for number, (shop, account) in enumerate(accounts):
        own = "both@x.example" if shared == "email of the companies" else ""
        clerk = "both@x.example" if shared == "email of a clerk" else f"{number}@x.example"
        who = "7" if shared == "account of a clerk" else str(number)
        at_shops.setdefault(shop, []).extend(
            [
                company(account, email=own),
                order(f"{shop}{number}", email=clerk, customer_id=who, company_id=account),
            ]
        )
    found = buyers_of(snapshot(workspace(), at_shops), range(len(accounts)))
    # An account is one shop's: it tells nobody on another.
    expected = len(accounts) if shared == "account of a clerk" else buyers
    assert expected == len(found)
    assert len(accounts) == sum(len(each.orders) for each in found)


@pytest.mark.parametrize(("own", "buyers"), [({}, 2), ({"company_id": ""}, 1)])
def test_an_anchor_takes_no_other_account_of_its_shop(own: dict[str, str], buyers: int) -> None:
    """A company without a VAT number is not taken for the one that has one and shares its mailbox."""
    shop: list[Record] = [
        company("CO1", vat="GB1"),
        company("CO2"),
        order("1", email="both@x.example", company_id="CO1"),
        order("2", **{"email": "both@x.example", "company_id": "CO2", "is_b2b": True} | own),
    ]
    found = buyers_of(snapshot(workspace(), {"shop": shop}), range(2))
    assert buyers == len(found)
