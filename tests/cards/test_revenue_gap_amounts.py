"""Cases of the revenue gap: how orders, returns and documents are joined, and what a row says."""

from typing import Any

import pytest

from shared.domain.records import Record
from shared.domain.rows import OrderRow, as_json
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


def test_orders_of_one_number_are_a_conflict() -> None:
    """Two stores' orders of one number are both shown; the documents go to the first (REVGAP-27)."""
    first = order("1", placed_at="2026-04-12T09:00:00Z")
    records: dict[str, list[Record]] = {"shop": [order("1")], "trade": [first], "ledger": [invoice()]}
    rows = orders(judged(CARD, snapshot(workspace(), records)))
    assert {(row.connection, row.reason, row.gap) for row in rows} == {
        ("trade", "mapping_conflict", 0),
        ("shop", "mapping_conflict", 100 * UNIT),
    }
    assert rows[0].action == (
        "Give this order a number of its own: 1 (trade) has the same; INV-1 stands under it"
    )
    assert rows[1].action == "Give this order a number of its own: 1 (shop) has the same"


def test_returns_of_one_number_share_their_memos() -> None:
    """Two returns that the ledger knows by the order's number take one memo each (REVGAP-28)."""
    shop: list[Record] = [order(), refund("R1", net=40), refund("R2", net=25)]
    memos = [credit_memo("1", id=str(net), number=f"SCM-{net}", net=net) for net in (25, 40)]
    rows, _ = _all(shop, [invoice(), *memos], connections=_naming(return_reference="{order_number}"))
    assert [(row.sales_order, row.gap, row.reason) for row in rows] == [
        ("SCM-25", 0, "credit_memo_matched"),
        ("SCM-40", 0, "credit_memo_matched"),
    ]


def test_a_refunded_order_keeps_its_amount() -> None:
    """The order's row has its full amount, the return a row of its own below zero (decision 23)."""
    shop: list[Record] = [order(state="refunded", tax=20), refund(net=100)]
    (row,), (settled,) = _all(shop, [invoice(tax=20), credit_memo(net=100)])
    assert (settled.commerce_net, settled.gap) == (100 * UNIT, 0)
    assert (row.commerce_net, row.ledger_amount, row.gap) == (-100 * UNIT, -100 * UNIT, 0)
    assert (row.order, row.sales_order, row.age_days, row.action) == ("1", "SCM-R1", None, "None")


def test_a_refund_is_in_its_orders_currency() -> None:
    """A store that names its own currency on refunds means the order's."""
    shop: list[Record] = [order(currency="EUR"), refund(currency="GBP")]
    rows, _ = _all(shop, [invoice(currency="EUR"), credit_memo(currency="EUR"), rate("EUR", "1.1")])
    assert [(row.commerce_net, row.gap) for row in rows] == [(-44 * UNIT, 0)]


@pytest.mark.parametrize("state", ["cancelled", "test", "abandoned"])
def test_a_return_of_what_never_counted_does_not_count(state: str) -> None:
    """The refund of a cancelled order takes nothing more away (decision 24)."""
    rows, settled = _all([order(state=state), refund()], [])
    assert rows == []
    assert [row.commerce_net for row in settled] == ([0] if state == "cancelled" else [])


def test_a_refund_of_nothing_needs_no_memo() -> None:
    """Restocking without money is no gap and no work."""
    rows, settled = _all([order(), refund(net=0)], [invoice()])
    assert rows == []
    assert len(settled) == 2


@pytest.mark.parametrize(
    ("ledger", "gap"),
    [
        ([sales_order(net=90)], -90),
        ([sales_order(net=90), invoice(net=80)], -80),
        ([invoice(net=80, state="draft")], -80),
        ([sales_order(net=90), invoice(net=80, state="draft")], -90),
        ([invoice(net=80), credit_memo("x", net=30, invoice_number="INV-1")], -50),
        ([invoice(net=80), credit_memo("x", net=30, invoice_number="INV-1", state="draft")], -80),
        ([invoice(net=80), credit_memo("x", net=30, invoice_number="INV-1", company="UK")], -80),
    ],
)
def test_a_cancelled_order_leaves_what_stands(ledger: list[Record], gap: int) -> None:
    """Of a cancelled order the gap is what the ledger still holds, below zero (decision 24, REVGAP-10)."""
    (row,), _ = _all([order(state="cancelled")], ledger)
    assert (row.gap, row.reason) == (gap * UNIT, "voided")


