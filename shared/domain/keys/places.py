"""Where someone is: postcode and street."""

import re

from shared.domain.keys.plain import code, country_code, is_placeholder, plain

_DIGITS = {"US": 5, "DE": 5, "FR": 5, "ES": 5, "IT": 5, "PL": 5, "FI": 5, "NO": 4, "AU": 4, "PR": 5}
"""Digits of postcodes that may begin with zeros, which spreadsheets lose."""
_FEWEST_DIGITS = 3
_OWN_LETTERS = {
    "AT": ("AT", "A"),
    "BE": ("BE", "B"),
    "CH": ("CH",),
    "DE": ("DE", "D"),
    "DK": ("DK",),
    "ES": ("ES", "E"),
    "FI": ("FIN", "FI"),
    "FR": ("FR", "F"),
    "IT": ("IT", "I"),
    "LT": ("LT",),
    "LU": ("LU", "L"),
    "LV": ("LV",),
    "NO": ("NO", "N"),
    "PL": ("PL",),
    "PT": ("PT", "P"),
    "SE": ("SE", "S"),
}
"""Letters that people put before the digits: `D-10115`."""
_ZIP_AND_FOUR = 9
_WORDS = re.compile(r"[^\W_]+")
_NUMBER_SIGN = re.compile(r"\b(?:(?:no|nr|num|number) )+(?=\d)")
_WRITTEN_OUT = {
    "rd": "road",
    "ave": "avenue",
    "av": "avenue",
    "blvd": "boulevard",
    "bd": "boulevard",
    "ln": "lane",
    "dr": "drive",
    "ct": "court",
    "cres": "crescent",
    "cl": "close",
    "pl": "place",
    "sq": "square",
    "pde": "parade",
    "hwy": "highway",
    "pkwy": "parkway",
    "ter": "terrace",
    "tce": "terrace",
    "gdns": "gardens",
    "apt": "apartment",
    "ste": "suite",
    "bldg": "building",
    "ind": "industrial",
    "est": "estate",
    "str": "strasse",
}
_SHORT_STREET = "str"
_SHORT = (_SHORT_STREET, "st")
_UNITS = frozenset({"flat", "unit", "suite", "apartment", "floor", "room", "building"})


def postcode(text: str | None, country: str = "") -> str:
    """Give a postcode without blanks in upper case, as its country writes it.

    A US ZIP+4 is cut to five digits; zeros that were lost in front and a country's letters are mended.
    """
    compact, iso = code(text), country_code(country)
    if is_placeholder(compact):
        return ""
    for letters in _OWN_LETTERS.get(iso, ()):
        if compact.startswith(letters) and compact[len(letters) :].isdigit():
            compact = compact[len(letters) :]
            break
    if iso == "US" and compact.isdigit() and len(compact) == _ZIP_AND_FOUR - 1:
        compact = f"0{compact}"
    if iso == "US" and compact.isdigit() and len(compact) == _ZIP_AND_FOUR:
        compact = compact[:5]
    if compact.isdigit() and len(compact) >= _FEWEST_DIGITS:
        compact = compact.zfill(_DIGITS.get(iso, 0))
    return "" if is_placeholder(compact) else compact


def street(text: str | None) -> str:
    """Give a street line without accents and punctuation, common abbreviations written out."""
    words = [_WRITTEN_OUT.get(word, word) for word in _WORDS.findall(plain(text or ""))]
    whole = " ".join(
        _street_word(words, at) if word.endswith(_SHORT) else word for at, word in enumerate(words)
    )
    return _NUMBER_SIGN.sub("", whole)


def street_parts(normalised: str) -> tuple[str, str]:
    """Part a normalised street line into its house number, "" where it has none, and the words."""
    words = normalised.split()
    number = next((word for word in words if word[0].isdigit()), "")
    if number:
        words.remove(number)
    return number, " ".join(words)


def _street_word(words: list[str], at: int) -> str:
    """Write out what only its place tells: `St` at the end is a street, before a name a saint."""
    word = words[at]
    if word == "st" and at > 0:
        following = words[at + 1] if at + 1 < len(words) else ""
        if not following or following[0].isdigit() or following in _UNITS:
            return "street"
    if word.endswith(_SHORT_STREET) and len(word) > len(_SHORT_STREET) + 2:
        return f"{word}asse"
    return word
