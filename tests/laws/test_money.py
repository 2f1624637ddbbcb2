"""Laws of money: nothing is lost between text and integer, nor in splitting or translating."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.money import SCALE, convert, format_money, parse_money, prorate

AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**12), max_size=12)
RATES = st.decimals(min_value="0.0001", max_value=10_000, places=6)


@given(AMOUNTS | st.integers(min_value=-(10**24), max_value=10**24))
def test_an_amount_survives_being_written(amount: int) -> None:
    """What is written reads back as the same amount, with two decimals at least."""
    text = format_money(amount)
    assert parse_money(text) == amount
    assert len(text.partition(".")[2]) >= 2


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_decimal_of_four_places_is_exact(value: Decimal) -> None:
    """Text and Decimal of up to four places read as the same exact amount."""
    assert parse_money(value) == parse_money(str(value)) == value * SCALE


@given(st.text() | st.text(alphabet="0123456789.,-+eE _nafi", max_size=12))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    """A text that is no amount raises ValueError, and nothing else."""
    try:
        amount = parse_money(text)
    except ValueError:
        return
    assert isinstance(amount, int)


@pytest.mark.parametrize(
    "value", ["abc", "1,50", "NaN", "Infinity", "-inf", 1.5, [], {}, "1e999999", "12 34"]
)
def test_what_is_no_amount_is_refused(value: object) -> None:
    """Floats, infinities and words are never taken for money."""
    with pytest.raises(ValueError, match=r"amount|float"):
        parse_money(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, 0),
        ("", 0),
        ("19.99", 199_900),
        (-3, -30_000),
        ("0.00005", 0),
        ("0.00015", 2),
        ("1E+2", 1_000_000),
    ],
)
def test_readings(value: str | int | None, expected: int) -> None:
    """Nothing sent is zero; what is finer than the scale is rounded half to even."""
    assert parse_money(value) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0, "0.00"), (199_900, "19.99"), (-5, "-0.0005"), (12_345, "1.2345"), (10**9, "100000.00")],
)
def test_writings(amount: int, expected: str) -> None:
    """Decimals past the second are written only where they carry something."""
    assert format_money(amount) == expected


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up(amount: int, weights: list[int]) -> None:
    """The parts of a prorated amount add up to it exactly (REVGAP-26)."""
    parts = prorate(amount, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == (amount if weights else 0)


@given(AMOUNTS, WEIGHTS.filter(any))
def test_a_part_is_within_a_unit_of_its_share(amount: int, weights: list[int]) -> None:
    """No part is off its exact share by a whole unit, and weight zero gets nothing."""
    total = sum(weights)
    for part, weight in zip(prorate(amount, weights), weights, strict=True):
        assert abs(part * total - amount * weight) < total
        assert part == 0 or weight > 0


@given(AMOUNTS, WEIGHTS)
def test_parts_keep_the_sign(amount: int, weights: list[int]) -> None:
    """No part of a credit is a debit, and splitting the opposite gives the opposite."""
    parts = prorate(amount, weights)
    assert all(part * amount >= 0 for part in parts)
    assert prorate(-amount, weights) == [-part for part in parts]


@given(AMOUNTS, st.integers(min_value=1, max_value=9))
def test_no_weight_splits_evenly(amount: int, count: int) -> None:
    """Where all weights are zero, the parts differ by one unit at most."""
    parts = prorate(amount, [0] * count)
    assert max(parts) - min(parts) <= 1


@given(AMOUNTS, RATES)
def test_translation_keeps_the_sign(amount: int, rate: Decimal) -> None:
    """Translating the opposite gives the opposite; a rate of one changes nothing (REVGAP-23)."""
    assert convert(-amount, rate) == -convert(amount, rate)
    assert convert(amount, Decimal(1)) == amount
    assert abs(convert(amount, rate) - amount * rate) <= Decimal("0.5")
