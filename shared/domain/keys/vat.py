"""VAT numbers: one way to write each, whoever wrote it."""

import re

from stdnum.ch import uid as swiss_number
from stdnum.eu import vat as european_vat
from stdnum.eu.vat import MEMBER_STATES
from stdnum.gb import vat as british_vat
from stdnum.no import orgnr as norwegian_number

from shared.domain.keys.plain import code, country_code, is_placeholder

_LABEL = re.compile(
    r"^(?:VAT|TVA|MWST|USTID|UST|UID|PARTITAIVA|PIVA|BTW|NIF|CIF|CVR|MOMS|GST|ABN|EIN|TAX)"
    r"(?:REGISTRATION|REG|IDENTIFICATION)?(?:NUMBER|NUMMER|NUM|NO|NR|ID|IDNO|IDNR)?(?=.*[0-9])"
)
"""What people write in front: `VAT Reg. No. GB 123 4567 89`."""
_SWISS_TAX = re.compile(r"(?:MWST|TVA|IVA|TPV)$")
_PREFIX_OF = {"GR": "EL", "XI": "GB"}
_EUROPEAN = frozenset(country.upper() for country in MEMBER_STATES - {"gr", "xi"}) | {"EL"}
_BRITISH_DIGITS = 9


def vat(text: str | None, country: str = "") -> str:
    """Give a VAT number as country prefix and number, `GB123456789` (SAGE-ABS-07).

    `country` is put in front where the number has no prefix of its own and could be one of that
    country's. A number need not be valid: what the shop and the ledger both have wrong agrees. Northern
    Ireland's `XI` goes with the same number as `GB`, and a branch's three digits are left out.
    """
    compact = code(text)
    while (rest := _LABEL.sub("", compact)) != compact:
        compact = rest
    if is_placeholder(compact) or not any(mark.isdigit() for mark in compact):
        return ""
    key = _written(compact) or _in_country(compact, country_code(country)) or compact
    return "" if is_placeholder(key) or is_placeholder(key[2:]) else key


def is_impossible_vat(number: str) -> bool:
    """Say whether a normalised number fails its country's own check: someone mistyped it."""
    prefix = number[:2]
    if prefix == "GB":
        return not british_vat.is_valid(number)
    if prefix == "NO":
        return not norwegian_number.is_valid(number[2:])
    if number.startswith("CHE"):
        return not swiss_number.is_valid(number)
    return prefix in _EUROPEAN and not european_vat.is_valid(number)


def _written(compact: str) -> str:
    """Give a number that has a prefix of its own as its country writes it; "" for one that has none."""
    prefix, rest = _PREFIX_OF.get(compact[:2], compact[:2]), compact[2:]
    if not rest:
        return ""
    if prefix == "GB":
        is_branch = rest.isdigit() and len(rest) == _BRITISH_DIGITS + 3
        return prefix + (rest[:_BRITISH_DIGITS] if is_branch else rest)
    if prefix == "NO":
        return prefix + rest.removesuffix("MVA")
    if compact.startswith("CHE"):
        return _SWISS_TAX.sub("", compact)
    if prefix in _EUROPEAN:
        return _european(prefix, rest) or prefix + rest
    return ""


def _in_country(number: str, country: str) -> str:
    """Give a number without prefix as that country writes it; "" where it is none of that country's."""
    prefix = _PREFIX_OF.get(country, country)
    if prefix == "GB":
        return _written(prefix + number)
    if prefix == "NO" or number.endswith("MVA"):
        own = number.removesuffix("MVA")
        return f"NO{own}" if norwegian_number.is_valid(own) else ""
    if prefix == "CH":
        own = _SWISS_TAX.sub("", number)
        return f"CHE{own}" if swiss_number.is_valid(f"CHE{own}") else ""
    if prefix == "SE":
        # Sweden's companies know their number without the two digits that make it one for VAT.
        return _european(prefix, number) or _european(prefix, f"{number}01")
    return _european(prefix, number) if prefix in _EUROPEAN else ""


def _european(prefix: str, number: str) -> str:
    """Give a valid number as its country writes it; "" for one that is not valid."""
    whole = prefix + number
    return european_vat.compact(whole) if european_vat.is_valid(whole) else ""
