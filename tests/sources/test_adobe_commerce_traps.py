"""What Adobe Commerce is known to do to those who read it, done to us by the simulated shop."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.vendors import adobe_commerce
from dev.vendors.facts import Account
from shared.domain.records import CommerceCustomer, Order, Record, Refund
from shared.domain.workspace import FieldMap
from shared.errors import ConfigurationError, SourceError
from shared.sources.adobe_commerce import SOURCE
from shared.sources.source import BEGINNING
from tests.sources.shop import BUYER, Bench, at, busy_account, company, customer, order, refund

PAAS = Bench(source=SOURCE, vendor=adobe_commerce, options={})


class Recorded(httpx.AsyncBaseTransport):
    """The simulated shop, with each request's query kept."""

    def __init__(self, account: Account) -> None:
        self._inner = PAAS.transport(account)
        self.queries: list[dict[str, list[str]]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Keep the query and pass the request on."""
        self.queries.append(parse_qs(request.url.query.decode()))
        return await self._inner.handle_async_request(request)


async def only_order(**facts: object) -> Order:
    """Give the record of one order with these facts."""
    (found,) = await PAAS.records("orders", Account(orders=[order(1, **facts)]))
    assert isinstance(found, Order)
    return found


@pytest.mark.parametrize(
    ("limit", "tried"), [(300, [300]), (100, [300, 150, 75]), (20, [300, 150, 75, 37, 20])]
)
async def test_a_page_that_is_too_large_for_the_shop_is_halved(limit: int, tried: list[int]) -> None:
    """A shop that allows fewer rows a page answers 400, and is asked for half as many until it gives them."""
    account = Account(orders=[order(number) for number in range(1, 130)], page_limit=limit)
    shop = Recorded(account)
    found = await PAAS.records("orders", shop, page_size=300)
    assert [record.id for record in found] == [str(number) for number in range(1, 130)]
    sizes = [int(asked["searchCriteria[pageSize]"][0]) for asked in shop.queries]
    assert list(dict.fromkeys(sizes)) == tried


async def test_a_shop_that_refuses_small_pages_too_is_out() -> None:
    """A 400 that is not about the page's size ends the pull after a few tries."""
    with pytest.raises(SourceError, match="/orders answered 400"):
        await PAAS.pages("orders", Account(orders=[order(1)], page_limit=1))


async def test_the_last_id_stands_in_a_group_of_its_own() -> None:
    """Filters of one group are alternatives, so window and last id stand in groups that must all fit."""
    shop = Recorded(busy_account())
    await PAAS.records("orders", shop, page_size=3, since=at(1))
    last = shop.queries[-1]
    groups = {name.split("]")[0] for name in last if name.startswith("searchCriteria[filter_groups]")}
    assert len(groups) == 1
    fields = [last[f"searchCriteria[filter_groups][{n}][filters][0][field]"] for n in range(3)]
    assert fields == [["updated_at"], ["updated_at"], ["entity_id"]]
    assert last["searchCriteria[currentPage]"] == ["1"]


@pytest.mark.parametrize("stream", ["orders", "refunds", "customers", "companies"])
async def test_only_what_is_read_is_asked_for(stream: str) -> None:
    """The projection leaves out lines, histories and all else, and changes nothing in what is read."""
    account = busy_account()
    shop = Recorded(account)
    found = await PAAS.records(stream, shop)
    [fields] = shop.queries[0]["fields"]
    assert fields.startswith("items[")
    assert fields.endswith("],total_count")
    assert "status_histories" not in fields
    assert len(found) == 7


async def test_a_configurable_line_counts_once() -> None:
    """A configurable product's second line repeats its amounts; totals come from the head of the order."""
    found = await only_order(net=Decimal(100), tax=Decimal(20), shipping=Decimal(0))
    assert (found.net, found.gross) == (1_000_000, 1_200_000)


@given(
    net=st.integers(0, 10**7), tax=st.integers(0, 10**6), share=st.integers(0, 100), cut=st.integers(0, 10**5)
)
async def test_paying_by_store_credit_sells_no_less(net: int, tax: int, share: int, cut: int) -> None:
    """What store credit pays lowers the grand total, and neither net nor gross (REVGAP-22)."""
    facts = {"net": Decimal(net) / 100, "tax": Decimal(tax) / 100, "discount": Decimal(cut) / 100}
    paid = (facts["net"] + facts["tax"]) * share / 100
    found = await only_order(**facts, shipping=Decimal(0), paid_by_credit=round(paid, 2))
    assert (found.net, found.tax, found.gross) == (net * 100, tax * 100, (net + tax) * 100)


async def test_a_refund_to_store_credit_gives_no_less_back() -> None:
    """What goes back to store credit lowers the memo's grand total, and not the refund (REVGAP-28)."""
    memo = refund(1, net=Decimal(10), tax=Decimal(2), paid_by_credit=Decimal(12))
    (found,) = await PAAS.records("refunds", Account(refunds=[memo]))
    assert isinstance(found, Refund)
    assert (found.gross, found.net, found.tax) == (120_000, 100_000, 20_000)


async def test_each_way_to_pay_counts() -> None:
    """Gift cards and reward points are read beside store credit, and a shipping discount lowers shipping."""
    row = {
        "entity_id": 1,
        "created_at": "2026-04-01 09:00:00",
        "order_currency_code": "GBP",
        "grand_total": 60,
        "tax_amount": 20,
        "shipping_amount": 10,
        "shipping_discount_amount": 6,
        "shipping_discount_tax_compensation_amount": 1,
        "extension_attributes": {
            "customer_balance_amount": 10,
            "gift_cards_amount": 20,
            "reward_currency_amount": 30,
        },
    }
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"items": [row], "total_count": 1}))
    (found,) = await PAAS.records("orders", answer)
    assert isinstance(found, Order)
    assert (found.gross, found.net, found.shipping_net) == (1_200_000, 1_000_000, 50_000)


