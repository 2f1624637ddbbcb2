"""A message as an Adaptive Card for a Teams workflow, cut to what Teams takes.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

MOST_BYTES = 20_000
"""Teams refuses 28 KB, after the workflow put 4 KB around it, and the sender is not told."""
_VERSION = "1.5"
_TITLES = {"dashboard": "Open the list", "csv": "Download as CSV"}
_COLOURS = {"low": "Default", "medium": "Warning", "high": "Warning", "critical": "Attention"}

Document = dict[str, Any]


def post_of(document: Document) -> Document:
    """Give what is posted: the card in its envelope, without rows where it would be too large."""
    if document["kind"] == "digest":
        return _envelope(_digest(document))
    for rows in range(len(document["rows"]), -1, -1):
        post = _envelope(_card(document | {"rows": document["rows"][:rows]}))
        if _size(post) <= MOST_BYTES:
            return post
    return _envelope(_card(_shortened(document)))


def _size(post: Document) -> int:
    return len(json.dumps(post).encode())


def _shortened(document: Document) -> Document:
    """Give a document that fits whatever its texts are: the first sources, and no row."""
    sources = [
        each | {"why": [why[:200] for why in each["why"][:2]], "cards": each["cards"][:10]}
        for each in document["sources"][:10]
    ]
    heading = document["heading"][:300]
    return document | {"rows": [], "parts": [], "sources": sources, "heading": heading}


def _envelope(card: Document) -> Document:
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def _card(document: Document) -> Document:
    colour = "Good" if document["kind"] == "recovered" else _COLOURS[document["severity"]]
    body: list[Document] = [
        _text(document["heading"], size="Large", weight="Bolder", color=colour),
        _text(document["what"], isSubtle=True),
        _facts(document["facts"]),
        *_sources(document),
        *_parts(document),
        *_rows(document),
    ]
    if document["todo"] and document["kind"] != "recovered":
        body += [_text("What to do", weight="Bolder"), _text(document["todo"])]
    return _framed(body, document["links"])


def _framed(body: list[Document], links: dict[str, str]) -> Document:
    card: Document = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": _VERSION,
        "body": body,
        "msteams": {"width": "Full"},
    }
    if links:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": _TITLES[name], "url": url} for name, url in links.items()
        ]
    return card


def _digest(document: Document) -> Document:
    body = [_text(document["heading"], size="Large", weight="Bolder")]
    for line in document["lines"]:
        colour = "Attention" if line["is_alert"] else "Default"
        counts = f"open {line['open']}, new {line['new']}, resolved {line['resolved']}, older {line['older']}"
        body.append(_text(f"{line['title']}: {line['value']}", weight="Bolder", color=colour, separator=True))
        told = (line["status"], line["why"][:300], counts, line["trend"])
        body.append(_text(" · ".join(each for each in told if each), isSubtle=True))
    return _framed(body, document["links"])


def _text(text: str, **looks: Any) -> Document:
    return {"type": "TextBlock", "text": plain(text), "wrap": True, **looks}


def plain(text: str) -> str:
    """Give a text in which Teams finds no markup: a name cannot make a link or a mention."""
    escaped = "".join(f"\\{mark}" if mark in "\\`*_[]#~" else mark for mark in text)
    return escaped.replace("<", "\u2039").replace(">", "\u203a")


def _facts(facts: Iterable[Sequence[str]]) -> Document:
    shown = [{"title": plain(title), "value": plain(value)} for title, value in facts]
    return {"type": "FactSet", "facts": shown}


def _sources(document: Document) -> list[Document]:
    blocks: list[Document] = []
    for source in document["sources"]:
        blocks.append(_text(source["connection"], weight="Bolder"))
        blocks += [_text(why) for why in source["why"] if document["kind"] != "recovered"]
        if source["cards"]:
            blocks.append(_text(f"Cards: {', '.join(source['cards'])}", isSubtle=True))
    return blocks


def _parts(document: Document) -> list[Document]:
    if not document["parts"] or document["kind"] == "recovered":
        return []
    return [_facts([(each["label"], each["value"]) for each in document["parts"]])]


def _rows(document: Document) -> list[Document]:
    if document["kind"] == "recovered":
        return []
    blocks: list[Document] = []
    for row in document["rows"]:
        first = " · ".join(each for each in (row["name"], row["about"], row["amount"], row["age"]) if each)
        blocks.append(_text(first, weight="Bolder", separator=True))
        blocks.append(_text(" · ".join(each for each in (row["why"], row["action"]) if each), isSubtle=True))
    more = document["row_count"] - len(document["rows"])
    if more > 0:
        blocks.append(_text(f"and {more:,} more", isSubtle=True))
    return blocks
