"""What Sage Intacct's rows become, read through the real client from the simulated company."""

import pytest
from pydantic import ValidationError

from dev.vendors.facts import Account
from shared.domain.records import CreditMemo, Invoice, MasterCustomer, SalesOrder
from shared.domain.workspace import FieldMap
from shared.errors import ConfigurationError
from shared.sources.sage_intacct import SOURCE, SageIntacctOptions
from tests.sources.sage_intacct_company import (
    OPTIONS,
    all_of,
    answering,
    customer,
    invoice,
    memo,
    order,
    pages,
)


async def test_a_customer_comes_out_with_every_field() -> None:
    """A customer's keys are normalised and its entity is its company (SAGE-ABS-24)."""
    [page] = await pages(Account(ledger_customers=[customer()]))
    [record] = page.records
    expected = MasterCustomer(
        id=record.id,
        number="C-00019",
        company="E100",
        state="active",
        email="accounts@brindle.example",
        vat="GB123456789",
        account_reference="C-00019",
        phone="+442079460018",
        postcode="LS14AB",
        name="brindle",
        street="1 mill lane",
        created_at="2026-01-14T12:00:00Z",
        modified_at="2026-04-14T12:00:00Z",
        display_name="Brindle & Co Ltd.",
        city="Leeds",
        country="GB",
    )
    assert expected == record
    assert page.cursor == ""
    assert record.id.isdigit()


async def test_a_sales_order_comes_out_with_every_field() -> None:
    """An order's subtotal is its net amount, and its reference names the commerce order (REVGAP-03)."""
    [page] = await pages(Account(sales_orders=[order()]), "sales_orders")
    [record] = page.records
    expected = SalesOrder(
        id=record.id,
        number="SO-1001",
        company="",
        document_reference="#10044128",
        customer_number="C-00019",
        state="released",
        ordered_on="2026-04-10",
        currency="GBP",
        net=1_000_000,
        tax=200_000,
        gross=1_200_000,
        shipped_on="2026-04-12",
        modified_at="2026-04-14T12:00:00Z",
        customer_name="Brindle & Co Ltd.",
    )
    assert expected == record


async def test_an_invoice_comes_out_with_every_field() -> None:
    """An invoice born in Order Entry is known by its number, which outlives its key."""
    [page] = await pages(Account(invoices=[invoice()]), "invoices")
    expected = Invoice(
        id="E100|INV-7",
        number="INV-7",
        company="E100",
        document_reference="#10044128",
        order_number="SO-1001",
        customer_number="C-00019",
        state="posted",
        posted_on="2026-04-12",
        currency="EUR",
        net=1_200_000,
        tax=0,
        gross=1_200_000,
        modified_at="2026-04-14T12:00:00Z",
        customer_name="Brindle & Co Ltd.",
    )
    assert (expected,) == page.records


async def test_an_invoice_of_receivables_is_known_by_its_key() -> None:
    """An invoice without an order keeps the vendor's key as its id."""
    [page] = await pages(Account(invoices=[invoice(order_number="")]), "invoices")
    [record] = page.records
    assert record.id.isdigit()


async def test_a_credit_memo_comes_out_with_every_field() -> None:
    """An adjustment below zero is a credit memo with amounts above zero (REVGAP-28)."""
    [page] = await pages(Account(credit_memos=[memo()]), "credit_memos")
    [record] = page.records
    expected = CreditMemo(
        id=record.id,
        number="CM-3",
        company="",
        document_reference="INV-7",
        invoice_number="INV-7",
        customer_number="C-00019",
        state="posted",
        posted_on="2026-04-13",
        currency="GBP",
        net=126_000,
        tax=0,
        gross=126_000,
        customer_name="Brindle & Co Ltd.",
    )
    assert expected == record


