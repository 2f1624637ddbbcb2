"""Exchange rates: both sides of a row are translated at the same period-average rate (REVGAP-23)."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from shared.domain.money import convert
from shared.domain.snapshot import Table
from shared.domain.windows import Window
from shared.errors import ConfigurationError


class Rates:
    """The ledger's rates into the reporting currency, averaged over the days of a window."""

    def __init__(self, rates: Table, reporting_currency: str, window: Window) -> None:
        self._reporting = reporting_currency
        self._window = window
        self._steps: dict[str, dict[str, list[tuple[str, Decimal]]]] = defaultdict(lambda: defaultdict(list))
        """By currency, then by the company that holds the rate."""
        for row, base in enumerate(rates["base_currency"]):
            if base == reporting_currency:
                step = (rates["starts_on"][row], Decimal(rates["rate"][row]))
                self._steps[rates["currency"][row]][rates["company"][row]].append(step)
        self._averages: dict[str, Decimal] = {reporting_currency: Decimal(1)}

    def translate(self, amount: int, currency: str) -> int:
        """Translate an amount into the reporting currency.

        Raises ConfigurationError where the ledger has no rate: a gap is never computed from a guess.
        """
        return amount if currency == self._reporting else convert(amount, self.average(currency))

    def average(self, currency: str) -> Decimal:
        """Give the mean of the daily rates, of all companies, over the window's days that have one."""
        if currency not in self._averages:
            self._averages[currency] = self._mean(currency)
        return self._averages[currency]

    def _mean(self, currency: str) -> Decimal:
        held = [sorted(steps) for steps in self._steps.get(currency, {}).values()]
        day, last = date.fromisoformat(self._window.first_day), date.fromisoformat(self._window.last_day)
        daily: list[Decimal] = []
        while day <= last:
            for steps in held:
                daily += [rate for starts_on, rate in steps if starts_on <= day.isoformat()][-1:]
            day += timedelta(days=1)
        if not daily:
            msg = (
                f"no exchange rate from {currency or 'an unnamed currency'} to {self._reporting} up to "
                f"{self._window.last_day}: enter one in the ledger's exchange rates"
            )
            raise ConfigurationError(msg)
        return sum(daily, Decimal(0)) / len(daily)
