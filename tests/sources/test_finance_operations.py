"""Finance & Operations: each record comes out exact, and names are the vendor's own."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from dev.vendors import finance_operations as vendor
from dev.vendors.facts import Account, LedgerRate
from shared.domain.records import CreditMemo, ExchangeRate, Invoice, MasterCustomer, SalesOrder
from shared.domain.workspace import Connection
from shared.sources import finance_operations_records as rows
from shared.sources.entra import EntraAuth
from shared.sources.finance_operations import SOURCE
from shared.sources.finance_operations_options import FinanceOperationsOptions
from tests.contracts import needs_contracts, read_contract
from tests.sources.finance_operations_books import (
    ADDRESS,
    BENCH,
    DAY,
    HOST,
    ORDER,
    busy_account,
    credit_memo,
    customer,
    invoice,
    sales_order,
)

ENTITIES: dict[str, tuple[str, type[rows.Row]]] = {
    "CustomersV3": ("CustCustomerV3Entity", rows.CustomerRow),
    "SalesOrderHeadersV2": ("SalesOrderHeaderV2Entity", rows.OrderRow),
    "SalesInvoiceHeadersV2": ("SalesInvoiceHeaderV2Entity", rows.InvoiceRow),
    "ExchangeRates": ("ExchangeRateEntity", rows.RateRow),
}


async def test_a_customer_comes_out_exact() -> None:
    """An organisation's keys are normalised, and its number is unique in its company only."""
    account = Account(ledger_customers=[customer()])
    expected = MasterCustomer(
        id="usmf|C-1",
        number="C-1",
        company="usmf",
        state="active",
        email="books@invented.example",
        vat="GB123456789",
        account_reference="C-1",
        phone="+442079460018",
        postcode="N19GU",
        name="invented tools",
        street="1 nowhere street",
        display_name="Invented Tools Ltd",
        city="London",
        country="GB",
    )
    assert [expected] == await BENCH.records("customers", account)


async def test_a_person_is_named_by_first_and_last_name() -> None:
    """A customer of party type Person has no organisation name."""
    person = replace(ADDRESS, first_name="Ines", last_name="Made-Up")
    account = Account(ledger_customers=[customer(name="Ines Made-Up", address=person)])
    (found,) = await BENCH.records("customers", account)
    assert isinstance(found, MasterCustomer)
    assert (found.display_name, found.name) == ("Ines Made-Up", "ines made up")


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("No", "active"),
        ("", "active"),
        ("All", "blocked"),
        ("Invoice", "blocked_invoicing"),
        ("Payment", "on_hold"),
        ("Requisition", "on_hold"),
        ("SomethingNew", "on_hold"),
    ],
)
def test_a_hold_is_told_apart_by_what_it_stops(told: str, state: str) -> None:
    """OnHoldStatus is an open set; what is not known is a hold."""
    row = rows.CustomerRow.model_validate(
        {"id": "1", "dataAreaId": "usmf", "CustomerAccount": "1", "OnHoldStatus": told}
    )
    assert rows.master_customer(row).state == state


def test_a_tax_registration_stands_in_for_a_missing_vat_number() -> None:
    """The VAT number is the tax exempt number, else the tax registration."""
    item = {"id": "1", "dataAreaId": "usmf", "CustomerAccount": "1", "TaxExemptNumber": None}
    row = rows.CustomerRow.model_validate({**item, "TaxRegistrationId": "GB 123 4567 89"})
    assert rows.master_customer(row).vat == "GB123456789"


async def test_a_sales_order_comes_out_exact() -> None:
    """An order's total holds its tax; the net amount is what is left (REVGAP-03 for the reference)."""
    account = Account(sales_orders=[sales_order()])
    expected = SalesOrder(
        id="usmf|SO-1",
        number="SO-1",
        company="usmf",
        document_reference="#1001",
        customer_number="C-1",
        state="released",
        ordered_on="2026-04-14",
        currency="GBP",
        net=1_105_000,
        tax=221_000,
        gross=1_326_000,
        customer_name="Invented Tools Ltd",
    )
    assert [expected] == await BENCH.records("sales_orders", account)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("Backorder", "released"),
        ("Delivered", "released"),
        ("Invoiced", "invoiced"),
        ("Canceled", "cancelled"),
        ("None", "draft"),
        ("SomethingNew", "draft"),
    ],
)
def test_an_order_s_state_is_told_in_our_words(told: str, state: str) -> None:
    """SalesOrderStatus is an open set, and an order whose processing is stopped keeps its state."""
    item = {**ORDER, "SalesOrderStatus": told, "IsSalesProcessingStopped": "Yes"}
    assert rows.sales_order(rows.OrderRow.model_validate(item)).state == state


