"""Which reason wins: for each two that may claim one case, a case that both claim (decision 6)."""

import pytest

from shared.domain.gap import reasons
from shared.domain.records import Record
from shared.domain.rows import OrderRow
from tests.builders import (
    approval,
    invoice,
    judged,
    master,
    order,
    orders,
    rate,
    sales_order,
    snapshot,
    workspace,
)
from tests.cards.cases.gap_reasons import FRESH, KNOWN, LOGGED, blocked

CARD = "revenue_gap_detailed_breakdown"
WAITING = sales_order(state="pending_approval")
EDITED = order(updated_at="2026-04-14T12:00:00Z")
EURO = rate("EUR", "1.1")

PAIRS: list[tuple[str, str, list[Record], list[Record]]] = [
    ("al_connector_error", "unmapped_customer", [order()], [LOGGED]),
    ("unmapped_customer", "awaiting_sync", [order()], []),
    (
        "mapping_conflict",
        "awaiting_sync",
        [order(placed_at=FRESH)],
        [KNOWN, master("M2", company="Main", email="buyer-1@example.com")],
    ),
    (
        "mapping_conflict",
        "voided",
        [order(state="cancelled"), order("2", number="1", placed_at=FRESH, state="placed")],
        [sales_order()],
    ),
    ("voided", "pending_approval_72h", [order(state="cancelled")], [WAITING, approval()]),
    (
        "pending_approval_72h",
        "customer_blocked",
        [order()],
        [WAITING, approval(), blocked("blocked_shipping")],
    ),
    ("customer_blocked", "released_not_invoiced", [order()], [sales_order(), blocked("blocked")]),
    (
        "released_not_invoiced",
        "period_boundary",
        [order()],
        [sales_order(invoiced_quantity=40_000), invoice(net=40, posted_on="2026-03-15")],
    ),
    (
        "tax_reclassification",
        "fx_translation",
        [order(currency="EUR", tax=5)],
        [invoice(net=113, tax="2.5"), EURO],
    ),
    (
        "fx_translation",
        "period_boundary",
        [order(currency="EUR")],
        [invoice(net=107), invoice(id="2", number="INV-2", net=3, posted_on="2026-03-15"), EURO],
    ),
    (
        "period_boundary",
        "edited_after_processing",
        [EDITED],
        [invoice(net=60), invoice(id="2", number="INV-2", net=40, posted_on="2026-03-15")],
    ),
    ("edited_after_processing", "unknown", [EDITED], [invoice(net=90)]),
]


def _row(shop: list[Record], ledger: list[Record]) -> OrderRow:
    rows = orders(judged(CARD, snapshot(workspace(), {"shop": shop, "ledger": ledger})))
    return next(row for row in rows if row.order_id == "1")


@pytest.mark.parametrize(
    ("first", "second", "shop", "ledger"), PAIRS, ids=[f"{first}, {second}" for first, second, *_ in PAIRS]
)
def test_the_first_that_claims_a_case_owns_it(
    first: str, second: str, shop: list[Record], ledger: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would have the case; the one that stands first in the list does (decision 6, REVGAP-05)."""
    assert _row(shop, ledger).reason == first
    others = tuple(each for each in reasons.REASONS if each.code != first)
    monkeypatch.setattr(reasons, "REASONS", others)
    assert _row(shop, ledger).reason == second


def test_the_reasons_stand_in_the_order_that_was_decided() -> None:
    """The list is decision 6's, word by word."""
    assert [each.code for each in reasons.REASONS] == [
        "al_connector_error",
        "unmapped_customer",
        "mapping_conflict",
        "awaiting_sync",
        "field_validation",
        "voided",
        "pending_approval_72h",
        "customer_blocked",
        "released_not_invoiced",
        "credit_memo_matched",
        "credit_memo_pending",
        "tax_reclassification",
        "fx_translation",
        "period_boundary",
        "edited_after_processing",
        "unknown",
    ]
