"""A reading's parts: its weeks as a line, its days as charts, its figures in words."""

from typing import Any

from functions.dashboard.card_cuts import history, over_time
from functions.dashboard.card_figures import figures
from functions.dashboard.reader import Reader
from tests.functions.app import ABSENT, reading

READER = Reader.of("en-GB", "Europe/London")
COUNT = reading(ABSENT, unit="customers", currency=None, value=3, threshold={"value": "10", "unit": "count"})


def _week(day: int, value: int | None) -> dict[str, Any]:
    return {"week_to": f"2026-04-{day:02}T12:00:00Z", "value": value}


def test_a_line_needs_two_weeks() -> None:
    """SAGE-ABS-22: with one reading there is nothing to join; with two, also the threshold is drawn."""
    assert history(COUNT, [_week(5, None), _week(12, 3)], READER) is None
    drawn = history(COUNT, [_week(5, 12), _week(12, 3)], READER)
    assert drawn is not None
    assert "Alerts above 10" in drawn
    assert "Last 12 Apr: 3. Highest 5 Apr: 12." in drawn


def test_a_share_has_no_threshold_in_money() -> None:
    """A line of amounts has no level for a share of the revenue; a week without a reading is a gap."""
    weeks = [{"week_to": f"2026-04-{day:02}", "value": value} for day, value in ((5, "10.00"), (12, "9.50"))]
    drawn = history(reading(), [*weeks, {"week_to": "2026-04-19", "value": None}], READER)
    assert drawn is not None
    assert "chart-limit" not in drawn
    assert "1 of 3 have no reading" in drawn


def test_days_are_charts_of_their_own() -> None:
    """What is told day by day is one chart for each figure, not a table with bars."""
    days = [
        {"dimension": "day", "code": f"2026-04-1{day}", "label": "", "note": "", "exposure": []}
        | {"created": day, "failed_runs": 0}
        for day in (1, 2)
    ]
    assert ["Created by day", "Failed runs by day"] == [
        heading for heading, _ in over_time(COUNT | {"breakdown": days}, READER)
    ]


def test_figures_are_words_and_what_is_nothing_stands_apart() -> None:
    """Amounts, shares and counts are written as such; zeros are named in one line; "" is left out."""
    given = {"matched_orders": 1934, "gap_percentage": "7.20", "rounding_amount": "0.00", "red_flags": 0}
    found = figures(reading(figures=given | {"last_sync_at": "", "new_thing": 2}), READER)
    assert (
        ("Orders that match", "1,934"),
        ("Gap as a share of net revenue", "7.2%"),
        ("New thing", "2"),
    ) == (found.told)
    assert ("Rounding", "Rows to escalate by age") == found.nothing
