"""Edges of time: midnight in the workspace's zone, both changes of the clocks, today left out, grace."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.records import Record
from tests.builders import crm_customer, order
from tests.cards.cases.case import Case

D365 = "ecom_customers_absent_from_d365"
DV = "dataverse_customers_not_promoted"
SAGE = "ecom_customers_absent_from_sage"
SAGE_B2B = "ecom_b2b_customers_absent_from_sage_master"
CARDS = (D365, DV, SAGE, SAGE_B2B)


def _at(card: str, moment: str) -> dict[str, list[Record]]:
    """Build what the card counts, come up at an instant."""
    if card == DV:
        return {"crm": [crm_customer(created_at=moment)]}
    return {"shop": [order(placed_at=moment, is_b2b=True)]}


EDGES: tuple[tuple[str, str, str, bool, tuple[tuple[str, int], ...]], ...] = (
    # what, zone, now (local), include today, (instant in UTC, does it count)
    (
        "midnight in winter",
        "Europe/London",
        "2026-02-10T18:00:00",
        True,
        (("2026-02-03T23:59:59Z", 0), ("2026-02-04T00:00:00Z", 1)),
    ),
    (
        "midnight in summer",
        "Europe/London",
        "2026-06-10T18:00:00",
        True,
        (("2026-06-03T22:59:59Z", 0), ("2026-06-03T23:00:00Z", 1)),
    ),
    (
        "the clocks went forward in the window",
        "Europe/London",
        "2026-04-01T18:00:00",
        True,
        (("2026-03-25T23:59:59Z", 0), ("2026-03-26T00:00:00Z", 1), ("2026-03-29T01:30:00Z", 1)),
    ),
    (
        "the clocks went back in the window",
        "Europe/London",
        "2026-10-28T18:00:00",
        True,
        (("2026-10-21T22:59:59Z", 0), ("2026-10-21T23:00:00Z", 1), ("2026-10-25T01:30:00Z", 1)),
    ),
    (
        "the day on which the clocks go forward comes first",
        "Europe/London",
        "2026-04-04T18:00:00",
        True,
        (("2026-03-28T23:59:59Z", 0), ("2026-03-29T00:00:00Z", 1)),
    ),
    (
        "midnight in New York",
        "America/New_York",
        "2026-07-10T18:00:00",
        True,
        (("2026-07-04T03:59:59Z", 0), ("2026-07-04T04:00:00Z", 1)),
    ),
    (
        "New York's clocks went forward in the window",
        "America/New_York",
        "2026-03-12T18:00:00",
        True,
        (("2026-03-06T04:59:59Z", 0), ("2026-03-06T05:00:00Z", 1)),
    ),
    (
        "New York's clocks went back in the window",
        "America/New_York",
        "2026-11-05T18:00:00",
        True,
        (("2026-10-30T03:59:59Z", 0), ("2026-10-30T04:00:00Z", 1)),
    ),
    (
        "today is left out",
        "Europe/London",
        "2026-06-10T18:00:00",
        False,
        (
            ("2026-06-02T22:59:59Z", 0),
            ("2026-06-02T23:00:00Z", 1),
            ("2026-06-09T22:59:59Z", 1),
            ("2026-06-09T23:00:00Z", 0),
        ),
    ),
    (
        "today is left out after the clocks went back",
        "America/New_York",
        "2026-11-02T09:00:00",
        False,
        (("2026-11-02T04:59:59Z", 1), ("2026-11-02T05:00:00Z", 0)),
    ),
    ("after now", "Europe/London", "2026-06-10T18:00:00", True, (("2026-06-10T17:00:01Z", 0),)),
)


def cases() -> Iterator[Case]:
    """Give each edge for each card: they all look at the same stretch of time."""
    for card in CARDS:
        for what, zone, now, include_today, instants in EDGES:
            for moment, value in instants:
                changes: dict[str, Any] = {"time_zone": zone, "include_today": include_today}
                as_of = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))
                yield Case(
                    f"{what}, {moment}", card, _at(card, moment), value, workspace=changes, as_of=as_of
                )
