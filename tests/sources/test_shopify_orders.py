"""What an order at Shopify is worth, and whose it is: tax, edits, currencies, locations, own fields."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.vendors.facts import Account, Person, ShopOrder, ShopRefund, ShopSite
from shared.domain.records import CommerceCustomer, Company, Order, Record, Refund
from shared.domain.workspace import FieldMap
from shared.sources import shopify_records
from shared.sources.shopify_nodes import OrderNode
from tests.sources.shopify_shop import ACME, ANA, at, changing, read, records, shop, world

BASE = world().orders[0]
FIELDS = FieldMap(vat_field="custom.vat", account_reference_field="erp.account")


async def only(account: Account, stream: str = "orders", **given_: Any) -> Any:
    """Read a stream of one record."""
    (record,) = records(await read(shop(account), stream, **given_))
    return record


async def net(order: ShopOrder, *refunds: ShopRefund) -> int:
    """Give the net of an order and of its refunds together."""
    account = replace(world(), orders=[order], refunds=list(refunds))
    return (await only(account)).net - sum(
        each.net for each in records(await read(shop(account), "refunds")) if isinstance(each, Refund)
    )


async def test_prices_with_and_without_tax_inside_have_the_same_net():
    """The net does not depend on whether the shop shows prices with tax (REVGAP-22)."""
    inside, outside = BASE, replace(BASE, buyer=replace(ANA, country="US"))
    got = [await only(replace(world(), orders=[each], refunds=[])) for each in (inside, outside)]
    assert [(each.net, each.tax, each.shipping_net) for each in got] == [(1_000_000, 200_000, 49_900)] * 2


async def test_an_order_carries_the_shops_currency():
    """What the buyer saw in another currency is in the books in the shop's (REVGAP-23)."""
    seen_in_euro = replace(BASE, buyer_currency="EUR", buyer_rate=Decimal("1.15"))
    got = await only(replace(world(), orders=[seen_in_euro], refunds=[]))
    assert (got.currency, got.net) == ("GBP", 1_000_000)


async def test_store_credit_gift_cards_and_tips_leave_the_total():
    """Credit pays and takes nothing off; gift cards sold, duties and tips are in the total already."""
    paid = replace(BASE, paid_by_credit=Decimal(50))
    assert await net(paid) == await net(BASE) == 1_000_000


EDITED = replace(BASE, is_edited=True)
REMOVED = replace(EDITED, removed_net=Decimal(30), removed_tax=Decimal(6))
REFUND = ShopRefund(id=501, number="R1", order_id=BASE.id, refunded_at=at(7), net=Decimal(20), tax=Decimal(4))


@pytest.mark.parametrize(
    ("order", "refunds", "gross", "tax"),
    [
        (BASE, [], 1_200_000, 200_000),
        (BASE, [REFUND], 1_200_000, 200_000),
        (EDITED, [], 1_200_000, 200_000),
        (EDITED, [REFUND], 1_200_000, 200_000),
        (REMOVED, [], 840_000, 140_000),
        (REMOVED, [REFUND], 840_000, 140_000),
    ],
    ids=["as placed", "refunded", "added to", "added to and refunded", "removed", "removed and refunded"],
)
async def test_an_edited_order_is_what_it_became(
    order: ShopOrder, refunds: list[ShopRefund], gross: int, tax: int
):
    """A line that an edit removed and nobody paid for is gone; what was refunded stays (decision 23)."""
    got = await only(replace(world(), orders=[order], refunds=refunds))
    assert (got.gross, got.tax, got.net) == (gross, tax, gross - tax)


async def test_an_order_and_its_refunds_add_up_to_what_is_left():
    """Order less refunds is what the shop itself says is left, edited or not."""
    assert await net(REMOVED, REFUND) == 1_000_000 - 300_000 - 200_000


pennies = st.integers(min_value=0, max_value=10**7)


@given(total=pennies, tax=pennies, current=pennies, current_tax=pennies, refunded=pennies)
def test_whatever_shopify_says_the_parts_of_an_edited_order_add_up(
    total: int, tax: int, current: int, current_tax: int, refunded: int
):
    """Net and tax add up to gross, and an edit never makes an order worth more than its total."""

    def bag(amount: int) -> dict[str, Any]:
        return {"shopMoney": {"amount": f"{Decimal(amount) / 100:.2f}", "currencyCode": "GBP"}}

    node = OrderNode.model_validate(
        {
            "legacyResourceId": "1",
            "name": "#1",
            "processedAt": "2026-11-01T00:00:00Z",
            "updatedAt": "2026-11-01T00:00:00Z",
            "edited": True,
            "totalPriceSet": bag(total),
            "totalTaxSet": bag(tax),
            "currentTotalPriceSet": bag(current),
            "currentTotalTaxSet": bag(current_tax),
            "totalRefundedSet": bag(refunded),
            "shippingLines": {"nodes": []},
        }
    )
    got = shopify_records.order(node, "acc")
    assert got.gross == got.net + got.tax
    assert 0 <= got.gross <= total * 100
    if refunded == 0 and current <= total:
        assert (got.gross, got.tax) == (current * 100, current_tax * 100 if current < total else tax * 100)