@pytest.mark.parametrize(
    ("state", "refunded", "expected"),
    [
        ("processing", 0, ("placed", 720_000, 600_000, 120_000, 40_000)),
        ("closed", 72, ("refunded", 720_000, 600_000, 120_000, 40_000)),
        ("canceled", 0, ("cancelled", 1_200_000, 1_000_000, 200_000, 100_000)),
    ],
)
async def test_what_is_cancelled_of_an_order_is_not_sold(
    state: str, refunded: int, expected: tuple[str, int, int, int, int]
) -> None:
    """The part of an order that was cancelled after the rest was invoiced counts nothing (REVGAP-22)."""
    row = {
        "entity_id": 1,
        "created_at": "2026-04-01 09:00:00",
        "order_currency_code": "GBP",
        "state": state,
        "grand_total": 120,
        "tax_amount": 20,
        "shipping_amount": 10,
        "total_refunded": refunded,
        "total_canceled": 48,
        "tax_canceled": 8,
        "shipping_canceled": 6,
    }
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"items": [row], "total_count": 1}))
    (found,) = await PAAS.records("orders", answer)
    assert isinstance(found, Order)
    assert expected == (found.state, found.gross, found.net, found.tax, found.shipping_net)


async def test_amounts_are_in_the_currency_of_the_order() -> None:
    """The shop's own currency stands beside the order's, with other amounts, and is not read (REVGAP-23)."""
    found = await only_order(net=Decimal(100), tax=Decimal(20), currency="EUR")
    assert (found.currency, found.net, found.gross) == ("EUR", 1_000_000, 1_200_000)


async def test_a_number_that_repeats_is_two_orders() -> None:
    """Two stores of one shop may give the same increment id: orders are told apart by entity id."""
    orders = [order(1, number="000000012", store="1"), order(2, number="000000012", store="2")]
    found = await PAAS.records("orders", Account(orders=orders))
    assert [record.id for record in found] == ["1", "2"]


async def test_an_edited_order_counts_once() -> None:
    """An edit cancels the order and makes a new one, numbered after it; only the new one stands."""
    first = order(1, number="000000012", state="cancelled")
    second = order(2, number="000000012-1", replaces="000000012")
    found = await PAAS.records("orders", Account(orders=[first, second]))
    states = [(each.number, each.state) for each in found if isinstance(each, Order)]
    assert states == [("000000012", "cancelled"), ("000000012-1", "placed")]


async def test_a_guest_has_no_customer() -> None:
    """A guest's order comes without a customer id, and its buyer is known by email (D365-ABS-10)."""
    found = await only_order(customer_id=0)
    assert (found.customer_id, found.email) == ("", "ines@invented-tools.example")


async def test_credit_memos_have_a_time_of_change_of_their_own() -> None:
    """A memo that is cancelled later comes again by its own time, and is named as gone."""
    memos = [refund(1), refund(2, updated_at=at(90), is_cancelled=True)]
    (page,) = await PAAS.pages("refunds", Account(refunds=memos), since=at(60))
    assert (page.records, page.deleted) == ((), ("2",))


