"""The Adaptive Card: valid by the published schema, small enough for Teams, and no text in it is markup."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft6Validator

from shared.alerting.adaptive_card import MOST_BYTES, plain, post_of
from tests.alerting.messages import DIGEST, DOCUMENT, EVERY, MISSING, ROW

SCHEMA = json.loads((files("adaptive_cards") / "schemas" / "schema-1.5.json").read_text(encoding="utf-8"))


def _card(document: dict[str, Any]) -> dict[str, Any]:
    post = post_of(document)
    assert "message" == post["type"]
    (attachment,) = post["attachments"]
    assert "application/vnd.microsoft.card.adaptive" == attachment["contentType"]
    card: dict[str, Any] = attachment["content"]
    return card


def _refused(card: dict[str, Any]) -> list[str]:
    # `msteams` is Teams' own addition, which the schema does not know.
    checked = {name: value for name, value in card.items() if name != "msteams"}
    return [error.message for error in Draft6Validator(SCHEMA).iter_errors(checked)]


def _texts(card: dict[str, Any]) -> str:
    return json.dumps(card["body"], ensure_ascii=False)


@pytest.mark.parametrize("document", [*EVERY.values(), DIGEST], ids=[*EVERY, "digest"])
def test_the_card_is_valid(document: dict[str, Any]) -> None:
    """Every kind of card follows the schema of its version."""
    card = _card(document)
    assert "1.5" == card["version"]
    assert [] == _refused(card)
    broken = {**card, "body": [{**card["body"][0], "type": "TextBlok"}]}
    assert [] != _refused(broken)


def test_the_card_says_what_matters() -> None:
    """Title, value against threshold, the top rows, what to do, and the ways to list and CSV."""
    card = _card(DOCUMENT)
    texts = _texts(card)
    for said in (DOCUMENT["heading"], "more than 5 %", "Fern & Sons", "SO-208441", "and 253 more"):
        assert said in texts
    assert ["Open the list", "Download as CSV"] == [each["title"] for each in card["actions"]]
    assert "SO-208441" not in _texts(_card(EVERY["recovered"]))


@pytest.mark.parametrize(
    "document",
    [
        {**DOCUMENT, "rows": [{**ROW, "action": "x" * 5_000}] * 5},
        {**DOCUMENT, "rows": [{**ROW, "name": "\N{PILE OF POO}" * 2_000}] * 5},
        {**MISSING, "sources": [{"connection": "c" * 63, "why": ["w" * 900], "cards": ["a" * 90]}] * 200},
        {**DOCUMENT, "heading": "h" * 60_000},
    ],
)
def test_the_card_fits(document: dict[str, Any]) -> None:
    """Whatever its texts are, a card is cut to what Teams takes, and stays valid."""
    assert len(json.dumps(post_of(document)).encode()) <= MOST_BYTES
    assert [] == _refused(_card(document))


@given(st.text(alphabet="ab*_[](){}<>@`#~\\!", max_size=30))
def test_a_name_makes_no_markup(text: str) -> None:
    """No text opens a link, a mention or a style in Teams."""
    shown = plain(text)
    assert "<" not in shown
    assert ">" not in shown
    bare = shown.replace("\\\\", "")
    for mark in "*_[]`#~":
        assert bare.count(mark) == bare.count(f"\\{mark}")
