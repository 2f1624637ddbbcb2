"""Normalisers: each turns what a vendor sends into a match key, or into "" for no key.

All are pure and idempotent, and run once, on the way in (decision 5 of the architecture).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import phonenumbers
from stdnum.eu import vat as european_vat

_PLACEHOLDERS = frozenset({"", "NA", "NONE", "NULL", "UNKNOWN", "TBC", "TEST", "NOTAPPLICABLE"})
_PLACEHOLDER_MAILBOXES = frozenset({"noreply", "no-reply", "donotreply", "none", "na", "n/a"})
_LEGAL_FORMS = frozenset(
    [
        "ltd",
        "limited",
        "plc",
        "llp",
        "llc",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "ag",
        "kg",
        "ug",
        "bv",
        "nv",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "oy",
        "ab",
        "as",
        "aps",
        "pty",
    ]
)
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
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
_APOSTROPHES = re.compile("[.'`\u2018\u2019\u02bc]")


def _plain(text: str) -> str:
    """Fold case and strip accents: `Müller` and `MULLER` become `muller`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return unicodedata.normalize("NFKD", bare.casefold().translate(_BARE_LETTERS))


def _folded(text: str | None, fold: Callable[[str], str]) -> str:
    """Fold case, and compose before and after: folding takes some letters apart (`ΐ`)."""
    composed = unicodedata.normalize("NFKC", text or "")
    return unicodedata.normalize("NFKC", fold(composed))


def email(text: str | None) -> str:
    """Trim, fold case, and write the domain in ASCII; a plus tag stays (SAGE-ABS-06)."""
    address = _folded(text, str.casefold).strip()
    local, at, domain = address.rpartition("@")
    if not at or not local or "." not in domain or any(mark.isspace() for mark in address):
        return ""
    if local in _PLACEHOLDER_MAILBOXES:
        return ""
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return f"{local}@{domain}"


def vat(text: str | None, country: str = "") -> str:
    """Give a VAT number as country prefix and digits, `GB123456789` (SAGE-ABS-07).

    `country` (ISO 3166-1 alpha-2) is put in front where the number has no prefix of its own.
    """
    compact = _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKC", text or "").upper())
    if compact in _PLACEHOLDERS or len(set(compact)) < 2 or not any(c.isdigit() for c in compact):  # noqa: PLR2004
        return ""
    if compact[:2].isalpha():
        return "EL" + compact[2:] if compact.startswith("GR") else compact
    prefix = "EL" if country.upper() == "GR" else country.upper()
    if prefix and (prefix in {"GB", "XI"} or european_vat.is_valid(prefix + compact)):
        return prefix + compact
    return compact


def account_reference(text: str | None) -> str:
    """Give an account number without blanks, in upper case; leading zeros stay."""
    joined = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))
    compact = _folded(joined, str.upper)
    return "" if _NOT_ALPHANUMERIC.sub("", compact) in _PLACEHOLDERS else compact


@lru_cache(maxsize=65_536)
def phone(text: str | None, country: str = "") -> str:
    """Give a telephone number as E.164, `+442079460018`; `country` is the default region."""
    try:
        number = phonenumbers.parse(text or "", country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def postcode(text: str | None, country: str = "") -> str:
    """Give a postcode without blanks in upper case; a US ZIP+4 is cut to its five digits."""
    compact = _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKC", text or "").upper())
    if compact in _PLACEHOLDERS or set(compact) == {"0"}:
        return ""
    return compact[:5] if country.upper() == "US" else compact


def name(text: str | None) -> str:
    """Give a name's words in order, without accents, punctuation and legal form.

    `Acme Trading Ltd.` and `ACME TRADING LIMITED` are `acme trading`. Never a key by itself
    (SAGE-ABS-08).
    """
    words = _NOT_WORD.sub(" ", _APOSTROPHES.sub("", _plain(text or ""))).split()
    kept = [word for word in words if word not in _LEGAL_FORMS] or words
    joined = " ".join(kept)
    return "" if joined.replace(" ", "").upper() in _PLACEHOLDERS else joined


def street(text: str | None) -> str:
    """Give a street line without accents and punctuation, blanks folded."""
    return " ".join(_NOT_WORD.sub(" ", _plain(text or "")).split())


def document_reference(text: str | None) -> str:
    """Give a document number as Business Central keeps it: 35 characters, upper case.

    `#` and leading zeros survive (REVGAP-03).
    """
    return (text or "").strip().upper()[:35].strip()