def with_sites() -> Account:
    """Give a company with two locations, and an order for each and for one that is gone."""
    account = world()
    second = ShopSite(
        id=71, address=replace(ACME, postcode="HU2 2BB"), vat="IE1234567T", account_reference="c 71"
    )
    company = replace(account.companies[0], sites=(second,))
    order = replace(account.orders[1], company_id=7)
    orders = [replace(order, id=1 + index, site_id=site) for index, site in enumerate((0, 71))]
    return replace(account, companies=[company], orders=orders, refunds=[])


async def test_an_order_is_known_by_the_location_that_it_is_for():
    """Locations have VAT and account numbers of their own; an order has its location's (SAGE-CM-04)."""
    got = {each.id: each for each in records(await read(shop(with_sites()), "orders"))}
    assert [
        (each.vat, each.account_reference) for each in (got["1"], got["2"]) if isinstance(each, Order)
    ] == [
        ("GB123456789", "C0042"),
        ("IE1234567T", "C71"),
    ]


async def test_a_company_of_several_locations_is_one_record():
    """The company is seen at its first location with a VAT number (SAGE-CM-17)."""
    got = await only(with_sites(), "companies")
    assert isinstance(got, Company)
    assert (got.id, got.vat) == ("7", "GB123456789")


def with_fields() -> Account:
    """Give an account whose records carry the merchant's own fields."""
    account = world()
    fields = {"custom.vat": "DE136695976", "erp.account": "e-9", "TAX_CREDENTIAL_IT": "IT00743110157"}
    return replace(
        account,
        orders=[replace(account.orders[0], fields=fields)],
        customers=[replace(account.customers[0], fields=fields)],
        companies=[replace(account.companies[0], fields=fields)],
        refunds=[],
    )


@pytest.mark.parametrize(
    ("stream", "kind"), [("orders", Order), ("customers", CommerceCustomer), ("companies", Company)]
)
async def test_the_field_map_names_metafields(stream: str, kind: type[Record]):
    """Own fields are named `namespace.key` and win over Shopify's own (GEN-12, SAGE-ABS-07)."""
    got = await only(with_fields(), stream, fields=FIELDS)
    assert isinstance(got, kind)
    assert (got.vat, got.account_reference) == ("DE136695976", "E-9")


async def test_the_field_map_names_a_localized_field_of_orders():
    """A tax credential that a country asks for at checkout is the order's VAT number (GEN-12)."""
    got = await only(with_fields(), fields=FieldMap(vat_field="TAX_CREDENTIAL_IT"))
    assert got.vat == "IT00743110157"
    many = replace(
        with_fields().orders[0],
        fields={f"TAX_CREDENTIAL_{n}": str(n) for n in "ABCDE"} | {"TAX_CREDENTIAL_IT": "IT00743110157"},
    )
    got = await only(replace(with_fields(), orders=[many]), fields=FieldMap(vat_field="TAX_CREDENTIAL_IT"))
    assert got.vat == "IT00743110157"


async def test_a_field_of_another_platform_is_not_asked_for():
    """The field map is the workspace's: a form field's name of another platform means nothing here."""
    got = await only(with_fields(), "customers", fields=FieldMap(vat_field="VAT Number"))
    assert got.vat == ""


async def test_a_guest_is_known_by_the_order():
    """Without a customer (guest, point of sale) the order itself says who bought (D365-ABS-10)."""
    got = await only(replace(world(), orders=[replace(BASE, customer_id=0)], refunds=[]))
    assert (got.customer_id, got.email, got.phone, got.postcode) == (
        "",
        "ana+web@example.com",
        "+442079460018",
        "SW1A1AA",
    )


async def test_a_customer_without_an_email_has_none():
    """A name that Shopify makes up from a telephone is no email, and no name (D365-ABS-10)."""
    silent = replace(world().customers[0], person=Person(phone="+44 20 7946 0018"))
    got = await only(replace(world(), customers=[silent]), "customers")
    assert (got.email, got.phone, got.display_name) == ("", "+442079460018", "")


@pytest.mark.parametrize("status", [None, "A_STATUS_OF_TOMORROW", "EXPIRED"])
async def test_an_unknown_status_is_a_placed_order(status: str | None):
    """Shopify adds statuses from version to version; only what is known to undo an order does."""

    def change(body: Any) -> None:
        for node in body["data"].get("page", {}).get("nodes", []):
            node["displayFinancialStatus"] = status

    inner = changing(shop(replace(world(), orders=[BASE], refunds=[])), change)
    (got,) = records(await read(inner, "orders"))
    assert isinstance(got, Order)
    assert got.state == "placed"
