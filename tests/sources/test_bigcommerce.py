"""BigCommerce's records, and answers that BigCommerce should not give."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from dev.vendors import bigcommerce
from dev.vendors.facts import Account
from shared.domain.records import CommerceCustomer, Company, CompanyMember, Order, Refund
from shared.domain.workspace import Connection, FieldMap
from shared.errors import RetryLater, SourceError
from shared.sources.bigcommerce import SOURCE, BigCommerceOptions
from shared.sources.source import Page
from tests.sources.shop import START, Bench, answering, busy_account, company, customer, order, refund

BENCH = Bench(
    source=SOURCE,
    vendor=bigcommerce,
    options={"store_hash": "abc123"},
    fields=FieldMap(
        vat_field=bigcommerce.VAT_FIELD,
        account_reference_field=bigcommerce.ACCOUNT_FIELD,
        b2b_customer_groups=(str(bigcommerce.B2B_GROUP),),
    ),
)


WITHOUT_B2B = {"has_b2b_edition": False}


async def test_an_order_comes_out_exact() -> None:
    """Every field of an order that BigCommerce has is read; money is in ten-thousandths (REVGAP-01)."""
    account = Account(
        orders=[order(7, customer_id=3, company_id=5, store="4", purchase_order="PO-9")],
        companies=[company(5, vat="GB 123 4567 89")],
    )
    expected = Order(
        id="7",
        number="7",
        placed_at="2026-04-01T09:07:00Z",
        state="placed",
        currency="GBP",
        gross=1_326_000,
        net=1_105_000,
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
        purchase_order="PO-9",
        url="https://store-abc123.mybigcommerce.com/manage/orders/7",
    )
    assert [expected] == await BENCH.records("orders", account)


@pytest.mark.parametrize("state", ["placed", "cancelled", "refunded", "abandoned", "test"])
async def test_no_order_is_left_out_for_its_state(state: str) -> None:
    """Abandoned checkouts, cancelled, refunded and test orders are records that say what they are."""
    (found,) = await BENCH.records("orders", Account(orders=[order(1, state=state)]))
    assert isinstance(found, Order)
    assert state == found.state


async def test_a_guest_has_no_customer_id() -> None:
    """BigCommerce's customer 0 is a guest."""
    (found,) = await BENCH.records("orders", Account(orders=[order(1, customer_id=0)]))
    assert isinstance(found, Order)
    assert found.customer_id == ""


async def test_a_refund_comes_out_exact() -> None:
    """A refund has the store's currency, and tax and net that add up to what was paid back."""
    expected = Refund(
        id="9",
        number="9",
        order_id="7",
        refunded_at="2026-04-01T09:09:00Z",
        currency="EUR",
        gross=121_200,
        net=101_000,
        tax=20_200,
    )
    assert [expected] == await BENCH.records("refunds", Account(refunds=[refund(9)], local_currency="EUR"))


async def test_a_declined_refund_is_no_money_out() -> None:
    """A refund whose payments were all declined is gone; one of several that passed is a refund."""

    def answer(request: httpx.Request) -> Any:
        if request.url.path.endswith("/v2/store"):
            return {"currency": "GBP"}
        row = {"order_id": 1, "created": "2026-04-01T09:00:00+00:00", "total_amount": "5.00"}
        declined, passed = {"is_declined": True}, {"is_declined": False}
        rows = [
            {"id": 1, "payments": [declined, declined], **row},
            {"id": 2, "payments": [declined, passed], **row},
            {"id": 3, "payments": [], **row},
        ]
        return {"data": rows, "meta": {"pagination": {"total": 3, "current_page": 1}}}

    (page,) = await BENCH.pages("refunds", answering(answer))
    assert [record.id for record in page.records] == ["2", "3"]
    assert page.deleted == ("1",)


async def test_a_customer_comes_out_exact() -> None:
    """The VAT number is found in a form field, the account number in an attribute (SAGE-ABS-07)."""
    account = Account(
        customers=[customer(3, company_id=5, vat="GB123456789")],
        companies=[company(5, account_reference=" c-0042 ")],
    )
    expected = CommerceCustomer(
        id="3",
        created_at="2026-04-01T09:00:00Z",
        is_b2b=True,
        email="ines@invented-tools.example",
        vat="GB123456789",
        account_reference="C-0042",
        phone="+442079460018",
        postcode="N19GU",
        name="invented tools",
        street="1 nowhere street",
        updated_at="2026-04-01T09:03:00Z",
        display_name="Invented Tools Ltd",
    )
    assert [expected] == await BENCH.records("customers", account)


async def test_without_a_field_map_a_customer_is_of_no_company() -> None:
    """No group counts as B2B, and no field as VAT number, unless the field map says so (GEN-12)."""
    account = Account(customers=[customer(3, company_id=5, vat="GB123456789")])
    (found,) = await BENCH.records("customers", account, fields=FieldMap())
    assert isinstance(found, CommerceCustomer)
    assert (found.is_b2b, found.vat) == (False, "")