def test_a_requisition_number_stands_in_for_a_missing_reference() -> None:
    """A commerce order's name is the customer's reference, else the requisition number."""
    item = {**ORDER, "CustomersOrderReference": "", "CustomerRequisitionNumber": " sh-7 "}
    assert rows.sales_order(rows.OrderRow.model_validate(item)).document_reference == "SH-7"


async def test_an_invoice_comes_out_exact() -> None:
    """A posted invoice is known by company, number, date and voucher."""
    account = Account(invoices=[invoice(), invoice(number="IV-2", state="draft")])
    expected = Invoice(
        id="usmf|IV-1|2026-04-14|ARV-IV-1",
        number="IV-1",
        company="usmf",
        document_reference="SH-1001",
        order_number="SO-1",
        customer_number="C-1",
        state="posted",
        posted_on="2026-04-14",
        currency="GBP",
        net=1_105_000,
        tax=221_000,
        gross=1_326_000,
        customer_reference="SH-1001",
    )
    assert [expected] == await BENCH.records("invoices", account)


async def test_a_credit_note_comes_out_exact_and_positive() -> None:
    """An invoice with a negative total is a credit memo; its amounts turn positive."""
    account = Account(credit_memos=[credit_memo()])
    expected = CreditMemo(
        id="usmf|CN-1|2026-04-14|ARV-CN-1",
        number="CN-1",
        company="usmf",
        document_reference="R-1",
        invoice_number="",
        customer_number="C-1",
        state="posted",
        posted_on="2026-04-14",
        currency="GBP",
        net=100_000,
        tax=20_000,
        gross=120_000,
    )
    assert [expected] == await BENCH.records("credit_memos", account)


async def test_each_document_is_an_invoice_or_a_credit_memo() -> None:
    """The two streams part the set: none is lost, none is in both."""
    invoices = await BENCH.records("invoices", busy_account())
    memos = await BENCH.records("credit_memos", busy_account())
    assert [len(invoices), len(memos)] == [7, 7]
    assert {record.id for record in invoices}.isdisjoint(record.id for record in memos)


@pytest.mark.parametrize("rate", ["0.85", "0.0052", "0.00006"])
async def test_a_rate_is_the_worth_of_one_unit(rate: str) -> None:
    """Rates told for a hundred or ten thousand units are divided by their factor."""
    account = Account(rates=[LedgerRate(currency="JPY", starts_on=DAY, rate=Decimal(rate))])
    expected = ExchangeRate(
        id="Default|JPY|GBP|2026-04-14",
        company="",
        currency="JPY",
        base_currency="GBP",
        starts_on="2026-04-14",
        rate=rate,
    )
    assert [expected] == await BENCH.records("exchange_rates", account)


async def test_another_type_of_rate_is_not_mixed_in() -> None:
    """One type of rate is read, since two types may differ on the same day."""
    assert await BENCH.records("exchange_rates", busy_account(), exchange_rate_type="Budget") == []


def test_a_connection_is_reached_at_its_own_environment() -> None:
    """The token is for the environment's root, and the address is that root unless another is given."""
    options = FinanceOperationsOptions(**HOST)
    given = Connection(name="books", kind="finance_operations")
    access = SOURCE.access(given, options, vendor.SECRETS)
    assert access.base_url == "https://contoso.operations.dynamics.com"
    assert isinstance(access.auth, EntraAuth)
    assert access.auth._scope == "https://contoso.operations.dynamics.com/.default"
    elsewhere = given.model_copy(update={"base_url": "http://vendor/fo"})
    assert SOURCE.access(elsewhere, options, vendor.SECRETS).base_url == "http://vendor/fo"


@pytest.mark.parametrize(
    "wrong",
    [
        {"page_size": 10_001},
        {"page_size": 0},
        {"companies": ("a' or 1",)},
        {"host": "https://x"},
        {"hosts": ""},
    ],
)
def test_options_out_of_bounds_are_refused(wrong: dict[str, Any]) -> None:
    """A page is at most 10,000, a company code is no condition, and nothing unknown is passed over."""
    with pytest.raises(ValidationError):
        FinanceOperationsOptions.model_validate({**HOST, **wrong})


@needs_contracts
@pytest.mark.parametrize("entity_set", sorted(ENTITIES))
def test_names_are_the_vendor_s_own(entity_set: str) -> None:
    """What the simulated environment answers, and what the source asks for, are fields that exist.

    The contract lists no `dataAreaId`, which every entity that belongs to a company has, and no
    entity set's name.
    """
    entity, row = ENTITIES[entity_set]
    known = {*json.loads(read_contract("fo/field-names.json"))[entity], "dataAreaId"}
    simulated = set(vendor.ENTITY_SETS[entity_set].fields)
    assert simulated - known == set()
    assert set(rows.select(row).split(",")) - simulated == set()
