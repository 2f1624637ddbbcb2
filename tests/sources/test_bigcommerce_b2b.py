"""B2B Edition beside the store: whose an order is, invoice payments, and stores that do not have it."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from dev.vendors import bigcommerce
from dev.vendors.facts import Account
from shared.domain.records import Company, CompanyMember, Order
from shared.domain.workspace import FieldMap
from shared.errors import ConfigurationError
from shared.sources.bigcommerce import SOURCE
from shared.sources.bigcommerce_access import LIMIT, signal
from shared.sources.bigcommerce_company_orders import FEW
from shared.sources.bigcommerce_paging import B2B_LIMIT
from shared.sources.http import Access, VendorClient
from shared.sources.pace import Pace
from shared.sources.source import Finding, Probe
from tests.sources.shop import START, Bench, at, busy_account, company, customer, order

BENCH = Bench(
    source=SOURCE,
    vendor=bigcommerce,
    options={"store_hash": "abc123"},
    fields=FieldMap(vat_field=bigcommerce.VAT_FIELD, account_reference_field=bigcommerce.ACCOUNT_FIELD),
)


def served(account: Account, change: Any = None) -> tuple[httpx.MockTransport, list[str]]:
    """Serve an account, note the paths, and change answers on their way."""
    inner, paths = BENCH.transport(account), list[str]()

    async def serve(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path.removeprefix("/bigcommerce/acc"))
        response = await inner.handle_async_request(request)
        await response.aread()
        return (change(request, response) if change else None) or response

    return httpx.MockTransport(serve), paths


async def orders(account: Account | httpx.AsyncBaseTransport, **given: Any) -> dict[str, Order]:
    """Read orders by id."""
    found = await BENCH.records("orders", account, **given)
    return {each.id: each for each in found if isinstance(each, Order)}


async def test_an_order_has_its_own_company_and_po() -> None:
    """A buyer of one company may order for another: the order itself says which (SAGE-CM-17)."""
    account = Account(
        customers=[customer(3, company_id=5)],
        orders=[
            order(7, customer_id=3, company_id=6, purchase_order="PO-9"),
            order(8, customer_id=4),
            order(9),
        ],
    )
    found = await orders(account)
    assert [(each.company_id, each.is_b2b, each.purchase_order) for each in found.values()] == [
        ("6", True, "PO-9"),
        ("", False, ""),
        ("", False, ""),
    ]


async def test_an_invoice_payment_is_no_sale() -> None:
    """What pays an invoice of an earlier order is kept, says so, and counts on no card (REVGAP-01)."""
    paid = order(7, customer_id=3, company_id=5, is_invoice_payment=True)
    cancelled = replace(paid, id=8, state="cancelled")
    found = await orders(Account(orders=[paid, cancelled, replace(paid, id=9, is_invoice_payment=False)]))
    assert {each.id: each.state for each in found.values()} == {
        "7": "invoice_payment",
        "8": "cancelled",
        "9": "placed",
    }


async def test_many_customers_orders_are_asked_about_by_whether_they_buy_for_a_company() -> None:
    """Of a page with many customers only companies' buyers are asked about, and the result is the same."""
    count = FEW + 3
    account = Account(
        customers=[customer(number, company_id=5 * (number == 2)) for number in range(1, count + 1)],
        orders=[
            order(number, customer_id=number, company_id=5 * (number == 2)) for number in range(1, count + 1)
        ],
    )
    transport, paths = served(account)
    found = await orders(transport)
    assert [each.id for each in found.values() if each.company_id] == ["2"]
    assert [path for path in paths if path.startswith("/b2b")] == ["/b2b/users", "/b2b/orders/2"]
    assert list(found.values()) == list((await orders(account, page_size=2)).values())


