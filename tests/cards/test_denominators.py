"""What a headline is a part of: buyers, records, shares, and what rose on the same days."""

from typing import Any

import pytest

from shared.cards.dynamics_365 import ABSENT, STUCK
from shared.cards.sage import B2B, WIDER
from shared.domain.records import FlowRunGap, Record
from tests.builders import (
    crm_customer,
    customers,
    flow_run,
    judged,
    master,
    order,
    snapshot,
    sync_attempt,
    two_entities,
    workspace,
)


def _figures(card: str, records: dict[str, list[Record]], **changes: Any) -> dict[str, Any]:
    return dict(judged(card, snapshot(workspace(**changes), records)).figures or {})


def _days(card: str, records: dict[str, list[Record]], **changes: Any) -> dict[str, dict[str, int]]:
    judgement = judged(card, snapshot(workspace(**changes), records))
    return {part.code: dict(part.figures) for part in judgement.breakdown if part.dimension == "day"}


@pytest.mark.parametrize(("card", "ledger"), [(ABSENT, "ledger"), (ABSENT, "finance"), (WIDER, "sage")])
def test_the_absent_are_a_share_of_the_active_customers(card: str, ledger: str) -> None:
    """Of three active customers one is absent: a third (D365-ABS-17, D365-ABS-09)."""
    known: list[Record] = [master(f"M{each}", email=f"buyer-{each}@example.com") for each in (1, 2)]
    figures = _figures(card, {"shop": [order(str(each)) for each in (1, 2, 3)], ledger: known})
    assert (figures["distinct_buyers"], figures["matched_buyers"], figures["absent_buyers"]) == (3, 2, 1)
    assert figures["absent_percentage"] == "33.33"
    assert _figures(card, {})["absent_percentage"] == ""


def test_buyers_and_their_records_are_counted_apart() -> None:
    """A buyer of two entities who is known in one is one absent buyer and one of two records."""
    shop: list[Record] = [order(str(each), store=each, email="ann@x.example") for each in ("uk", "us")]
    figures = _figures(
        ABSENT, {"shop": shop, "ledger": [master(company="UK", email="ann@x.example")]}, **two_entities()
    )
    assert (figures["distinct_buyers"], figures["matched_buyers"], figures["absent_buyers"]) == (1, 0, 1)
    assert (figures["expected_records"], figures["matched_records"]) == (2, 1)
    assert figures["absent_percentage"] == "50.00"


def test_b2b_customers_are_a_share_of_those_with_active_orders() -> None:
    """The B2B card's population is the companies that an invoice is near for (SAGE-CM-02)."""
    shop: list[Record] = [
        order("1", is_b2b=True),
        order("2", is_b2b=True),
        order("3", is_b2b=True, state="refunded"),
        order("4"),
    ]
    figures = _figures(B2B, {"trade": shop, "sage": [master(email="buyer-2@example.com")]})
    assert (figures["distinct_buyers"], figures["active_customers"]) == (3, 2)
    assert figures["absent_percentage"] == "50.00"


def test_stuck_records_are_a_share_of_the_created_and_of_the_active() -> None:
    """One of two created and of four active customers is stuck (DV-16)."""
    old = [crm_customer(f"O{each}", created_at="2026-01-05T09:00:00Z") for each in range(2)]
    out = [crm_customer("P1", is_in_scope=False), crm_customer("P2", is_active=False)]
    figures = _figures(
        STUCK,
        {
            "crm": [*old, *out, crm_customer("K1"), crm_customer("K2", email="b@x.example")],
            "ledger": [master(email="b@x.example")],
        },
    )
    assert (figures["created"], figures["stuck"], figures["active_customers"]) == (2, 1, 4)
    assert figures["stuck_of_created_percentage"] == "50.00"
    assert figures["stuck_of_active_percentage"] == "25.00"