async def test_a_debit_memo_is_no_credit_memo() -> None:
    """An adjustment above zero is left out, and one without an amount is a bad record."""
    debit = {"key": "1", "audit.modifiedDateTime": "2026-04-14T12:00:00Z", "txnCurrency.totalEntered": "5.00"}
    nothing = {"key": "2", "audit.modifiedDateTime": "2026-04-14T12:00:00Z"}
    body = {"ia::result": [debit, nothing], "ia::meta": {"totalCount": 2}}
    [page] = await pages(answering(body), "credit_memos")
    assert page.records == ()
    assert [bad.record_id for bad in page.bad] == ["2"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("active", "active"),
        ("inactive", "inactive"),
        ("on_hold", "on_hold"),
        ("blocked", "blocked"),
        ("blocked_invoicing", "blocked"),
    ],
)
async def test_customer_states(known: str, expected: str) -> None:
    """An inactive customer is inactive, one that takes no postings is blocked (SAGE-ABS-17)."""
    [page] = await pages(Account(ledger_customers=[customer(state=known)]))
    assert [record.state for record in all_of([page])] == [expected]


@pytest.mark.parametrize(
    "state", ["draft", "pending_approval", "released", "invoiced", "closed", "cancelled"]
)
async def test_order_states(state: str) -> None:
    """An order's state survives the vendor's words for it (REVGAP-09, REVGAP-17)."""
    [page] = await pages(Account(sales_orders=[order(state=state)]), "sales_orders")
    assert [record.state for record in all_of([page])] == [state]


@pytest.mark.parametrize("stream", ["invoices", "credit_memos"])
@pytest.mark.parametrize("state", ["draft", "posted", "cancelled"])
async def test_ledger_states(stream: str, state: str) -> None:
    """A reversed document is cancelled, a draft one is a draft."""
    account = Account(invoices=[invoice(state=state)], credit_memos=[memo(state=state)])
    [page] = await pages(account, stream)
    assert [record.state for record in all_of([page])] == [state]


async def test_customers_of_all_entities_are_read() -> None:
    """The top level and every entity are read in one go, private ones too (SAGE-ABS-24)."""
    known = [customer("A", company=""), customer("B", company="E100"), customer("C", company="E200")]
    found = all_of(await pages(Account(ledger_customers=known)))
    assert {(record.number, record.company) for record in found} == {("A", ""), ("B", "E100"), ("C", "E200")}


async def test_the_vat_number_may_stand_in_a_custom_field() -> None:
    """A custom field that the model knows is read in place of taxId (SAGE-ABS-07)."""
    account = Account(ledger_customers=[customer()])
    [page] = await pages(account, field_map=FieldMap(vat_field="nsp::VAT_NUMBER"))
    assert [record.vat for record in all_of([page])] == ["GB123456789"]


async def test_an_unknown_custom_field_is_a_setting_to_mend() -> None:
    """A custom field that customers lack is named before anything is read."""
    with pytest.raises(ConfigurationError, match="nsp::NONE") as caught:
        await pages(Account(), field_map=FieldMap(vat_field="nsp::NONE"))
    assert caught.value.path == "field_map.vat_field"


async def test_a_stores_vat_field_is_not_asked_of_the_ledger() -> None:
    """The field map's name of a store's form field leaves taxId as it is."""
    account = Account(ledger_customers=[customer()])
    [page] = await pages(account, field_map=FieldMap(vat_field="vat_number"))
    assert [record.vat for record in all_of([page])] == ["GB123456789"]


def test_only_customers_are_offered_without_orders() -> None:
    """A company that keeps no orders in Intacct is spared the calls for them."""
    options = OPTIONS.model_copy(update={"includes_orders": False})
    assert [each.name for each in SOURCE.streams if each.is_offered(options)] == ["customers"]
    assert all(each.is_offered(OPTIONS) for each in SOURCE.streams)


def test_a_page_is_no_larger_than_the_vendor_allows() -> None:
    """A page size past 4,000 rows is refused with the settings."""
    with pytest.raises(ValidationError):
        SageIntacctOptions(username="tieout@acme", page_size=4001)
