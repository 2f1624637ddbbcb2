"""Readings over time: the one that stood at an instant, the period before, and week by week."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.cards.card import Card
from shared.cards.drivers import driver
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.store.readings import Document, Readings

_FIRST_LOOK = timedelta(hours=2)
"""Where a reading changes often, the last one before an instant is found so near to it."""
_LONGEST = timedelta(hours=26)
"""A reading stands no longer: windows begin with the day, and that is a change."""
WITHIN_WEEK = timedelta(days=7)
JUDGED = frozenset({"ok", "attention", "alert"})
"""A held reading repeats an older value: it says nothing of its own instant."""


async def standing_at(
    readings: Readings, workspace: str, card: str, moment: datetime, within: timedelta
) -> Document | None:
    """Give the last judged reading that stood at or before an instant, at most so long before it.

    A reading stands from the evaluation that published it to the last one that found the same.
    """
    for reach in (min(_FIRST_LOOK, within), within + _LONGEST):
        points = await readings.between(workspace, card, moment - reach, moment)
        judged = [point for point in points if point["status"] in JUDGED]
        if judged and reach <= within:
            return judged[-1]
        if judged:
            last = judged[-1]
            until = last["stood_until"] or await _stands_until(readings, workspace, card, last)
            return last if datetime.fromisoformat(until) > moment - within else None
    return None


async def _stands_until(readings: Readings, workspace: str, card: str, point: Document) -> str:
    """Give the last evaluation that found a reading which nothing has replaced."""
    mark = (await readings.standing(workspace)).marks.get(card)
    is_it = mark is not None and mark.evaluation == point["evaluation"]
    return str(mark.asked["as_of"] if mark and is_it else point["as_of"])


async def comparison(
    readings: Readings, workspace: Workspace, card: Card, reading: Document
) -> dict[str, Any]:
    """Give the value one window before a reading, and how the reading differs from it.

    `value` is None where there is none to compare with, and `why_none` says why.
    """
    days = reading["window_days"]
    moment = _earlier(workspace, datetime.fromisoformat(reading["as_of"]), days)
    found = await standing_at(readings, workspace.id, card.id, moment, timedelta(days=days))
    if found is None:
        return _none(f"no reading of the {days} days up to {text(moment)} is kept")
    before = await readings.at(workspace.id, card.id, found["evaluation"])
    if before is None:
        return _none(f"no reading of the {days} days up to {text(moment)} is kept")
    for name, what in (("window_days", "window"), ("currency", "currency")):
        if before[name] != reading[name]:
            return _none(f"the reading of {before['as_of']} has another {what}")
    return {
        "value": before["value"],
        "change": _change(before["value"], reading["value"]),
        "as_of": before["as_of"],
        "evaluation": before["evaluation"],
        "driver": driver(before.get("breakdown", ()), reading["breakdown"]),
        "why_none": "",
    }


async def weekly(
    readings: Readings, workspace: Workspace, card: Card, until: datetime, weeks: int
) -> list[dict[str, Any]]:
    """Give a card's value at an instant and at the same time of the weeks before, the oldest first.

    A week without a reading that was judged has None for its value: nothing is made up (SAGE-ABS-22).
    """
    moments = [_earlier(workspace, until, 7 * back) for back in range(weeks - 1, -1, -1)]
    found = await asyncio.gather(
        *(standing_at(readings, workspace.id, card.id, moment, WITHIN_WEEK) for moment in moments)
    )
    points: list[dict[str, Any]] = []
    for moment, reading in zip(moments, found, strict=True):
        value = reading and reading["value"]
        last = points[-1]["value"] if points else None
        is_comparable = value is not None and last is not None
        points.append(
            {
                "week_to": text(moment),
                "as_of": reading and reading["as_of"],
                "value": value,
                "change": _change(last, value) if is_comparable else None,
                "row_count": reading and reading["row_count"],
                "status": reading and reading["status"],
            }
        )
    return points


def _earlier(workspace: Workspace, moment: datetime, days: int) -> datetime:
    """Give the same time of day so many local days before."""
    return moment.astimezone(workspace.zone) - timedelta(days=days)


def _change(before: Any, now: Any) -> Any:
    if isinstance(now, int):
        return now - before
    return str(Decimal(now) - Decimal(before))


def _none(why: str) -> dict[str, Any]:
    return {
        "value": None,
        "change": None,
        "as_of": None,
        "evaluation": None,
        "driver": None,
        "why_none": why,
    }
