"""Names that are templates, markup or headers: every channel tells them as text."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.alerting.adaptive_card import plain, post_of
from shared.alerting.email import email_of
from shared.alerting.rows import row_of
from tests.alerting.messages import DOCUMENT
from tests.builders import law

HOSTILE = [
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{0.__class__}",
    "%(name)s",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='https://evil.example'>x</a>",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<at>everyone</at>",
    "**bold** _it_ `code` ~~no~~ # head",
    "a\r\nBcc: victim@example.com",
    "a\nSubject: other",
    "@{triggerBody()}",
    "\u202egnp.exe",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "&lt;script&gt;",
]


def _document(name: str) -> dict[str, Any]:
    row = {**DOCUMENT["rows"][0], "name": name, "about": name, "why": name, "action": name}
    return {**DOCUMENT, "rows": [row], "row_count": 1}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text_in_an_email(name: str) -> None:
    """Nothing is evaluated, and no mark-up of a name's own is in the HTML."""
    email = email_of(_document(name), "finance", b"")
    assert "<script" not in email.html
    assert "<img src=x" not in email.html
    assert "<svg" not in email.html
    assert "onerror=alert(1)>" not in email.html
    assert "evil.example'>" not in email.html
    assert "<at>" not in email.html
    if "7*7" in name:
        assert "49" not in email.html.replace(email_of(_document("plain"), "finance", b"").html, "")
        assert "7*7" in email.html
        assert "7*7" in email.text
    assert "\n" not in email.subject
    assert "\r" not in email.subject


@pytest.mark.parametrize("name", HOSTILE)
def test_a_heading_is_one_line_of_a_mail(name: str) -> None:
    """Where a name comes into a subject, no line break begins another header."""
    document = {**DOCUMENT, "title": name, "value": name, "heading": name}
    subject = email_of(document, "finance", b"").subject
    assert 1 == len(subject.splitlines())
    assert len(subject) <= 200


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text_in_teams(name: str) -> None:
    """Mark-up is escaped: no link, no mention, no picture, and the card's own structure stays."""
    post = post_of(_document(name))
    card = json.dumps(post, ensure_ascii=False)
    assert "<at>" not in card
    assert not re.search(r"(?<!\\)\]\(", card)
    assert "<script" not in card
    harmless = post_of(_document("plain"))
    assert _shape(harmless) == _shape(post)


@law
@given(st.text())
def test_no_text_keeps_its_markup_in_teams(text: str) -> None:
    """Every mark that Teams reads is escaped, and nothing else is lost."""
    written = plain(text)
    bare, at = "", 0
    while at < len(written):
        at += written[at] == "\\"
        bare += written[at]
        at += 1
    assert text.replace("<", "\u2039").replace(">", "\u203a") == bare
    assert "<" not in written
    assert ">" not in written


def test_a_row_of_a_message_keeps_to_its_fields() -> None:
    """What a row's name holds does not come into other fields."""
    row = {"id": "1", "name": "{{config}}", "evidence": {}, "age_days": 1, "action": "", "reason_label": ""}
    told = row_of(
        {**row, "gap": "1.00", "order": "SH-1"}, {"unit": "money", "currency": "GBP"}, show_names=True
    )
    assert ["name"] == [key for key, value in told.items() if "{{config}}" in str(value)]


def _shape(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _shape(value) for key, value in node.items()}
    return [_shape(each) for each in node] if isinstance(node, list) else type(node).__name__
