"""Amounts of money, drawn to the cent."""

from decimal import Decimal
from itertools import accumulate, pairwise
from random import Random

CENT = Decimal("0.01")


def amount(random: Random, low: int, high: int) -> Decimal:
    """Draw an amount between two whole ones."""
    return Decimal(random.randint(low * 100, high * 100)).scaleb(-2)


def tax_on(net: Decimal, rate: Decimal) -> Decimal:
    """Give the tax on a net amount, rounded to the cent."""
    return (net * rate).quantize(CENT)


def shares(random: Random, total: Decimal, count: int, spread: float = 0.5) -> list[Decimal]:
    """Split a total into `count` uneven amounts that add up to it exactly, to the cent.

    A share is some `exp(spread)` times larger or smaller than the mean, as real orders are.
    """
    weights = [random.lognormvariate(0, spread) for _ in range(count)]
    scale = int(total / CENT) / sum(weights)
    edges = [round(edge * scale) for edge in accumulate(weights, initial=0.0)]
    return [Decimal(after - before).scaleb(-2) for before, after in pairwise(edges)]
