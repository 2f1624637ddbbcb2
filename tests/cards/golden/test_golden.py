"""From a vendor's payload to the line of the export: one order for each reason and sub-reason."""

import asyncio
from pathlib import Path

import pytest

from shared.cards.card import Card
from shared.cards.revenue_gap_detailed_breakdown import CARD
from shared.domain.gap.reasons import REASONS
from shared.domain.records import Record
from shared.domain.rows import OrderRow, as_json
from shared.export import csv_of
from tests.builders import judged, orders, snapshot, workspace
from tests.cards.golden.scenarios import SCENARIOS, scene_of_all
from tests.cards.golden.scene import COMPANY, NOW
from tests.sources import shopify_shop
from tests.sources.business_central_books import BENCH as LEDGER

GOLDEN = Path(__file__).with_name("revenue_gap.csv")
CONNECTIONS = [{"name": "shop", "kind": "shopify"}, {"name": "ledger", "kind": "business_central"}]
_LEDGER_STREAMS = (
    "customers",
    "sales_orders",
    "invoices",
    "credit_memos",
    "approvals",
    "exchange_rates",
    "connector_log",
)
SUB_REASONS = {
    "2 attempts",
    "customer_unknown",
    "connector_mapping",
    "ambiguous_customer",
    "shared_number",
    "shared_document",
    "duplicate_invoice",
    "duplicate_sales_order",
    "ordered",
    "invoiced",
    "draft",
    "taken_back",
    "credited_without_return",
    "partially_shipped",
    "partially_invoiced",
    "amount_differs",
    "tax_split",
    "shipping",
    "in_approval",
    "not_released",
    "refunded",
    "not_invoiced",
    "explained_in_part",
}


@pytest.fixture(name="rows", scope="module")
def _rows() -> list[OrderRow]:
    return asyncio.run(_read_and_judged())


async def _read_and_judged() -> list[OrderRow]:
    """Read both vendors through their real sources, and let the card judge what they told."""
    scene, _ = scene_of_all()
    shop = shopify_shop.shop(scene.shop)
    records: dict[str, list[Record]] = {"shop": [], "ledger": []}
    for stream in ("orders", "refunds"):
        pages = await shopify_shop.read(shop, stream, until=NOW)
        records["shop"] += shopify_shop.records(pages)
    for stream in _LEDGER_STREAMS:
        records["ledger"] += await LEDGER.records(stream, scene.ledger, until=NOW)
    here = workspace(
        connections=CONNECTIONS,
        reporting_currency="GBP",
        entities=[{"id": "uk", "name": "Northwind", "company_codes": [COMPANY]}],
    )
    return orders(judged(CARD.id, snapshot(here, records, NOW)))


def _file(card: Card, rows: list[OrderRow]) -> bytes:
    ordered = sorted(rows, key=lambda row: (row.order, -row.gap, row.documents))
    return csv_of(card.columns, [as_json(row) for row in ordered])


def test_each_reason_comes_out_as_its_line(rows: list[OrderRow]) -> None:
    """REVGAP-05, REVGAP-07, REVGAP-29, REVGAP-33: the file is this one to the byte, line by line.

    With it each reason: REVGAP-09 to REVGAP-21 as they leave the vendors and reach a spreadsheet.
    """
    written, golden = _file(CARD, rows), GOLDEN.read_bytes()
    assert written.splitlines() == golden.splitlines()
    assert written == golden


def test_no_reason_is_without_a_line(rows: list[OrderRow]) -> None:
    """Every reason and every sub-reason has an order of its own (decision 6)."""
    assert {row.reason for row in rows} == {reason.code for reason in REASONS}
    assert {sub for row in rows for sub in row.sub_reasons} == SUB_REASONS
    _, numbers = scene_of_all()
    assert {f"#{number}" for number in numbers.values()} <= {row.order for row in rows}
    assert len(numbers) == len(SCENARIOS)


def test_whom_the_ledger_hides_is_in_no_line(rows: list[OrderRow]) -> None:
    """REVGAP-32: neither name nor email of a hidden customer comes out, not even in an error."""
    _, numbers = scene_of_all()
    number = numbers["privacy blocked"]
    (line,) = [line for line in _file(CARD, rows).decode().splitlines() if line.startswith(f"#{number}")]
    assert line.count("[Privacy Blocked]") == 2
    assert not any(told in line for told in (f"buyer.{number}", f"Buyer {number}"))
