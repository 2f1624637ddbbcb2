"""Events: what alerts told, numbered one by one, so that who asks what is new misses and repeats nothing."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.deliveries import delivery_id

_MAILBOX = re.compile(r"([^\s,@])[^\s,@]*@")
"""The recipient of a message that did not arrive: of its address the domain is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was told. The next number is given only once this one is kept."""

    number: int
    made_at: str
    """RFC 3339 in UTC."""
    cards: tuple[str, ...]
    """The cards that it is about."""
    roles: tuple[str, ...]
    """Who may see one of these cards."""
    message: dict[str, Any]
    """What was told, as deliveries have it."""

    def is_for(self, roles: Collection[str], card: str = "") -> bool:
        """Say whether someone with these roles may hear of it, and wants to: "" wants all cards."""
        return not set(self.roles).isdisjoint(roles) and card in {"", *self.cards}


def news(
    newer: Sequence[Event], since: int, roles: Collection[str], card: str, most: int
) -> tuple[list[Event], int]:
    """Give what someone is to hear of the events after a number, and the number to go on from.

    What is not theirs is passed over, so that it is not read again and again.
    """
    mine = [each for each in newer if each.is_for(roles, card)]
    shown = mine[:most]
    seen = shown if len(mine) > len(shown) else newer
    return shown, max((each.number for each in seen), default=since)


def event_document(message: dict[str, Any], made_at: str) -> dict[str, Any]:
    """Give what flows get of a message: what happened, in plain fields, without anybody's name."""
    return {
        "id": event_id(message),
        "workspace": message["workspace"],
        "card": message["card"],
        "title": message["title"],
        "heading": _MAILBOX.sub(r"\1…@", message["heading"]),
        "kind": message["kind"],
        "severity": message["severity"],
        "subset": _MAILBOX.sub(r"\1…@", message["subset"]),
        "entity": message["entity"],
        "value": message["value"],
        "opened_at": message["opened_at"],
        "happened_at": made_at,
        "row_count": message["row_count"],
        "what": message["what"],
        "todo": message["todo"],
        "link": message["links"].get("dashboard", ""),
    }


def event_id(message: dict[str, Any]) -> str:
    """Give the id of what a message tells: the same for all who get it."""
    names = ("workspace", "card", "subset", "entity", "heading", "kind", "opened_at", "number")
    return delivery_id(*(str(message[name]) for name in names))
