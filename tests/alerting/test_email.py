"""The email: readable without pictures, the same in HTML and in plain text, and nothing in it runs."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from shared.alerting.email import LARGEST_ATTACHMENT, email_of
from tests.alerting.messages import DIGEST, DOCUMENT, EVERY, ROW


class _Reader(HTMLParser):
    """Collects the text of a page, its tags and its links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("document", EVERY.values(), ids=EVERY)
def test_html_and_text_say_the_same(document: dict[str, Any]) -> None:
    """What the HTML says, the plain text says: facts, sources, rows and links."""
    email = email_of(document, "finance")
    page = _Reader(email.html)
    said = [document["heading"], document["what"]]
    said += [text for fact in document["facts"] for text in fact]
    said += [each["connection"] for each in document["sources"]]
    if document["kind"] != "recovered":
        said += [text for row in document["rows"] for text in row.values()]
        said += [why for each in document["sources"] for why in each["why"]]
        said += [document["todo"]]
    for each in said:
        assert each in page.text
        assert each in email.text
    assert list(document["links"].values()) == page.links
    assert all(link in email.text for link in page.links)


def test_it_needs_no_picture_and_no_script() -> None:
    """No picture, no script, no style sheet: Outlook shows it as it is, also offline."""
    assert {"img", "script", "style", "link", "svg"}.isdisjoint(
        _Reader(email_of(DOCUMENT, "owner").html).tags
    )


def test_a_name_is_no_markup() -> None:
    """What comes from a shop is text in an email, never HTML."""
    row = {**ROW, "name": '<img src=x onerror="alert(1)">'}
    email = email_of({**DOCUMENT, "rows": [row]}, "owner")
    assert "img" not in _Reader(email.html).tags
    assert row["name"] in _Reader(email.html).text


def test_the_subject_is_one_short_line() -> None:
    """A subject says state, card and value, in one line whatever stands in them."""
    assert (
        "[Tieout fern] New alert: Revenue Gap, Detailed Breakdown: 8.4 %" == email_of(DOCUMENT, "o").subject
    )
    long = email_of({**DOCUMENT, "title": "x\r\nBcc: eve@example.com\n" + "y" * 900}, "o").subject
    assert len(long) <= 200
    assert not re.search(r"[\r\n]", long)


@pytest.mark.parametrize(
    ("size", "count"), [(0, 0), (1, 1), (LARGEST_ATTACHMENT, 1), (LARGEST_ATTACHMENT + 1, 0)]
)
def test_the_rows_are_attached_while_they_fit(size: int, count: int) -> None:
    """All rows go along as CSV; where that is too large the link to it stands alone."""
    email = email_of(DOCUMENT, "finance", b"x" * size)
    assert count == len(email.attachments)
    assert bool(count) == ("all of them in the attached CSV" in email.html)
    assert "rows.csv" in email.html


def test_names_can_be_left_out() -> None:
    """A row without a name shows what else there is, without an empty place."""
    email = email_of({**DOCUMENT, "rows": [{**ROW, "name": ""}]}, "finance")
    assert "- BC-PO-2284912, USD 84,200.00" in email.text


def test_a_digest_is_a_table() -> None:
    """A digest has a line for each card, with value, state, trend and counts, in HTML and in text."""
    email = email_of(DIGEST, "finance")
    page = _Reader(email.html)
    line = DIGEST["lines"][0]
    for said in (DIGEST["heading"], line["title"], line["value"], line["status"], line["trend"], "254", "31"):
        assert said in page.text
        assert said in email.text
    assert [line["href"], DIGEST["links"]["dashboard"]] == page.links
    assert "[Tieout fern] 1 card past the threshold, 13 April 2026" == email.subject
