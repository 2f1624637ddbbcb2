"""Telephone numbers as E.164, by the numbering plans that Google's library carries.

The library reads anything and takes its time. What nearly all numbers are, digits in a plan's own
lengths, is read here by the same plans; whatever asks for more is left to the library. It is loaded with the
first number: most calls to the app meet none.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from shared.domain.keys.plain import country_code, is_placeholder

_COUNTING = ("0123456789", "1234567890", "123456789")
_PUNCTUATION = str.maketrans("", "", " ().-")
_IS_SIMPLE = re.compile(r"[+(]?[0-9][0-9 ().-]*").fullmatch
_LONGEST_CALLING_CODE = 3
_NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a region's numbers are written."""

    calling_code: str
    lengths: frozenset[int]
    """How many digits a number has, without what is dialled before it."""
    number: re.Pattern[str]
    national_prefix: re.Pattern[str]
    """What is dialled first within the region and is no part of the number."""
    international_prefix: re.Pattern[str]
    """What is dialled first to call other countries."""
    is_prefix_rewritten: bool
    """The national prefix is not always dropped, but may become something else."""


def phone(text: str | None, country: str = "") -> str:
    """Give a telephone number as E.164, `+442079460018`; `country` is the default region."""
    written, region = text or "", country_code(country)
    if not written.strip():
        return ""
    number = _digits(written, region) or _parsed(written, region)
    if number is None:
        return ""
    calling_code, national = number
    significant = national.lstrip("0") or "0"
    if significant in _COUNTING or is_placeholder(significant):
        return ""
    return f"+{calling_code}{national}"


def _digits(text: str, region: str) -> tuple[str, str] | None:
    """Give calling code and national number where plain digits tell them; None where more is to be known."""
    if not _IS_SIMPLE(text):
        return None
    digits = text.translate(_PUNCTUATION)
    is_whole = digits[0] == "+"
    plan = _plan_of_code(digits[1 : 1 + _LONGEST_CALLING_CODE]) if is_whole else _plan(region)
    if plan is None:
        return None
    national = digits[1 + len(plan.calling_code) :] if is_whole else _dialled(digits, plan)
    has_prefix = is_whole and plan.national_prefix.match(national)
    if has_prefix or len(national) not in plan.lengths or national[0] == "0":
        return None
    return plan.calling_code, national


def _dialled(digits: str, plan: _Plan) -> str:
    """Give the number that is dialled so within its region; "" where it may be meant otherwise."""
    if plan.international_prefix.match(digits) or digits.startswith(plan.calling_code):
        return ""
    prefix = plan.national_prefix.match(digits)
    if prefix is None:
        return digits
    return "" if plan.is_prefix_rewritten or plan.number.fullmatch(digits) else digits[prefix.end() :]


@lru_cache(maxsize=16_384)
def _parsed(text: str, region: str) -> tuple[str, str] | None:
    """Give calling code and national number as the library reads them; None for no number."""
    library = _library()
    try:
        number = library.parse(text, region or None)
    except library.NumberParseException:
        return None
    if not library.is_possible_number(number):
        return None
    return str(number.country_code), library.national_significant_number(number)


@lru_cache(maxsize=1_024)
def _plan_of_code(digits: str) -> _Plan | None:
    """Give the plan of the calling code that a number begins with; None where it is no region's."""
    library = _library()
    for length in range(1, len(digits) + 1):
        code = int(digits[:length])
        if code in library.COUNTRY_CODE_TO_REGION_CODE and digits[0] != "0":
            return _plan(library.region_code_for_country_code(code))
    return None


@lru_cache(maxsize=512)
def _plan(region: str) -> _Plan | None:
    """Give a region's plan; None where there is none."""
    own = _metadata(region)
    if own is None or own.general_desc is None or own.country_code is None:
        return None
    common = _metadata(_library().region_code_for_country_code(own.country_code))
    if common is None or common.general_desc is None:
        return None
    lengths = set(own.general_desc.possible_length) & set(common.general_desc.possible_length)
    return _Plan(
        calling_code=str(own.country_code),
        lengths=frozenset(lengths),
        number=re.compile(own.general_desc.national_number_pattern or _NEVER),
        national_prefix=re.compile(own.national_prefix_for_parsing or _NEVER),
        international_prefix=re.compile(own.international_prefix or _NEVER),
        is_prefix_rewritten=bool(own.national_prefix_transform_rule),
    )


def _metadata(region: str) -> Any:
    return _library().PhoneMetadata.metadata_for_region(region, None) if region else None


@cache
def _library() -> Any:
    import phonenumbers  # noqa: PLC0415 - heavy to load

    return phonenumbers