@pytest.mark.parametrize("state", ["active", "pending", "retired"])
async def test_a_company_comes_out_exact(state: str) -> None:
    """Extra fields carry VAT and account numbers; the address comes from its own list (SAGE-CM-17)."""
    given = company(5, vat="GB123456789", account_reference="C-0042", state=state)
    expected = Company(
        id="5",
        state=state,
        created_at="2026-04-01T09:00:00Z",
        email="ines@invented-tools.example",
        vat="GB123456789",
        account_reference="C-0042",
        phone="+442079460018",
        postcode="N19GU",
        name="invented tools",
        street="1 nowhere street",
        updated_at="2026-04-01T09:05:00Z",
        display_name="Invented Tools Ltd",
        country="GB",
    )
    assert [expected] == await BENCH.records("companies", Account(companies=[given]))


async def test_an_unmapped_company_is_known_by_its_uuid() -> None:
    """Where no extra field is named for it, B2B Edition's external id is the account number."""
    account = Account(companies=[company(5, account_reference="C-0042")])
    (found,) = await BENCH.records("companies", account, fields=FieldMap())
    assert isinstance(found, Company)
    assert found.account_reference == "C-0042"


async def test_many_companies_have_the_same_addresses_as_few() -> None:
    """Whether addresses are asked for one by one or read whole, companies come out the same."""
    account = busy_account()
    assert await BENCH.records("companies", account, page_size=2) == await BENCH.records("companies", account)


async def test_members_say_who_buys_for_which_company() -> None:
    """A user of a company joins a customer to it; customers without a company are none."""
    account = Account(customers=[customer(3, company_id=5), customer(4)])
    expected = CompanyMember(id="7000003", customer_id="3", company_id="5")
    assert [expected] == await BENCH.records("members", account)


async def test_a_bad_order_does_not_cost_the_others() -> None:
    """One order that cannot be read is named, without its values; the rest of its page is kept."""
    client, _, _ = BENCH.client(busy_account())
    async with client:
        rows = (await client.send("GET", "/v2/orders")).json()
    rows[1]["total_inc_tax"] = "a secret sum"
    rows[2]["status_id"] = None

    def once(request: httpx.Request) -> httpx.Response:
        is_first = request.url.params["min_id"] == "1" and "is_deleted" not in request.url.params
        return httpx.Response(200, json=rows) if is_first else httpx.Response(204)

    first, last = await BENCH.pages("orders", httpx.MockTransport(once), since=START, **WITHOUT_B2B)
    assert [record.id for record in first.records] == ["1", "4", "5", "6", "7"]
    assert [(bad.record_id, bad.stream) for bad in first.bad] == [("2", "orders"), ("3", "orders")]
    assert "secret" not in str(first.bad)
    assert last == Page(())


async def test_a_list_that_repeats_is_refused() -> None:
    """A store that ignores the id bound would be read forever: it is refused instead."""
    with pytest.raises(SourceError, match="repeats"):
        await BENCH.pages("orders", answering(lambda _: [{"id": 1}]), since=START)


@pytest.mark.parametrize(
    ("rows", "total"), [([], 3), ([{"id": 1}], 3), ([{"id": 1}, {"id": 2}], 5)], ids=["none", "few", "again"]
)
async def test_a_total_that_does_not_add_up_is_refused(rows: list[Any], total: int) -> None:
    """Rows that the total promises and no page gives, or that come twice, are not passed over."""

    def answer(request: httpx.Request) -> Any:
        page = int(request.url.params["page"])
        return {"data": rows, "meta": {"pagination": {"total": total, "current_page": page}}}

    with pytest.raises(SourceError, match=r"rows|twice"):
        await BENCH.pages("customers", answering(answer), page_size=2, fields=FieldMap())


@pytest.mark.parametrize(("code", "error"), [(429, RetryLater), (422, SourceError)])
async def test_b2b_edition_repeats_the_status_in_the_body(code: int, error: type[Exception]) -> None:
    """A 200 whose body says otherwise is no success."""
    with pytest.raises(error, match=str(code)):
        await BENCH.pages("members", answering(lambda _: {"code": code, "data": []}))


async def test_the_plus_of_an_offset_is_quoted() -> None:
    """Filters are sent in UTC, percent-encoded, so that no store reads a plus as a blank."""
    seen: list[httpx.URL] = []

    def answer(request: httpx.Request) -> Any:
        seen.append(request.url)
        return [] if "orders" in request.url.path else {"currency": "GBP"}

    await BENCH.pages("orders", answering(answer), since=START)
    assert b"min_date_modified=2026-04-01T09%3A00%3A00Z" in seen[0].query


def test_the_addresses_follow_from_the_store_hash() -> None:
    """Without a base URL the vendor's own address is used; a store hash is always needed."""
    connection = Connection(name="shop", kind="bigcommerce")
    access = SOURCE.access(connection, BigCommerceOptions(store_hash="abc123"), {"access_token": "t"})
    assert access.base_url == "https://api.bigcommerce.com/stores/abc123"
    assert access.headers == {"X-Store-Hash": "abc123"}
    with pytest.raises(ValidationError, match="store_hash"):
        BigCommerceOptions.model_validate({})


def test_companies_need_b2b_edition() -> None:
    """A store without B2B Edition has no companies and no members."""
    options = BigCommerceOptions(store_hash="abc123", has_b2b_edition=False)
    offered = [stream.name for stream in SOURCE.streams if stream.is_offered(options)]
    assert offered == ["orders", "refunds", "customers"]
