"""Adobe Commerce's records, and answers that Adobe Commerce should not give."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dev.vendors import adobe_commerce
from dev.vendors.facts import Account
from shared.domain.records import CommerceCustomer, Company, Order, Refund
from shared.domain.workspace import FieldMap
from shared.errors import SourceError
from shared.sources.adobe_commerce import SOURCE
from tests.sources.shop import BUYER, Bench, answering, busy_account, company, customer, order, refund

PAAS = Bench(source=SOURCE, vendor=adobe_commerce, options={})
SAAS = Bench(source=SOURCE, vendor=adobe_commerce, options={"flavour": "saas", "ims_org": "X@AdobeOrg"})
both_flavours = pytest.mark.parametrize("bench", [PAAS, SAAS], ids=["paas", "saas"])
BARE_ORDER = {
    "entity_id": 1,
    "created_at": "2026-04-01 09:00:00",
    "order_currency_code": "GBP",
    "grand_total": 12,
}


def listing(*items: Any, total: int | None = None) -> dict[str, Any]:
    """Give a list's envelope."""
    return {
        "items": list(items),
        "search_criteria": {},
        "total_count": len(items) if total is None else total,
    }


@both_flavours
async def test_an_order_comes_out_exact(bench: Bench) -> None:
    """Every field of an order is read, leading zeros of its number kept (REVGAP-01, REVGAP-03)."""
    given = order(
        7,
        number="000000012",
        customer_id=3,
        company_id=5,
        store="4",
        purchase_order="PO-1",
        net=Decimal(90),
    )
    account = Account(orders=[given], companies=[company(5, vat="GB 123 4567 89")], customers=[customer(3)])
    expected = Order(
        id="7",
        number="000000012",
        placed_at="2026-04-01T09:07:00Z",
        state="placed",
        currency="GBP",
        gross=1_121_000,
        net=900_000,
        tax=221_000,
        shipping_net=105_000,
        customer_id="3",
        company_id="5",
        is_b2b=True,
        email="ines@invented-tools.example",
        vat="GB123456789",
        phone="+442079460018",
        postcode="N19GU",
        name="invented tools",
        street="1 nowhere street",
        store="4",
        ship_to_country="GB",
        updated_at="2026-04-01T09:07:00Z",
        display_name="Invented Tools Ltd",
        company_name="Invented Tools Ltd",
        city="London",
        country="GB",
        purchase_order="PO-1",
    )
    assert [expected] == await bench.records("orders", account)


async def test_a_guest_is_a_person_without_company() -> None:
    """A guest's order has no customer id and no company; its buyer goes by name."""
    guest = order(1, buyer=replace(BUYER, company=""))
    (found,) = await PAAS.records("orders", Account(orders=[guest]))
    assert isinstance(found, Order)
    assert (found.customer_id, found.company_id, found.is_b2b) == ("", "", False)
    assert found.name == "ines made up"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": "processing"}, "placed"),
        ({"state": "complete", "total_refunded": 5}, "placed"),
        ({"state": "closed", "total_refunded": 12}, "refunded"),
        ({"state": "closed", "total_refunded": 5}, "placed"),
        ({"state": "canceled"}, "cancelled"),
        ({"state": "a state of next year"}, "placed"),
    ],
)
async def test_states_are_read(changes: Mapping[str, Any], expected: str) -> None:
    """Closed is refunded only where all of it was paid back; unknown states are orders like any."""
    row = {**BARE_ORDER, **changes}
    (found,) = await PAAS.records("orders", answering(lambda _: listing(row)))
    assert isinstance(found, Order)
    assert found.state == expected


async def test_nulls_and_empty_objects_are_no_error() -> None:
    """Magento leaves nulls out, and PHP writes an empty object as a list."""
    empty: dict[str, Any] = {
        "extension_attributes": [],
        "billing_address": None,
        "payment": [],
        "customer_id": None,
        "tax_amount": None,
    }
    virtual: dict[str, Any] = {"extension_attributes": {"shipping_assignments": [{"shipping": []}]}}
    rows = [{**BARE_ORDER, **empty}, {**BARE_ORDER, **virtual, "entity_id": 2}]
    (page,) = await PAAS.pages("orders", answering(lambda _: listing(*rows)))
    assert page.bad == ()
    assert [record.id for record in page.records] == ["1", "2"]


@both_flavours
async def test_a_refund_comes_out_exact(bench: Bench) -> None:
    """A credit memo is a refund under its own number, in the order's currency."""
    account = Account(refunds=[refund(9, number="000000090", currency="EUR")])
    expected = Refund(
        id="9",
        order_id="7",
        number="000000090",
        refunded_at="2026-04-01T09:09:00Z",
        currency="EUR",
        gross=121_200,
        net=101_000,
        tax=20_200,
    )
    assert [expected] == await bench.records("refunds", account)


async def test_a_cancelled_credit_memo_is_gone() -> None:
    """A credit memo in state 3 is no refund, also where it was one before."""
    row = {**BARE_ORDER, "order_id": 7}
    rows = [{**row, "state": 3}, {**row, "entity_id": 2, "state": 2}]
    (page,) = await PAAS.pages("refunds", answering(lambda _: listing(*rows)))
    assert ([record.id for record in page.records], page.deleted) == (["2"], ("1",))


