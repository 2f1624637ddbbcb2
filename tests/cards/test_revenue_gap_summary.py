"""What stands above the rows of the revenue gap: cuts, ages, weeks, and how few rows hold most of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cards.card import Judgement
from shared.cards.drivers import driver
from shared.domain.gap.summary import rows_holding_most
from shared.domain.records import Record
from shared.domain.rows import OrderRow
from tests.builders import (
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


def _judged(shop: list[Record], ledger: list[Record], **changes: Any) -> Judgement:
    return judged(CARD, snapshot(workspace(**changes), {"shop": shop, "ledger": ledger}))


def _cut(judgement: Judgement, dimension: str) -> list[tuple[str, str, int, int]]:
    return [
        (part.code, part.label, part.figures["rows"], part.figures["gap_amount"] // UNIT)
        for part in judgement.breakdown
        if part.dimension == dimension
    ]


DAYS = ("2026-03-20", "2026-04-02", "2026-04-03", "2026-04-06", "2026-04-07", "2026-04-10", "2026-04-11")
SOLD: list[Record] = [
    order(str(serial), net=2**serial, placed_at=f"{day}T12:00:00Z") for serial, day in enumerate(DAYS)
]


def test_the_gap_is_cut_by_age() -> None:
    """Bands of four days, and what is twelve days old or older apart (REVGAP-36, decision 8)."""
    assert _cut(_judged(SOLD, []), "age") == [
        ("0-3", "0-3 days", 1, 64),
        ("4-7", "4-7 days", 2, 16 + 32),
        ("8-11", "8-11 days", 2, 4 + 8),
        ("12+", "12+ days", 2, 1 + 2),
    ]


def test_the_gap_is_cut_by_week() -> None:
    """Rows and gap by the week of their order, weeks without any in between (REVGAP-35)."""
    assert _cut(_judged(SOLD, []), "week") == [
        ("2026-03-16", "Week of 16 Mar", 1, 1),
        ("2026-03-23", "Week of 23 Mar", 0, 0),
        ("2026-03-30", "Week of 30 Mar", 2, 2 + 4),
        ("2026-04-06", "Week of 6 Apr", 4, 8 + 16 + 32 + 64),
    ]


def test_a_matched_return_has_no_age() -> None:
    """Its row is counted apart, so that each cut adds up (REVGAP-11)."""
    found = _judged([order(), refund()], [invoice(), credit_memo()])
    assert _cut(found, "age") == [("none", "Matched", 1, 0)]


def test_the_gap_is_cut_by_company_platform_and_currency() -> None:
    """Each part has its rows and its gap (REVGAP-30, REVGAP-37)."""
    shop: list[Record] = [order("1", net=5), order("2", net=7, currency="EUR")]
    found = _judged(shop, [sales_order("1", company="UK"), rate("EUR", "2")])
    assert _cut(found, "company") == [("", "No company", 1, 14), ("UK", "UK", 1, 5)]
    assert _cut(found, "platform") == [("shopify", "shopify", 2, 19)]
    assert _cut(found, "currency") == [("EUR", "EUR", 1, 14), ("USD", "USD", 1, 5)]


def test_few_rows_hold_most_of_the_gap() -> None:
    """64 and 32 of 127 are less than 80 %, with 16 they are more (the seed's top rows)."""
    figures = _judged(SOLD, []).figures or {}
    assert (figures["rows"], figures["rows_holding_80_percent"]) == (7, 3)


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_no_fewer_rows_would_hold_as_much(gaps: list[int]) -> None:
    """The rows counted hold four fifths of all gaps, one less does not."""
    rows = [
        OrderRow(id=str(at), name="", order="", currency="USD", gap=gap, evidence={})
        for at, gap in enumerate(gaps)
    ]
    count, sizes = rows_holding_most(rows), sorted(map(abs, gaps), reverse=True)
    assert sum(sizes[:count]) * 5 >= sum(sizes) * 4
    assert not count or sum(sizes[: count - 1]) * 5 < sum(sizes) * 4


def _part(code: str, gap: str, dimension: str = "reason") -> dict[str, Any]:
    return {"dimension": dimension, "code": code, "label": code.title(), "gap_amount": gap, "rows": 1}


DRIVERS: list[tuple[str, list[dict[str, Any]], list[dict[str, Any]], tuple[str, str, str] | None]] = [
    (
        "grew",
        [_part("a", "10"), _part("b", "10")],
        [_part("a", "15"), _part("b", "25")],
        ("b", "15.00", "75"),
    ),
    ("new", [_part("a", "10")], [_part("a", "5"), _part("b", "15")], ("b", "15.00", "150")),
    ("shrank", [_part("a", "10"), _part("b", "9")], [_part("b", "9.5")], ("a", "-10.00", "105")),
    ("stayed", [_part("a", "10")], [_part("b", "10")], None),
    ("another cut", [_part("a", "1", "company")], [_part("a", "9", "company")], None),
]


@pytest.mark.parametrize(("_", "before", "now", "expected"), DRIVERS, ids=[each[0] for each in DRIVERS])
def test_a_spike_has_a_driver(
    _: str, before: list[dict[str, Any]], now: list[dict[str, Any]], expected: tuple[str, str, str] | None
) -> None:
    """Against the period before, the reason that moved the gap most is named (REVGAP-35)."""
    found = driver(before, now)
    assert (found and (found["code"], found["change"], found["share"])) == expected
    assert found is None or found["label"] == found["code"].title()


def test_rounding_is_told_apart() -> None:
    """What settled orders leave by rounding is in no row, and the figures still add up (REVGAP-24)."""
    figures = _judged([order("1"), order("2")], [invoice("1", net="99.99")]).figures or {}
    assert figures["rounding_amount"] == UNIT // 100
    assert figures["unreconciled_gap_amount"] == 100 * UNIT
    assert figures["net_commerce_revenue_amount"] == 200 * UNIT
    assert figures["ledger_posted_amount"] == 100 * UNIT - UNIT // 100


@pytest.mark.parametrize(("placed_at", "flags"), [("2026-04-02T12:00:00Z", 1), ("2026-04-03T12:00:00Z", 0)])
def test_twelve_days_are_a_red_flag(placed_at: str, flags: int) -> None:
    """From twelve days on, a row is flagged (REVGAP-36, decision 8)."""
    seen = snapshot(workspace(), {"shop": [order(placed_at=placed_at)]})
    judgement = judged(CARD, seen)
    assert judgement.figures
    assert judgement.figures["red_flags"] == flags
    assert [row.age_days for row in orders(judgement)] == [11 + flags]
