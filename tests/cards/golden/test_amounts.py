"""What is compared: an example of each amount, through each shop's own payload and Business Central's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dev.vendors import adobe_commerce, bigcommerce
from dev.vendors.facts import Account
from shared.domain.records import Record
from shared.domain.rows import OrderRow
from shared.sources.adobe_commerce import SOURCE as ADOBE
from shared.sources.bigcommerce import SOURCE as BIGCOMMERCE
from tests.builders import judged, snapshot, workspace
from tests.cards.golden.scene import COMPANY, NOW, PLACED, TEN, Scene
from tests.sources import shopify_shop
from tests.sources.business_central_books import BENCH as LEDGER
from tests.sources.shop import Bench

CARD = "revenue_gap_detailed_breakdown"
UNIT = 10_000
BENCHES = {
    "adobe_commerce": Bench(source=ADOBE, vendor=adobe_commerce, options={}),
    "bigcommerce": Bench(source=BIGCOMMERCE, vendor=bigcommerce, options={"store_hash": "invented"}),
}
NUMBER = 1
NAME = "5000001"
LATER = PLACED + timedelta(days=4)


def _example(
    order: dict[str, Any] | None = None,
    invoice: dict[str, Any] | None = None,
    refund: dict[str, Any] | None = None,
    memo: dict[str, Any] | None = None,
) -> Callable[[Scene], None]:
    """Give a scene of one order, its invoice and, where told, a refund and its credit memo."""

    def tell(scene: Scene) -> None:
        sold = scene.sell(NUMBER, **{"number": NAME} | (order or {}))
        scene.post(NUMBER, reference=NAME, **(invoice or {}))
        if refund is not None:
            given = scene.give_back(NUMBER, sold)
            scene.shop.refunds[-1:] = [replace(given, **refund)]
        if memo is not None:
            scene.credit(NUMBER, str(given.id), **memo)

    return tell


Amounts = list[tuple[str, int, int, int]]
"""Of each row: its reason, and commerce, ledger and gap in whole units."""
SETTLED = ("", 100, 100, 0)
EVERYWHERE: list[tuple[str, Callable[[Scene], None], Amounts]] = [
    ("tax", _example(), [SETTLED]),
    ("discount", _example({"discount": TEN}), [SETTLED]),
    (
        "shipping not invoiced",
        _example({"shipping": TEN}, {"net": Decimal(90), "tax": Decimal(18)}),
        [("unknown", 100, 90, 10)],
    ),
    ("store credit or a gift card pays", _example({"paid_by_credit": Decimal(36)}), [SETTLED]),
    (
        "refund in part",
        _example(refund={}, memo={}),
        [SETTLED, ("credit_memo_matched", -40, -40, 0)],
    ),
    (
        "refund in full, with shipping",
        _example(
            {"state": "refunded", "shipping": TEN},
            refund={"net": Decimal(100), "tax": Decimal(20)},
            memo={"net": Decimal(100), "tax": Decimal(20)},
        ),
        [SETTLED, ("credit_memo_matched", -100, -100, 0)],
    ),
    ("refund without a memo", _example(refund={}), [SETTLED, ("credit_memo_pending", -40, 0, -40)]),
    (
        "another currency",
        _example({"currency": "EUR"}, {"currency": "EUR"}, {"currency": "EUR"}, {"currency": "EUR"}),
        [("", 85, 85, 0), ("credit_memo_matched", -34, -34, 0)],
    ),
    ("cancelled", _example({"state": "cancelled"}), [("voided", 0, 100, -100)]),
]


async def _amounts(kind: str, tell: Callable[[Scene], None]) -> tuple[Amounts, list[OrderRow]]:
    scene = Scene()
    tell(scene)
    records = {"shop": await _sold(kind, scene.shop), "ledger": list[Record]()}
    for stream in ("invoices", "credit_memos", "exchange_rates"):
        records["ledger"] += await LEDGER.records(stream, scene.ledger, until=NOW)
    here = workspace(
        connections=[{"name": "shop", "kind": kind}, {"name": "ledger", "kind": "business_central"}],
        reporting_currency="GBP",
        entities=[{"id": "uk", "name": "Northwind", "company_codes": [COMPANY]}],
    )
    found = judged(CARD, snapshot(here, records, NOW))
    rows = [row for row in (*found.settled, *found.rows) if isinstance(row, OrderRow)]
    shown = [(row.reason, *_units(row.commerce_net, row.ledger_amount, row.gap)) for row in rows]
    return shown, rows


def _units(*amounts: int) -> tuple[int, int, int]:
    first, second, third = (divmod(amount, UNIT) for amount in amounts)
    assert {first[1], second[1], third[1]} == {0}
    return first[0], second[0], third[0]


async def _sold(kind: str, account: Account) -> list[Record]:
    found: list[Record] = []
    for stream in ("orders", "refunds"):
        if kind == "shopify":
            pages = await shopify_shop.read(shopify_shop.shop(account), stream, until=NOW)
            found += shopify_shop.records(pages)
        else:
            found += await BENCHES[kind].records(stream, account, until=NOW)
    return found


@pytest.mark.parametrize("kind", ["shopify", *BENCHES])
@pytest.mark.parametrize(("_", "tell", "expected"), EVERYWHERE, ids=[each[0] for each in EVERYWHERE])
async def test_each_amount_is_the_same_from_every_shop(
    _: str, kind: str, tell: Callable[[Scene], None], expected: Amounts
) -> None:
    """Each example of the guide, payload to row, comes out alike (REVGAP-22, REVGAP-24, decision 23)."""
    shown, _rows = await _amounts(kind, tell)
    assert shown == expected


@pytest.mark.parametrize(
    ("kind", "edit"),
    [
        ("shopify", {"removed_net": TEN, "removed_tax": Decimal(2), "is_edited": True}),
        ("bigcommerce", {"net": Decimal(90), "tax": Decimal(18)}),
    ],
)
async def test_an_edit_after_invoicing_is_named(kind: str, edit: dict[str, Any]) -> None:
    """From 100.00 to 90.00 after it was invoiced: the ledger has ten more (REVGAP-22)."""
    shown, _ = await _amounts(kind, _example({"updated_at": LATER, **edit}))
    assert shown == [("edited_after_processing", 90, 100, -10)]


async def test_an_edit_at_adobe_commerce_is_a_new_order() -> None:
    """Adobe Commerce cancels the order and makes another: the old invoice stands against nothing."""

    def tell(scene: Scene) -> None:
        _example({"state": "cancelled"})(scene)
        scene.sell(2, number=f"{NAME}-1", replaces=NAME, net=Decimal(90), tax=Decimal(18))

    shown, _ = await _amounts("adobe_commerce", tell)
    assert shown == [("unmapped_customer", 90, 0, 90), ("voided", 0, 100, -100)]


@pytest.mark.parametrize("kind", ["shopify", *BENCHES])
async def test_what_the_buyer_saw_in_another_currency_is_not_compared(kind: str) -> None:
    """The amounts are those of the order's own currency, whatever the buyer was shown (REVGAP-23)."""
    shown, rows = await _amounts(kind, _example({"buyer_currency": "EUR", "buyer_rate": Decimal("1.2")}))
    assert shown == [SETTLED]
    assert rows[0].order_currency == "GBP"
