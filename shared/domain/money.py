"""Money as an integer in ten-thousandths of its unit; Decimal at the edges, float never."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

SCALE = 10_000
"""Ten-thousandths: what BigCommerce sends, and finer than any minor unit in use."""

_TWO_PLACES = Decimal("0.01")


def parse_money(value: str | int | Decimal | None) -> int:
    """Read an amount as vendors send it into ten-thousandths; nothing sent is zero.

    Raises ValueError for text that is no number, for floats, and for infinities.
    """
    if value is None or value == "":
        return 0
    if isinstance(value, float):
        msg = "money came as a float: parse JSON with parse_float=Decimal"
        raise ValueError(msg)  # noqa: TRY004 - one error class for all unreadable amounts
    try:
        amount = Decimal(value)
    except InvalidOperation:
        msg = "not an amount"
        raise ValueError(msg) from None
    if not amount.is_finite():
        msg = "not a finite amount"
        raise ValueError(msg)
    return int((amount * SCALE).to_integral_value(ROUND_HALF_EVEN))


def format_money(amount: int) -> str:
    """Write ten-thousandths as text with two decimals, more only where they carry something."""
    exact = Decimal(amount) / SCALE
    if exact == exact.quantize(_TWO_PLACES):
        return str(exact.quantize(_TWO_PLACES))
    return format(exact.normalize(), "f")


def convert(amount: int, rate: Decimal) -> int:
    """Translate an amount at `rate` units of the target per unit, half to even."""
    return int((Decimal(amount) * rate).to_integral_value(ROUND_HALF_EVEN))


def prorate(amount: int, weights: list[int]) -> list[int]:
    """Split an amount by weights so that the parts add up to it exactly (largest remainder).

    All weights zero splits evenly. An empty list of weights gives an empty list.
    """
    if not weights:
        return []
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts = [amount * weight // total for weight in weights]
    remainders = [(amount * weight) % total for weight in weights]
    left = amount - sum(parts)
    order = sorted(range(len(weights)), key=lambda index: (-abs(remainders[index]), index))
    step = 1 if left > 0 else -1
    for index in order[: abs(left)]:
        parts[index] += step
    return parts
