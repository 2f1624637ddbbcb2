"""What a message says, as a document that each channel renders in its own way.

Its texts are made once, when the alert is decided, so that a message that is sent again says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shared.alerting import words
from shared.alerting.rows import amount_of, parts_of, row_of
from shared.cards.card import Card
from shared.domain.alerts import MISSING_DATA, OPERATIONAL, UNDELIVERED, Message

MOST_ROWS = 5
MOST_PARTS = 6
_HEADINGS = {
    "opened": "is past its threshold",
    "severity_rose": "has become more severe",
    "worsened": "has got worse",
    "reminder": "is still past its threshold",
    "escalated": "has been open for long and nobody has taken it on",
    "recovered": "is back below its threshold",
}
_TOO_LITTLE = "is back below its money floor"
"""Of a percentage that is still past its threshold."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a kind of trouble."""

    title: str
    opened: str
    still: str
    recovered: str
    what: str
    todo: str


_SAID = {
    MISSING_DATA: _Said(
        title="Missing data",
        opened="Data are missing",
        still="Data are still missing",
        recovered="The data are complete again",
        what="Cards that need these data keep their last value until they are complete again.",
        todo="Look at the sources: each says what is wrong and what to do.",
    ),
    UNDELIVERED: _Said(
        title="Undelivered messages",
        opened="Messages do not arrive",
        still="Messages still do not arrive",
        recovered="Messages arrive again",
        what="Nothing more is sent to a hook that fails time and again; mail and Teams are still tried.",
        todo="Mend the address or the secret, then send one of the failed deliveries again.",
    ),
}

Document = dict[str, Any]


def threshold_document(  # noqa: PLR0913 - what a message is about, and how its reader is to see it
    message: Message,
    card: Card,
    reading: Document,
    rows: Sequence[Document],
    *,
    zone: ZoneInfo,
    show_names: bool,
    dashboard_url: str,
) -> Document:
    """Give the document of a message about a card's threshold.

    `rows` are those that count for the alert, in their order, and amounts and parts are theirs; names are
    left out where a workspace asks so.
    """
    alert = message.alert
    unit = card.threshold_unit
    part = f" ({alert.key.subset.upper()})" if alert.key.subset else ""
    title = f"{card.title}{part}"
    facts = [
        ("Now", _compared(alert.value, unit)),
        ("Amount", words.money(amount_of(rows), reading["currency"]) if card.unit == "money" else ""),
        ("Alert at", f"more than {_compared(alert.threshold, unit)}"),
        ("Told before", "" if message.kind == "opened" else _compared(message.before, unit)),
        ("Period before", "" if alert.key.subset else _period_before(reading, card)),
    ]
    return {
        **_frame(message, reading["workspace"], zone, facts),
        "title": title,
        "heading": f"{title} {_heading(message)}",
        "card": card.id,
        # Its rows are sent along, and they may be those of an earlier reading.
        "evaluation": reading.get("rows_of") or reading["evaluation"],
        "value": _compared(alert.value, unit),
        "what": card.what,
        "todo": card.todo,
        "parts": parts_of(rows, reading)[:MOST_PARTS],
        "rows": [row_of(each, reading, show_names=show_names) for each in rows[:MOST_ROWS]],
        "row_count": len(rows),
        "sources": [],
        "links": _links(dashboard_url, reading["workspace"], card.id),
    }


def operational_document(
    messages: Sequence[Message],
    workspace: str,
    cards: Mapping[str, Iterable[str]],
    *,
    zone: ZoneInfo,
    dashboard_url: str,
) -> Document:
    """Give the document of messages about sources or recipients; `cards` are those that read each."""
    about = messages[0].alert.key.card
    said = _SAID[about]
    subjects: list[Document] = [
        {
            "connection": subject_of(each),
            "why": list(each.alert.waits_for),
            "cards": sorted(cards.get(subject_of(each), ())),
        }
        for each in sorted(messages, key=lambda each: each.alert.key)
    ]
    heading = {"opened": said.opened, "recovered": said.recovered}.get(messages[0].kind, said.still)
    return {
        **_frame(messages[0], workspace, zone, []),
        "title": said.title,
        "heading": f"{heading}: {', '.join(each['connection'] for each in subjects)}",
        "card": about,
        "evaluation": "",
        "value": str(len(subjects)),
        "what": said.what,
        "todo": said.todo,
        "parts": [],
        "rows": [],
        "row_count": 0,
        "sources": subjects,
        "links": _links(dashboard_url, workspace, ""),
    }


def trial_document(workspace: str, at: str, zone: ZoneInfo, dashboard_url: str) -> Document:
    """Give the document of a message that tries out a way to people, and tells of nothing."""
    return {
        "kind": "test",
        "workspace": workspace,
        "subset": "",
        "entity": "",
        "severity": "low",
        "opened_at": "",
        "number": 1,
        "facts": [["Sent", words.moment(at, zone)]],
        "title": "Test",
        "heading": "This is a test message of Tieout",
        "card": "test",
        "evaluation": "",
        "value": "nothing is wrong",
        "what": "Somebody tries out whether alerts arrive here. They do.",
        "todo": "",
        "parts": [],
        "rows": [],
        "row_count": 0,
        "sources": [],
        "links": _links(dashboard_url, workspace, ""),
    }


def subject_of(message: Message) -> str:
    """Give what a message about Tieout itself is about: a connection, a recipient, or a card by its id."""
    return message.alert.key.subset or message.alert.key.entity


def _frame(message: Message, workspace: str, zone: ZoneInfo, facts: list[tuple[str, str]]) -> Document:
    """Give what every message says; facts without a value are left out."""
    alert = message.alert
    recovered = message.kind == "recovered"
    facts = [
        *facts,
        ("Severity", "" if recovered else message.severity),
        ("Open since", words.moment(alert.opened_at, zone)),
        ("Lasted", words.duration(message.lasted_seconds) if recovered else ""),
        ("As of", words.moment(alert.as_of, zone)),
        ("Entity", "" if alert.key.card in OPERATIONAL else alert.key.entity),
    ]
    return {
        "kind": message.kind,
        "workspace": workspace,
        "subset": alert.key.subset,
        "entity": "" if alert.key.card in OPERATIONAL else alert.key.entity,
        "severity": message.severity,
        "opened_at": alert.opened_at,
        "number": message.number,
        "facts": [list(each) for each in facts if each[1]],
    }


def _heading(message: Message) -> str:
    is_past = message.alert.value > message.alert.threshold
    return _TOO_LITTLE if message.kind == "recovered" and is_past else _HEADINGS[message.kind]


def _compared(value: Decimal, unit: str) -> str:
    return f"{words.number(value)} %" if unit == "percent" else words.number(value)


def _period_before(reading: Document, card: Card) -> str:
    """Give the value of the period before, where one is known to compare with."""
    value = (reading.get("comparison") or {}).get("value")
    if value is None:
        return ""
    return words.money(value, reading["currency"]) if card.unit == "money" else words.number(Decimal(value))


def _links(dashboard_url: str, workspace: str, card: str) -> dict[str, str]:
    if not dashboard_url:
        return {}
    base = dashboard_url.rstrip("/")
    if not card:
        return {"dashboard": f"{base}/{workspace}/sources"}
    return {"dashboard": f"{base}/{workspace}/{card}", "csv": f"{base}/{workspace}/{card}/rows.csv"}