@pytest.mark.parametrize("stream", ["orders", "refunds", "customers", "companies"])
async def test_running_twice_gives_the_same(stream: str) -> None:
    """Companies have no times and are read whole: where nothing changed, nothing comes out changed."""
    account = busy_account()
    assert await PAAS.pages(stream, account) == await PAAS.pages(stream, account)


async def test_a_shop_without_companies_says_which_option_to_set() -> None:
    """Open Source answers 404 to the list of companies, which is not the same as having none."""
    with pytest.raises(ConfigurationError, match="has_companies"):
        await PAAS.pages("companies", Account(has_b2b=False))


async def test_a_change_of_address_alone_is_read_by_the_daily_reread() -> None:
    """A customer's address may change without its updated_at; a run that reads from the beginning sees it."""
    before = customer(3)
    account = Account(customers=[replace(before, person=replace(BUYER, postcode="E1 6AN"))])
    assert await PAAS.records("customers", account, since=at(10)) == []
    (found,) = await PAAS.records("customers", account, since=BEGINNING)
    assert isinstance(found, CommerceCustomer)
    assert found.postcode == "E16AN"
    assert PAAS.streams["customers"].reread_every == timedelta(days=1)


async def swept(stream: str, account: Account, **given: object) -> list[str]:
    """Give the ids that a sweep reads."""
    keys = PAAS.streams[stream].keys
    assert keys is not None
    async with PAAS.pulling(account, **given) as pull:  # type: ignore[arg-type]
        return [key async for page in keys(pull) for key in page.ids]


@pytest.mark.parametrize("stream", ["orders", "refunds", "customers"])
@pytest.mark.parametrize("size", [2, 100])
async def test_a_sweep_reads_every_id_and_no_more(stream: str, size: int) -> None:
    """What was deleted is missing from the ids that a sweep reads, whatever the pages' size."""
    account = busy_account()
    whole = await PAAS.records(stream, account)
    assert await swept(stream, account, page_size=size) == [record.id for record in whole]
    account.orders, account.refunds, account.customers = (
        account.orders[1:],
        account.refunds[1:],
        account.customers[1:],
    )
    assert await swept(stream, account, page_size=size) == [record.id for record in whole[1:]]


@pytest.mark.parametrize("stream", ["orders", "refunds"])
async def test_a_sweep_is_bounded_by_the_column_that_it_names(stream: str) -> None:
    """Ids are read by the time of creation, which the records keep, and not by the time of change."""
    account = busy_account()
    account.orders = [replace(each, updated_at=at(500)) for each in account.orders]
    account.refunds = [replace(each, updated_at=at(500)) for each in account.refunds]
    assert await swept(stream, account, since=at(3), until=at(6)) == ["3", "4", "5"]
    column = PAAS.streams[stream].sweep_column
    records: list[Record] = await PAAS.records(stream, account, until=at(900))
    assert [getattr(record, column) for record in records][2] == "2026-04-01T09:03:00Z"


async def test_progress_counts_down() -> None:
    """Each page tells how many rows are still to come; the last tells nothing."""
    found = await PAAS.pages("orders", busy_account(), page_size=3)
    assert [page.remaining for page in found] == [4, 1, None]


async def test_the_merchants_own_attributes_are_read() -> None:
    """A custom attribute that the field map names comes before taxvat (SAGE-ABS-07, GEN-12)."""
    given = customer(1, vat="GB123456789", fields={"vat_no": "DE136695976", "erp": "c-42"})
    fields = FieldMap(vat_field="vat_no", account_reference_field="erp")
    (found,) = await PAAS.records("customers", Account(customers=[given]), fields=fields)
    assert isinstance(found, CommerceCustomer)
    assert (found.vat, found.account_reference) == ("DE136695976", "C-42")


async def test_a_company_has_its_own_vat_number() -> None:
    """An order of a company carries the company's number in its billing address (SAGE-ABS-07)."""
    account = Account(
        orders=[order(1, customer_id=3, company_id=5)],
        companies=[company(5, vat="GB123456789")],
        customers=[customer(3, company_id=5, vat="DE136695976")],
    )
    (found,) = await PAAS.records("orders", account)
    assert isinstance(found, Order)
    assert found.vat == "GB123456789"
