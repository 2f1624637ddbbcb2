"""How orders find their documents, and returns their credit memos."""

from typing import Any

import pytest

from shared.domain.records import Invoice, Record, SalesOrder
from shared.domain.rows import OrderRow
from tests.builders import (
    CONNECTIONS,
    credit_memo,
    invoice,
    judged,
    order,
    orders,
    rate,
    refund,
    sales_order,
    snapshot,
    workspace,
)

CARD = "revenue_gap_detailed_breakdown"
UNIT = 10_000


def _all(shop: list[Record], ledger: list[Record], **changes: Any) -> tuple[list[OrderRow], list[OrderRow]]:
    judgement = judged(CARD, snapshot(workspace(**changes), {"shop": shop, "ledger": ledger}))
    return orders(judgement), [row for row in judgement.settled if isinstance(row, OrderRow)]


def _naming(**templates: str) -> list[dict[str, str]]:
    return [{"name": name, "kind": kind} | templates for name, kind in CONNECTIONS.items()]


PART = invoice("", id="part", number="INV-part", net=40, order_number="SO-1")
JOINED: list[tuple[str, Record, list[Record], dict[str, Any]]] = [
    ("by invoice", order(), [invoice()], {}),
    ("by sales order", order(), [sales_order(), invoice("", order_number="SO-1")], {}),
    ("by sales order, odd reference", order(), [sales_order(), invoice("PO 7", order_number="SO-1")], {}),
    ("after the sales order was deleted", order(), [invoice(order_number="SO-1")], {}),
    ("by number with hash", order(number="#0042"), [invoice("#0042")], {}),
    (
        "by template",
        order(number="#42"),
        [invoice("SH-#42")],
        {"connections": _naming(order_reference="SH-{number}")},
    ),
    ("by id", order("77", number="#1"), [invoice("77")], {"connections": _naming(order_reference="{id}")}),
    ("in capitals", order(number="po-7a"), [invoice("PO-7A")], {}),
    ("cut to 35", order(number="x" * 40), [invoice("X" * 35)], {}),
    ("after it was deleted, the second part", order(), [invoice(net=60, order_number="SO-1"), PART], {}),
    (
        "by a field of the merchant's own",
        order(),
        [sales_order("X", commerce_reference="1", state="invoiced"), invoice("X", commerce_reference="1")],
        {},
    ),
    ("by the customer's reference, unnamed", order(), [invoice("", customer_reference="1")], {}),
    (
        "by its own number, customer's reference preferred",
        order(),
        [invoice()],
        {"field_map": {"commerce_id_field": "customer_reference"}},
    ),
    ("leading zeros", order(number="0042"), [invoice("0042")], {}),
    ("split shipment", order(), [invoice(net=60), invoice(id="2", number="INV-2", net=40)], {}),
    ("within the tolerance", order(), [invoice(net="99.99")], {}),
    ("cancelled without documents", order(state="cancelled"), [], {}),
    ("cancelled on both sides", order(state="cancelled"), [sales_order(state="cancelled")], {}),
    ("cancelled and corrected", order(state="cancelled"), [invoice(state="cancelled")], {}),
    (
        "cancelled and credited",
        order(state="cancelled"),
        [sales_order(state="invoiced"), invoice(), credit_memo("77", net=100, invoice_number="INV-1")],
        {},
    ),
    (
        "by customer reference",
        order(),
        [invoice("other", customer_reference="1")],
        {"field_map": {"commerce_id_field": "customer_reference"}},
    ),
]


@pytest.mark.parametrize(("_", "placed", "ledger", "changes"), JOINED, ids=[each[0] for each in JOINED])
def test_orders_find_their_documents(
    _: str, placed: Record, ledger: list[Record], changes: dict[str, Any]
) -> None:
    """A settled order is out of the gap and can be looked up (REVGAP-06).

    Orders, invoices and split shipments are joined by the number that the workspace says
    (REVGAP-02, REVGAP-03, REVGAP-04, REVGAP-25).
    """
    rows, (settled,) = _all([placed], ledger, **changes)
    assert rows == []
    assert abs(settled.gap) <= UNIT // 100
    assert (settled.reason, settled.reason_label, settled.action) == ("", "Matched", "")
    assert settled.age_days is None
    numbers = {each.number for each in ledger if isinstance(each, SalesOrder | Invoice)}
    assert numbers <= set(settled.documents.split(", ")) or "cancel" in str(ledger)


