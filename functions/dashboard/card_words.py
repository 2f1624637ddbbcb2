"""The words for codes on a card's page, and the choices of its filter form."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from functions.dashboard.card_cuts import TITLES
from functions.dashboard.card_views import View
from functions.dashboard.reader import Reader
from functions.row_queries import CHOICES
from shared.cards import card_of
from shared.cards.card import Card
from shared.cards.cohorts import COHORTS
from shared.domain.exceptions import STATES
from shared.domain.gap.reason import QUEUES
from shared.domain.gap.reasons import REASONS
from shared.domain.workspace import Workspace
from shared.sources import SOURCES

SEGMENTS = {"b2b": "B2B", "dtc": "DTC", "guest": "Guest", "account": "Account", "contact": "Contact"}
KEYS = {
    "vat": "VAT number",
    "account_reference": "Account reference",
    "email": "Email",
    "name_and_address": "Name and address",
}
ACTIONS = {
    "appeared": "First found",
    "matched": "Resolved: the match appeared",
    "came_back": "Reopened: it was found again",
    "acknowledge": "Acknowledged",
    "assign": "Assigned",
    "snooze": "Snoozed",
    "ignore": "Ignored",
    "resolve": "Resolved",
    "reopen": "Reopened",
    "comment": "Comment",
}
EVIDENCE = {
    "found_in_entities": "Found in other entities",
    "found_in": "Found in other companies",
    "account_created_at": "Account created",
    "same_number": "Other orders with this number",
    "contested": "Documents that could belong to another order, too",
    "repeated": "Documents that repeat this order",
}
"""The headings of evidence that has no form of its own."""
_LABELS = {
    "reason": "Reason",
    "cohort": "Cohort",
    "cause": "Cause",
    "entity": "Entity",
    "company": "Company",
    "platform": "Platform",
    "queue": "Work queue",
    "segment": "Type",
    "state": "State",
}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the form: with what there is to choose from."""

    name: str
    label: str
    chosen: str
    options: tuple[tuple[str, str], ...]
    """Code and words."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the address without it."""

    label: str
    shown: Markup | str
    without: str


def names(workspace: Workspace, reading: Mapping[str, Any]) -> Names:
    """Give the words for codes, by the field that has them."""
    found: dict[str, dict[str, str]] = {
        "reason": {each.code: each.label for each in REASONS},
        "cohort": {each.code: each.label for each in COHORTS},
        "cause": {},
        "queue": dict(QUEUES),
        "segment": dict(SEGMENTS),
        "state": {each: each.capitalize() for each in STATES},
        "entity": {each.id: each.name for each in workspace.entities},
        "platform": {each.kind: each.title for each in SOURCES},
        "match_key": dict(KEYS),
    }
    for each in reading.get("breakdown", ()):
        if each["dimension"] in TITLES and each["code"]:
            found.setdefault(each["dimension"], {}).setdefault(each["code"], each["label"])
    return found


def word(words: Names, field: str, code: str) -> str:
    """Give the word for a code; one that has none is written as words."""
    return words.get(field, {}).get(code) or code.replace("_", " ").capitalize()


def choices(view: View, filters: Iterable[str], words: Names, reading: Mapping[str, Any]) -> list[Choice]:
    """Give the filters by a code: all codes that there are, those that the reading has coming first."""
    there = {
        name: [
            each["code"]
            for each in reading.get("breakdown", ())
            if each["dimension"] == name and each["code"]
        ]
        for name in _LABELS
    }
    found = []
    for name in (*filters, "state"):
        known = {*CHOICES.get(name, ()), *there[name]}
        if name in {"state", "entity", "company"}:
            known |= words.get(name, {}).keys()
        if name == "platform":
            known |= {each for each in words[name] if each in there[name]} or words[name].keys()
        chosen = view.get(name)
        rest = sorted(
            (known | ({chosen} - {""})) - set(there[name]), key=lambda code: word(words, name, code)
        )
        codes = list(STATES) if name == "state" else [*dict.fromkeys(there[name]), *rest]
        options = tuple((code, word(words, name, code)) for code in codes)
        found.append(Choice(name, _LABELS[name], chosen, options))
    return found


def chips(view: View, words: Names, reader: Reader) -> list[Chip]:
    """Give the filters that are set, each with the way out of it."""
    others = {
        "q": "Search",
        "assignee": "Assignee",
        "unassigned": "Assignee",
        "min_age_days": "Days old, from",
        "max_age_days": "Days old, up to",
        "as_of": "As of",
        "include_matched": "Matched rows",
    }
    shown = {"unassigned": "nobody", "include_matched": "included"}
    return [
        Chip(
            _LABELS.get(name) or others[name],
            shown.get(name) or (word(words, name, value) if name in _LABELS else dated(value, reader)),
            view.link(**{name: None}) + "#rows",
        )
        for name, value in view.asked.items()
        if name in _LABELS or name in others
    ]


def assignees(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give whom a row may be given to: the work queues, and who has any row of this page."""
    return list(dict.fromkeys([*QUEUES.values(), *sorted({row["assignee"] for row in rows} - {""})]))


def sentence(text: str) -> str:
    """Begin a text with a capital, and leave the rest of it as it is: numbers and names are in it."""
    return text[:1].upper() + text[1:]


def weighed(candidate: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Give what speaks for a candidate and what against it, with the points of each."""
    told = [each.replace("_", " ") for each in candidate["why"]]
    against = [each for each in told if " -" in each]
    named = {each.rpartition(" ")[0] for each in against}
    others = [each.replace("_", " ") for each in candidate["differs"]]
    return [each for each in told if each not in against], [
        *(each for each in others if each not in named),
        *(each.replace(" -", " \N{MINUS SIGN}") for each in against),
    ]


def dated(text: str, reader: Reader) -> Markup:
    """Write the instants within a text as the reader's language and time zone have them."""
    return Markup(_INSTANT.sub(lambda found: reader.instant(found[0]), str(escape(text))))  # noqa: S704 - escaped


def title_of(card: str) -> str:
    """Give a card's title by its id."""
    found: Card | None = card_of(card)
    return found.title if found else card
