"""Laws of the small readers: times in every vendor's spelling, and items one by one."""

import json
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from shared.domain.money import parse_money
from shared.domain.records import CompanyMember
from shared.sources.read import instant, records, utc

ZONES = st.integers(min_value=-12 * 60, max_value=14 * 60).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds


@given(MOMENTS)
def test_every_spelling_of_a_moment_reads_the_same(moment: datetime) -> None:
    """ISO 8601, RFC 2822 and seconds since the epoch come out as one RFC 3339 text."""
    whole = moment.replace(microsecond=0)
    expected = instant(whole)
    assert utc(whole.isoformat()) == expected
    assert utc(format_datetime(whole)) == expected
    assert utc(str(int(whole.timestamp()))) == expected
    assert utc(whole.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")) == expected


@given(MOMENTS)
def test_times_are_read_once_and_for_all(moment: datetime) -> None:
    """Reading a time that was read changes nothing, and fractions are cut off."""
    text = utc(moment.isoformat())
    assert utc(text) == text == instant(moment)
    assert datetime.fromisoformat(text) <= moment < datetime.fromisoformat(text) + timedelta(seconds=1)


@given(MOMENTS, MOMENTS)
def test_times_sort_as_text(one: datetime, other: datetime) -> None:
    """The earlier moment is the lesser text."""
    if one <= other:
        assert instant(one) <= instant(other)


@given(st.text() | st.text(alphabet="0123456789-:TZ+., ", max_size=30))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    """A text that is no time raises ValueError, and nothing else."""
    try:
        result = utc(text)
    except ValueError:
        return
    assert result == "" or datetime.fromisoformat(result).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ""),
        ("", ""),
        ("2026-04-14T10:30:00+01:00", "2026-04-14T09:30:00Z"),
        ("2026-04-14T09:30:00.999Z", "2026-04-14T09:30:00Z"),
        ("2026-04-14 09:30:00", "2026-04-14T09:30:00Z"),
        ("2026-04-14", "2026-04-14T00:00:00Z"),
        ("1776159000", "2026-04-14T09:30:00Z"),
        (1776159000, "2026-04-14T09:30:00Z"),
        ("0999-01-01", "0999-01-01T00:00:00Z"),
        ("Tue, 14 Apr 2026 09:30:00 +0000", "2026-04-14T09:30:00Z"),
        ("Tue, 14 Apr 2026 11:30:00 +0200", "2026-04-14T09:30:00Z"),
    ],
)
def test_times(text: str | int | None, expected: str) -> None:
    """Times come in each vendor's spelling; without a zone they are UTC."""
    assert utc(text) == expected


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "9" * 30, "Tue", 1.5, ["2026-04-14"]])
def test_what_is_no_time_is_refused(value: Any) -> None:
    """Words, impossible dates and other types raise ValueError."""
    with pytest.raises(ValueError, match="not a time"):
        utc(value)


class Item(BaseModel):
    """An item whose amount is read by its converter, not by its model."""

    id: str
    company: str = Field(alias="company.id")
    amount: Any = None


def convert(item: Item) -> CompanyMember:
    """Turn an item into a record; an amount that cannot be read raises ValueError."""
    parse_money(item.amount)
    return CompanyMember(id=item.id, customer_id=item.id, company_id=item.company)


ITEMS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"id": st.text(), "company.id": st.text() | st.none(), "amount": st.text() | st.none()}
    )
    | st.none()
    | st.integers()
)


@given(ITEMS)
def test_what_comes_in_goes_out(items: list[Any]) -> None:
    """Every item becomes a record or a bad record, each in its order."""
    good, bad = records("members", items, Item, convert)
    assert len(good) + len(bad) == len(items)
    assert [each.id for each in good] == [
        item["id"] for item in items if records("members", [item], Item, convert)[0]
    ]


def test_a_bad_item_is_named_and_never_shown() -> None:
    """A bad record names the item and its fields, and carries none of its values."""
    items = [
        {"id": "1", "company.id": 42},
        {"id": "2", "company.id": "acme", "amount": "a secret"},
        {"company.id": "secret"},
        "secret",
        {"id": "3", "company.id": "acme", "amount": "1.50"},
    ]
    good, bad = records("members", items, Item, convert)
    assert [each.id for each in good] == ["3"]
    assert [str(each) for each in bad] == [
        "members 1: cannot be read: company.id",
        "members 2: an amount or a time cannot be read",
        "members without an id: cannot be read: id",
        "members not an object: cannot be read: ",
    ]
    assert "secret" not in json.dumps([str(each) for each in bad])


def test_the_id_may_go_by_another_name() -> None:
    """The field that names an item is the vendor's."""
    _, [bad] = records("members", [{"key": "k1"}], Item, convert, "key")
    assert bad.record_id == "k1"
