"""Numbers that the merchant gives: accounts and documents."""

from shared.domain.keys.plain import code, folded, is_placeholder

_LONGEST_REFERENCE = 35


def account_reference(text: str | None) -> str:
    """Give an account number without blanks, in upper case; leading zeros stay."""
    compact = "".join(folded("".join((text or "").split()), str.upper).split())
    return "" if is_placeholder(code(compact)) else compact


def document_reference(text: str | None) -> str:
    """Give a document number as Business Central keeps it: 35 characters, upper case.

    `#` and leading zeros survive (REVGAP-03).
    """
    return (text or "").strip().upper()[:_LONGEST_REFERENCE].strip()