async def test_an_order_that_b2b_edition_does_not_know_yet_is_read() -> None:
    """B2B Edition learns of orders a little later: until the next run's overlap it is a plain order."""

    def forget(request: httpx.Request, _: httpx.Response) -> httpx.Response | None:
        is_order = "/b2b/orders/" in request.url.path
        return httpx.Response(404, json={"code": 404, "data": {}}) if is_order else None

    transport, _ = served(Account(orders=[order(7, customer_id=3, company_id=5)]), forget)
    assert (await orders(transport))["7"].company_id == ""


@pytest.mark.parametrize(
    "data", [{"companyId": {}}, [], [{"companyId": 5}], {"companyId": "5"}, {"companyId": 0}]
)
async def test_whatever_b2b_edition_says_of_an_order(data: Any) -> None:
    """One or a list of one, ids as number or text, 0 or nothing for none; what cannot be read is named."""

    def say(request: httpx.Request, _: httpx.Response) -> httpx.Response | None:
        return httpx.Response(200, json={"code": 200, "data": data}) if "/b2b/" in request.url.path else None

    transport, _ = served(Account(orders=[order(7, customer_id=3), order(8)]), say)
    pages = await BENCH.pages("orders", transport)
    read = {each.id: each for page in pages for each in page.records if isinstance(each, Order)}
    bad = [(each.record_id, each.fields) for page in pages for each in page.bad]
    if data == {"companyId": {}}:
        assert (list(read), bad) == (["8"], [("7", ("companyId",))])
    else:
        assert (read["7"].company_id, bad) == ("5" if "5" in str(data) else "", [])


async def test_a_bad_address_does_not_cost_its_company() -> None:
    """An address that cannot be read is named by its own id; companies are read, with others' addresses."""

    def spoil(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        if not request.url.path.endswith("/addresses"):
            return None
        body = response.json()
        body["data"][0]["zipCode"] = {"a": "secret"}
        return httpx.Response(200, json=body)

    for account in (Account(companies=[company(5)]), busy_account()):
        transport, _ = served(account, spoil)
        (page,) = await BENCH.pages("companies", transport)
        assert [bad.record_id for bad in page.bad] == [f"address {8_000_000 + account.companies[0].id}"]
        assert page.bad[0].fields == ("zipCode",)
        assert "secret" not in str(page.bad)
        postcodes = [each.postcode for each in page.records if isinstance(each, Company)]
        assert postcodes == ["", *["N19GU"] * (len(account.companies) - 1)]


async def test_ids_come_as_text_or_number() -> None:
    """B2B Edition sends ids, groups, phones and statuses as either, and records are the same."""

    def retell(_: httpx.Request, response: httpx.Response) -> httpx.Response:
        body = response.json()
        for row in body["data"]:
            for name in (
                "companyId",
                "bcGroupId",
                "companyStatus",
                "customerId",
                "id",
                "createdAt",
                "updatedAt",
            ):
                if name in row:
                    row[name] = int(row[name]) if isinstance(row[name], str) else str(row[name])
        return httpx.Response(200, json=body)

    account = busy_account()
    for stream in ("companies", "members"):
        transport, _ = served(account, retell)
        assert await BENCH.records(stream, account) == await BENCH.records(stream, transport)


async def test_extra_fields_carry_what_the_field_map_names() -> None:
    """A company's VAT number stands in an extra field of the merchant's own naming (GEN-12)."""
    account = Account(companies=[company(5, fields={"USt-IdNr": "DE136695976"})])
    (found,) = await BENCH.records("companies", account, fields=FieldMap(vat_field="USt-IdNr"))
    assert isinstance(found, Company)
    assert found.vat == "DE136695976"


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("stream", ["companies", "members", "orders"])
async def test_a_store_without_b2b_edition_is_told_what_to_set(status: int, stream: str) -> None:
    """A store without B2B Edition is not read as one without companies: the option is named."""

    def refuse(request: httpx.Request, _: httpx.Response) -> httpx.Response | None:
        return httpx.Response(status) if "/b2b/" in request.url.path else None

    account = Account(orders=[order(number, customer_id=number) for number in range(1, FEW + 3)])
    transport, paths = served(account, refuse)
    with pytest.raises(ConfigurationError, match="has_b2b_edition: false") as refused:
        await BENCH.pages(stream, transport)
    assert refused.value.path == "options.has_b2b_edition"
    paths.clear()
    assert len(await orders(transport, has_b2b_edition=False)) == FEW + 2
    assert not [path for path in paths if path.startswith("/b2b")]


async def test_the_questions_about_orders_can_be_saved() -> None:
    """A store that takes no invoice payments may save a call for each company's order."""
    transport, paths = served(Account(orders=[order(7, customer_id=3, company_id=5)]))
    assert (await orders(transport, has_company_orders=False))["7"].company_id == ""
    assert not [path for path in paths if path.startswith("/b2b")]


async def check(answers: Account | httpx.AsyncBaseTransport, **options: Any) -> dict[str, Finding]:
    """Check a connection; give what is missing, by its name."""
    client, connection, chosen = BENCH.client(answers, **options)
    assert SOURCE.check is not None
    async with client:
        found = await SOURCE.check(Probe(client, connection, chosen, FieldMap()))
    return {each.what: each for each in found}


async def test_a_check_of_a_good_store_finds_nothing() -> None:
    """A store with all scopes and B2B Edition has nothing missing: one call for each list."""
    transport, paths = served(Account())
    assert await check(transport) == {}
    assert len(paths) == 5


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/v2/store", "scope store_v2_information_read_only"),
        ("/v2/orders", "scope store_v2_orders_read_only"),
        ("/refunds", "scope store_v2_transactions_read_only"),
        ("/v3/customers", "scope store_v2_customers_read_only"),
        ("/b2b/companies", "option has_b2b_edition"),
    ],
)
async def test_a_check_names_what_is_refused(path: str, what: str) -> None:
    """A missing scope, or B2B Edition, is named before the first pull; the others are still checked."""

    def refuse(request: httpx.Request, _: httpx.Response) -> httpx.Response | None:
        return httpx.Response(403) if request.url.path.endswith(path) else None

    transport, paths = served(Account(), refuse)
    assert list(await check(transport)) == [what]
    assert len(paths) == 5


