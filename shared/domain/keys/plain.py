"""What the normalisers share: plain letters, plain codes, and values that stand for nothing."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

PLACEHOLDERS = (
    frozenset(
        {"", "NA", "NONE", "NULL", "NIL", "UNKNOWN", "TBC", "TBD", "TEST", "TESTING", "EXEMPT", "PENDING"}
    )
    | {"NOTAPPLICABLE", "NOTAVAILABLE", "NOTPROVIDED", "NOTREGISTERED"}
    | {"X" * times for times in (3, 4)}
)
"""Texts that people type where a form asks for more than they have."""
_FEWEST_REPEATED = 5
"""So many times one digit is no number: `99999`, `0000000000`."""
_CODE_OF = {"UK": "GB", "EL": "GR", "XI": "GB"}
_NOT_CODE = re.compile(r"[^0-9A-Z]+")
_BARE_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "\u0131": "i",
    }
)
"""Letters that no decomposition makes plain."""


def plain(text: str) -> str:
    """Fold case and strip accents: `Müller` and `MULLER` become `muller`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return unicodedata.normalize("NFKD", bare.casefold().translate(_BARE_LETTERS))


def folded(text: str | None, fold: Callable[[str], str]) -> str:
    """Fold case, and compose before and after: folding takes some letters apart (`ΐ`)."""
    if not text or text.isascii():
        return fold(text or "")
    composed = unicodedata.normalize("NFKC", text)
    return unicodedata.normalize("NFKC", fold(composed))


def code(text: str | None) -> str:
    """Give letters and digits in upper case, nothing else."""
    if not text:
        return ""
    return _NOT_CODE.sub("", (text if text.isascii() else unicodedata.normalize("NFKC", text)).upper())


@lru_cache(maxsize=1_024)
def country_code(country: str) -> str:
    """Give a country as ISO 3166-1 alpha-2 has it, also for `UK`, `EL` and `XI`; "" for none."""
    upper = country.strip().upper()
    if len(upper) != 2 or not (upper.isascii() and upper.isalpha()):  # noqa: PLR2004 - alpha-2
        return ""
    return _CODE_OF.get(upper, upper)


def is_placeholder(compact: str) -> bool:
    """Say whether a code stands for nothing: `NA`, zeros only, or one digit over and over."""
    if compact in PLACEHOLDERS:
        return True
    if compact.count(compact[0]) < len(compact):
        return False
    return compact[0] == "0" or (compact.isdigit() and len(compact) >= _FEWEST_REPEATED)
