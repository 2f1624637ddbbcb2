"""Money as an integer in ten-thousandths of its unit; Decimal at the edges, float never."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

SCALE = 10_000
"""Ten-thousandths: what BigCommerce sends, and finer than any minor unit in use."""

_PLACES = 4
_ONE = Decimal(1).scaleb(-_PLACES)
_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""Currencies that are not divided into hundredths, by how many decimals they have (ISO 4217)."""
_MINOR_UNITS: dict[str, int] = {
    currency: SCALE // 10**decimals for decimals, each in _DECIMALS.items() for currency in each.split()
}


def parse_money(value: str | int | Decimal | None) -> int:
    """Read an amount as vendors send it into ten-thousandths; nothing sent is zero.

    Raises ValueError for what is no number, for floats, for infinities, and past 24 digits.
    """
    if value is None or value == "":
        return 0
    if isinstance(value, float):
        msg = "money came as a float: parse JSON with parse_float=Decimal"
        raise ValueError(msg)  # noqa: TRY004 - one error class for all unreadable amounts
    try:
        amount = Decimal(value).quantize(_ONE, ROUND_HALF_EVEN)
    except (InvalidOperation, TypeError, ValueError):
        msg = "not an amount"
        raise ValueError(msg) from None
    if not amount.is_finite():
        msg = "not a finite amount"
        raise ValueError(msg)
    return int(amount.scaleb(_PLACES))


def format_money(amount: int) -> str:
    """Write ten-thousandths as text with two decimals, more only where they carry something."""
    units, fraction = divmod(abs(amount), SCALE)
    hundredths, finer = divmod(fraction, SCALE // 100)
    decimals = f"{fraction:0{_PLACES}}".rstrip("0") if finer else f"{hundredths:02}"
    return f"{'-' if amount < 0 else ''}{units}.{decimals}"


def minor_unit(currency: str) -> int:
    """Give the smallest amount that a currency is paid in: a cent, a whole yen, a thousandth of a dinar."""
    return _MINOR_UNITS.get(currency, SCALE // 100)


def convert(amount: int, rate: Decimal) -> int:
    """Translate an amount at `rate` units of the target per unit, half to even."""
    return round(rate * amount)


def prorate(amount: int, weights: list[int]) -> list[int]:
    """Split an amount by weights so that the parts add up to it exactly (largest remainder).

    All weights zero splits evenly. An empty list of weights gives an empty list.
    """
    if not weights:
        return []
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    # Shares of the size alone: a credit splits as a debit does, with the sign turned.
    shares = [divmod(abs(amount) * weight, total) for weight in weights]
    parts = [whole for whole, _ in shares]
    left = abs(amount) - sum(parts)
    order = sorted(range(len(weights)), key=lambda index: (-abs(shares[index][1]), index))
    for index in order[:left]:
        parts[index] += 1
    return parts if amount >= 0 else [-part for part in parts]