async def test_a_check_of_a_revoked_token_says_so() -> None:
    """A token that the store does not know is the one thing to change."""
    assert list(await check(httpx.MockTransport(lambda _: httpx.Response(401)))) == ["secret access_token"]


async def test_members_follow_their_customer() -> None:
    """A user that changed its company is the same member (SAGE-ABS-23)."""
    account = Account(customers=[customer(3, company_id=5)])
    account.customers[0] = replace(account.customers[0], company_id=6, updated_at=at(9))
    (found,) = await BENCH.records("members", account, since=START)
    assert found == CompanyMember(id="7000003", customer_id="3", company_id="6")


async def test_the_stores_answers_do_not_refill_b2b_edition() -> None:
    """Where B2B Edition has nothing left, its calls wait for its window, and the store's go on meanwhile."""
    now, sent = [0.0], list[tuple[float, bool]]()

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    def serve(request: httpx.Request) -> httpx.Response:
        is_b2b = "/b2b/" in request.url.path
        sent.append((now[0], is_b2b))
        spent = {"X-Requests-Remaining": "0 times", "X-Request-Window-Resets-After": "40.0 s"}
        fresh = {"X-Rate-Limit-Requests-Left": "149", "X-Rate-Limit-Time-Reset-Ms": "30000"}
        return httpx.Response(200, json={"code": 200, "data": []}, headers=spent if is_b2b else fresh)

    pace = Pace(LIMIT, clock=lambda: now[0], sleep=sleep)
    access = Access("https://shop.example", limit=LIMIT, signal=signal, pace=pace)
    async with VendorClient(access, name="shop", transport=httpx.MockTransport(serve)) as client:
        for path in ("/b2b/users", "/v3/customers", "/v3/customers", "/b2b/users"):
            own = {"pace": pace.beside(B2B_LIMIT)} if "b2b" in path else {}
            await client.get(path, **own)
    assert sent == [(0, True), (0, False), (0, False), (40, True)]
