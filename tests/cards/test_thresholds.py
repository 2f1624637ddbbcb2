"""Where each card alerts: strictly past its threshold, which each workspace may set."""

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.records import Record
from shared.domain.workspace import Workspace
from tests.builders import (
    company,
    crm_customer,
    invoice,
    judged,
    order,
    refund,
    sales_order,
    snapshot,
    status,
    sync_attempt,
    workspace,
)

D365 = "ecom_customers_absent_from_d365"
DV = "dataverse_customers_not_promoted"
SAGE = "ecom_customers_absent_from_sage"
SAGE_B2B = "ecom_b2b_customers_absent_from_sage_master"
GAP = "revenue_gap_detailed_breakdown"


def _with(card: str, **settings: Any) -> Workspace:
    return workspace(cards={card: settings})


def _absent(number: int, **changes: Any) -> dict[str, list[Record]]:
    """Build so many buyers of whom no ledger knows, and as many Dataverse records."""
    numbers = [str(each) for each in range(number)]
    return {
        "shop": [order(each, **changes) for each in numbers],
        "crm": [crm_customer(each) for each in numbers],
    }


@pytest.mark.parametrize(
    ("card", "number", "expected"),
    [
        (D365, 0, "ok"),
        (D365, 1, "attention"),
        (D365, 10, "attention"),
        (D365, 11, "alert"),
        (DV, 0, "ok"),
        (DV, 1, "alert"),
        (SAGE, 10, "attention"),
        (SAGE, 11, "alert"),
        (SAGE_B2B, 10, "attention"),
        (SAGE_B2B, 11, "alert"),
    ],
)
def test_counts_alert_past_their_threshold(card: str, number: int, expected: str) -> None:
    """Ten do not alert, eleven do; one in Dataverse does (D365-ABS-07, DV-05, SAGE-ABS-04, SAGE-CM-10)."""
    seen = snapshot(workspace(), _absent(number, is_b2b=card == SAGE_B2B))
    assert judged(card, seen).value == number
    assert status(card, seen) == expected


@pytest.mark.parametrize("card", [D365, DV, SAGE, SAGE_B2B])
@pytest.mark.parametrize(("threshold", "expected"), [(2, "alert"), (3, "attention"), (4, "attention")])
def test_a_workspace_sets_its_own_threshold(card: str, threshold: int, expected: str) -> None:
    """A threshold is the workspace's to set (GEN-03, SAGE-ABS-05)."""
    seen = snapshot(_with(card, threshold=threshold), _absent(3, is_b2b=True))
    assert status(card, seen) == expected


@pytest.mark.parametrize(
    ("b2b_threshold", "is_b2b", "expected"),
    [(0, True, "alert"), (1, True, "attention"), (0, False, "attention"), (None, True, "attention")],
)
def test_b2b_buyers_have_a_threshold_of_their_own(
    b2b_threshold: int | None,
    is_b2b: bool,  # noqa: FBT001 - a table
    expected: str,
) -> None:
    """One B2B buyer may alert where ten others do not (SAGE-ABS-05, SAGE-ABS-09)."""
    seen = snapshot(_with(SAGE, b2b_threshold=b2b_threshold), _absent(1, is_b2b=is_b2b))
    assert status(SAGE, seen) == expected


def _synced(lagging: int, others: int) -> dict[str, list[Record]]:
    """Build so many companies made after the last run, and so many before it."""
    shop: list[Record] = []
    for number in range(lagging + others):
        created_at = "2026-04-14T09:00:00Z" if number < lagging else "2026-04-01T09:00:00Z"
        shop += [company(f"{number}", created_at=created_at), order(f"{number}", company_id=f"{number}")]
    return {"shop": shop, "network": [sync_attempt()]}


@pytest.mark.parametrize(
    ("lagging", "others", "basis", "expected"),
    [
        (3, 11, "all", "alert"),
        (3, 11, "excluding_lag", "alert"),
        (3, 10, "all", "alert"),
        (3, 10, "excluding_lag", "attention"),
        (14, 0, "excluding_lag", "ok"),
    ],
)
def test_the_lag_may_be_left_out_of_the_alert(lagging: int, others: int, basis: str, expected: str) -> None:
    """The lag stays in the headline; of the rest 11 alert and 10 do not (decision 4, SAGE-CM-07)."""
    seen = snapshot(_with(SAGE_B2B, alert_basis=basis), _synced(lagging, others))
    figures = judged(SAGE_B2B, seen).figures or {}
    assert judged(SAGE_B2B, seen).value == lagging + others
    assert (figures["lagging"], figures["real_failures"]) == (lagging, others)
    assert status(SAGE_B2B, seen) == expected


@pytest.mark.parametrize(
    ("net", "posted", "compared", "expected"),
    [
        (100, 100, "0", "ok"),
        (100, "99.99", "0", "ok"),
        (100, "99.98", "0.02", "attention"),
        (100, 95, "5", "attention"),
        (100, "94.99", "5.01", "alert"),
        (100, 105, "5", "attention"),
        (100, "105.01", "5.01", "alert"),
        (3, "2.85", "5", "attention"),
    ],
)
def test_the_gap_alerts_past_five_per_cent(net: int, posted: str, compared: str, expected: str) -> None:
    """Five per cent of net revenue do not alert, a cent more does, either way (REVGAP-34, decision 5)."""
    seen = snapshot(workspace(), {"shop": [order(net=net, tax=20)], "ledger": [invoice(net=posted, tax=9)]})
    assert judged(GAP, seen).compared == Decimal(compared)
    assert status(GAP, seen) == expected


def test_revenue_is_orders_less_refunds() -> None:
    """Revenue is orders less refunds, without tests, abandoned and cancelled ones (decision 26)."""
    shop = [
        order("1", net=1000),
        order("2", net=500, state="refunded"),
        order("3", net=700, state="cancelled"),
        order("4", net=700, state="test"),
        order("5", net=700, state="abandoned"),
        order("6", net=700, placed_at="2026-03-01T12:00:00Z"),
        refund("R2", "2", net=500),
        refund("R3", "3", net=700),
    ]
    figures = judged(
        GAP, snapshot(workspace(), {"shop": [*shop], "ledger": [sales_order("1", net=1000)]})
    ).figures
    assert figures is not None
    assert figures["net_commerce_revenue_amount"] == 1000 * 10_000
    assert figures["unreconciled_gap_amount"] == (1000 + 500 - 500) * 10_000
    assert figures["gap_percentage"] == "100.00"


def test_a_gap_without_revenue_is_the_whole() -> None:
    """Where nothing was sold and something stands open, all of it is a gap."""
    seen = snapshot(workspace(), {"shop": [order(state="cancelled")], "ledger": [sales_order()]})
    assert judged(GAP, seen).compared == 100
    assert judged(GAP, snapshot(workspace(), {})).compared == 0
