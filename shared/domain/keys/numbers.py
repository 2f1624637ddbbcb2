"""Numbers that the merchant gives: accounts and documents."""

from collections.abc import Sequence

from shared.domain.keys.plain import code, folded, is_placeholder

LONGEST_REFERENCE = 35
PLAIN_REFERENCE = bytes(each for each in range(0x21, 0x7F) if not chr(each).islower())
"""The letters of a reference that is as Business Central keeps it, if it is short enough."""
_AT_ONCE = 1_000


def account_reference(text: str | None) -> str:
    """Give an account number without blanks, in upper case; leading zeros stay."""
    compact = "".join(folded("".join((text or "").split()), str.upper).split())
    return "" if is_placeholder(code(compact)) else compact


def document_reference(text: str | None) -> str:
    """Give a document number as Business Central keeps it: 35 characters, upper case.

    `#` and leading zeros survive (REVGAP-03).
    """
    return (text or "").strip().upper()[:LONGEST_REFERENCE].strip()


def document_references(texts: Sequence[str]) -> list[str]:
    """Give many document numbers as Business Central keeps them; those that are so are handed on."""
    found: list[str] = []
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        together = "|".join(part)
        is_plain = together.isascii() and together.isprintable() and " " not in together
        if is_plain and together == together.upper() and max(map(len, part)) <= LONGEST_REFERENCE:
            found += part
        else:
            found += map(document_reference, part)
    return found
