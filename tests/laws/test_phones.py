"""Telephone numbers that are read from their digits are what the library makes of them."""

from string import digits

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.keys import phones

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
PREFIXES = st.sampled_from(["", "0", "00", "+", "+0", "(0", "1", "8", "011"])
WRITTEN = st.builds(str.__add__, PREFIXES, st.text(digits + " ().-", min_size=1, max_size=15))


@pytest.mark.parametrize("region", ["", "XX", *REGIONS])
def test_real_numbers_are_read_as_the_library_reads_them(region: str) -> None:
    """A region's example numbers come to the same, however they are written and wherever they are dialled."""
    kinds = range(phonenumbers.PhoneNumberType.VOICEMAIL + 1)
    examples = [phonenumbers.example_number_for_type(region, kind) for kind in kinds] if region else []
    for example in filter(None, examples):
        for style in range(4):
            text = phonenumbers.format_number(example, style)
            for at in (region, "", "GB", "US", "IT", "AR"):
                assert phones._digits(text, at) in (None, phones._parsed(text, at)), (text, at)


@given(WRITTEN, st.sampled_from(["", "XX", *REGIONS]))
def test_any_digits_are_read_as_the_library_reads_them(text: str, region: str) -> None:
    """What is no number, too, or one with a country's prefix, or another country's."""
    assert phones._digits(text, region) in (None, phones._parsed(text, region))


def test_most_numbers_need_no_library() -> None:
    """The two ways that shops and ledgers write most numbers are read from their digits."""
    assert phones._digits("+44 20 7946 0018", "") == ("44", "2079460018")
    assert phones._digits("(020) 7946-0018", "GB") == ("44", "2079460018")
