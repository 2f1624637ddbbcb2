"""The digest: where every card of a role stands, what is new and what was settled since the last one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shared.alerting import words
from shared.domain.notifications import WEEKDAYS, Digest

_STATUSES = {
    "ok": "nothing found",
    "attention": "below the threshold",
    "alert": "past the threshold",
    "held": "held: data are missing",
    "not_configured": "not configured",
}

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CardSummary:
    """How one card stands for the digest."""

    title: str
    reading: Document
    trend: Sequence[Decimal | None]
    """Weekly values, the oldest first; None for a week without a reading."""
    open: int
    new: int
    resolved: int
    older: int
    """Open ones that came up before the card's window."""
    href: str = ""


def last_due(digest: Digest, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Give the last instant at or before now at which a digest was due; None for one without a day."""
    today = now.astimezone(zone).date()
    for back in range(8):
        day = today - timedelta(days=back)
        due = datetime.combine(day, digest.at, zone)
        if WEEKDAYS[day.weekday()] in digest.days and due <= now:
            return due
    return None


def document(workspace: str, cards: Iterable[CardSummary], due: datetime, dashboard_url: str) -> Document:
    """Give the digest of these cards as channels render it."""
    every = list(cards)
    past = [each.title for each in every if each.reading["status"] == "alert"]
    count = (
        f"{words.plural(len(past), 'card')} past the threshold" if past else "No card is past its threshold"
    )
    return {
        "kind": "digest",
        "workspace": workspace,
        "severity": "low",
        "title": "Digest",
        "heading": f"{count}, {due.day} {due:%B %Y}",
        "card": "digest",
        "evaluation": "",
        "lines": [_line(each) for each in every],
        "links": {"dashboard": f"{dashboard_url.rstrip('/')}/{workspace}"} if dashboard_url else {},
    }


def _line(each: CardSummary) -> Document:
    reading = each.reading
    return {
        "title": each.title,
        "value": "no value yet" if reading["value"] is None else _value(reading),
        "status": _STATUSES[reading["status"]],
        "is_alert": reading["status"] == "alert",
        "why": "; ".join(reading["waiting_for"]),
        "trend": words.sparkline(each.trend),
        "open": each.open,
        "new": each.new,
        "resolved": each.resolved,
        "older": each.older,
        "href": each.href,
    }


def _value(reading: Document) -> str:
    if reading["unit"] == "money":
        return f"{words.money(reading['value'], reading['currency'])} ({reading['compared']} %)"
    return words.number(reading["value"])