APART: list[tuple[str, Record, list[Record], dict[str, Any]]] = [
    ("without leading zeros", order(number="0042"), [invoice("42")], {}),
    ("without hash", order(number="#42"), [invoice("42")], {}),
    ("past the tolerance", order(), [invoice(net="99.98")], {}),
    ("without tolerance", order(), [invoice(net="99.99")], {"cards": {CARD: {"tolerance_minor_units": 0}}}),
    ("taken back", order(), [invoice(state="cancelled")], {}),
    (
        "by its own name, though it has another in the merchant's field",
        order(),
        [invoice(commerce_reference="2")],
        {},
    ),
    ("by the other field", order(), [invoice(customer_reference="1", document_reference="X")], {}),
    (
        "by another company's sales order",
        order(),
        [sales_order(), invoice("", company="UK", order_number="SO-1")],
        {},
    ),
]


@pytest.mark.parametrize(("_", "placed", "ledger", "changes"), APART, ids=[each[0] for each in APART])
def test_orders_do_not_find_others_documents(
    _: str, placed: Record, ledger: list[Record], changes: dict[str, Any]
) -> None:
    """Nearly the same number is another number (REVGAP-03, REVGAP-04)."""
    (row,), settled = _all([placed], ledger, **changes)
    assert settled == []
    assert row.gap


def test_a_split_shipment_shows_its_parts() -> None:
    """The row has the sum, and each document with its amount below it (REVGAP-25)."""
    parts = [invoice(net=60), invoice(id="2", number="INV-2", net=25, tax=5)]
    (row,), _ = _all([order()], [*parts])
    assert (row.ledger_amount, row.gap) == (85 * UNIT, 15 * UNIT)
    shown = [(each["kind"], each["number"], each["net"], each["gross"]) for each in row.evidence["documents"]]
    assert shown == [("invoice", "INV-1", "60.00", "60.00"), ("invoice", "INV-2", "25.00", "30.00")]
    assert all(each["is_counted"] for each in row.evidence["documents"])
    assert row.documents == "INV-1, INV-2"


def test_an_invoice_belongs_to_the_order_that_it_names() -> None:
    """An invoice of one order's sales order that names another counts for that one only (REVGAP-27)."""
    rows, settled = _all([order("1"), order("2")], [sales_order("1"), invoice("2", order_number="SO-1")])
    assert [row.order for row in settled] == ["2"]
    assert [(row.order, row.reason) for row in rows] == [("1", "released_not_invoiced")]


def test_an_order_in_two_companies_is_two_rows() -> None:
    """Each company's row has its share, translated before it is weighed (REVGAP-26)."""
    ledger: list[Record] = [
        invoice(company="UK", net=50, currency="GBP"),
        sales_order(company="US", net=200),
        rate("GBP", "2", company="UK"),
    ]
    (row,), (settled,) = _all([order(net=300, tax=30)], ledger)
    assert (settled.company, settled.commerce_net, settled.gap) == ("UK", 100 * UNIT, 0)
    assert (row.company, row.commerce_net, row.gap) == ("US", 200 * UNIT, 200 * UNIT)
    assert row.order == settled.order
    assert row.commerce_gross + settled.commerce_gross == 330 * UNIT
    assert row.id != settled.id


def test_two_environments_are_two_companies() -> None:
    """Companies of one name in two environments each have a row, a share and documents of their own."""
    here = workspace(connections=[*_naming(), {"name": "ledger-eu", "kind": "business_central"}])
    records: dict[str, list[Record]] = {
        "shop": [order()],
        "ledger": [sales_order(net=30, number="SO-7"), invoice("", net=30, order_number="SO-7")],
        "ledger-eu": [sales_order(net=70, number="SO-7"), invoice("", net=50, order_number="SO-7")],
    }
    judgement = judged(CARD, snapshot(here, records))
    (row,), (settled,) = orders(judgement), judgement.settled
    assert isinstance(settled, OrderRow)
    assert (row.company, row.commerce_net, row.gap) == ("Main", 70 * UNIT, 20 * UNIT)
    assert (settled.company, settled.commerce_net, settled.gap) == ("Main", 30 * UNIT, 0)
    assert row.id != settled.id
    assert {each["connection"] for each in row.evidence["documents"]} == {"ledger-eu"}


def test_an_order_keeps_its_row() -> None:
    """From the day on which the ledger lacks it until it is invoiced, an order has one id."""
    found = [_all([order()], ledger) for ledger in ([], [sales_order()], [invoice()])]
    assert len({row.id for rows, settled in found for row in (*rows, *settled)}) == 1