def test_amounts_are_net_of_tax_in_the_reporting_currency() -> None:
    """Both sides are net, at the mean of the window's daily rates (REVGAP-22, REVGAP-23)."""
    half = rate("EUR", "1.3", starts_on="2026-03-31")
    shop: list[Record] = [order(net=100, tax=20, currency="EUR")]
    (row,), _ = _all(shop, [invoice(net=50, tax=10, currency="EUR"), rate("EUR", "1.1"), half])
    assert (row.rate, row.rate_source) == (
        "1.2",
        "average over the period of the ledger's exchange rates",
    )
    assert row.evidence["rates"] == {"EUR": {"rate": row.rate, "source": row.rate_source}}
    assert (row.commerce_gross, row.commerce_net, row.ledger_amount) == (144 * UNIT, 120 * UNIT, 60 * UNIT)
    assert (row.gap, row.currency, row.order_currency) == (60 * UNIT, "USD", "EUR")


@pytest.mark.parametrize(
    ("placed_at", "counts"),
    [
        ("2026-03-15T23:59:59Z", False),
        ("2026-03-16T00:00:00Z", True),
        ("2026-04-14T17:00:00Z", True),
        ("2026-04-14T17:00:01Z", False),
    ],
)
def test_thirty_days_of_orders_count(placed_at: str, counts: bool) -> None:  # noqa: FBT001 - a table
    """An order counts on its commerce date (REVGAP-01, REVGAP-08)."""
    rows, _ = _all([order(placed_at=placed_at)], [])
    assert len(rows) == counts


@pytest.mark.parametrize(
    ("net", "left"),
    [(100, "None: INV-1 of 15 Mar"), (60, "Look for the 40.00 that is left: INV-1 of 15 Mar")],
)
def test_what_is_posted_outside_the_window_counts_nothing(net: int, left: str) -> None:
    """The whole gap stands, with that reason, and says what the document leaves (REVGAP-14, decision 25)."""
    (row,), _ = _all([order()], [invoice(net=net, posted_on="2026-03-15")])
    assert (row.reason, row.ledger_amount, row.gap) == ("period_boundary", 0, 100 * UNIT)
    assert [each["is_counted"] for each in row.evidence["documents"]] == [False]
    assert row.action == f"{left} is posted in another period"


def test_the_largest_gap_comes_first() -> None:
    """Rows are in the order of their gap, with its sign (REVGAP-30)."""
    shop: list[Record] = [
        order("1", net=5),
        order("2", net=50),
        order("3", state="cancelled"),
        order("4", net=7),
    ]
    rows, _ = _all(shop, [sales_order("3", net=70)])
    assert [row.order for row in rows] == ["2", "4", "1", "3"]


def test_a_row_says_what_the_export_needs() -> None:
    """A row carries order, customer, documents, amounts, company and platform (REVGAP-07, REVGAP-33)."""
    shop: list[Record] = [order(number="#0042", tax=20, url="https://shop.example/1")]
    ledger: list[Record] = [sales_order("#0042", number="SO-9", customer_name="Moore & Co")]
    (row,), _ = _all(shop, ledger)
    shown = as_json(row)
    assert (row.order, row.name, row.sales_order, row.company) == ("#0042", "Moore & Co", "SO-9", "Main")
    assert (row.platform, row.connection, row.match_key) == ("shopify", "shop", "#0042")
    assert (shown["commerce_gross"], shown["gap"], shown["ledger_amount"]) == ("120.00", "100.00", "0.00")
    assert row.occurred_on == "2026-04-13"
    assert row.evidence["url"] == "https://shop.example/1"
    assert [each["number"] for each in row.evidence["documents"]] == ["SO-9"]
