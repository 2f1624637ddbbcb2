"""What drives a change from one reading of the gap to another: the reason whose gap grew the most."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from shared.domain.money import format_money, parse_money

Parts = Sequence[Mapping[str, Any]]
"""Parts of a breakdown, as readings keep them."""


def driver(before: Parts, now: Parts) -> dict[str, Any] | None:
    """Give the reason that moved the gap most in the direction in which the whole moved.

    None where the gap stayed what it was, or where a reading is not cut by reasons. The driver's `share`
    is its part of the whole change, in percent: more than a hundred where other reasons moved against it.
    """
    earlier, later = _by_reason(before), _by_reason(now)
    changes = {code: later.get(code, 0) - earlier.get(code, 0) for code in {*earlier, *later}}
    whole = sum(changes.values())
    if not whole:
        return None
    code = max(sorted(changes), key=lambda each: changes[each] if whole > 0 else -changes[each])
    labels = {part["code"]: part["label"] for part in (*before, *now)}
    share = Decimal(changes[code]) / Decimal(whole) * 100
    return {
        "code": code,
        "label": labels[code],
        "change": format_money(changes[code]),
        "share": str(share.quantize(Decimal(1))),
    }


def _by_reason(parts: Parts) -> dict[str, int]:
    return {
        part["code"]: parse_money(part["gap_amount"])
        for part in parts
        if part["dimension"] == "reason" and "gap_amount" in part
    }