def test_days_set_new_records_beside_failures() -> None:
    """A spike of new records meets the failures of its day, by the local day (DV-16)."""
    crm: list[Record] = [crm_customer(f"K{each}", email=f"{each}@x.example") for each in range(3)]
    crm += [
        crm_customer("K9", created_at="2026-04-11T23:30:00Z"),
        flow_run("F1"),
        flow_run("F2", started_at="2026-04-12T22:59:59Z"),
        flow_run("F3", state="succeeded"),
        flow_run("F4", started_at="2026-03-01T12:00:00Z"),
    ]
    connections = [
        {"name": name, "kind": kind}
        for name, kind in (("crm", "dataverse"), ("ledger", "business_central"), ("log", "dual_write_log"))
    ]
    days = _days(
        STUCK,
        {
            "crm": crm,
            "ledger": [master(email="1@x.example")],
            "log": [sync_attempt("K9", started_at="2026-04-12T08:00:00Z")],
        },
        connections=connections,
    )
    assert list(days) == [f"2026-04-{day:02}" for day in range(8, 15)]
    assert days["2026-04-13"] == {"customers": 2, "created": 3, "failed_runs": 1, "dual_write_errors": 0}
    assert days["2026-04-12"] == {"customers": 1, "created": 1, "failed_runs": 1, "dual_write_errors": 1}
    assert days["2026-04-14"] == {"customers": 0, "created": 0, "failed_runs": 0, "dual_write_errors": 0}


def test_days_set_new_buyers_beside_failed_runs() -> None:
    """Buyers by the day of their first order, the absent among them, and failed runs (D365-ABS-17)."""
    shop: list[Record] = [
        order("1"),
        order("2"),
        order("1b", email="buyer-1@example.com", placed_at="2026-04-14T09:00:00Z"),
    ]
    records: dict[str, list[Record]] = {
        "shop": shop,
        "ledger": [master(email="buyer-2@example.com")],
        "crm": [flow_run()],
    }
    days = _days(ABSENT, records)
    assert days["2026-04-13"] == {"customers": 1, "buyers": 2, "failed_runs": 1}
    assert days["2026-04-14"] == {"customers": 0, "buyers": 0, "failed_runs": 0}


@pytest.mark.parametrize(
    ("crm", "expected"),
    [
        ([], {"is_connected": False, "recorded": 0, "unsuccessful": 0, "has_gap": False}),
        (
            [flow_run("F1", state="succeeded", started_at="2026-04-10T12:00:00Z")],
            {"is_connected": True, "recorded": 0, "unsuccessful": 0, "has_gap": False},
        ),
        (
            [flow_run("F1", state="succeeded"), flow_run("F2")],
            {"is_connected": True, "recorded": 2, "unsuccessful": 1, "has_gap": False},
        ),
        (
            [
                flow_run("F1", state="succeeded"),
                FlowRunGap(
                    id="G1",
                    started_at="2026-04-13T11:00:00Z",
                    ended_at="2026-04-13T12:00:00Z",
                    code="IngestionRateDataLoss",
                ),
            ],
            {"is_connected": True, "recorded": 1, "unsuccessful": 0, "has_gap": True},
        ),
    ],
)
def test_a_row_says_whether_runs_were_recorded_at_all(crm: list[Record], expected: dict[str, Any]) -> None:
    """That no run failed means something only where runs were recorded at that time (D365-ABS-15)."""
    (row,) = customers(judged(ABSENT, snapshot(workspace(), {"shop": [order()], "crm": crm})))
    assert row.evidence["flow_runs"] == expected


def test_cohorts_are_sized_by_their_orders() -> None:
    """Each cohort has the worth of its orders, by currency (SAGE-ABS-12, SAGE-ABS-11)."""
    shop: list[Record] = [order("1", net=10), order("2", net="2.50", currency="EUR"), order("3", net=5)]
    judgement = judged(WIDER, snapshot(workspace(), {"shop": shop}))
    for dimension in ("cohort", "entity"):
        (part,) = (part for part in judgement.breakdown if part.dimension == dimension)
        assert part.exposure == (
            {"amount": "2.50", "currency": "EUR"},
            {"amount": "15.00", "currency": "USD"},
        )
