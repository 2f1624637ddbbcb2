"""How urgent an exception is: by its age and by what it is worth, anew at each look."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")

DAYS = (4, 12, 30)
"""From so many days on an exception is medium, high, critical; twelve is when orders count as stuck."""
AMOUNTS = (Decimal(1_000), Decimal(10_000), Decimal(50_000))
"""From so much on, in the reporting currency."""


def severity_of(
    age_days: int | None,
    amount: Decimal | None = None,
    days: Sequence[int] = DAYS,
    amounts: Sequence[Decimal] = AMOUNTS,
) -> Severity:
    """Give the higher of what its age and what its amount ask for; what is not known asks for nothing."""
    by_age = 0 if age_days is None else sum(age_days >= each for each in days)
    by_amount = 0 if amount is None else sum(abs(amount) >= each for each in amounts)
    return SEVERITIES[max(by_age, by_amount)]