@both_flavours
async def test_a_customer_comes_out_exact(bench: Bench) -> None:
    """A customer of a company is B2B; the VAT number is its own (SAGE-ABS-07)."""
    expected = CommerceCustomer(
        id="3",
        created_at="2026-04-01T09:00:00Z",
        company_id="5",
        is_b2b=True,
        email="ines@invented-tools.example",
        vat="GB123456789",
        phone="+442079460018",
        postcode="N19GU",
        name="invented tools",
        street="1 nowhere street",
        updated_at="2026-04-01T09:03:00Z",
        display_name="Invented Tools Ltd",
    )
    account = Account(customers=[customer(3, company_id=5, vat="GB123456789")])
    assert [expected] == await bench.records("customers", account)


@pytest.mark.parametrize(("groups", "is_b2b"), [((), False), (("1",), True)])
async def test_company_0_is_none(groups: tuple[str, ...], is_b2b: bool) -> None:  # noqa: FBT001 - a case
    """Company id 0 means no company; only the field map's groups make such a customer B2B (GEN-12)."""
    account = Account(customers=[customer(3)])
    (found,) = await PAAS.records("customers", account, fields=FieldMap(b2b_customer_groups=groups))
    assert isinstance(found, CommerceCustomer)
    assert (found.company_id, found.is_b2b) == ("", is_b2b)


async def test_the_field_map_names_custom_attributes() -> None:
    """What the field map names comes before the fields that Adobe Commerce has itself (GEN-12)."""
    attributes = [
        {"attribute_code": "vat_no", "value": "DE136695976"},
        {"attribute_code": "erp_no", "value": " c-0042 "},
        {"attribute_code": "choices", "value": ["a", "b"]},
    ]
    row = {"id": 1, "created_at": "2026-04-01 09:00:00", "taxvat": "GB1", "custom_attributes": attributes}
    fields = FieldMap(vat_field="vat_no", account_reference_field="erp_no")
    (found,) = await PAAS.records("customers", answering(lambda _: listing(row)), fields=fields)
    assert isinstance(found, CommerceCustomer)
    assert (found.vat, found.account_reference) == ("DE136695976", "C-0042")


@both_flavours
@pytest.mark.parametrize("state", ["active", "pending", "retired"])
async def test_a_company_comes_out_exact(bench: Bench, state: str) -> None:
    """The reseller id is the account reference; there are no times (SAGE-ABS-23, SAGE-CM-17)."""
    expected = Company(
        id="5",
        state=state,
        email="ines@invented-tools.example",
        vat="GB123456789",
        account_reference="C-0042",
        phone="+442079460018",
        postcode="N19GU",
        name="invented tools",
        street="1 nowhere street",
        display_name="Invented Tools Ltd",
        country="GB",
    )
    given = company(5, vat="GB123456789", account_reference="C-0042", state=state)
    assert [expected] == await bench.records("companies", Account(companies=[given]))


async def test_a_bad_order_does_not_cost_the_others() -> None:
    """One order that cannot be read is named, without its values; the rest of its page is kept."""
    rows = [
        BARE_ORDER,
        {**BARE_ORDER, "entity_id": 2, "grand_total": "a secret sum"},
        {**BARE_ORDER, "entity_id": 3, "created_at": None},
        {**BARE_ORDER, "entity_id": 4},
    ]
    (page,) = await PAAS.pages("orders", answering(lambda _: listing(*rows)))
    assert [record.id for record in page.records] == ["1", "4"]
    assert [bad.record_id for bad in page.bad] == ["2", "3"]
    assert "secret" not in str(page.bad)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (listing(BARE_ORDER, total=3), "gave 1 rows of 3"),
        (listing(total=3), "gave 0 rows of 3"),
        (listing(BARE_ORDER, BARE_ORDER, total=9), "repeats"),
        (listing({"entity_id": 1}, {"entity_id": 2}, total=9), "repeats"),
        (listing({"entity_id": None}, {}, total=9), "gave 2 rows of 9"),
    ],
    ids=["few", "none", "twice", "the same page again", "no ids"],
)
async def test_rows_that_do_not_add_up_are_refused(answer: Any, why: str) -> None:
    """Rows that the total promises and no page gives, or that come again, are not passed over."""
    with pytest.raises(SourceError, match=why):
        await PAAS.pages("orders", answering(lambda _: answer), page_size=2)


async def test_a_company_lost_meanwhile_stops_the_read() -> None:
    """A whole read replaces what was there, so a list that shrinks under it is not trusted."""
    account = busy_account()
    async with PAAS.pulling(account, page_size=2) as pull:
        walk = PAAS.streams["companies"].pages(pull)
        assert len((await anext(walk)).records) == 2
        account.companies = account.companies[:4]
        with pytest.raises(SourceError, match="counted 5 more rows and then 2"):
            await anext(walk)


async def test_the_simulated_shop_repeats_its_last_page() -> None:
    """Beyond the end Magento gives the last page again, which is why no such page is asked for."""
    client, _, _ = PAAS.client(busy_account())
    query = "searchCriteria%5BpageSize%5D=4&searchCriteria%5BcurrentPage%5D={}"
    async with client:
        last, beyond = [await client.get(f"/orders?{query.format(page)}") for page in (2, 9)]
    assert [row["entity_id"] for row in last["items"]] == [5, 6, 7]
    assert beyond["items"] == last["items"]
