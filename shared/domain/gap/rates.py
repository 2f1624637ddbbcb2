"""Exchange rates: both sides of a row are translated at the same period-average rate (REVGAP-23).

Asked in turn: what the ledger's documents say of themselves, the ledger's own table, and the reference
rates that the workspace keeps. A rate that none of them has is an error: a gap is never guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import repeat

from shared.domain.gap.averages import Quotes, Told, documents_average, ledger_average, reference_average
from shared.domain.money import convert
from shared.domain.snapshot import Table
from shared.domain.windows import Window
from shared.domain.workspace import ReferenceRate
from shared.errors import ConfigurationError

_SHOWN = Decimal("0.0000000001")


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency is worth in the reporting currency, and who says so."""

    value: Decimal
    source: str

    @cached_property
    def shown(self) -> str:
        """Give it as people read it."""
        return format(self.value.quantize(_SHOWN).normalize(), "f")


class Rates:
    """The rates into the reporting currency, each averaged over the days of a window."""

    def __init__(
        self,
        reporting_currency: str,
        window: Window,
        *,
        documents: Iterable[Told],
        ledger: Table,
        reference: Iterable[ReferenceRate] = (),
    ) -> None:
        self._reporting = reporting_currency
        self._last_day = window.last_day
        self._sources = (
            ("the ledger's documents", documents_average(documents, window)),
            ("the ledger's exchange rates", ledger_average(ledger, window)),
            ("the European Central Bank's reference rates", reference_average(reference, window)),
        )
        self._known: dict[str, Rate] = {reporting_currency: Rate(Decimal(1), "")}

    def translate(self, amount: int, currency: str) -> int:
        """Translate an amount into the reporting currency.

        Raises ConfigurationError where nobody has a rate: a gap is never computed from a guess.
        """
        return amount if currency == self._reporting else convert(amount, self.rate(currency).value)

    def translated(self, amounts: Iterable[int], currency: str) -> int:
        """Translate many amounts one by one, and add up what they come to."""
        return sum(map(convert, amounts, repeat(self.rate(currency).value)))

    def total(self, amounts: Iterable[tuple[str, int]]) -> int:
        """Add up amounts by currency and translate each sum once.

        So a document weighs the same as the parts that it might have been split into.
        """
        sums: dict[str, int] = defaultdict(int)
        for currency, amount in amounts:
            sums[currency] += amount
        return sum(self.translate(amount, currency) for currency, amount in sums.items())

    def rate(self, currency: str) -> Rate:
        """Give the rate of a currency, and where it comes from; raises as `translate` does."""
        if currency not in self._known:
            self._known[currency] = self._found(currency)
        return self._known[currency]

    def _found(self, currency: str) -> Rate:
        for source, quotes in self._sources:
            for base in self._bases(currency, quotes):
                worth, unit = _worth(quotes, base, currency), _worth(quotes, base, self._reporting)
                if worth is not None and unit is not None:
                    through = "" if base in {currency, self._reporting} else f", through {base}"
                    return Rate(worth / unit, f"average over the period of {source}{through}")
        msg = (
            f"no exchange rate from {currency or 'an unnamed currency'} to {self._reporting} up to "
            f"{self._last_day}: enter one in the ledger's exchange rates, or in the workspace's "
            "reference_rates"
        )
        raise ConfigurationError(msg)

    def _bases(self, currency: str, quotes: Quotes) -> list[str]:
        """Give the currencies in which both sides may be priced, the shortest way first."""
        direct = [self._reporting, currency]
        return [*direct, *sorted(quotes.keys() - set(direct))]


def _worth(quotes: Mapping[str, Mapping[str, Decimal]], base: str, currency: str) -> Decimal | None:
    return Decimal(1) if currency == base else quotes.get(base, {}).get(currency)
