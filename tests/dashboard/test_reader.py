"""Figures as a reader's language writes them, and the exact value behind each."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.dashboard.reader import Reader

NBSP, NNBSP = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
INSTANT = "2026-04-12T22:30:00Z"

LOCALES = [
    # header, locale, a number, money, an instant in New York (its blanks made plain), a percentage
    ("", "en_GB", "1,284.5", "US$680,000.25", "12 Apr 2026, 18:30", "7.2%"),
    ("en-GB,en;q=0.9", "en_GB", "1,284.5", "US$680,000.25", "12 Apr 2026, 18:30", "7.2%"),
    ("en-US", "en_US", "1,284.5", "$680,000.25", "Apr 12, 2026, 6:30 PM", "7.2%"),
    ("de-DE,de;q=0.8", "de_DE", "1.284,5", f"680.000,25{NBSP}$", "12.04.2026, 18:30", f"7,2{NBSP}%"),
    ("fr", "fr", f"1{NNBSP}284,5", f"680{NNBSP}000,25{NBSP}$US", "12 avr. 2026, 18:30", f"7,2{NBSP}%"),
    (
        "xx-nonsense, de-AT;q=0.5",
        "de_AT",
        "1.284,5",
        f"${NBSP}680.000,25",
        "12.04.2026, 18:30",
        f"7,2{NBSP}%",
    ),
    ("fr;q=0.2, en-US;q=0.7", "en_US", "1,284.5", "$680,000.25", "Apr 12, 2026, 6:30 PM", "7.2%"),
    (
        "en-US;q=0, fr",
        "fr",
        f"1{NNBSP}284,5",
        f"680{NNBSP}000,25{NBSP}$US",
        "12 avr. 2026, 18:30",
        f"7,2{NBSP}%",
    ),
    ("*", "en_GB", "1,284.5", "US$680,000.25", "12 Apr 2026, 18:30", "7.2%"),
    (
        "../../etc/passwd;q=nan, en_US<script>",
        "en_GB",
        "1,284.5",
        "US$680,000.25",
        "12 Apr 2026, 18:30",
        "7.2%",
    ),
]


@pytest.mark.parametrize("case", LOCALES, ids=lambda case: case[0])
def test_figures_are_as_the_reader_writes_them(case: tuple[str, ...]) -> None:
    """The first language of Accept-Language that is known decides; the time zone is the workspace's."""
    header, locale, number, money, instant, percent = case
    reader = Reader.of(header, "America/New_York")
    assert locale == reader.locale
    assert number == reader.number("1284.5")
    assert f'<data value="680000.25" title="USD 680000.25">{money}</data>' == reader.money("680000.25", "USD")
    assert instant == reader.instant(INSTANT).striptags()
    assert percent == reader.percent("7.20")


def test_the_exact_instant_is_behind_each() -> None:
    """What is said in the workspace's time, or roughly, is there in UTC for who wants to know."""
    reader, now = Reader.of("", "Europe/London"), datetime(2026, 4, 12, 22, 44, 59, tzinfo=UTC)
    for shown in (
        reader.instant(INSTANT),
        reader.ago(INSTANT, now),
        reader.clock(INSTANT, now),
        reader.day(INSTANT),
    ):
        assert f'datetime="{INSTANT}" title="2026-04-12 22:30:00 UTC"' in shown
    assert "14 min ago" == reader.ago(INSTANT, now).striptags()


def test_a_time_of_another_day_has_its_day() -> None:
    """A time of day alone is today's, by the workspace's days and not by those of UTC."""
    reader, now = Reader.of("", "Europe/London"), datetime(2026, 4, 12, 22, 59, tzinfo=UTC)
    assert "23:30" == reader.clock(INSTANT, now).striptags()
    assert "12 Apr 2026, 23:30" == reader.clock(INSTANT, now + timedelta(minutes=1)).striptags()


def test_a_day_is_a_day_everywhere() -> None:
    """A date has no time zone; an instant is of the day that it is in the workspace."""
    reader = Reader.of("", "America/Los_Angeles")
    assert "12 Apr 2026" == reader.day("2026-04-12").striptags()
    assert "11 Apr 2026" == reader.day("2026-04-12T05:00:00Z").striptags()


AGES = [(0, "just now"), (59, "just now"), (60, "1 min ago"), (3_599, "59 min ago"), (3_600, "1 h ago")]
AGES += [(47 * 3_600, "47 h ago"), (48 * 3_600, "2 days ago"), (-5, "just now")]


@pytest.mark.parametrize(("seconds", "words"), AGES)
def test_an_age_is_told_in_its_own_unit(seconds: int, words: str) -> None:
    """Minutes up to an hour, hours up to two days, then days."""
    now = datetime.fromisoformat(INSTANT) + timedelta(seconds=seconds)
    assert words == Reader.of("", "UTC").ago(INSTANT, now).striptags()


AMOUNTS = st.decimals(min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=2)


@given(AMOUNTS, st.sampled_from(["en-GB", "en-US", "de", "fr", "sv", "pl", "ja", "pt-BR"]))
def test_no_digit_is_lost(amount: Decimal, language: str) -> None:
    """Whatever the language, the digits of an amount are those of the amount, and its sign is kept."""
    text = f"{amount:.2f}"
    shown = Reader.of(language, "UTC").money(text, "EUR")
    assert f'value="{text}"' in shown
    assert text.lstrip("-").replace(".", "") == re.sub(r"\D", "", shown.striptags())
    assert (amount < 0) == any(sign in shown.striptags() for sign in "-\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("value", "shown"), [(4, "+4"), (-4, "\N{MINUS SIGN}4"), (0, "0"), (None, "\N{EN DASH}")]
)
def test_a_change_has_its_sign(value: int | None, shown: str) -> None:
    """More is +, less is a true minus, and none is neither."""
    assert shown == Reader.of("", "UTC").signed(value)


def test_what_is_not_there_is_a_dash() -> None:
    """Nothing is never shown as zero."""
    reader = Reader.of("", "UTC")
    none = [reader.number(None), reader.percent(None), reader.duration(None), reader.money(None, "EUR")]
    none += [
        reader.instant(None),
        reader.day(None),
        reader.ago(None, datetime.now(UTC)),
        reader.clock(None, datetime.now(UTC)),
    ]
    assert {"\N{EN DASH}"} == {str(each) for each in [*none, reader.money_change(None, "EUR")]}


def test_a_currency_that_nobody_knows_stands_as_it_is() -> None:
    """Its code is written, and what is in it does no harm."""
    reader = Reader.of("", "UTC")
    assert "XQX" in reader.money("1.00", "XQX").striptags()
    assert "<b>" not in reader.money("1.00", '"><b>')
