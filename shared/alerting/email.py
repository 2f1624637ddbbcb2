"""A message as an email: HTML that Outlook reads without pictures, plain text, and the rows as CSV."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

Document = dict[str, Any]

LARGEST_ATTACHMENT = 2_900_000
"""Bytes; Graph takes attachments below 3 MB in the message itself."""

_EMPTY_LINES = re.compile(r"\n{3,}")
_COLOURS = {"low": "#0b5cad", "medium": "#b86e00", "high": "#b4420f", "critical": "#a4161a"}
_RECOVERED = "#1b6e3c"
_COLUMNS = ("Who", "What", "Amount", "Age", "Why", "What to do")
_DIGEST_COLUMNS = ("Card", "Now", "12 weeks", "Open", "New", "Resolved", "Older")
_STATES = {
    "opened": "New alert",
    "severity_rose": "More severe",
    "worsened": "Worse",
    "reminder": "Still open",
    "escalated": "Escalated",
    "recovered": "Recovered",
    "test": "Test",
}
_LINKS = {"dashboard": "Open the list", "csv": "Download as CSV"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an email."""

    name: str
    content: bytes
    content_type: str = "text/csv"


@dataclass(frozen=True, slots=True)
class Email:
    """An email, ready to be sent by any transport."""

    subject: str
    html: str
    text: str
    attachments: tuple[Attachment, ...] = ()


@lru_cache(maxsize=1)
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - heavy

    loader = PackageLoader("shared.alerting")
    return Environment(loader=loader, autoescape=select_autoescape(["html"]), undefined=StrictUndefined)


def render(name: str, context: Document) -> str:
    """Fill a template of this package; what goes into HTML is escaped."""
    return _environment().get_template(name).render(context)


def email_of(document: Document, role: str, csv: bytes = b"") -> Email:
    """Give the email of a message's document, as one role gets it.

    `csv` holds all rows; it is left out where it is too large for a message, which has the link to it.
    """
    if document["kind"] == "digest":
        return _digest(document, role)
    has_attachment = 0 < len(csv) <= LARGEST_ATTACHMENT
    context = {
        **document,
        "role": role,
        "state": _STATES[document["kind"]],
        "colour": _RECOVERED if document["kind"] == "recovered" else _COLOURS[document["severity"]],
        "columns": _COLUMNS,
        "rows": [each | {"cells": _cells(each)} for each in document["rows"]],
        "more": document["row_count"] - len(document["rows"]),
        "link_list": [(_LINKS[name], url) for name, url in document["links"].items()],
        "has_attachment": has_attachment,
    }
    name = f"{document['workspace']}-{document['card']}-{document['evaluation']}.csv"
    return Email(
        subject=_subject(document),
        html=render("message.html", context),
        text=_text(render("message.txt", context)),
        attachments=(Attachment(name, csv),) if has_attachment else (),
    )


def _digest(document: Document, role: str) -> Email:
    links = [(_LINKS[name], url) for name, url in document["links"].items()]
    context = {**document, "role": role, "columns": _DIGEST_COLUMNS, "link_list": links}
    return Email(
        subject=_one_line(f"[Tieout {document['workspace']}] {document['heading']}"),
        html=render("digest.html", context),
        text=_text(render("digest.txt", context)),
    )


def _text(rendered: str) -> str:
    return _EMPTY_LINES.sub("\n\n", rendered).strip() + "\n"


def _subject(document: Document) -> str:
    line = f"{_STATES[document['kind']]}: {document['title']}: {document['value']}"
    if document["sources"]:
        line = document["heading"]
    return _one_line(f"[Tieout {document['workspace']}] {line}")


def _one_line(text: str) -> str:
    """Give one line, whatever stands in the text: a line break would begin another header."""
    return " ".join(text.split())[:200]


def _cells(row: Document) -> tuple[str, ...]:
    return row["name"], row["about"], row["amount"], row["age"], row["why"], row["action"]
