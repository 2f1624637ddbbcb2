"""Business Central: sales orders, invoices and credit memos come out exact."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from dev.vendors.facts import Account
from shared.domain.records import (
    CreditMemo,
    Invoice,
    SalesOrder,
)
from shared.sources import business_central_documents as documents
from tests.sources.business_central_books import (
    BENCH,
    DAY,
    credit_memo,
    invoice,
    record_id,
    sales_order,
)
from tests.sources.shop import answering

TOTALS = {"totalAmountExcludingTax": 1, "totalTaxAmount": 0, "totalAmountIncludingTax": 1}
LINE = {"quantity": 2, "shippedQuantity": 1, "invoicedQuantity": 0, "shipmentDate": "2026-04-14"}


async def test_a_sales_order_comes_out_exact() -> None:
    """Quantities and the shipment date come from its lines (REVGAP-03 for the reference)."""
    order = sales_order(shipped_quantity=Decimal(2), invoiced_quantity=Decimal("0.5"), shipped_on=DAY)
    expected = SalesOrder(
        id=record_id("order", "CRONUS", "SO-1"),
        number="SO-1",
        company="CRONUS",
        document_reference="#SH-1001",
        customer_number="C-1",
        state="released",
        ordered_on="2026-04-14",
        currency="GBP",
        net=1_105_000,
        tax=221_000,
        gross=1_326_000,
        quantity=30_000,
        shipped_quantity=20_000,
        invoiced_quantity=5_000,
        shipped_on="2026-04-14",
        line_count=1,
        modified_at="2026-04-14T12:00:00Z",
        customer_name="Invented Tools Ltd",
    )
    assert [expected] == await BENCH.records("sales_orders", Account(sales_orders=[order]))


async def test_an_order_that_is_posted_is_gone() -> None:
    """Fully posted and cancelled orders are deleted, so the simulation shows the others only."""
    states = ("draft", "pending_approval", "released", "invoiced", "closed", "cancelled")
    account = Account(sales_orders=[sales_order(number=state, state=state) for state in states])
    found = await BENCH.records("sales_orders", account)
    assert {(state, state) for state in states[:3]} == {
        (r.number, r.state) for r in found if isinstance(r, SalesOrder)
    }


def test_the_shipment_date_is_the_latest_of_a_shipped_line() -> None:
    """A planned shipment and a blank date say nothing about what was shipped."""
    lines = [
        LINE,
        {**LINE, "shipmentDate": "2026-04-15"},
        {**LINE, "shipmentDate": "0001-01-01"},
        {**LINE, "shipmentDate": "2026-04-20", "shippedQuantity": 0},
    ]
    row = documents.OrderRow.model_validate({"id": "1", **TOTALS, "salesOrderLines": lines})
    order = documents.sales_order(row, "CRONUS")
    assert (order.shipped_on, order.quantity, order.shipped_quantity) == ("2026-04-15", 80_000, 30_000)


async def test_lines_that_are_only_linked_to_are_read() -> None:
    """An order whose lines come in pages is read with all of them."""
    link = "http://vendor/business_central/acc/lines"

    def tell(request: httpx.Request) -> Any:
        if request.url.path.endswith("/companies"):
            return {"value": [{"id": "1", "name": "CRONUS"}]}
        if request.url.path.endswith("/lines"):
            return {"value": [LINE, LINE]}
        order = {"id": "1", **TOTALS, "salesOrderLines": [LINE], "salesOrderLines@odata.nextLink": link}
        return {"value": [order]}

    (found,) = await BENCH.records("sales_orders", answering(tell))
    assert isinstance(found, SalesOrder)
    assert found.quantity == 60_000


async def test_an_invoice_comes_out_exact() -> None:
    """An invoice names its order, its commerce order and the customer's purchase order (REVGAP-02)."""
    account = Account(invoices=[invoice(currency="EUR")])
    expected = Invoice(
        id=record_id("invoice", "CRONUS", "IV-1"),
        number="IV-1",
        company="CRONUS",
        document_reference="SH-1001",
        order_number="SO-1",
        customer_number="C-1",
        state="posted",
        posted_on="2026-04-14",
        currency="EUR",
        net=1_105_000,
        tax=221_000,
        gross=1_326_000,
        customer_reference="PO-7",
        line_count=1,
        modified_at="2026-04-14T12:00:00Z",
        customer_name="Invented Tools Ltd",
    )
    assert [expected] == await BENCH.records("invoices", account)


async def test_a_credit_memo_comes_out_exact() -> None:
    """A credit memo names the commerce return and the invoice, its amounts positive (REVGAP-28)."""
    expected = CreditMemo(
        id=record_id("credit memo", "CRONUS", "CM-1"),
        number="CM-1",
        company="CRONUS",
        document_reference="R-1",
        invoice_number="IV-1",
        customer_number="C-1",
        state="posted",
        posted_on="2026-04-14",
        currency="GBP",
        net=100_000,
        tax=20_000,
        gross=120_000,
        line_count=1,
        customer_name="Invented Tools Ltd",
    )
    assert [expected] == await BENCH.records("credit_memos", Account(credit_memos=[credit_memo()]))


@pytest.mark.parametrize(
    ("told", "of_order", "of_invoice"),
    [
        ("Draft", "draft", "draft"),
        ("In_x0020_Review", "pending_approval", "draft"),
        ("Open", "released", "posted"),
        ("Paid", "paid", "posted"),
        ("Canceled", "canceled", "cancelled"),
        ("Corrective", "corrective", "cancelled"),
        ("_x0020_", "draft", "draft"),
        ("Pending_x0020_Prepayment", "pending_prepayment", "pending_prepayment"),
    ],
)
def test_a_document_s_state_is_told_in_our_words(told: str, of_order: str, of_invoice: str) -> None:
    """An order's Open is released, an invoice's is posted; an unknown word stays as it is (REVGAP-17)."""
    item = {"id": "1", **TOTALS, "status": told}
    order = documents.OrderRow.model_validate({**item, "salesOrderLines": []})
    assert documents.sales_order(order, "").state == of_order
    assert documents.invoice(documents.InvoiceRow.model_validate(item), "").state == of_invoice
    assert documents.credit_memo(documents.CreditMemoRow.model_validate(item), "").state == of_invoice


@pytest.mark.parametrize(
    ("row", "convert", "lines"),
    [
        (documents.OrderRow, documents.sales_order, "salesOrderLines"),
        (documents.InvoiceRow, documents.invoice, "salesInvoiceLines"),
        (documents.CreditMemoRow, documents.credit_memo, "salesCreditMemoLines"),
    ],
)
def test_comments_are_no_lines(row: Any, convert: Any, lines: str) -> None:
    """A document's lines are counted without comments: nothing on a comment can have been rounded."""
    each = {"quantity": 1, "shippedQuantity": 0, "invoicedQuantity": 0, "netAmount": 1}
    kinds = ("Item", "Comment", "Account", "Charge")
    item = {"id": "1", **TOTALS, lines: [{**each, "lineType": kind} for kind in kinds]}
    assert 3 == convert(row.model_validate(item), "CRONUS").line_count