MEMOS: list[tuple[str, Record, str]] = [
    ("by the return's id", credit_memo(), "R1"),
    ("by a field of the merchant's own", credit_memo("X", commerce_reference="R1"), "R1"),
    ("by the invoice that it corrects", credit_memo("", invoice_number="INV-1"), "R1"),
    ("by the invoice, oddly named", credit_memo("RET 7", invoice_number="INV-1"), "R1"),
    ("by the invoice, named as the order", credit_memo("1", invoice_number="INV-1"), "R1"),
    ("by the order's name", credit_memo("1"), "R1"),
]


@pytest.mark.parametrize(("_", "memo", "name"), MEMOS, ids=[each[0] for each in MEMOS])
def test_returns_find_their_memos(_: str, memo: Record, name: str) -> None:
    """A return finds its credit memo by its own id, or by the invoice of its order (REVGAP-28)."""
    (row,), (settled,) = _all([order(), refund()], [invoice(), memo])
    assert (row.reason, row.gap, row.match_key) == ("credit_memo_matched", 0, name)
    assert (settled.reason, settled.gap) == ("", 0)


@pytest.mark.parametrize(
    ("ledger", "company"),
    [
        ([invoice(company="UK")], "UK"),
        ([sales_order(company="UK")], "UK"),
        ([invoice(company="UK", net=50), invoice(id="2", number="INV-2", company="US", net=50)], ""),
        ([], ""),
    ],
)
def test_a_return_without_a_memo_is_its_orders_companys(ledger: list[Record], company: str) -> None:
    """Whoever filters by company finds the memos that are to be made there (REVGAP-12, REVGAP-30)."""
    rows, _ = _all([order(), refund()], ledger)
    assert [row.company for row in rows if row.reason == "credit_memo_pending"] == [company]


def test_a_memo_of_another_return_is_not_taken() -> None:
    """A memo that names a return is for that one only, whichever invoice it corrects (REVGAP-28)."""
    shop: list[Record] = [order("1"), order("2"), refund("R1", "1"), refund("R2", "2")]
    rows, _ = _all(shop, [invoice("1"), invoice("2"), credit_memo("R2", invoice_number="INV-1")])
    assert {(row.match_key, row.reason) for row in rows} == {
        ("R1", "credit_memo_pending"),
        ("R2", "credit_memo_matched"),
    }


def test_a_memo_that_names_an_order_is_for_that_one() -> None:
    """A memo that names one order and corrects another's invoice counts once, for the one that it names."""
    memo = credit_memo("2", net=100, invoice_number="INV-1")
    (row,), (settled,) = _all([order("1"), order("2")], [invoice("1"), invoice("2"), memo])
    assert (row.order, row.gap, row.reason) == ("2", 100 * UNIT, "voided")
    assert (settled.order, settled.gap) == ("1", 0)


def test_a_memo_of_a_cancelled_orders_return_is_for_that_order() -> None:
    """The refund of a cancelled order has no row; its memo takes back what stood there (decision 24)."""
    shop: list[Record] = [order("1", state="cancelled"), refund("R1", "1", net=100)]
    rows, (settled,) = _all(shop, [invoice("1"), credit_memo("R1", net=100)])
    assert rows == []
    assert (settled.order, settled.gap) == ("1", 0)


def test_another_companys_invoice_number_is_another_invoice() -> None:
    """A memo corrects the invoice of its own company (REVGAP-28)."""
    memo = credit_memo("", invoice_number="INV-1", company="UK")
    (row,), _ = _all([order(), refund()], [invoice(), memo])
    assert row.reason == "credit_memo_pending"


def test_a_number_that_all_orders_have_does_not_fill_the_rows() -> None:
    """A shop that gives all orders one number lists the first of them on each row, and counts the rest."""
    rows, _ = _all([order(str(each), number="N/A") for each in range(40)], [])
    assert {len(row.evidence["same_number"]) for row in rows} == {11}
    assert {row.evidence["same_number"][-1] for row in rows} == {"29 more"}
    assert all("29 more has the same" in row.action for row in rows)


def test_a_number_of_an_order_before_the_window_is_taken() -> None:
    """The documents of a number belong to the order that had it first, in the window or not (REVGAP-27)."""
    old = order("1", placed_at="2026-01-05T09:00:00Z")
    records: dict[str, list[Record]] = {"trade": [old], "shop": [order("1")], "ledger": [invoice()]}
    (row,) = orders(judged(CARD, snapshot(workspace(), records)))
    assert (row.connection, row.sub_reasons, row.gap) == ("shop", ("shared_number",), 100 * UNIT)
    assert "INV-1" in row.action
    assert row.evidence["contested"] == ["INV-1"]
